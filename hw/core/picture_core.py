"""The core for pictures in RTL: maps of counts, a window that walks over them, and lanes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from amaranth.hdl import Array, Cat, Fragment, Module, Mux, ResetInserter, Signal, Value, signed, unsigned
from amaranth.lib import data
from amaranth.lib.memory import Memory

from sparrow_ecg.hw.core.argmax import Argmax
from sparrow_ecg.hw.core.lane import Lane, wire
from sparrow_ecg.hw.core.next_event import NextEvent
from sparrow_ecg.hw.core.passes import passes
from sparrow_ecg.hw.core.picture_walk import PictureWalk
from sparrow_ecg.hw.core.pooled_firing import PooledFiring
from sparrow_ecg.hw.core.tables import Rom, bias_words, weight_words
from sparrow_ecg.hw.geometry import Geometry
from sparrow_ecg.hw.ports import Block, Core
from sparrow_ecg.model.network import Convolution, Network


class PictureCore(Core):
    """Each layer's counts lie in a memory of their own, a word for each place, all channels in it. A window is read
    place by place; of a word only counts that are not zero cost a cycle, in which a weight for each lane is read, and
    added count times. Sums stay in the lanes until they fire, and what is pooled is summed as it fires, so that neither
    potentials nor the map before pooling are ever stored.
    """

    def __init__(self, network: Network, geometry: Geometry, lanes: int, hosted: bool = False):
        self.lanes = lanes
        self.walks = list(passes(network))
        self.counts_up_to = [network.count_max(k) for k in range(len(network.layers))]  # that enter each layer
        self.count_bits = max(self.counts_up_to).bit_length()
        super().__init__(network, geometry, loadable=False, hosted=hosted)
        self.input_store = self.probe("input_store")  # a count of the picture that is not zero is stored
        self.event_read = self.probe("event_read")  # a count of the window that is not zero
        self.bias_read = self.probe("bias_read", lanes)
        self.weight_read = self.probe("weight_read", lanes)
        self.accumulate = self.probe("accumulate", lanes)
        self.compare = self.probe("compare", 2 * lanes)  # a potential, or a square's sum, is held against its threshold
        self.pool = self.probe("pool", lanes)  # what a neuron fired is added to its square
        self.event_store = self.probe("event_store", lanes)  # a count that is not zero is stored
        self.output_compare = self.probe("output_compare")
        self.spikes = self.probe("spikes", range(lanes * max(self.counts_up_to) + 1), "sum")  # that are stored
        self.watch = [
            Signal(lanes, name="watch_leaving"),
            Signal(range(max(*(walk.computed.size for walk in self.walks), 2)), name="watch_neuron"),
            Signal(lanes * geometry.potential_bits, name="watch_potential"),
            Signal(lanes * self.count_bits, name="watch_fired"),
        ]
        self.blocks = {"walk": Block.CONTROL, "biases": Block.TABLES, "weights": Block.TABLES, "argmax": Block.FIRING}
        self.blocks["next_event"] = Block.ACTIVATIONS
        self.blocks |= {f"map_{k}": Block.ACTIVATIONS for k in range(geometry.layers)}
        self.blocks |= {f"lane_{i}": Block.LANES for i in range(lanes)}
        self.blocks |= {f"firing_{i}": Block.FIRING for i in range(lanes)}
        self.unread_resets = ("biases.held", "weights.held")

    def elaborate(self, platform) -> Module | Fragment:
        m = Module()
        g = self.geometry
        m.submodules.walk = walk = PictureWalk(self.walks, self.lanes)
        sizes = [size for groups in walk.groups for size in groups]
        working = Signal(self.lanes)  # lanes that have a neuron
        m.d.comb += [
            self.layer.eq(walk.layer),
            self.counts.ready.eq(walk.loading),
            walk.count_taken.eq(self.counts.valid & self.counts.ready),
            self.input_store.eq(walk.count_taken & (self.counts.payload != 0)),
            working.eq(Array((1 << size) - 1 for size in sizes)[walk.slot]),
        ]
        fired = Signal(data.ArrayLayout(unsigned(self.count_bits), self.lanes))
        stored = Signal()
        words = self._maps(m, walk, fired, stored)
        event = self._event(m, walk, words)

        m.submodules.biases = biases = Rom(bias_words(self.network, self.lanes, g.bias_bits), g.bias_bits * self.lanes)
        m.submodules.weights = weights = Rom(
            weight_words(self.network, self.lanes, g.weight_bits), g.weight_bits * self.lanes
        )
        row = Signal(unsigned(len(weights.address)))  # of the weights of the place at hand
        with m.If(walk.fetch):
            channels = walk.of_layer([each.entering.channels for each in self.walks])
            m.d.sync += row.eq(Mux(walk.begin, Array(self._rows(walk))[walk.slot], row + channels))
        load, counted = Signal(self.lanes), Signal(self.count_bits)
        m.d.comb += [
            biases.address.eq(walk.slot),
            biases.read.eq(walk.begin),
            self.bias_read.eq(Mux(walk.begin, working, 0)),
            weights.address.eq(row + event.channel),
            weights.read.eq(event.event),
            self.event_read.eq(event.event),
            self.weight_read.eq(Mux(event.event, working, 0)),
        ]
        m.d.sync += [load.eq(self.bias_read), self.accumulate.eq(self.weight_read)]
        with m.If(event.event):
            m.d.sync += counted.eq(event.count)
        lanes = [Lane(g, self.count_bits) for _ in range(self.lanes)]
        wire(m, lanes, load, biases.word, self.accumulate, weights.word, counted)
        self._fire(m, walk, lanes, working, fired, stored)
        self._answer(m, walk, Array([lane.potential for lane in lanes])[walk.lane])
        return ResetInserter(self.restart)(m) if self.hosted else m

    def _rows(self, walk: PictureWalk) -> list[int]:
        """The first word of weights of each slot."""
        rows, first = [], 0
        for layer, groups in zip(self.network.layers, walk.groups, strict=True):
            for _ in groups:
                rows.append(first)
                first += layer.weights.shape[1]
        return rows

    def _maps(self, m: Module, walk: PictureWalk, fired: Any, stored: Value) -> list[Any]:
        """The memories of counts that enter each layer: what is read of each."""
        words = []
        for k, each in enumerate(self.walks):
            whole, bits = each.entering, self.counts_up_to[k].bit_length()
            shape = data.ArrayLayout(unsigned(bits), whole.channels)
            memory = Memory(shape=shape, depth=max(whole.height * whole.width, 2), init=[])
            m.submodules[f"map_{k}"] = memory
            write, read = memory.write_port(granularity=1), memory.read_port()
            m.d.comb += [
                read.addr.eq(walk.y * whole.width + walk.x),
                read.en.eq(walk.fetch & walk.inside & (walk.layer == k)),
            ]
            for c in range(whole.channels):
                if k:
                    mine = stored & (walk.layer == k - 1) & (walk.group == c // self.lanes)
                    m.d.comb += [write.en[c].eq(mine), write.data[c].eq(fired[c % self.lanes])]
                else:
                    mine = walk.count_taken & (walk.channel == c)
                    m.d.comb += [write.en[c].eq(mine), write.data[c].eq(self.counts.payload)]
            m.d.comb += write.addr.eq(walk.place if k else walk.pixel)
            words.append(read.data)
        return words

    def _event(self, m: Module, walk: PictureWalk, words: Sequence[Any]) -> NextEvent:
        """The next count of the place at hand that is not zero; beyond the edges there is none."""
        m.submodules.next_event = event = NextEvent(max(each.entering.channels for each in self.walks), self.count_bits)
        inside = Signal()
        with m.If(walk.fetch):
            m.d.sync += inside.eq(walk.inside)
        with m.Switch(walk.layer):
            for k, word in enumerate(words):
                with m.Case(k):
                    m.d.comb += [event.counts[c].eq(word[c]) for c in range(self.walks[k].entering.channels)]
        m.d.comb += [
            event.fresh.eq(walk.fetch),
            event.walking.eq(walk.walking & inside),
            walk.more.eq(event.more),
        ]
        return event

    def _fire(
        self, m: Module, walk: PictureWalk, lanes: Sequence[Lane], working: Value, fired: Any, stored: Value
    ) -> None:
        """All neurons of a group fire at once; where they are pooled, a square's count is stored with its last."""
        g, layers = self.geometry, self.network.layers
        pools = [layer.pooling if isinstance(layer, Convolution) else None for layer in layers]
        pooled = walk.of_layer([int(pool is not None) for pool in pools])
        again = walk.of_layer([int(pool is not None and pool.firing is not None) for pool in pools])
        firing = Signal(self.lanes)
        m.d.comb += [
            firing.eq(Mux(walk.fire, working, 0)),
            stored.eq(walk.fire & (walk.square_done | ~pooled)),
            self.compare.eq(Cat(firing, Mux(stored & again, working, 0))),
            self.pool.eq(Mux(pooled, firing, 0)),
            self.event_store.eq(Mux(stored, Cat(working[i] & fired[i].any() for i in range(self.lanes)), 0)),
            self.spikes.eq(Mux(stored, sum(Mux(working[i], fired[i], 0) for i in range(self.lanes)), 0)),
            self.watch[0].eq(firing | Mux(walk.drain, 1 << walk.lane, 0)),
            self.watch[1].eq(walk.neuron),
        ]
        for i, lane in enumerate(lanes):
            m.submodules[f"firing_{i}"] = leaves = PooledFiring(layers, g.steps, g.potential_bits)
            m.d.comb += [
                leaves.layer.eq(walk.layer),
                leaves.potential.eq(lane.potential),
                leaves.fire.eq(firing[i]),
                leaves.done.eq(walk.square_done),
                fired[i].eq(leaves.count),
                self.watch[2].word_select(i, g.potential_bits).eq(lane.potential),
                self.watch[3].word_select(i, self.count_bits).eq(fired[i]),
            ]

    def _answer(self, m: Module, walk: PictureWalk, potential: Value) -> None:
        g = self.geometry
        neuron = Signal(range(max(self.network.outputs, 2)))
        m.submodules.argmax = argmax = Argmax(self.network.outputs, g.potential_bits)
        potentials = Signal(data.ArrayLayout(signed(g.potential_bits), self.network.outputs))
        m.d.comb += [
            neuron.eq(walk.neuron + walk.lane),
            self.output_compare.eq(walk.drain),
            argmax.enable.eq(walk.drain),
            argmax.first.eq(neuron == 0),
            argmax.index.eq(neuron),
            argmax.potential.eq(potential),
        ]
        with m.If(walk.drain):
            m.d.sync += potentials[neuron].eq(potential)
        m.d.comb += [
            self.result.valid.eq(walk.finished),
            self.result.payload.klass.eq(argmax.klass),
            self.result.payload.potentials.eq(potentials),
            walk.result_taken.eq(self.result.valid & self.result.ready),
        ]
