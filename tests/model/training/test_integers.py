"""Floats, integers that learn and the golden model agree, each with the next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.training.recipes import RECIPES, Recipe

torch = pytest.importorskip("torch", reason="torch is not installed: the extra `train` brings it")

from sparrow_ecg.model.training.fit import PRUNED, sparsity_at  # noqa: E402
from sparrow_ecg.model.training.floats import Floor  # noqa: E402
from sparrow_ecg.model.training.integers import IntegerNetwork, to_integers  # noqa: E402
from tests.support.recipes import CLASSES, SMALL, warm  # noqa: E402


def random_counts(recipe: Recipe, beats: int, seed: int = 0) -> np.ndarray:
    shape = beats, recipe.encoding.inputs
    return np.random.default_rng(seed).integers(0, 1 << recipe.encoding.input_bits, shape)


@pytest.mark.parametrize(("steps", "input_bits"), [(15, 4), (7, 4), (1, 1), (31, 8)])
def test_wide_integers_repeat_the_float_network(steps: int, input_bits: int) -> None:
    """The integer network is the float network with rounded weights: with many bits, both say the same."""
    recipe = replace(SMALL, steps=steps, weight_bits=14, encoding=replace(SMALL.encoding, input_bits=input_bits))
    model = warm(recipe)
    counts = torch.tensor(random_counts(recipe, 500), dtype=torch.float32)
    with torch.no_grad():
        floats = model(counts / ((1 << input_bits) - 1))
        integers = to_integers(model, recipe).logits(counts)
    close = (floats - integers).abs().amax(dim=1) < 0.05 * floats.std()
    assert close.float().mean() > 0.9  # a sum next to a threshold may fall on its other side


@pytest.mark.parametrize("name", [*RECIPES, "small"])
def test_training_sees_what_hardware_computes(name: str) -> None:
    """Every potential of every layer, not only the class, bit for bit."""
    recipe = {**RECIPES, "small": SMALL}[name]
    integers = to_integers(warm(recipe), recipe)
    counts = random_counts(recipe, 300)
    network = Network(name, recipe.encoding, integers.dense(), recipe.steps, recipe.weight_bits, CLASSES, {})
    trace = golden.run(network, counts)
    x = torch.tensor(counts, dtype=torch.float32)
    with torch.no_grad():
        for layer, potentials in zip(integers.layers, trace.potentials, strict=True):
            seen = layer(x)
            assert (seen.numpy() == potentials).all()
            if layer.firing:
                x = Floor.apply(seen * 2.0**-layer.firing.threshold_log2, recipe.steps)
        assert (integers(torch.tensor(counts, dtype=torch.float32)).numpy() == trace.outputs).all()


def test_potentials_that_were_not_trained_exactly_are_refused() -> None:
    recipe = replace(SMALL, weight_bits=16, steps=1023)
    with pytest.raises(InputError, match="float32 does not train"):
        to_integers(warm(recipe), recipe).dense()


def zeros(integers: IntegerNetwork) -> list[int]:
    """Of each layer's weights."""
    return [int((layer.integers()[0] == 0).sum()) for layer in integers.layers]


def test_the_smallest_weights_of_hidden_layers_become_zero() -> None:
    recipe = replace(SMALL, sparsity=0.75, weight_bits=12)
    dense, sparse = to_integers(warm(recipe), recipe), to_integers(warm(recipe), recipe)
    most = 0
    for epochs in (0.1, 0.3, PRUNED, 1.0):
        sparse.prune(sparsity_at(recipe, epochs))
        least, most = most, zeros(sparse)[0]
        assert most > least or epochs > PRUNED
    assert [layer.kept.mean() for layer in sparse.layers] == [0.25, 0.25, 1]
    for before, after in zip(dense.layers[:-1], sparse.layers[:-1], strict=True):
        (all_weights, _), (weights, _) = before.integers(), after.integers()
        lost = weights != all_weights
        assert (weights[lost] == 0).all()
        assert all_weights[lost].abs().max() <= weights[weights != 0].abs().min()


def test_a_pruned_weight_rests_and_may_come_back() -> None:
    recipe = replace(SMALL, hidden=(2,), sparsity=0.5)
    layer = to_integers(warm(recipe), recipe).layers[0]
    layer.weight.data[:] = torch.tensor([[0.1], [0.2]]).expand_as(layer.weight)
    layer.prune(0.5)
    assert (layer.kept == torch.tensor([[0.0], [1.0]])).all()
    layer(torch.ones(1, layer.weight.shape[1])).sum().backward()
    assert ((layer.weight.grad != 0) == (layer.kept == 1)).all()
    layer.weight.data[1] = 0.05
    layer.prune(0.5)
    assert (layer.kept == torch.tensor([[1.0], [0.0]])).all()
