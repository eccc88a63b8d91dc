"""A recipe that is soon trained, and a float network of it. Needs torch."""

from __future__ import annotations

import torch

from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.training.floats import float_network
from sparrow_ecg.model.training.recipes import Recipe

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
