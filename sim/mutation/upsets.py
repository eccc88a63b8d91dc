"""What becomes of a chip in which a flip-flop turns over: every one of them, in every cycle of a beat.

The host does what its driver does: it begins the next beat. That one is to be right, or an error cause tells the host
that it may not be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.chip_model import ChipModel
from sparrow_ecg.model.network.drawn import random_beats
from sparrow_ecg.sim.mutation import netlist
from sparrow_ecg.sim.mutation.lanes import LANES, Lanes
from sparrow_ecg.sim.mutation.pins import Pins
from sparrow_ecg.sim.mutation.sessions.bus import Bus

HIT, TOLD, NEXT, HANGS = 1, 2, 3, 4  # tags: the answer of the beat that is hit, error causes, the next answer, rest
OUTCOMES = ("recovered", "flagged", "lost")


@dataclass
class Upsets:
    """Of one part of a chip: how many upsets came to what, and of `lost` ones the flip-flops.

    wrong: of those recovered or flagged, how many spoilt the answer of the beat that they hit.
    """

    recovered: int = 0
    flagged: int = 0
    lost: int = 0
    wrong: int = 0
    where: set[str] = field(default_factory=set)

    @property
    def tried(self) -> int:
        return self.recovered + self.flagged + self.lost

    def as_dict(self) -> dict[str, Any]:
        found = {"tried": self.tried, **{name: getattr(self, name) for name in (*OUTCOMES, "wrong")}}
        return found | ({"where": sorted(self.where)} if self.where else {})


def upset(build: Build, progress: Callable[[int, int], None] = lambda done, total: None) -> dict[str, Upsets]:
    """By part, in a chip on a bus whose weights are built in."""
    flat, _ = netlist.elaborated(build, 0, 0)
    circuit = netlist.mapped(flat, build.top)
    parts: dict[str, Upsets] = defaultdict(Upsets)
    with Lanes(circuit) as lanes:
        pins = Pins(lanes)
        begin, end = _two_beats(pins, build)
        rows = pins.rows
        lanes.power_on()
        lanes.replay(rows.part(slice(begin)))
        lanes.save()
        for row in range(begin, end):
            progress(row - begin, end - begin)
            for first in range(0, len(circuit.flops), LANES):
                lanes.restore()
                count = lanes.flip(first)
                _, tags = lanes.replay(rows.part(slice(row, None)))
                for flop, seen in zip(circuit.flops[first : first + count], tags, strict=False):
                    _count(parts[part(flop.name)], flop.name, int(seen))
            lanes.restore()
            lanes.replay(rows.part(slice(row, row + 1)))
            lanes.save()
    return dict(parts)


def part(name: str) -> str:
    """The instance that a signal is in."""
    return name.rpartition(".")[0] or "top"


def _count(found: Upsets, name: str, tags: int) -> None:
    right = not tags & (1 << NEXT | 1 << HANGS)
    told = bool(tags & 1 << TOLD)
    found.flagged += told
    found.recovered += right and not told
    found.lost += not right and not told
    found.wrong += bool(tags & 1 << HIT) and (right or told)
    if not right and not told:
        found.where.add(name.partition("[")[0])


def _two_beats(pins: Pins, build: Build) -> tuple[int, int]:
    """Between which rows the first beat is. Raises VerificationError when the chip as it is is wrong."""
    model = ChipModel(build.chip.controller, build.network)
    bus = Bus(pins, model)
    bus.reset()
    bus.rest()
    bus.access("settings", bus.protocol.full("settings"))
    bus.rest()
    begin = pins.count
    one, other = random_beats(np.random.default_rng(1), build.network, 5)[3:]
    _beat(bus, build, one, HIT)
    end = pins.count
    _beat(bus, build, other, NEXT)
    return begin, end


def _beat(bus: Bus, build: Build, counts: np.ndarray, tag: int) -> None:
    pins = bus.pins
    bus.access("control", bus.protocol.word("control", start=1))
    sent = bytes(counts.tolist()) + bytes(-len(counts) % 4)
    for k in range(0, len(sent), 4):
        bus.access("beat", int.from_bytes(sent[k : k + 4], "big"))
    bus.rest()
    pins.row(2 * build.longest)  # it may take longer now
    pins.tag = tag
    for name in ("result", *(name for name in bus.numbers if name.startswith("potential"))):
        bus.access(name)
    pins.tag = TOLD
    bus.access("error")
    pins.tag = 0
    bus.access("error", bus.protocol.full("error"))
    bus.access("status", bus.protocol.word("status", result_valid=1))
    bus.rest()
    pins.row(2 * build.longest)
    pins.tag = HANGS if tag == NEXT else 0
    pins.row()
    pins.look("clock_request", "pready")
    pins.tag = 0
