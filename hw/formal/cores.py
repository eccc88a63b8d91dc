"""Small networks on every kind of core: streams, answers, bounds, arithmetic, and a new start in any cycle."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from amaranth.hdl import Const, Module, ResetInserter, Signal, UnusedElaboratable, Value, signed

from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.core.few_pins import FewPinCore
from sparrow_ecg.hw.core.mac import Mac
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.hw.formal import golden
from sparrow_ecg.hw.formal.harness import Harness, Property, held, taken
from sparrow_ecg.hw.formal.planted import Bug
from sparrow_ecg.hw.ports import result_layout
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.drawn import random_network

# A core is taken apart to see its lanes.
warnings.filterwarnings("ignore", category=UnusedElaboratable)

SPARE = 4  # bits by which a sum of the harness is wider than the accumulator
STALLS = 6  # cycles of stalls that are looked at where a beat is followed for so many cycles

NETWORK: Network = random_network(np.random.default_rng(49), (3, 2, 2), steps=3, weight_bits=3, input_bits=2)
SMALLER: Network = random_network(np.random.default_rng(7), (2, 2, 2), steps=2, weight_bits=2, input_bits=1)
CORES: dict[str, CoreConfig] = {
    "tree": Tree(),
    "mac": Mac(1),
    "serial": Serial(2),
    "lane": Serial(1, "rom", "ssf", False),
    "ram": Serial(2, "ram"),
    "if": Serial(2, "rom", "if"),
}


def beat(h: Harness, dut, answers: int = 1) -> Signal:
    """How many counts of the beat the core has taken; none after its answers."""
    counts, given = Signal(range(NETWORK.inputs + 2)), Signal(range(answers + 1))
    with h.m.If(taken(dut.result)):
        h.m.d.sync += given.eq(given + 1)
        with h.m.If(given == answers - 1):
            h.m.d.sync += [given.eq(0), counts.eq(0)]
    with h.m.Elif(taken(dut.counts)):
        h.m.d.sync += counts.eq(counts + 1)
    return counts


def streams(config: CoreConfig, few_pins: bool = False):
    def rules(h: Harness) -> None:
        core = config.core(NETWORK)
        dut = h.add(FewPinCore(core) if few_pins else core)
        counts = beat(h, dut, result_layout(core.geometry).size if few_pins else 1)
        held(h, dut.result)
        h.always(~dut.counts.ready | (counts < NETWORK.inputs))
        h.always(~dut.result.valid | (counts == NETWORK.inputs))
        if not config.loadable:
            h.always(dut.counts.ready == (counts < NETWORK.inputs))
        h.reach(h.past(h.past(dut.result.valid)) & taken(dut.result), "a result waits")

    return rules


def answered(config: CoreConfig):
    bound = config.longest(NETWORK) - NETWORK.inputs

    def rules(h: Harness) -> None:
        dut = h.add(config.core(NETWORK))
        full = beat(h, dut) == NETWORK.inputs
        waited = Signal(range(bound + 2), init=1)
        with h.m.If(full & ~dut.result.valid):
            h.m.d.sync += waited.eq(waited + (waited <= bound))
        with h.m.If(taken(dut.result)):
            h.m.d.sync += waited.eq(1)
        h.always(~full | dut.result.valid | (waited < bound))
        h.reach(full & dut.result.valid & (waited == bound), "it takes as long as that")

    return rules


def bounds(config: Serial):
    def rules(h: Harness) -> None:
        inner: list[Module] = []

        def opened(core) -> Module:
            inner.append(core.elaborate(None))
            return inner[0]

        core = h.add(config.core(NETWORK), wrapper=opened)
        for i in range(config.lanes):
            lane = getattr(inner[0].submodules, f"lane_{i}")
            wide = Signal(signed(len(lane.potential) + SPARE))
            with h.m.If(lane.load):
                h.m.d.sync += wide.eq(lane.bias)
            with h.m.Elif(lane.accumulate):
                h.m.d.sync += wide.eq(wide + lane.weight * lane.count)
            if config.neuron == "if":
                with h.m.Elif(lane.fire & ~lane.integrate & lane.spike):
                    h.m.d.sync += wide.eq(wide - (Const(1) << lane.threshold_log2))
            h.always(wide == lane.potential)
        h.reach(core.result.valid, "an answer")

    return rules


def arithmetic(config: CoreConfig):
    def rules(h: Harness) -> None:
        dut = h.add(config.core(NETWORK))
        counts = beat(h, dut)
        came = [Signal(NETWORK.input_bits, name=f"came_{j}") for j in range(NETWORK.inputs)]
        for j, count in enumerate(came):
            with h.m.If(taken(dut.counts) & (counts == j)):
                h.m.d.sync += count.eq(dut.counts.payload)
        klass, potentials = golden.circuit(NETWORK, came)
        answer = dut.result.payload
        h.always(~dut.result.valid | (answer.klass == klass))
        for i, potential in enumerate(potentials):
            h.always(~dut.result.valid | (answer.potentials[i] == potential))
        for i in range(NETWORK.outputs):
            h.reach(dut.result.valid & (answer.klass == i), f"class {i}")

    return rules


def anew(config: CoreConfig, restart: bool):
    """One copy is in any state, and has a reset or restart in the first cycle; the other has just been switched on."""

    def rules(h: Harness) -> None:
        first, begun = Signal(init=1), Signal()
        h.m.d.sync += [first.eq(0), begun.eq(1)]
        begins: Any = {"restart": first} if restart else {}
        wrapper = (lambda core: core) if restart else ResetInserter(first)
        used = h.add(config.core(SMALLER, hosted=restart), "used", wrapper, **begins)
        h.arbitrary.append("used")
        given: Any = {  # in the first cycle only one of them is at work
            "counts__valid": used.counts.valid & begun,
            "counts__payload": used.counts.payload,
            "result__ready": used.result.ready,
        }
        if config.loadable:
            given |= {"image__valid": used.image.valid & begun, "image__payload": used.image.payload}
        if restart:
            given["restart"] = 0
        new = h.add(config.core(SMALLER, hosted=restart), "new", **given)
        h.always(first | (used.counts.ready == new.counts.ready))
        h.always(first | (used.result.valid == new.result.valid))
        same = Value.cast(used.result.payload) == Value.cast(new.result.payload)
        h.always(first | ~new.result.valid | same)
        h.reach(begun & new.result.valid, "an answer")

    return rules


def properties() -> Iterator[Property]:
    for name, config in CORES.items():
        yield Property(
            f"streams-{name}",
            f"{config}: a beat's counts are taken, then one result comes and stays until it is taken",
            streams(config),
            bugs=STREAM_BUGS[config.datapath],
            quick=name == "tree",
        )
    yield Property(
        "streams-few-pins",
        "the result bit by bit: as many bits as it has, each held until it is taken",
        streams(Tree(), few_pins=True),
        bugs=(Bug("core.few_pins", "core.result.ready.eq(self.result.ready & last)", "core.result.ready.eq(last)"),),
    )
    for name, config in CORES.items():
        if config.loadable:
            continue  # how long it takes to load is up to the host
        yield Property(
            f"answered-{name}",
            f"{config}: a beat that was taken is answered within the {config.longest(NETWORK)} cycles of the model",
            answered(config),
            bugs=ANSWER_BUGS[config.datapath],
        )
    for name, config in CORES.items():
        if isinstance(config, Serial) and not config.loadable:
            yield Property(
                f"bounds-{name}",
                f"{config}: no accumulator leaves its bits: a sum {SPARE} bits wider is always the same",
                bounds(config),
                depth=config.longest(NETWORK) + STALLS,
                bugs=(
                    Bug(
                        "geometry",
                        "signed_bits(*bound) for bound in bounds)",
                        "signed_bits(*bound) for bound in bounds) - 1",
                    ),
                ),
            )
    for name, config in CORES.items():
        if config.neuron == "ssf" and not config.loadable:
            yield Property(
                f"arithmetic-{name}",
                f"{config}: classes and potentials are those of the network, for all counts",
                arithmetic(config),
                depth=None if name == "tree" else config.longest(NETWORK) + STALLS,
                bugs=ARITHMETIC_BUGS[config.datapath],
                quick=name == "tree",
            )
    for name, config in CORES.items():
        for restart in (False, True):
            if config.loadable and restart:
                continue  # it keeps its image
            yield Property(
                f"{'restart' if restart else 'reset'}-{name}",
                f"{config}: from any state, a {'restart' if restart else 'reset'} gives what power-on gives",
                anew(config, restart),
                bugs=RESTART_BUGS[config.datapath][: 1 + restart],
            )


STREAM_BUGS = {
    "tree": (
        Bug("core.tree", "m.If(finished & self.result.ready)", "m.If(finished)"),
        Bug("core.tree", "self.counts.ready.eq(loading)", "self.counts.ready.eq(loading | finished)"),
    ),
    "mac": (
        Bug("core.mac_core", "m.If(finished & self.result.ready)", "m.If(finished)"),
        Bug("core.mac_core", "self.counts.ready.eq(loading)", "self.counts.ready.eq(loading | finished)"),
    ),
    "serial": (
        Bug("core.sequencer", "m.If(self.result_taken)", "m.If(self.finished)"),
        Bug("core.sequencer", "self.position == shape[0] - 1", "self.position == shape[0] - 2"),
    ),
}
ANSWER_BUGS = {
    "tree": (Bug("core.tree", "self.evaluate | (self.input_store & last)", "self.input_store & last"),),
    "mac": (Bug("core.mac_core", "self.weight_read, table.skip, 0", "self.weight_read, 0, 0"),),
    "serial": (Bug("core.sequencer", "self.position == self.events - 1", "self.position == self.events"),),
}
ARITHMETIC_BUGS = {
    "tree": (
        Bug("core.tree", "high[0] > low[0]", "high[0] >= low[0]"),
        Bug("core.compressor", "(digit < 0) << k", "(digit < 0) << power"),
        Bug("core.firing", "Mux(quotient > self.steps, Const(self.steps), quotient)", "quotient"),
    ),
    "mac": (
        Bug("core.argmax", "self.potential > best", "self.potential >= best"),
        Bug("core.mac_core", "m.d.sync += potential.eq(bias)", "m.d.sync += potential.eq(0)"),
        Bug("core.mac_core", "reversed(list(potentials.numbers))", "list(potentials.numbers)"),
    ),
    "serial": (
        Bug("core.argmax", "self.potential > best", "self.potential >= best"),
        Bug("core.tables", "held.eq(self.address)", "held.eq(self.address | 1)"),
        Bug("core.firing", "Mux(quotient > self.steps, Const(self.steps), quotient)", "quotient"),
    ),
}
RESTART_BUGS = {
    "tree": (
        Bug("core.tree", "range(max(inputs, 2)))", "range(max(inputs, 2)), reset_less=True)"),
        Bug("core.tree", "ResetInserter(self.restart)(m) if self.hosted else m", "m"),
    ),
    "mac": (
        Bug("core.mac_core", "Signal(range(ends[-1] + 1))", "Signal(range(ends[-1] + 1), reset_less=True)"),
        Bug("core.mac_core", "ResetInserter(self.restart)(m) if self.hosted else m", "m"),
    ),
    "serial": (
        Bug("core.sequencer", "flushed = Signal()", "flushed = Signal(reset_less=True)"),
        Bug("core.serial_core", "ResetInserter(self.restart)(component) if self.hosted", "component if self.hosted"),
    ),
}
