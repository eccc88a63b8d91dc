"""Weights as they lie in flash: an entry for each that is not zero, with the gap before it.

An entry is a word of 8 or 16 bits. Its upper bits are the weight, less the lowest one there may be; its lower ones say
how many counts before its own have no weight. Where a gap does not fit, an entry with weight 0 goes in between. With
no bits for gaps, this is the dense matrix.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from sparrow_ecg.model.network import Network

WIDTHS = (8, 16)  # of an entry, in bits


@dataclass(frozen=True)
class Packed:
    """The weights of all layers.

    width:    bits of an entry. gap_bits: the lower ones of them, that are the gap.
    zero:     what stands for weight 0.
    entries:  neuron after neuron.
    fan_in:   how many of them each neuron has.
    """

    width: int
    gap_bits: int
    zero: int
    entries: tuple[int, ...]
    fan_in: tuple[int, ...]

    @property
    def bytes(self) -> int:
        return len(self.entries) * self.width // 8 + len(self.fan_in) * (1 if max(self.fan_in) < 256 else 2)


def pack(network: Network, width: int, gap_bits: int) -> Packed:
    """The weights in entries of that form."""
    zero = 1 << (network.weight_bits - 1)
    neurons = [
        [(weight + zero) << gap_bits | gap for gap, weight in _entries(row, (1 << gap_bits) - 1)]
        for layer in network.layers
        for row in layer.weights
    ]
    return Packed(width, gap_bits, zero, tuple(chain.from_iterable(neurons)), tuple(map(len, neurons)))


def _entries(row: np.ndarray, longest: int) -> Iterator[tuple[int, int]]:
    """Gap and weight of each entry of a neuron."""
    at = 0
    for place in np.flatnonzero(row).tolist():
        while place - at > longest:
            yield longest, 0
            at += longest + 1
        yield place - at, int(row[place])
        at = place + 1


def smallest(network: Network) -> Packed:
    """The form that takes the fewest bytes; of equals, that with the narrowest gaps."""
    forms = [(width, gap) for width in WIDTHS for gap in range(width - network.weight_bits + 1)]
    return min((pack(network, *form) for form in forms), key=lambda packed: packed.bytes)
