"""Recipes, and the shipped networks that came of them."""

from __future__ import annotations

import pytest

from sparrow_ecg.model.network import Network
from sparrow_ecg.model.training.recipes import RECIPES


@pytest.mark.parametrize("name", RECIPES)
def test_shipped_networks_have_their_zeros(name: str) -> None:
    for layer in Network.load(name).layers[:-1]:
        assert (layer.weights == 0).sum() >= round(RECIPES[name].sparsity * layer.weights.size)


def test_who_learns_for_another_time_for_strangers() -> None:
    recipe = RECIPES["guard"]
    assert recipe.on("time") == recipe.on("intra") == recipe
    assert recipe.strangers
    assert recipe.on("inter").epochs == recipe.on("inter+svdb").epochs == recipe.strangers
    assert recipe.strangers != recipe.epochs
    assert RECIPES["tiny"].on("inter") == RECIPES["tiny"]


def test_the_shipped_networks_learned_as_long_as_their_recipes_say() -> None:
    for split in ("time", "inter"):
        for seed in range(5):
            network = Network.load(f"guard-{split}-{seed}")
            assert tuple(network.provenance["recipe"]["epochs"]) == RECIPES["guard"].on(split).epochs
