"""A chip by its pins, a row at a time; what a check looked at is recorded, to be played to others."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sparrow_ecg.sim.mutation.lanes import Lanes, Rows
from sparrow_ecg.sim.mutation.second import Second


class Pins:
    """A chip in the second simulator, or lane 0 of some chips, in which no mutant is in force.

    ``pins["name"] = value`` sets an input for the rows that follow; ``pins["name"]`` is an output as it was in the last
    one. tag: of the rows that follow.
    """

    def __init__(self, lanes: Lanes | Second):
        self.lanes, self.tag = lanes, 0
        self._driven = self._seen = 0
        self._rows: list[tuple[int, int, int, int, int]] = []
        lanes.power_on()

    def __setitem__(self, name: str, value: int) -> None:
        low, bits = self.lanes.inputs[name]
        mask = (1 << bits) - 1
        self._driven = self._driven & ~(mask << low) | (value & mask) << low

    def __getitem__(self, name: str) -> int:
        low, bits = self.lanes.outputs[name]
        return self._seen >> low & (1 << bits) - 1

    def mask(self, *names: str) -> int:
        """All bits of these outputs."""
        return sum((1 << bits) - 1 << low for low, bits in map(self.lanes.outputs.__getitem__, names))

    @property
    def count(self) -> int:
        """Of rows so far."""
        return len(self._rows)

    def row(self, ticks: int = 1, look: int = 0) -> None:
        """Outputs settle, and are looked at; then so many cycles go by."""
        self._seen = self.lanes.row(self._driven, ticks)
        self._rows.append((self._driven, ticks, self._seen & look, look, self.tag))

    def look(self, *names: str) -> None:
        """A check looks at these outputs, as they are in the row that was last."""
        driven, ticks, _, look, tag = self._rows[-1]
        look |= self.mask(*names)
        self._rows[-1] = driven, ticks, self._seen & look, look, tag

    def look_bits(self, name: str, bits: int) -> None:
        """At these bits of an output."""
        driven, ticks, _, look, tag = self._rows[-1]
        look |= bits << self.lanes.outputs[name][0]
        self._rows[-1] = driven, ticks, self._seen & look, look, tag

    @property
    def rows(self) -> Rows:
        """All that was recorded."""
        driven, ticks, seen, look, tags = zip(*self._rows, strict=True)
        wide_in, wide_out = self.lanes.in_bytes, self.lanes.out_bytes
        return Rows(
            _bytes(driven, wide_in), np.array(ticks, np.uint32), _bytes(seen, wide_out), _bytes(look, wide_out),
            np.array(tags, np.uint8),
        )  # fmt: skip


def _bytes(numbers: Iterable[int], wide: int) -> np.ndarray:
    text = b"".join(number.to_bytes(wide, "little") for number in numbers)
    return np.frombuffer(text, np.uint8).reshape(-1, wide)
