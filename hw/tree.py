"""A whole layer at once: weights as wiring between adders.

A weight costs no read and an input no cycle of its own. In exchange the silicon serves one network only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from amaranth.hdl import Const, Module, Value, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from model.network import Layer, signed_bits


class Multiples(wiring.Component):
    """Odd multiples of one count, which all weights of that input share.

    Each is a power of two times the count, plus or minus a smaller odd multiple: one adder apiece.
    ``times_<m>`` is ``m * count``.
    """

    def __init__(self, count_bits: int, odd: Iterable[int]):
        self.count_bits = count_bits
        self.plan = {1: (0, 0)}  # multiple -> (power, rest): multiple = 2**power + rest
        for multiple in sorted(set(odd)):
            self._add(multiple)
        super().__init__({"count": In(count_bits)} | {f"times_{m}": Out(self._bits(m)) for m in self.plan})

    def _bits(self, multiple: int) -> int:
        return (multiple * ((1 << self.count_bits) - 1)).bit_length()

    def _add(self, multiple: int) -> None:
        if multiple not in self.plan:
            powers = (multiple.bit_length() - 1, multiple.bit_length())
            rests = [(multiple - (1 << power), power) for power in powers]
            rest, power = min(rests, key=lambda choice: (abs(choice[0]) not in self.plan, abs(choice[0])))
            self._add(abs(rest))
            self.plan[multiple] = (power, rest)

    def elaborate(self, platform) -> Module:
        m = Module()
        m.d.comb += self.times_1.eq(self.count)
        for multiple, (power, rest) in self.plan.items():
            if multiple > 1:
                whole, part = self.count << power, getattr(self, f"times_{abs(rest)}")
                m.d.comb += getattr(self, f"times_{multiple}").eq(whole + part if rest > 0 else whole - part)
        return m


class TreeLayer(wiring.Component):
    """``b + W n`` of one layer as combinational logic: no clock, and each neuron as wide as its own weights need.

    counts:        the counts that enter, each in 0..count_max.
    potential_<i>: the sum of neuron i, signed.
    """

    def __init__(self, layer: Layer, count_max: int):
        self.layer = layer
        self.count_bits = count_max.bit_length()
        rows = [Layer(layer.weights[i : i + 1], layer.biases[i : i + 1], None) for i in range(layer.outputs)]
        self.widths = [signed_bits(*row.bounds(count_max)) for row in rows]
        super().__init__(
            {"counts": In(data.ArrayLayout(self.count_bits, layer.inputs))}
            | {f"potential_{i}": Out(signed(width)) for i, width in enumerate(self.widths)}
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        products = []
        for j, column in enumerate(self.layer.weights.T):
            weights = {int(abs(weight)) for weight in column if weight}
            m.submodules[f"multiples_{j}"] = multiples = Multiples(self.count_bits, map(_odd, weights))
            m.d.comb += multiples.count.eq(self.counts[j])
            products.append(multiples)
        for i, (weights, bias) in enumerate(zip(self.layer.weights, self.layer.biases, strict=True)):
            terms: dict[bool, list[Value]] = {True: [], False: []}
            for multiples, weight in zip(products, weights, strict=True):
                if weight:
                    size = int(abs(weight))
                    product = getattr(multiples, f"times_{_odd(size)}")
                    terms[bool(weight > 0)].append(product << (size // _odd(size)).bit_length() - 1)
            potential = _sum(terms[True]) - _sum(terms[False]) + Const(int(bias))
            m.d.comb += getattr(self, f"potential_{i}").eq(potential)
        return m


def _odd(number: int) -> int:
    """What is left when all factors of two are taken out."""
    return number // (number & -number)


def _sum(terms: Sequence[Value]) -> Value:
    """A balanced tree of adders."""
    if not terms:
        return Const(0)
    while len(terms) > 1:
        pairs = zip_longest(terms[::2], terms[1::2])
        terms = [first if second is None else first + second for first, second in pairs]
    return terms[0]
