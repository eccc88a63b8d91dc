"""Networks that train together are what each would be alone: layers, integers, zeros, and no word between them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.model.network import golden
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.splits import make_split
from sparrow_ecg.model.training.recipes import RECIPES

torch = pytest.importorskip("torch", reason="torch is not installed: the extra `train` brings it")

from sparrow_ecg.model.training.floats import float_network  # noqa: E402
from sparrow_ecg.model.training.integers import to_integers  # noqa: E402
from sparrow_ecg.model.training.together import FloatStack, IntegerStack, fit_together  # noqa: E402

BASE = replace(RECIPES["tiny"], hidden=(6, 5), epochs=(3, 3), batch=64)
SOME = [replace(BASE, steps=steps, weight_bits=bits) for steps, bits in ((1, 3), (7, 5), (3, 8))]
INPUTS = BASE.encoding.inputs


def test_a_stack_of_floats_computes_and_normalises_as_each_network() -> None:
    torch.manual_seed(1)
    networks = [float_network(recipe, 4) for recipe in SOME]
    stack = FloatStack(networks, SOME)
    x = torch.rand(50, INPUTS)
    together = stack(x)
    alone = torch.stack([network.train()(x) for network in networks])
    torch.testing.assert_close(together, alone)
    averages = [network[1].running_var.clone() for network in networks]
    for network, average in zip(stack.returned(), averages, strict=True):
        torch.testing.assert_close(network[1].running_var, average)


def test_a_stack_of_integers_computes_and_prunes_as_each_network() -> None:
    torch.manual_seed(2)
    networks = [to_integers(float_network(recipe, 4).eval(), recipe) for recipe in SOME]
    stack = IntegerStack(networks, SOME)
    counts = torch.randint(0, 16, (50, INPUTS)).float()
    assert (stack(counts) == torch.stack([network(counts) for network in networks])).all()
    for network in networks:
        network.prune(0.4)
    alone = torch.stack([network.logits(counts) for network in networks])
    stack.prune(0.4)
    torch.testing.assert_close(stack.logits(counts), alone)


def test_no_gradient_goes_from_one_network_to_another() -> None:
    torch.manual_seed(3)
    stack = IntegerStack([to_integers(float_network(recipe, 4).eval(), recipe) for recipe in SOME], SOME)
    stack(torch.randint(0, 16, (50, INPUTS)).float())[1].sum().backward()
    moved = [bool(stack.stacked["layers.2.weight"].grad[k].any()) for k in range(len(SOME))]
    assert moved == [False, True, False]


def test_networks_are_of_their_recipes_and_a_seed_decides_them(synthetic_beats: Beats) -> None:
    counts, split = BASE.encoding.encode(synthetic_beats), make_split("intra", synthetic_beats, 0)
    labels = synthetic_beats.label[split.train]
    names = ["one", "two", "three"]
    first, second = (fit_together(names, SOME, counts, synthetic_beats, split, 4) for _ in range(2))
    assert [network.digest for network in first] == [network.digest for network in second]
    for network, recipe in zip(first, SOME, strict=True):
        assert (network.steps, network.weight_bits) == (recipe.steps, recipe.weight_bits)
        for layer in network.layers[:-1]:
            assert np.count_nonzero(layer.weights == 0) >= round(0.4 * layer.weights.size)
        right = (golden.run(network, counts[split.train]).classes == labels).mean()
        assert right > np.bincount(labels).max() / len(labels) - 0.05


@pytest.mark.parametrize(
    ("other", "why"),
    [({"hidden": (6, 4)}, "differ in more"), ({"dropout": 0.1}, "one by one"), ({"refit": True}, "one by one")],
)
def test_what_does_not_go_together_is_refused(synthetic_beats: Beats, other: dict, why: str) -> None:
    both = [SOME[0], SOME[1]] if "hidden" in other else []
    recipes = [*both, *(replace(recipe, **other) for recipe in SOME)]
    split = make_split("intra", synthetic_beats, 0)
    with pytest.raises(ValueError, match=why):
        fit_together(["name"] * len(recipes), recipes, BASE.encoding.encode(synthetic_beats), synthetic_beats, split, 0)
