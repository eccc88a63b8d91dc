"""Tables of numbers: how they are packed, both ways to hold them, and the image that loads them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tables import ImageLoader, Ram, Rom, bias_words, weight_words
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Dense, DirectCounts, Firing, Network
from sparrow_ecg.model.network.drawn import random_network
from tests.support.examples import examples
from tests.support.networks import networks
from tests.support.simulate import simulate


def unpack(word: int, lane: int, bits: int) -> int:
    """The signed number of a lane."""
    number = (word >> (lane * bits)) & ((1 << bits) - 1)
    return number - (number >> (bits - 1) << bits)


@examples(30)
@given(networks(neurons=12), st.integers(1, 12))
def test_words_hold_every_number_once(network: Network, lanes: int) -> None:
    config = Serial(min(lanes, max(network.shape[1:])))
    bits = config.geometry(network).bias_bits
    biases = iter(bias_words(network, config.lanes, bits))
    weights = iter(weight_words(network, config.lanes, network.weight_bits))
    for layer in network.layers:
        for first in range(0, layer.outputs, config.lanes):
            group = range(first, min(first + config.lanes, layer.outputs))
            word = next(biases)
            assert [unpack(word, lane, bits) for lane in range(len(group))] == layer.biases[group].tolist()
            for j in range(layer.inputs):
                word = next(weights)
                numbers = [unpack(word, lane, network.weight_bits) for lane in range(len(group))]
                assert numbers == layer.weights[group, j].tolist()
    assert not list(biases)
    assert not list(weights)


@pytest.mark.parametrize("depth", [1, 2, 5, 16])
def test_rom_and_ram_hold_the_same(depth: int) -> None:
    """The word comes a cycle after ``read``, and holds until the next one, whatever the address does."""
    rng = np.random.default_rng(depth)
    words = rng.integers(0, 1 << 10, depth).tolist()
    for table in (Rom(words, 10), Ram(depth, 10)):

        async def bench(context, table: Rom | Ram = table) -> None:
            if isinstance(table, Ram):
                context.set(table.write, 1)
                for address, word in enumerate(words):
                    context.set(table.write_address, address)
                    context.set(table.write_word, word)
                    await context.tick()
                context.set(table.write, 0)
            held = None
            for _cycle in range(100):
                address, read = int(rng.integers(depth)), int(rng.integers(2))
                context.set(table.address, address)
                context.set(table.read, read)
                await context.tick()
                held = words[address] if read else held
                if held is not None:
                    assert context.get(table.word) == held

        simulate(table, bench)


@pytest.mark.parametrize("lanes", [1, 3])
@pytest.mark.parametrize("stalls", [False, True])
def test_loader_writes_every_word_where_it_belongs(lanes: int, stalls: bool) -> None:
    rng = np.random.default_rng(lanes)
    network = random_network(rng, (5, 4, 3), steps=7, weight_bits=5, input_bits=3)
    config = Serial(lanes, weights="ram")
    image = config.image(config.geometry(network))
    content = image.of(network)
    assert len(content) == image.size
    loader = ImageLoader(image)
    bits = image.geometry.bias_bits
    tables = (
        [layer.firing.threshold_log2 for layer in network.layers if layer.firing],
        bias_words(network, config.lanes, bits),
        weight_words(network, config.lanes, 5),
    )
    expected = [(section, a, word) for section, table in enumerate(tables) for a, word in enumerate(table)]

    async def bench(context) -> None:
        for _again in range(2):
            written = []
            for position, byte in enumerate(content):
                context.set(loader.bytes.payload, byte)
                for valid, enable in [(1, 0), (0, 1)] if stalls else []:
                    context.set(loader.bytes.valid, valid)
                    context.set(loader.enable, enable)
                    assert context.get(loader.bytes.ready) == enable
                    assert context.get(loader.write) == 0
                    await context.tick()
                context.set(loader.bytes.valid, 1)
                context.set(loader.enable, 1)
                for section in range(3):
                    if context.get(loader.write) >> section & 1:
                        width = image.sections[section][1]
                        word = context.get(loader.word) & ((1 << width) - 1)
                        written.append((section, context.get(loader.address), word))
                await context.tick()
                assert context.get(loader.loaded) == (position == len(content) - 1)
            context.set(loader.bytes.valid, 0)
            assert written == expected

    simulate(loader, bench)


def test_image_layout() -> None:
    """Thresholds, biases, weights, each word in whole bytes, low byte first."""
    hidden = Dense(np.array([[1, -1], [2, -2], [3, -3]]), np.array([5, -6, 7]), Firing(4, 3))
    last = Dense(np.array([[1, 2, 3]]), np.array([-8]), None)
    network = Network("image", DirectCounts(2, 2), (hidden, last), 3, 4, ("a",), {})
    config = Serial(2, weights="ram")
    geometry = replace(config.geometry(network), bias_bits=12)
    image = config.image(geometry)
    assert image.of(network).hex(" ").split("  ") == [
        "04 "  # threshold
        "05 a0 ff 07 00 00 f8 0f 00 "  # biases: 5 and -6, 7, -8, of 12 bits
        "21 ef 03 0d 01 02 03"  # weights: a word for each input of each group
    ]


@pytest.mark.parametrize(
    ("wanted", "change"),
    [
        ("shape", lambda n: random_network(np.random.default_rng(1), (5, 4, 2), steps=7, weight_bits=4, input_bits=3)),
        ("T", lambda n: random_network(np.random.default_rng(1), n.shape, steps=6, weight_bits=4, input_bits=3)),
        ("input bits", lambda n: replace(n, encoding=DirectCounts(5, 2))),
        ("weight bits", lambda n: replace(n, weight_bits=5)),
        ("a bias of layer 1", lambda n: _with_bias(n, 1 << 30)),
        ("a bias of layer 1", lambda n: _with_bias(n, -(1 << 30))),
        ("layer 0 fires at", lambda n: replace(n, layers=(replace(n.layers[0], firing=Firing(40, 7)), n.layers[1]))),
    ],
)
def test_image_of_another_chip_is_refused(wanted: str, change) -> None:
    network = random_network(np.random.default_rng(1), (5, 4, 3), steps=7, weight_bits=4, input_bits=3)
    config = Serial(2, weights="ram")
    image = config.image(config.geometry(network))
    with pytest.raises(InputError, match=wanted) as caught:
        image.of(change(network))
    assert "\n" not in str(caught.value)


def _with_bias(network: Network, bias: int) -> Network:
    first, last = network.layers
    return replace(network, layers=(first, replace(last, biases=np.full(last.outputs, bias))))
