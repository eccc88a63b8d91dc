"""A chip on a bus: beats, images that are right and wrong, settings, and what is none of them."""

from __future__ import annotations

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.chip_model import ChipModel
from sparrow_ecg.hw.host.controller import State
from sparrow_ecg.sim.mutation.pins import Pins
from sparrow_ecg.sim.mutation.sessions.beats import drawn, littered, others, telling
from sparrow_ecg.sim.mutation.sessions.bus import Bus


def play(pins: Pins, build: Build, scale: int) -> None:
    """Raises VerificationError."""
    inputs, neuron = build.network.inputs, build.config.neuron
    networks = [build.network, *others(build, 4 if scale == 1 else 60, np.random.default_rng(2))]
    model = ChipModel(build.chip.controller, *networks)
    bus = Bus(pins, model)
    rng, protocol = bus.rng, bus.protocol
    beats = {
        each: rng.permutation(
            np.concatenate([drawn(each, 50 * scale, rng), telling(each, neuron, 20_000 // len(networks), rng)])
        )
        for each in networks
    }
    for turn in range(350 * scale):
        if turn % 40 == 0:
            bus.reset()
            bus.rest()
            bus.all()
        if turn // 40 % 2:  # counters grow to their ends
            bus.access("settings", protocol.full("settings"))
        else:
            for _ in range(int(rng.integers(4))):
                bus.random()
                bus.rest()
            bus.access("settings", int(rng.integers(1 + protocol.full("settings"))))
        if build.images and (model.loaded is None or rng.integers(4) == 0):
            network = networks[rng.integers(len(networks))]
            image = littered(build, network, rng)
            model.networks[image] = network
            _load(bus, image)
        bus.access("control", protocol.word("control", start=1))
        assert model.loaded
        known = beats[model.loaded]
        counts = known[turn % len(known)].copy() if rng.integers(16) else rng.integers(0, 256, inputs)
        if rng.integers(8) == 0:
            counts[rng.integers(inputs)] |= 1 << rng.integers(8)
        sent = bytes(counts.tolist()) + bytes(-len(counts) % 4)
        if rng.integers(12) == 0:
            sent = sent[: 4 * int(rng.integers(len(sent) // 4))]
        for k in range(0, len(sent), 4):
            bus.access("beat", int.from_bytes(sent[k : k + 4], "big"))
            if rng.integers(8) == 0:  # which is refused at once, even if the port has to wait
                bus.access("beat")
        if model.state == State.RUN and rng.integers(2):
            _interrupt(bus, model, again=turn // 40 % 2 == 0)
        bus.rest()
        shown = [name for name in bus.numbers if name.startswith("potential")]
        if turn // 40 % 2:
            shown += [name for name in ("beats", "cycles", "spikes_fired", "weights_read") if name in bus.numbers]
        for name in ("status", "error", "result", *shown):
            bus.access(name)
        if rng.integers(2):
            bus.access("status", protocol.word("status", result_valid=1))
            bus.rest()
        bus.access("error", int(rng.integers(1 + protocol.full("error"))))
        bus.rest()
    bus.all()


def _interrupt(bus: Bus, model: ChipModel, again: bool) -> None:
    """Look at a beat in any cycle while it is computed; if wanted, begin another."""
    pins, rng, protocol = bus.pins, bus.rng, bus.protocol
    for _ in range(int(rng.integers(model.latency + 2))):
        pins.row()
    bus.read("status")  # the model does not say in which cycle which
    if not again:
        return
    bus.access("control", protocol.word("control", start=1))
    bus.access("control", protocol.word("control", clear=1))  # nor how far counters got
    bus.access("status")
    bus.access("result")


def _load(bus: Bus, image: bytes) -> None:
    """An image: as it is, cut, with a bit flipped, or with words too many."""
    rng = bus.rng
    kind = rng.integers(5)
    sent = bytearray(image)
    if kind == 0:
        flipped = int(rng.integers(8 * len(sent)))
        sent[flipped // 8] ^= 1 << flipped % 8
    elif kind == 1:
        sent = sent[: 4 * int(rng.integers(len(sent) // 4))]
    elif kind == 2:
        sent[-4 + int(rng.integers(4))] ^= 1 << int(rng.integers(8))  # of the CRC
    bus.access("control", bus.protocol.word("control", load=1))
    for k in range(0, len(sent), 4):
        bus.access("weights", int.from_bytes(sent[k : k + 4], "big"))
    bus.rest()
    bus.access("image")
    if bus.model.loaded is None:  # type: ignore[union-attr]
        bus.access("control", bus.protocol.word("control", load=1))
        if rng.integers(2):
            bus.access("control", bus.protocol.word("control", start=1))
            bus.access("status")
            bus.access("error", int(rng.integers(1 + bus.protocol.full("error"))))
            bus.access("control", bus.protocol.word("control", start=1))
            bus.access("error")
            bus.access("control", bus.protocol.word("control", load=1))
        for k in range(0, len(image), 4):
            bus.access("weights", int.from_bytes(image[k : k + 4], "big"))
            if rng.integers(8) == 0:
                bus.access("weights")
        bus.rest()
