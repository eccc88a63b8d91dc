"""Every picture through the RTL, against the golden model, bit for bit."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Convolution, Network
from sparrow_ecg.model.network.golden import Trace
from sparrow_ecg.model.signals.images.pictures import Pictures, encoding_of
from sparrow_ecg.sim.rtl.engine import Engine, Hang

AT_ONCE = 512  # pictures: their potentials fit into memory


@dataclass(frozen=True)
class Difference:
    """The first: where (row and column of the place before pooling, and channel), what was expected, and seen."""

    picture: int
    layer: int
    row: int
    column: int
    channel: int
    what: str
    expected: int | str
    seen: int | str

    def __str__(self) -> str:
        return (
            f"picture {self.picture}, layer {self.layer}, row {self.row}, column {self.column}, channel {self.channel}:"
            f" {self.what} is {self.seen}, expected {self.expected}"
        )


def compare(build: Build, pictures: Pictures, progress: Callable[[int], None] = lambda done: None) -> dict[str, Any]:
    """JSON-ready: ``pictures``, ``potentials`` (outputs compared), ``mismatched_pictures`` (class or an output
    differs), ``mismatched_potentials``, ``mismatched_cycles``; ``accuracy_hardware`` and ``accuracy_golden``, each from
    its own classes; ``cycles_per_picture`` (mean) with lowest and highest; ``not_zero``, of each layer the share of
    counts that come in; and ``first_mismatch``, see `Difference`, or None.

    Cycles depend on every place of every map, so that a wrong count in them shows even where no output does.
    Raises InputError when the pictures do not suit the network; a core that hangs has no answers from there on.
    """
    encoding, network, engine = encoding_of(build.network), build.network, Engine(build)
    if pictures.classes != network.outputs:
        raise InputError(f"network '{network.name}' knows {network.outputs} classes: the pictures have another number")
    right, cycles = np.zeros(2, np.int64), []
    wrong = {"pictures": 0, "potentials": 0, "cycles": 0}
    busy = np.zeros(len(network.layers), np.int64)
    first, clocks, start = None, 0, time.perf_counter()
    for begin in range(0, len(pictures), AT_ONCE):
        part = pictures.take(slice(begin, begin + AT_ONCE))
        counts = encoding.encode(part.pixels)
        trace = build.golden(counts)
        right[0] += int((trace.classes == part.labels).sum())
        busy += [np.count_nonzero(entering) for entering in trace.counts]
        try:
            result = engine.run(counts, progress)
        except Hang as hang:
            first = first or _locate(build, counts[: hang.beat + 1], trace, begin)
            wrong = {"pictures": len(pictures) - begin, "potentials": trace.outputs.size, "cycles": len(part)}
            break
        differs = result.potentials != trace.outputs
        each = differs.any(axis=1) | (result.classes != trace.classes)
        late = result.cycles != build.cycles(trace)
        found = {"pictures": each, "potentials": differs, "cycles": late}
        wrong = {name: wrong[name] + int(which.sum()) for name, which in found.items()}
        if not first and (each | late).any():
            first = _locate(build, counts[: int(np.argmax(each if each.any() else late)) + 1], trace, begin)
        right[1] += int((result.classes == part.labels).sum())
        cycles.append(result.cycles)
        clocks += result.clocks
    took = np.concatenate(cycles) if cycles else np.zeros(1)
    return {
        "network": network.name,
        "digest": network.digest,
        "config": build.config.as_dict(),
        "pictures": len(pictures),
        "potentials": len(pictures) * network.outputs,
        **{f"mismatched_{name}": count for name, count in wrong.items()},
        "accuracy_golden": right[0] / len(pictures),
        "accuracy_hardware": right[1] / len(pictures),
        "cycles_per_picture": float(took.mean()),
        "cycles_lowest": int(took.min()),
        "cycles_highest": int(took.max()),
        "not_zero": (busy / [len(pictures) * layer.inputs for layer in network.layers]).tolist(),
        "simulated_cycles": clocks,
        "seconds": time.perf_counter() - start,
        "first_mismatch": vars(first) if first else None,
    }


def _locate(build: Build, counts: np.ndarray, trace: Trace, begin: int) -> Difference:
    """Where the last of ``counts``, beats of ``trace``, goes wrong first: it runs again, alone, on a core that shows
    each neuron as it fires. Where all are right, it is the number of cycles.
    """
    beat, network = len(counts) - 1, build.network
    layer = row = column = channel = 0
    seen = 0
    for leaver in Engine(build, activity=True).leavers(counts[beat:]):
        layer, seen = leaver.layer, seen + 1
        row, column, channel = _place(network, layer, leaver.neuron)
        where = begin + beat, layer, row, column, channel
        potential = int(trace.potentials[layer][beat, leaver.neuron])
        if leaver.potential != potential:
            return Difference(*where, "potential", potential, leaver.potential)
        fired = _fired(network, trace, layer, beat, (row, column, channel), leaver.neuron)
        if fired is not None and leaver.fired != fired:
            return Difference(*where, "fired count", fired, leaver.fired)
    neurons, cycles = sum(each.neurons for each in network.layers), int(build.cycles(trace)[beat])
    where = begin + beat, layer, row, column, channel
    if seen != neurons:
        return Difference(*where, "last of the neurons that fire", f"one of {neurons}", f"number {seen}")
    return Difference(*where, "cycles, or what a picture before has left", cycles, "another")


def _place(network: Network, k: int, neuron: int) -> tuple[int, int, int]:
    layer = network.layers[k]
    shape = (layer.computed.height, layer.computed.width) if isinstance(layer, Convolution) else (1, 1)
    row, column, channel = np.unravel_index(neuron, (*shape, len(layer.weights)))
    return int(row), int(column), int(channel)


def _fired(network: Network, trace: Trace, k: int, beat: int, at: tuple[int, int, int], neuron: int) -> int | None:
    """What it hands on; None of outputs, and of those that are not the last of the square that is pooled."""
    layer, (row, column, channel) = network.layers[k], at
    if not layer.firing:
        return None
    if isinstance(layer, Convolution) and layer.pooling:
        side, to = layer.pooling.size, layer.leaving
        if (row % side, column % side) != (side - 1, side - 1):
            return None
        neuron = (row // side * to.width + column // side) * to.channels + channel
    return int(trace.counts[k + 1][beat, neuron])
