"""The serial core in RTL, put together of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from amaranth.hdl import Array, Cat, Module, Mux, ResetInserter, Signal, Value, signed
from amaranth.lib import data, wiring

from sparrow_ecg.hw.core.argmax import Argmax
from sparrow_ecg.hw.core.events import EventList
from sparrow_ecg.hw.core.firing import FiringUnit
from sparrow_ecg.hw.core.lane import Lane, StepLane, wire
from sparrow_ecg.hw.core.sequencer import Sequencer
from sparrow_ecg.hw.core.tables import CoreImage, ImageLoader, Ram, Rom, bias_words, weight_words
from sparrow_ecg.hw.geometry import Geometry
from sparrow_ecg.hw.ports import Block, Core
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.golden import Neuron


class SerialCore(Core):
    """The sequencer says what happens; events are read from a list, words from tables, and summed up in lanes.

    See `Serial` for the parameters.
    """

    def __init__(
        self,
        network: Network,
        geometry: Geometry,
        *,
        lanes: int,
        neuron: Neuron,
        zero_skip: bool,
        loadable: bool,
        hosted: bool = False,
    ):
        self.lanes, self.neuron, self.zero_skip = lanes, neuron, zero_skip
        super().__init__(network, geometry, loadable, hosted)
        self.input_store = self.probe("input_store")  # a count of the beat is stored as an event
        self.event_read = self.probe("event_read")  # an event is read from its list
        self.bias_read = self.probe("bias_read", lanes)
        self.weight_read = self.probe("weight_read", lanes)
        self.accumulate = self.probe("accumulate", lanes)
        self.compare = self.probe("compare", lanes)  # a potential is held against its threshold
        self.event_store = self.probe("event_store")  # what a hidden neuron fired is stored as an event
        self.output_compare = self.probe("output_compare")  # an output is held against the best so far
        if neuron == "ssf":
            self.spikes = self.probe("spikes", geometry.count_bits, "sum")  # the count with which a neuron fires
        else:
            self.integrate = self.probe("integrate", lanes)  # a first-layer neuron adds its constant potential
            self.spikes = self.probe("spikes", lanes)  # a neuron fires, and loses its threshold
        self.watch = [
            Signal(name="watch_leaving"),
            Signal(range(max(*geometry.shape[1:], 2)), name="watch_neuron"),
            Signal(signed(geometry.potential_bits), name="watch_potential"),
            Signal(geometry.count_bits if neuron == "ssf" else geometry.steps, name="watch_fired"),
        ]
        self.blocks = {"sequencer": Block.CONTROL, "biases": Block.TABLES, "weights": Block.TABLES}
        self.blocks |= {"loader": Block.CONTROL} if loadable else {}
        self.blocks |= {f"lane_{i}": Block.LANES for i in range(lanes)}
        self.blocks |= {"firing": Block.FIRING} if neuron == "ssf" else {}
        self.blocks |= {f"events_{parity}": Block.ACTIVATIONS for parity in range(min(geometry.layers, 2))}
        self.blocks["argmax"] = Block.FIRING
        self.unread_resets = () if loadable else ("biases.held", "weights.held")

    def elaborate(self, platform) -> Module:
        m = Module()
        seq = Sequencer(self.geometry, self.lanes, self.neuron)
        m.submodules.sequencer = self._restarted(seq)
        m.d.comb += self.layer.eq(seq.layer)

        lists, event, odd = self._lists(seq, m)
        biases, weights, threshold_log2, loaded = self._tables(m, seq)
        count, load = self._fetch(m, seq, event, biases, weights)
        lanes = self._lanes(m, count, load, biases, weights)
        potential = Array([lane.potential for lane in lanes])[seq.lane]
        fire = self._fire_counts if self.neuron == "ssf" else self._fire_steps
        fired = fire(m, seq, lanes, potential, threshold_log2)

        # Neurons leave the lanes one a cycle: hidden ones fire, outputs compete.
        leaving = seq.drain & ~seq.last_layer
        taken = self.counts.valid & self.counts.ready
        for parity, events in enumerate(lists):
            m.submodules[f"events_{parity}"] = self._restarted(events)
            fills = leaving & (odd != parity)
            m.d.comb += [
                events.read.eq(seq.issue & (odd == parity)),
                events.position.eq(seq.position),
                events.push.eq(fills | taken if parity == 0 else fills),
                events.pushed.index.eq(Mux(seq.loading, seq.position, seq.neuron)),
                events.pushed.value.eq(Mux(seq.loading, self.counts.payload, fired)),
                events.clear.eq(seq.layer_done & (odd == parity)),
            ]
        m.d.comb += [
            self.input_store.eq(lists[0].stored & seq.loading),
            self.event_store.eq(Cat(events.stored for events in lists).any() & ~seq.loading),
            self.output_compare.eq(seq.drain & seq.last_layer),
        ]
        seen = (seq.drain, seq.neuron, potential, fired)
        m.d.comb += [watched.eq(value) for watched, value in zip(self.watch, seen, strict=True)]
        m.d.comb += [self.counts.ready.eq(seq.loading & loaded), seq.count_taken.eq(taken)]
        self._answer(m, seq, potential)
        return m

    def _restarted(self, component: wiring.Component) -> Any:
        return ResetInserter(self.restart)(component) if self.hosted else component

    def _working(self, seq: Sequencer, strobe: Value) -> Value:
        """A strobe for each lane that has a neuron: the last group may be smaller."""
        working = Cat(seq.neurons > lane for lane in range(self.lanes))
        return Mux(strobe, working, 0)

    def _lists(self, seq: Sequencer, m: Module) -> tuple[list[EventList], Any, Value]:
        """Layer k reads its events from list k % 2, and stores what its neurons fire in the other.

        Gives the lists, the event that was read, and which list it is of.
        """
        g = self.geometry
        train_bits = g.steps if self.neuron == "if" else g.steps.bit_length()
        value_bits = max(g.input_bits, train_bits) if g.layers > 1 else g.input_bits
        index_bits = (max(g.shape[:-1]) - 1).bit_length()
        lists = [
            EventList(max(g.shape[parity:-1:2]), index_bits, value_bits, self.zero_skip)
            for parity in range(min(g.layers, 2))
        ]
        event = Signal(lists[0].layout)
        odd = seq.layer[0]
        m.d.comb += [
            seq.events.eq(Array([events.length for events in lists])[odd]),
            event.eq(Array([events.event.as_value() for events in lists])[odd]),
            self.event_read.eq(seq.issue),
        ]
        return lists, event, odd

    def _fetch(self, m: Module, seq: Sequencer, event: Any, biases: Any, weights: Any) -> tuple[Signal, Signal]:
        """Biases and weights, one word for all lanes. A weight word is asked for by an event.

        Gives the count that goes with the weights, and which lanes take their biases.
        """
        issued = Signal()
        operand = event.value
        if self.neuron == "if":
            operand = Mux(seq.layer == 0, event.value, event.value.bit_select(seq.step, 1))
        count = Signal(self.geometry.count_bits)
        wanted = issued & (operand != 0) if self.neuron == "if" and self.zero_skip else issued
        load = Signal(self.lanes)
        m.d.comb += [
            biases.address.eq(seq.group),
            biases.read.eq(seq.begin),
            self.bias_read.eq(self._working(seq, seq.begin)),
            weights.address.eq(seq.row + event.index),
            weights.read.eq(wanted),
            self.weight_read.eq(self._working(seq, wanted)),
        ]
        m.d.sync += [issued.eq(seq.issue), self.accumulate.eq(self.weight_read), load.eq(self.bias_read)]
        with m.If(wanted):
            m.d.sync += count.eq(operand)
        return count, load

    def _lanes(self, m: Module, count: Signal, load: Signal, biases: Any, weights: Any) -> Sequence[Any]:
        g = self.geometry
        lanes = [Lane(g) if self.neuron == "ssf" else StepLane(g) for _ in range(self.lanes)]
        wire(m, lanes, load, biases.word, self.accumulate, weights.word, count)
        return lanes

    def _fire_counts(self, m: Module, seq: Sequencer, lanes: Sequence[Lane], potential: Value, threshold_log2: Any):
        """SSF: a neuron fires once, as it leaves its lane. Gives the count."""
        g = self.geometry
        leaving = seq.drain & ~seq.last_layer
        m.submodules.firing = firing = FiringUnit(g.firings(), g.potential_bits)
        m.d.comb += [firing.potential.eq(potential), firing.threshold_log2.eq(threshold_log2)]
        m.d.comb += [self.compare.eq(leaving), self.spikes.eq(Mux(leaving, firing.count, 0))]
        return firing.count

    def _fire_steps(self, m: Module, seq: Sequencer, lanes: Sequence[StepLane], potential: Value, threshold_log2: Any):
        """IF: all neurons of a group fire, or not, in each step. Gives the train of the one that leaves."""
        for i, lane in enumerate(lanes):
            m.d.comb += [
                lane.threshold_log2.eq(threshold_log2),
                lane.integrate.eq(self.integrate[i]),
                lane.fire.eq(self.compare[i] & ~self.integrate[i]),
                self.spikes[i].eq(lane.spike),
            ]
        m.d.comb += self.integrate.eq(self._working(seq, seq.integrate))
        m.d.comb += self.compare.eq(self._working(seq, seq.integrate | (seq.fire & ~seq.last_layer)))
        return Array([lane.train for lane in lanes])[seq.lane]

    def _answer(self, m: Module, seq: Sequencer, potential: Value) -> None:
        g = self.geometry
        m.submodules.argmax = argmax = Argmax(g.shape[-1], g.potential_bits)
        potentials = Signal(data.ArrayLayout(signed(g.potential_bits), g.shape[-1]))
        m.d.comb += [
            argmax.enable.eq(self.output_compare),
            argmax.first.eq(seq.neuron == 0),
            argmax.index.eq(seq.neuron),
            argmax.potential.eq(potential),
        ]
        with m.If(self.output_compare):
            m.d.sync += potentials[seq.neuron].eq(potential)
        m.d.comb += [
            self.result.valid.eq(seq.finished),
            self.result.payload.klass.eq(argmax.klass),
            self.result.payload.potentials.eq(potentials),
            seq.result_taken.eq(self.result.valid & self.result.ready),
        ]

    def _tables(self, m: Module, seq: Sequencer):
        """The tables of biases and weights, the threshold of the layer at work, and whether all of it is there."""
        g, network = self.geometry, self.network
        image = CoreImage(g, self.lanes)
        (bias_depth, bias_bits), (weight_depth, weight_bits) = image.sections.biases, image.sections.weights
        if not self.loadable:
            m.submodules.biases = biases = Rom(bias_words(network, self.lanes, g.bias_bits), bias_bits)
            m.submodules.weights = weights = Rom(weight_words(network, self.lanes, g.weight_bits), weight_bits)
            built_in = [layer.firing.threshold_log2 for layer in network.layers if layer.firing] or [0]
            return biases, weights, Array(built_in)[seq.layer], 1

        m.submodules.biases = biases = Ram(bias_depth, bias_bits)
        m.submodules.weights = weights = Ram(weight_depth, weight_bits)
        loader = ImageLoader(image)
        m.submodules.loader = ResetInserter(self.reload)(loader) if self.hosted else loader
        shape = range(max(g.thresholds) + 1)
        loaded = [Signal(shape, name=f"threshold_{k}") for k in range(max(1, g.layers - 1))]
        thresholds = Array(loaded)
        with m.If(loader.write[0]):
            m.d.sync += thresholds[loader.address].eq(loader.word)
        if self.hosted:
            m.d.comb += [shown.eq(threshold) for shown, threshold in zip(self.thresholds, loaded, strict=True)]
        for section, table in ((1, biases), (2, weights)):
            m.d.comb += [
                table.write.eq(loader.write[section]),
                table.write_address.eq(loader.address),
                table.write_word.eq(loader.word),
            ]
        wiring.connect(m, wiring.flipped(self.image), loader.bytes)
        m.d.comb += loader.enable.eq(seq.loading & (seq.position == 0) & ~(self.counts.valid & loader.loaded))
        return biases, weights, thresholds[seq.layer], loader.loaded
