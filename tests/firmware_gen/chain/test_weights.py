"""Weights come out of their entries as they went in, and no form is smaller than the one that is chosen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.firmware_gen.chain.weights import WIDTHS, Packed, pack, smallest
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.drawn import random_network
from tests.support.examples import examples
from tests.support.networks import networks


def unpacked(packed: Packed, network: Network) -> list[list[list[int]]]:
    """The weights of each layer, read entry by entry as the C code does."""
    entries, fan_in, layers = iter(packed.entries), iter(packed.fan_in), []
    for layer in network.layers:
        rows = np.zeros_like(layer.weights)
        for row in rows:
            at = 0
            for _ in range(next(fan_in)):
                entry = next(entries)
                assert 0 <= entry < 1 << packed.width
                at += entry & ((1 << packed.gap_bits) - 1)
                row[at] = (entry >> packed.gap_bits) - packed.zero
                at += 1
        layers.append(rows.tolist())
    assert next(entries, None) is None
    return layers


@examples(30)
@given(networks(), st.data())
def test_what_goes_in_comes_out(network: Network, data: st.DataObject) -> None:
    expected = [layer.weights.tolist() for layer in network.layers]
    width = data.draw(st.sampled_from(WIDTHS))
    gap_bits = data.draw(st.integers(0, width - network.weight_bits))
    assert unpacked(pack(network, width, gap_bits), network) == expected
    best = smallest(network)
    assert unpacked(best, network) == expected
    assert best.bytes <= pack(network, width, gap_bits).bytes


@pytest.mark.parametrize(("name", "gap_bits"), [("tiny", 3), ("frugal", 3), ("accurate", 0)])
def test_shipped_networks_take_a_byte_a_weight(name: str, gap_bits: int) -> None:
    network = Network.load(name)
    best = smallest(network)
    assert (best.width, best.gap_bits) == (8, gap_bits)
    assert best.bytes < min(network.synapses, 2 * network.nonzero_synapses)


def test_wide_weights() -> None:
    network = random_network(np.random.default_rng(0), (300, 4, 2), weight_bits=12, weights="sparse")
    best = smallest(network)
    assert best.width == 16
    assert unpacked(best, network) == [layer.weights.tolist() for layer in network.layers]
