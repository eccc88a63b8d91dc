"""What happens when in the picture core; `passes` has the same as formulas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from amaranth.hdl import Array, Module, Mux, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.core.passes import Pass
from sparrow_ecg.hw.core.schedule import group_sizes


class PictureWalk(wiring.Component):
    """Walks through layers, places, groups of channels, squares that are pooled, and windows.

    A beat is: LOAD, one cycle a count; then for each place and group BEGIN (fetch the first place of the window), WALK
    (a cycle for each event of a place, and the next place is fetched with the last), FLUSH (the last weight arrives),
    FIRE, for outputs DRAIN (one neuron a cycle); and RESULT until it is taken.
    """

    def __init__(self, walks: Sequence[Pass], lanes: int):
        self.walks = walks
        self.groups = [group_sizes(walk.leaving.channels, lanes) for walk in walks]
        self.lanes = lanes
        pixels = walks[0].entering.height * walks[0].entering.width
        places = max(walk.leaving.height * walk.leaving.width for walk in walks)
        neurons = max(walk.computed.size for walk in walks)
        sides = [length for walk in walks for length in (walk.entering.height, walk.entering.width)]
        reach = max(max(sides), *(walk.rows + walk.padding for walk in walks), *(walk.stride for walk in walks))
        coordinate = signed(2 + (2 * reach).bit_length())
        super().__init__(
            {
                # what the core tells
                "count_taken": In(1),
                "result_taken": In(1),
                "more": In(1),  # the place at hand has further events
                # where it is
                "layer": Out(range(max(len(walks), 2))),
                "last_layer": Out(1),
                "slot": Out(range(max(sum(map(len, self.groups)), 2))),  # of layer and group
                "group": Out(range(max(*map(len, self.groups), 2))),
                "pixel": Out(range(max(pixels, 2))),  # of the count that comes in
                "channel": Out(range(max(walks[0].entering.channels, 2))),
                "y": Out(coordinate),  # of the place that is fetched
                "x": Out(coordinate),
                "inside": Out(1),
                "place": Out(range(max(places, 2))),  # where what fires goes
                "square_done": Out(1),  # the last of the places that are pooled
                "neuron": Out(range(max(neurons, 2))),  # in the first lane, of the map before it is pooled
                "lane": Out(range(max(lanes, 2))),
                # what happens in this cycle
                "loading": Out(1),
                "begin": Out(1),
                "fetch": Out(1),
                "walking": Out(1),
                "fire": Out(1),
                "drain": Out(1),
                "finished": Out(1),
            }
        )

    def of_layer(self, values: Sequence[Any]) -> Any:
        return Array(values)[self.layer] if len(values) > 1 else values[0]

    def elaborate(self, platform) -> Module:
        m = Module()
        walks, of_layer = self.walks, self.of_layer
        last_tap, leave = Signal(), Signal()

        entering = walks[0].entering
        limits = entering.channels, entering.height * entering.width
        loaded = _count(m, (self.channel, self.pixel), limits, self.count_taken)

        ky, kx = (_counter(getattr(walk, side) for walk in walks) for side in ("rows", "columns"))
        window = of_layer([walk.columns for walk in walks]), of_layer([walk.rows for walk in walks])
        with m.If(self.fetch):
            m.d.sync += last_tap.eq(_count(m, (kx, ky), window, self.fetch))

        dy, dx = (_counter(walk.pooling for walk in walks) for _ in range(2))
        oy, ox = (_counter(getattr(walk.leaving, side) for walk in walks) for side in ("height", "width"))
        nested = [
            of_layer(list(limit))
            for limit in zip(
                *((w.pooling, w.pooling, len(g), w.leaving.width, w.leaving.height) for w, g in self._each()),
                strict=True,
            )
        ]
        layer_done = _count(m, (dx, dy, self.group, ox, oy), nested, leave)

        rows = [oy * walk.pooling + dy for walk in walks]
        columns = [ox * walk.pooling + dx for walk in walks]
        starts = [sum(map(len, self.groups[:k])) for k in range(len(walks))]
        neurons = [
            (row * walk.computed.width + column) * walk.computed.channels + self.group * self.lanes
            for walk, row, column in zip(walks, rows, columns, strict=True)
        ]
        m.d.comb += [
            self.last_layer.eq(self.layer == len(walks) - 1),
            self.slot.eq(of_layer(starts) + self.group),
            self.y.eq(of_layer([row * w.stride - w.padding for row, w in zip(rows, walks, strict=True)]) + ky),
            self.x.eq(of_layer([column * w.stride - w.padding for column, w in zip(columns, walks, strict=True)]) + kx),
            self.inside.eq(
                (self.y >= 0)
                & (self.y < of_layer([walk.entering.height for walk in walks]))
                & (self.x >= 0)
                & (self.x < of_layer([walk.entering.width for walk in walks]))
            ),
            self.place.eq(of_layer([oy * walk.leaving.width + ox for walk in walks])),
            self.square_done.eq((dx == nested[0] - 1) & (dy == nested[1] - 1)),
            self.neuron.eq(of_layer(neurons)),
        ]

        with m.FSM():
            with m.State("LOAD"):
                m.d.comb += self.loading.eq(1)
                with m.If(loaded):
                    m.next = "BEGIN"
            with m.State("BEGIN"):
                m.d.comb += [self.begin.eq(1), self.fetch.eq(1)]
                m.next = "WALK"
            with m.State("WALK"):
                m.d.comb += [self.walking.eq(1), self.fetch.eq(~self.more & ~last_tap)]
                with m.If(~self.more & last_tap):
                    m.next = "FLUSH"
            with m.State("FLUSH"):
                m.next = "FIRE"
                with m.If(self.last_layer):
                    m.next = "DRAIN"
            with m.State("FIRE"):
                m.d.comb += [self.fire.eq(1), leave.eq(1)]
                m.next = "BEGIN"
                with m.If(layer_done):
                    m.d.sync += self.layer.eq(self.layer + 1)
            with m.State("DRAIN"):
                m.d.comb += self.drain.eq(1)
                m.d.sync += self.lane.eq(self.lane + 1)
                with m.If(self.lane == Array(self.groups[-1])[self.group] - 1):
                    m.d.comb += leave.eq(1)
                    m.d.sync += self.lane.eq(0)
                    m.next = "BEGIN"
                with m.If(layer_done):
                    m.d.sync += self.layer.eq(0)
                    m.next = "RESULT"
            with m.State("RESULT"):
                m.d.comb += self.finished.eq(1)
                with m.If(self.result_taken):
                    m.next = "LOAD"
        return m

    def _each(self) -> list[tuple[Pass, list[int]]]:
        return list(zip(self.walks, self.groups, strict=True))


def _counter(limits: Any) -> Signal:
    return Signal(range(max(*limits, 2)))


def _count(m: Module, counters: Sequence[Signal], limits: Sequence[Any], go: Value) -> Value:
    """Nested counters, the first the fastest, take a step: whether it was the last of all."""
    for counter, limit in zip(counters, limits, strict=True):
        last = counter == limit - 1
        with m.If(go):
            m.d.sync += counter.eq(Mux(last, 0, counter + 1))
        go = go & last
    return go
