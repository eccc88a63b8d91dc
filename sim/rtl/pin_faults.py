"""What becomes of an SPI chip when its pins do what they should not: every fault at every bit of a beat's frame.

The host does what its driver does: it takes what came back for a beat, and begins the next one. That one must be right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.beats import BeatFrames
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.network.drawn import random_beats
from sparrow_ecg.sim.rtl.board import Board

# Of the beat that is hit: its answer is right; there is none, or an error cause tells; it is wrong, and nothing tells.
# Lost is what spoils the next one, too.
OUTCOMES = ("right", "noticed", "unnoticed", "lost")


class Wires:
    """A frame bit by bit. A fault comes before bit ``hit``, or in its place: then it returns what the host reads."""

    def __init__(self, board: Board, hit: int = -1, fault: Fault | None = None):
        self.board, self.hit, self.fault = board, hit, fault

    def frame(self, sent: bytes) -> bytes:
        received = []
        self.board.pins(0, 0, 0)
        for k in range(8 * len(sent)):
            mosi = sent[k // 8] >> 7 - k % 8 & 1
            seen = self.fault(self, mosi) if self.fault and k == self.hit else None
            received.append(self.bit(mosi) if seen is None else seen)
        self.board.pins(1, 0, 0)
        return int("".join(map(str, received)), 2).to_bytes(len(sent), "big")

    def bit(self, mosi: int, high: Callable[[], None] = lambda: None) -> int:
        """high: what happens while sck is high."""
        self.board.pins(0, 0, mosi)
        seen = self.board.miso or 0
        self.board.pins(0, 1, mosi)
        high()
        self.board.pins(0, 0, mosi)
        return seen


Fault = Callable[[Wires, int], int | None]


def missing(wires: Wires, mosi: int) -> int | None:
    return wires.board.miso or 0


def extra(wires: Wires, mosi: int) -> int | None:
    wires.bit(mosi)
    return None


def flipped(wires: Wires, mosi: int) -> int | None:
    return wires.bit(1 - mosi)


def deselected(wires: Wires, mosi: int) -> int | None:
    wires.board.pins(1, 0, mosi)
    wires.board.pins(0, 0, mosi)
    return None


def deselected_high(wires: Wires, mosi: int) -> int | None:
    def let_go() -> None:
        wires.board.pins(1, 1, mosi)
        wires.board.pins(0, 1, mosi)

    return wires.bit(mosi, let_go)


def beside(wires: Wires, mosi: int) -> int | None:
    for sck in (0, 1) * 5:
        wires.board.pins(1, sck, 1 - mosi)
    return deselected(wires, mosi)


def reset(wires: Wires, mosi: int) -> int | None:
    wires.board.reset()
    return None


def reset_high(wires: Wires, mosi: int) -> int | None:
    return wires.bit(mosi, wires.board.reset)


FAULTS: dict[str, Fault] = {
    "a pulse of sck too many": extra,
    "a pulse of sck too few": missing,
    "mosi inverted for a bit": flipped,
    "chip select high for a moment": deselected,
    "chip select high while sck is high": deselected_high,
    "deselected, while others have clocks": beside,
    "reset while selected": reset,
    "reset while sck is high": reset_high,
}


@dataclass
class Faults:
    """Of one kind: how many came to what. where: bits of the frame at which the next beat was lost."""

    counts: Counter[str] = field(default_factory=Counter)
    where: list[int] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        found = {"tried": self.counts.total(), **{name: self.counts[name] for name in OUTCOMES}}
        return found | ({"where": self.where} if self.where else {})


def hit(build: Build, progress: Callable[[int, int], None] = lambda done, total: None) -> dict[str, Faults]:
    """Each fault at each bit of a beat's frame. Raises VerificationError when the chip is wrong without a fault."""
    found = {name: Faults() for name in FAULTS}
    with Board(build) as board:
        beats, protocol = BeatFrames.of(board.controller), Protocol(board.controller.map)
        counts = random_beats(np.random.default_rng(1), build.network, 5)[3:]
        trace = build.golden(counts)
        right = [(int(klass), outputs.tolist()) for klass, outputs in zip(trace.classes, trace.outputs, strict=True)]
        one, other = map(beats.classify, counts)
        bits = 8 * len(one)
        for number, (name, fault) in enumerate(FAULTS.items()):
            for bit in range(bits):
                board.reset()
                answer = beats.answer(Wires(board, bit, fault).frame(one))
                told = any(board.frame(protocol.read("error"))[2:])
                if beats.answer(board.frame(other)) != right[1]:
                    outcome = "lost"
                    found[name].where.append(bit)
                elif answer == right[0]:
                    outcome = "right"
                else:
                    outcome = "noticed" if told or answer[0] < 0 else "unnoticed"
                found[name].counts[outcome] += 1
            progress(number + 1, len(FAULTS))
        board.reset()
        if beats.answer(Wires(board).frame(one)) != right[0]:
            raise VerificationError(f"{build.network.name}: a beat is wrong without a fault")
    return found
