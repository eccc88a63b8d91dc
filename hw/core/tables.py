"""Where weights and biases live: the words of a table, the table in logic or memory, and the image that loads it.

A word holds one number for each lane, lane 0 in the low bits. A bias word serves one group of neurons; a weight
word serves one input of one group. Words lie in the order in which the sequencer asks for them: layer by layer,
group by group, input by input.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from amaranth.hdl import Cat, Module, Signal, Value, unsigned
from amaranth.lib import stream, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.core.schedule import group_sizes
from sparrow_ecg.hw.geometry import Geometry
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Dense, Network


def groups(layer: Dense, lanes: int) -> Iterator[slice]:
    """The neurons of a layer, or channels of a convolution, that the lanes compute together."""
    first = 0
    for size in group_sizes(len(layer.weights), lanes):
        yield slice(first, first + size)
        first += size


def bias_words(network: Network, lanes: int, bits: int) -> list[int]:
    """One word for each group of each layer."""
    return [_pack(layer.biases[g], bits) for layer in network.layers for g in groups(layer, lanes)]


def weight_words(network: Network, lanes: int, bits: int) -> list[int]:
    """One word for each input of each group of each layer."""
    return [
        _pack(layer.weights[g, j], bits)
        for layer in network.layers
        for g in groups(layer, lanes)
        for j in range(layer.weights.shape[1])
    ]


def _pack(numbers: np.ndarray, bits: int) -> int:
    return sum((int(number) & ((1 << bits) - 1)) << (lane * bits) for lane, number in enumerate(numbers))


def look_up(m: Module, words: Sequence[int], address: Value, word: Value) -> None:
    """A table of constants in logic: ``word`` is what stands at ``address``, 0 beyond the end."""
    with m.Switch(address):
        for k, constant in enumerate(words):
            with m.Case(k):
                m.d.comb += word.eq(constant)


class Rom(wiring.Component):
    """A table of constants in logic. ``word`` follows ``address`` one cycle after ``read``, and then holds."""

    def __init__(self, words: Sequence[int], bits: int):
        self.words = words
        super().__init__(
            {"address": In(unsigned(_address_bits(len(words)))), "read": In(1), "word": Out(unsigned(bits))}
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        held = Signal.like(self.address)
        with m.If(self.read):
            m.d.sync += held.eq(self.address)
        look_up(m, self.words, held, self.word)
        return m


class Ram(wiring.Component):
    """The same table in a memory that is written through ``write_*``."""

    def __init__(self, depth: int, bits: int):
        self.depth = depth
        super().__init__(
            {
                "address": In(unsigned(_address_bits(depth))),
                "read": In(1),
                "word": Out(unsigned(bits)),
                "write": In(1),
                "write_address": In(unsigned(_address_bits(depth))),
                "write_word": In(unsigned(bits)),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        m.submodules.memory = memory = Memory(shape=self.word.shape(), depth=self.depth, init=[])
        write, read = memory.write_port(), memory.read_port()
        m.d.comb += [
            read.addr.eq(self.address),
            read.en.eq(self.read),
            self.word.eq(read.data),
            write.addr.eq(self.write_address),
            write.data.eq(self.write_word),
            write.en.eq(self.write),
        ]
        return m


def _address_bits(depth: int) -> int:
    return max(1, (depth - 1).bit_length())


class Sections(NamedTuple):
    """Of an image, in order: the number of words, and the bits in a word."""

    thresholds: tuple[int, int]
    biases: tuple[int, int]
    weights: tuple[int, int]


class CoreImage:
    """What a ``ram`` core is loaded with: thresholds, bias words, weight words, each little-endian in whole bytes."""

    def __init__(self, geometry: Geometry, lanes: int):
        self.geometry = geometry
        self.lanes = lanes
        pairs = list(zip(geometry.shape, geometry.shape[1:], strict=False))
        per_layer = [(inputs, len(group_sizes(outputs, lanes))) for inputs, outputs in pairs]
        self.sections = Sections(
            (max(1, geometry.layers - 1), max(geometry.thresholds).bit_length()),
            (sum(groups for _, groups in per_layer), geometry.bias_bits * lanes),
            (sum(inputs * groups for inputs, groups in per_layer), geometry.weight_bits * lanes),
        )

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(words * -(-bits // 8) for words, bits in self.sections)

    def of(self, network: Network) -> bytes:
        """The image of a network. Raises InputError when the network does not fit this chip."""
        g = self.geometry
        for name, chip, wanted in (
            ("shape", g.shape, network.shape),
            ("T", g.steps, network.steps),
            ("input bits", g.input_bits, network.input_bits),
            ("weight bits", g.weight_bits, network.weight_bits),
        ):
            if chip != wanted:
                raise InputError(f"network '{network.name}' has {name} {wanted}, but this chip is built for {chip}")
        low, high = -(1 << (g.bias_bits - 1)), (1 << (g.bias_bits - 1)) - 1
        for k, layer in enumerate(network.layers):
            if not low <= layer.biases.min() <= layer.biases.max() <= high:
                raise InputError(
                    f"network '{network.name}': a bias of layer {k} is beyond this chip's {g.bias_bits} bits"
                )
            if layer.firing and layer.firing.threshold_log2 not in g.thresholds:
                threshold = layer.firing.threshold_log2
                raise InputError(
                    f"network '{network.name}': layer {k} fires at 2**{threshold}, beyond this chip's sums"
                )
        tables = (
            [layer.firing.threshold_log2 for layer in network.layers if layer.firing] or [0],
            bias_words(network, self.lanes, g.bias_bits),
            weight_words(network, self.lanes, g.weight_bits),
        )
        return b"".join(
            word.to_bytes(-(-bits // 8), "little")
            for words, (_, bits) in zip(tables, self.sections, strict=True)
            for word in words
        )


class ImageLoader(wiring.Component):
    """Takes an image, byte by byte, and writes its words where they belong.

    write:  one bit for each section (thresholds, biases, weights); ``address`` and ``word`` go with it.
    loaded: a whole image has come in since reset, and no other has begun.
    """

    def __init__(self, image: CoreImage):
        self.image = image
        widest = max(-(-bits // 8) * 8 for _, bits in image.sections)
        deepest = max(words for words, _ in image.sections)
        super().__init__(
            {
                "bytes": In(stream.Signature(8)),
                "enable": In(1),
                "write": Out(len(image.sections)),
                "address": Out(unsigned(_address_bits(deepest))),
                "word": Out(unsigned(widest)),
                "loaded": Out(1),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        length = len(self.word) // 8
        section = Signal(range(len(self.image.sections)))
        byte = Signal(range(length + 1))
        earlier = Signal(8 * max(length - 1, 1))
        m.d.comb += self.bytes.ready.eq(self.enable)
        with m.If(self.bytes.valid & self.bytes.ready):
            incoming = self.bytes.payload
            m.d.sync += [self.loaded.eq(0), byte.eq(byte + 1)]
            m.d.sync += earlier.eq(Cat(earlier, incoming)[8:])
            with m.Switch(section):
                for k, (words, bits) in enumerate(self.image.sections):
                    size = -(-bits // 8)
                    with m.Case(k), m.If(byte == size - 1):
                        if size > 1:
                            m.d.comb += self.word.eq(Cat(earlier[len(earlier) - 8 * (size - 1) :], incoming))
                        else:
                            m.d.comb += self.word.eq(incoming)
                        m.d.comb += self.write[k].eq(1)
                        m.d.sync += [byte.eq(0), self.address.eq(self.address + 1)]
                        with m.If(self.address == words - 1):
                            m.d.sync += self.address.eq(0)
                            if k == len(self.image.sections) - 1:
                                m.d.sync += [section.eq(0), self.loaded.eq(1)]
                            else:
                                m.d.sync += section.eq(k + 1)
        return m
