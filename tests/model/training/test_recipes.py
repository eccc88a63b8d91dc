"""Recipes, and the shipped networks that came of them."""

from __future__ import annotations

import pytest

from sparrow_ecg.model.network import Network
from sparrow_ecg.model.training.recipes import RECIPES


@pytest.mark.parametrize("name", RECIPES)
def test_shipped_networks_have_their_zeros(name: str) -> None:
    for layer in Network.load(name).layers[:-1]:
        assert (layer.weights == 0).sum() >= round(RECIPES[name].sparsity * layer.weights.size)
