"""The core: runs one network on streams of counts."""

from __future__ import annotations

from amaranth.hdl import Array, Cat, Module, Mux, ResetInserter, Signal, Value, signed
from amaranth.lib import data, wiring

from sparrow_ecg.hw.config import CoreConfig, Geometry
from sparrow_ecg.hw.core.argmax import Argmax
from sparrow_ecg.hw.core.events import EventList
from sparrow_ecg.hw.core.firing import FiringUnit
from sparrow_ecg.hw.core.lane import Lane, StepLane
from sparrow_ecg.hw.core.sequencer import Sequencer
from sparrow_ecg.hw.core.tables import CoreImage, ImageLoader, Ram, Rom, bias_words, weight_words
from sparrow_ecg.hw.ports import core_ports
from sparrow_ecg.model.network.network import Network


class SerialCore(wiring.Component):
    """A `Network` in hardware with ``datapath="serial"``; `core_ports` says what its ports are.

    What happens in a cycle is on named signals, the ``probes``: benches count their set bits, or sum their
    values. They belong to the layer that the signal ``layer`` of the sequencer names in that cycle.
    """

    def __init__(self, network: Network, config: CoreConfig):
        self.network = network
        self.config = config
        self.geometry = geometry = Geometry.of(network, config)
        super().__init__(core_ports(geometry, config))

        def probe(name: str, shape=1, count: str = "ones") -> Signal:
            signal = Signal(shape, name=f"probe_{name}")
            self.probes[name] = (signal, count)
            return signal

        # name -> (signal, whether to count its set bits ("ones") or to add up its value ("sum"))
        self.probes: dict[str, tuple[Signal, str]] = {}
        self.layer = Signal(range(max(geometry.layers, 2)), name="probe_layer")
        self.input_store = probe("input_store")  # a count of the beat is stored as an event
        self.event_read = probe("event_read")  # an event is read from its list
        self.bias_read = probe("bias_read", config.lanes)
        self.weight_read = probe("weight_read", config.lanes)
        self.accumulate = probe("accumulate", config.lanes)
        self.compare = probe("compare", config.lanes)  # a potential is held against its threshold
        self.event_store = probe("event_store")  # what a hidden neuron fired is stored as an event
        self.output_compare = probe("output_compare")  # an output is held against the best so far
        if config.neuron == "ssf":
            self.spikes = probe("spikes", geometry.count_bits, "sum")  # the count with which a neuron fires
        else:
            self.integrate = probe("integrate", config.lanes)  # a first-layer neuron adds its constant potential
            self.spikes = probe("spikes", config.lanes)  # a neuron fires, and loses its threshold

        # For finding what went wrong: whether a neuron leaves the lanes in this cycle, which, with what potential,
        # and the count or spike train that it fires.
        self.watch = [
            Signal(name="watch_leaving"),
            Signal(range(max(*geometry.shape[1:], 2)), name="watch_neuron"),
            Signal(signed(geometry.potential_bits), name="watch_potential"),
            Signal(geometry.count_bits if config.neuron == "ssf" else geometry.steps, name="watch_fired"),
        ]

        # For a host interface: forget the beat that was begun; forget the image that was begun; what was loaded.
        self.restart, self.reload = Signal(), Signal()
        hidden = max(1, geometry.layers - 1)
        self.thresholds = [Signal(range(max(geometry.thresholds) + 1), name=f"threshold_{k}") for k in range(hidden)]

    def elaborate(self, platform) -> Module:
        m = Module()
        g, config = self.geometry, self.config
        seq = Sequencer(g, config)
        m.submodules.sequencer = ResetInserter(self.restart)(seq)
        m.d.comb += self.layer.eq(seq.layer)
        working = Cat(seq.neurons > lane for lane in range(config.lanes))  # the last group may be smaller

        def when(strobe: Value) -> Value:
            return Mux(strobe, working, 0)

        # Layer k reads its events from list k % 2, and stores what its neurons fire in the other.
        train_bits = g.steps if config.neuron == "if" else g.steps.bit_length()
        value_bits = max(g.input_bits, train_bits) if g.layers > 1 else g.input_bits
        index_bits = (max(g.shape[:-1]) - 1).bit_length()
        lists = [
            EventList(max(g.shape[parity:-1:2]), index_bits, value_bits, config.zero_skip)
            for parity in range(min(g.layers, 2))
        ]
        event = Signal(lists[0].layout)
        odd = seq.layer[0]
        m.d.comb += [
            seq.events.eq(Array([events.length for events in lists])[odd]),
            event.eq(Array([events.event.as_value() for events in lists])[odd]),
            self.event_read.eq(seq.issue),
        ]

        # Biases and weights, one word for all lanes. A weight word is asked for by an event.
        biases, weights, threshold_log2, loaded = self._parameters(m, seq)
        issued = Signal()
        operand = event.value
        if config.neuron == "if":
            operand = Mux(seq.layer == 0, event.value, event.value.bit_select(seq.step, 1))
        count = Signal(g.count_bits)
        wanted = issued & (operand != 0) if config.neuron == "if" and config.zero_skip else issued
        load = Signal(config.lanes)
        m.d.comb += [
            biases.address.eq(seq.group),
            biases.read.eq(seq.begin),
            self.bias_read.eq(when(seq.begin)),
            weights.address.eq(seq.row + event.index),
            weights.read.eq(wanted),
            self.weight_read.eq(when(wanted)),
        ]
        m.d.sync += [issued.eq(seq.issue), self.accumulate.eq(self.weight_read), load.eq(self.bias_read)]
        with m.If(wanted):
            m.d.sync += count.eq(operand)

        # The lanes.
        lanes = [Lane(g) if config.neuron == "ssf" else StepLane(g) for _ in range(config.lanes)]
        for i, lane in enumerate(lanes):
            m.submodules[f"lane_{i}"] = lane
            m.d.comb += [
                lane.load.eq(load[i]),
                lane.bias.eq(biases.word.word_select(i, g.bias_bits)),
                lane.accumulate.eq(self.accumulate[i]),
                lane.weight.eq(weights.word.word_select(i, g.weight_bits)),
                lane.count.eq(count),
            ]
            if isinstance(lane, StepLane):
                m.d.comb += [
                    lane.threshold_log2.eq(threshold_log2),
                    lane.integrate.eq(self.integrate[i]),
                    lane.fire.eq(self.compare[i] & ~self.integrate[i]),
                    self.spikes[i].eq(lane.spike),
                ]

        # Neurons leave the lanes one a cycle: hidden ones fire, outputs compete.
        leaving = seq.drain & ~seq.last_layer
        potential = Array([lane.potential for lane in lanes])[seq.lane]
        if config.neuron == "ssf":
            m.submodules.firing = firing = FiringUnit(g.firings(), g.potential_bits)
            m.d.comb += [firing.potential.eq(potential), firing.threshold_log2.eq(threshold_log2)]
            m.d.comb += [self.compare.eq(leaving), self.spikes.eq(Mux(leaving, firing.count, 0))]
            fired = firing.count
        else:
            m.d.comb += self.integrate.eq(when(seq.integrate))
            m.d.comb += self.compare.eq(when(seq.integrate | (seq.fire & ~seq.last_layer)))
            fired = Array([lane.train for lane in lanes])[seq.lane]

        taken = self.counts.valid & self.counts.ready
        for parity, events in enumerate(lists):
            m.submodules[f"events_{parity}"] = ResetInserter(self.restart)(events)
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

        # Streams.
        m.d.comb += [
            self.counts.ready.eq(seq.loading & loaded),
            seq.count_taken.eq(taken),
            self.result.valid.eq(seq.finished),
            self.result.payload.klass.eq(argmax.klass),
            self.result.payload.potentials.eq(potentials),
            seq.result_taken.eq(self.result.valid & self.result.ready),
        ]
        return m

    def _parameters(self, m: Module, seq: Sequencer):
        """The tables of biases and weights, the threshold of the layer at work, and whether all of it is there."""
        g, config, network = self.geometry, self.config, self.network
        image = CoreImage(g, config)
        _, (bias_depth, bias_bits), (weight_depth, weight_bits) = image.sections
        if config.weights == "rom":
            m.submodules.biases = biases = Rom(bias_words(network, config, g.bias_bits), bias_bits)
            m.submodules.weights = weights = Rom(weight_words(network, config, g.weight_bits), weight_bits)
            thresholds = [layer.firing.threshold_log2 for layer in network.layers if layer.firing] or [0]
            return biases, weights, Array(thresholds)[seq.layer], 1

        m.submodules.biases = biases = Ram(bias_depth, bias_bits)
        m.submodules.weights = weights = Ram(weight_depth, weight_bits)
        loader = ImageLoader(image)
        m.submodules.loader = ResetInserter(self.reload)(loader)
        thresholds = Array(self.thresholds)
        with m.If(loader.write[0]):
            m.d.sync += thresholds[loader.address].eq(loader.word)
        for section, table in ((1, biases), (2, weights)):
            m.d.comb += [
                table.write.eq(loader.write[section]),
                table.write_address.eq(loader.address),
                table.write_word.eq(loader.word),
            ]
        wiring.connect(m, wiring.flipped(self.image), loader.bytes)
        m.d.comb += loader.enable.eq(seq.loading & (seq.position == 0) & ~(self.counts.valid & loader.loaded))
        return biases, weights, thresholds[seq.layer], loader.loaded
