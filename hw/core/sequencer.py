"""What happens when in a beat of the serial core; `schedule` has the same as formulas."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Array, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.core.schedule import group_sizes
from sparrow_ecg.hw.geometry import Geometry
from sparrow_ecg.model.network.golden import Neuron


class Sequencer(wiring.Component):
    """Walks through layers, groups of neurons, steps (IF) and events, and says what happens in each cycle.

    A beat is: LOAD, one cycle a count; then for each group of each layer BEGIN (ask for the biases), ISSUE
    (ask for one event a cycle), FLUSH (two cycles, until the last event is accumulated), with IF neurons
    INTEGRATE or FIRE and again for each step, DRAIN (one neuron a cycle); and RESULT until it is taken.
    """

    def __init__(self, geometry: Geometry, lanes: int, neuron: Neuron):
        self.geometry = geometry
        self.neuron_kind = neuron
        pairs = list(zip(geometry.shape, geometry.shape[1:], strict=False))
        self.groups = [group_sizes(outputs, lanes) for _, outputs in pairs]
        rows = sum(inputs * len(groups) for (inputs, _), groups in zip(pairs, self.groups, strict=True))
        widest = max(geometry.shape)
        super().__init__(
            {
                # what the core tells
                "count_taken": In(1),
                "result_taken": In(1),
                "events": In(range(max(geometry.shape[:-1]) + 1)),
                # where it is
                "layer": Out(range(max(geometry.layers, 2))),
                "last_layer": Out(1),
                "group": Out(range(max(sum(map(len, self.groups)), 2))),
                "row": Out(range(rows + 1)),
                "neurons": Out(range(lanes + 1)),
                "position": Out(range(max(widest, 2))),
                "step": Out(range(max(geometry.steps, 2))),
                "lane": Out(range(max(lanes, 2))),
                "neuron": Out(range(max(*geometry.shape[1:], 2))),
                # what happens in this cycle
                "loading": Out(1),
                "begin": Out(1),
                "issue": Out(1),
                "integrate": Out(1),
                "fire": Out(1),
                "drain": Out(1),
                "layer_done": Out(1),
                "finished": Out(1),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        shape, steps = self.geometry.shape, self.geometry.steps
        group_in_layer = Signal(range(max(*map(len, self.groups), 2)))
        flushed = Signal()

        def of_layer(numbers: Sequence[int]):
            return Array(numbers)[self.layer] if len(set(numbers)) > 1 else numbers[0]

        last_group = group_in_layer == of_layer([len(groups) - 1 for groups in self.groups])
        full, rest = (of_layer([groups[end] for groups in self.groups]) for end in (0, -1))
        m.d.comb += [
            self.last_layer.eq(self.layer == self.geometry.layers - 1),
            self.neurons.eq(Mux(last_group, rest, full)),
        ]

        with m.FSM():
            with m.State("LOAD"):
                m.d.comb += self.loading.eq(1)
                with m.If(self.count_taken):
                    m.d.sync += self.position.eq(self.position + 1)
                    with m.If(self.position == shape[0] - 1):
                        m.d.sync += self.position.eq(0)
                        m.next = "BEGIN"

            with m.State("BEGIN"):
                m.d.comb += self.begin.eq(1)
                m.next = "FLUSH"
                with m.If(self.events != 0):
                    m.next = "ISSUE"

            with m.State("ISSUE"):
                m.d.comb += self.issue.eq(1)
                m.d.sync += self.position.eq(self.position + 1)
                with m.If(self.position == self.events - 1):
                    m.d.sync += self.position.eq(0)
                    m.next = "FLUSH"

            with m.State("FLUSH"):
                m.d.sync += flushed.eq(~flushed)
                with m.If(flushed):
                    if self.neuron_kind == "ssf":
                        m.next = "DRAIN"
                    else:
                        m.next = "FIRE"
                        with m.If(self.layer == 0):
                            m.next = "DRAIN" if self.geometry.layers == 1 else "INTEGRATE"

            if self.neuron_kind == "if":
                for state, strobe in (("INTEGRATE", self.integrate), ("FIRE", self.fire)):
                    with m.State(state):
                        m.d.comb += strobe.eq(1)
                        m.d.sync += self.step.eq(self.step + 1)
                        if state == "FIRE":
                            m.next = "FLUSH"
                            with m.If(self.events != 0):
                                m.next = "ISSUE"
                        with m.If(self.step == steps - 1):
                            m.d.sync += self.step.eq(0)
                            m.next = "DRAIN"

            with m.State("DRAIN"):
                m.d.comb += self.drain.eq(1)
                m.d.sync += [self.lane.eq(self.lane + 1), self.neuron.eq(self.neuron + 1)]
                with m.If(self.lane == self.neurons - 1):
                    m.d.sync += [
                        self.lane.eq(0),
                        self.group.eq(self.group + 1),
                        group_in_layer.eq(group_in_layer + 1),
                        self.row.eq(self.row + of_layer(shape[:-1])),
                    ]
                    m.next = "BEGIN"
                    with m.If(last_group):
                        m.d.comb += self.layer_done.eq(1)
                        m.d.sync += [group_in_layer.eq(0), self.neuron.eq(0), self.layer.eq(self.layer + 1)]
                        with m.If(self.last_layer):
                            m.d.sync += [self.layer.eq(0), self.group.eq(0), self.row.eq(0)]
                            m.next = "RESULT"

            with m.State("RESULT"):
                m.d.comb += self.finished.eq(1)
                with m.If(self.result_taken):
                    m.next = "LOAD"
        return m
