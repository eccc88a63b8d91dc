"""Sums of many bits at once, column by column, by full adders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from amaranth.hdl import Cat, Const, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

# How long an adder takes, in that of a full adder's.
FULL, HALF = 1.0, 0.5


def signed_digits(number: int) -> Iterator[tuple[int, int]]:
    """The canonical signed digits of a number, as (power of two, 1 or -1): fewest, and no two beside each other."""
    sign, number, power = (-1 if number < 0 else 1), abs(number), 0
    while number:
        if number & 1:
            digit = 2 - (number & 3)
            yield power, sign * digit
            number -= digit
        number >>= 1
        power += 1


class WeightedSum(wiring.Component):
    """``bias + sum(weights[j] * counts[j])``, modulo ``2**width``, as combinational logic.

    Each signed digit of a weight puts the bits of its count into columns, those of a negative one inverted (``-x`` is
    ``~x + 1``, and the ones join the bias). Then, from the lowest column up, a full adder takes the three bits that
    come first and hands on two, until one bit is left. So the bits that an adder takes come at about the same time,
    and few glitches are made; a tree of adders word by word makes many. An inverted bit stays so where it can: a full
    adder of inverted bits gives the inverted sum and carry.
    """

    def __init__(self, weights: tuple[int, ...], bias: int, count_bits: int, width: int):
        self.weights = weights
        self.bias = bias
        super().__init__(
            {f"count_{j}": In(count_bits) for j, weight in enumerate(weights) if weight} | {"total": Out(width)}
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        columns = _Columns(m, len(self.total))
        ones = self.bias
        for j, weight in enumerate(self.weights):
            for power, digit in signed_digits(weight):
                for k, bit in enumerate(getattr(self, f"count_{j}"), start=power):
                    columns.put(k, _Bit(0.0, digit < 0, bit))
                    ones -= (digit < 0) << k
        m.d.comb += self.total.eq(Cat(columns.total(k, ones >> k & 1) for k in range(len(self.total))))
        return m


class _Bit(NamedTuple):
    """A signal, or its inverse, and when it comes."""

    time: float
    inverted: bool
    signal: Value


class _Columns:
    """Bits by the power of two that they count."""

    def __init__(self, m: Module, width: int):
        self.m = m
        self.bits: list[list[_Bit]] = [[] for _ in range(width)]

    def put(self, k: int, bit: _Bit) -> None:
        if k < len(self.bits):
            self.bits[k].append(bit)

    def total(self, k: int, one: int) -> Value:
        """The bit that column k comes to, with ``one`` added. Carries go to the next column."""
        column = self.bits[k]
        while len(column) + one > 1:
            taken = _earliest(column, 3 - one)
            column[:] = [bit for bit in column if not any(bit is other for other in taken)]
            inverted = sum(bit.inverted for bit in taken) > 1
            signals = [bit.signal if bit.inverted == inverted else ~bit.signal for bit in taken]
            time = max(bit.time for bit in taken) + {3: FULL, 2: HALF, 1: 0}[len(taken)]
            for power, value in zip((k, k + 1), _add(signals, one ^ inverted), strict=True):
                signal = Signal(name=f"bit_{power}")
                self.m.d.comb += signal.eq(value)
                self.put(power, _Bit(time, inverted, signal))
            one = 0
        if not column:
            return Const(one, 1)
        return ~column[0].signal if column[0].inverted else column[0].signal


def _add(signals: list[Value], constant: int) -> tuple[Value, Value]:
    """Sum and carry of three bits, of two and a constant, or of one and 1."""
    if len(signals) == 1:
        return ~signals[0], signals[0]
    if len(signals) == 2:
        a, b = signals
        return (~(a ^ b), a | b) if constant else (a ^ b, a & b)
    a, b, c = signals
    return a ^ b ^ c, (a & b) | ((a ^ b) & c)


def _earliest(column: list[_Bit], most: int) -> list[_Bit]:
    """The bits that come first; of those that come together, such that are alike."""
    column.sort(key=lambda bit: bit.time)
    early = [bit for bit in column if bit.time <= column[:most][-1].time]
    for inverted in (False, True):
        alike = [bit for bit in early if bit.inverted == inverted]
        if len(alike) >= most:
            return alike[:most]
    return early[:most]
