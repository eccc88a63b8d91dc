"""Layers for pictures: the same few neurons at every place of a map, and pooling behind them.

A map is kept as one list of counts: row by row, place by place, the channels of a place side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

from sparrow_ecg.model.network.dense import Dense, Firing


@dataclass(frozen=True)
class Map:
    """Counts of a picture."""

    height: int
    width: int
    channels: int

    @property
    def size(self) -> int:
        return self.height * self.width * self.channels


@dataclass(frozen=True)
class Pooling:
    """Sums of counts over squares of ``size`` places a side; places that fill no square are not computed.

    firing: how a square fires once more, or None: then its sum goes on as a count.
    """

    size: int
    firing: Firing | None


@dataclass(frozen=True, eq=False)
class Convolution(Dense):
    """A dense layer that looks at a window of a map, and is computed at each place of the window; always hidden.

    weights: int64[channels, kernel * kernel * entering.channels]: a row is a window, in the order of a map.
    biases:  int64[channels].
    stride:  places between one window and the next.
    padding: places beyond the edges where all counts are zero.
    """

    entering: Map
    kernel: int
    stride: int
    padding: int
    pooling: Pooling | None

    @property
    def inputs(self) -> int:
        return self.entering.size

    @property
    def outputs(self) -> int:
        return self.leaving.size

    @property
    def neurons(self) -> int:
        return self.computed.size

    def most(self, steps: int) -> int:
        return steps * self.pooling.size**2 if self.pooling and not self.pooling.firing else steps

    @property
    def computed(self) -> Map:
        """The map before it is pooled."""
        side = self.pooling.size if self.pooling else 1
        whole = self.leaving
        return Map(whole.height * side, whole.width * side, whole.channels)

    @property
    def leaving(self) -> Map:
        """The map that the next layer sees."""
        side = self.pooling.size if self.pooling else 1
        height, width = (
            max((length + 2 * self.padding - self.kernel) // self.stride + 1, 0) // side
            for length in (self.entering.height, self.entering.width)
        )
        return Map(height, width, len(self.weights))
