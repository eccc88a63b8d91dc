"""Training: floats, fake-quantised and integer networks agree, each with the next; and a seed decides everything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.model.conversion.ssf import best_threshold, fold, scale
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.signals.ecg.splits import make_split
from sparrow_ecg.model.training.recipes import RECIPES, Recipe

torch = pytest.importorskip("torch", reason="torch is not installed: the extra `train` brings it")

from sparrow_ecg.model.training.fit import PRUNED, _sparsity, fit  # noqa: E402
from sparrow_ecg.model.training.floats import Floor, float_network  # noqa: E402
from sparrow_ecg.model.training.integers import IntegerNetwork, to_integers  # noqa: E402

SMALL = Recipe(
    encoding=Encoding(before=80, block=8, blocks=20, input_bits=4, features=("previous", "range")),
    hidden=(10, 6),
    steps=7,
    weight_bits=4,
    epochs=(3, 3),
    batch=32,
    rates=(0.02, 0.01),
)


CLASSES = ("N", "S", "V", "F")


def warm(recipe: Recipe, seed: int = 0) -> torch.nn.Sequential:
    """A float network whose BatchNorm has seen a few batches of counts, in evaluation mode."""
    torch.manual_seed(seed)
    model = float_network(recipe, len(CLASSES))
    for _ in range(50):
        model(torch.rand(64, recipe.encoding.inputs))
    return model.eval()


def random_counts(recipe: Recipe, beats: int, seed: int = 0) -> np.ndarray:
    shape = beats, recipe.encoding.inputs
    return np.random.default_rng(seed).integers(0, 1 << recipe.encoding.input_bits, shape)


def test_floor_and_its_gradient() -> None:
    x = torch.tensor([-1.5, -0.1, 0.0, 0.9, 3.2, 7.0, 7.9, 8.0], requires_grad=True)
    y = Floor.apply(x, 7)
    y.sum().backward()
    assert y.tolist() == [0, 0, 0, 0, 3, 7, 7, 7]
    assert x.grad.tolist() == [0, 0, 1, 1, 1, 1, 1, 0]


def test_fold_gives_what_batchnorm_gives() -> None:
    rng = np.random.default_rng(0)
    weights, x = rng.normal(size=(5, 7)), rng.normal(size=(30, 7))
    mean, gain, shift = rng.normal(size=(3, 5))
    variance = rng.uniform(0.1, 2, 5)
    folded, bias = fold(weights, mean, variance, gain, shift)
    expected = (x @ weights.T - mean) / np.sqrt(variance) * gain + shift
    assert np.allclose(x @ folded.T + bias, expected)


def test_the_threshold_suits_the_weights() -> None:
    weights = np.array([[-0.9, 0.4, 0.1]])
    assert scale(best_threshold(weights, 8, 15, 15, 0), 15, 15) == 128  # 0.9 * 128 is the last to fit 8 bits
    assert best_threshold(weights, 8, 15, 15, 1) == 8


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


def zeros(integers: IntegerNetwork) -> list[int]:
    """Of each layer's weights."""
    return [int((layer.integers()[0] == 0).sum()) for layer in integers.layers]


def test_the_smallest_weights_of_hidden_layers_become_zero() -> None:
    recipe = replace(SMALL, sparsity=0.75, weight_bits=12)
    dense, sparse = to_integers(warm(recipe), recipe), to_integers(warm(recipe), recipe)
    most = 0
    for epochs in (0.1, 0.3, PRUNED, 1.0):
        sparse.prune(_sparsity(recipe, epochs))
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


def test_a_sparse_network_is_as_sparse_as_its_recipe_says(synthetic_beats: Beats) -> None:
    recipe = replace(SMALL, sparsity=0.6)
    counts, split = recipe.encoding.encode(synthetic_beats), make_split("intra", synthetic_beats, 0)
    network = fit("small", recipe, counts, synthetic_beats, split, 0)
    for layer in network.layers[:-1]:
        assert (layer.weights == 0).mean() >= 0.59


@pytest.mark.parametrize("name", RECIPES)
def test_shipped_networks_have_their_zeros(name: str) -> None:
    for layer in Network.load(name).layers[:-1]:
        assert (layer.weights == 0).sum() >= round(RECIPES[name].sparsity * layer.weights.size)


def test_a_seed_decides_the_network(synthetic_beats: Beats) -> None:
    counts, split = SMALL.encoding.encode(synthetic_beats), make_split("intra", synthetic_beats, 0)
    first, again, other = (fit("small", SMALL, counts, synthetic_beats, split, seed).digest for seed in (1, 1, 2))
    assert first == again != other


def test_it_learns(synthetic_beats: Beats) -> None:
    recipe = replace(SMALL, epochs=(30, 30))
    counts, split = recipe.encoding.encode(synthetic_beats), make_split("intra", synthetic_beats, 0)
    network = fit("small", recipe, counts, synthetic_beats, split, 0)
    labels = synthetic_beats.label[split.test]
    accuracy = (golden.run(network, counts[split.test]).classes == labels).mean()
    assert accuracy > np.bincount(labels).max() / len(labels)


def test_the_test_part_has_no_say(synthetic_beats: Beats) -> None:
    """Other labels and other signals there change nothing in the network."""
    counts, split = SMALL.encoding.encode(synthetic_beats), make_split("intra", synthetic_beats, 0)
    digest = fit("small", SMALL, counts, synthetic_beats, split, 0).digest
    labels, spoilt = synthetic_beats.label.copy(), counts.copy()
    labels[split.test], spoilt[split.test] = 3, 0
    assert fit("small", SMALL, spoilt, replace(synthetic_beats, label=labels), split, 0).digest == digest


def test_the_classes_are_those_of_the_beats(synthetic_beats: Beats) -> None:
    """Another data set has other classes, and another number of them."""
    recipe = replace(SMALL, epochs=(1, 1))
    beats = replace(synthetic_beats, label=np.minimum(synthetic_beats.label, 1), classes=("rest", "seizure"))
    network = fit("small", recipe, recipe.encoding.encode(beats), beats, make_split("intra", beats, 0), 0)
    assert network.classes == ("rest", "seizure")
    assert network.outputs == 2


def test_potentials_that_were_not_trained_exactly_are_refused() -> None:
    recipe = replace(SMALL, weight_bits=16, steps=1023)
    with pytest.raises(InputError, match="float32 does not train"):
        to_integers(warm(recipe), recipe).dense()
