"""Networks of integers for counts that are not heartbeats: both parts of training, with no checkpoint chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch

from sparrow_ecg.model.console import progress
from sparrow_ecg.model.network import DirectCounts, Network
from sparrow_ecg.model.signals.ecg.encoders import Encoder
from sparrow_ecg.model.training.batches import Shuffled
from sparrow_ecg.model.training.denormals import flushed
from sparrow_ecg.model.training.fit import descend, sparsity_at
from sparrow_ecg.model.training.floats import float_network
from sparrow_ecg.model.training.integers import to_integers
from sparrow_ecg.model.training.recipes import Recipe

EEG = Recipe(
    # Spectra of EEG, 32 electrodes by 32 bins. A recipe asks no more of an encoding than its inputs and their bits.
    encoding=cast(Encoder, DirectCounts(inputs=32 * 32, input_bits=4)),
    hidden=(24, 8),
    steps=7,
    weight_bits=5,
    epochs=(40, 40),
    batch=32,
    rates=(0.005, 0.002),
    headroom=1,
    dropout=0.2,
    weight_decay=5e-2,
    sparsity=0.75,
    refit=True,
)


@flushed()
def fit(
    name: str, recipe: Recipe, counts: np.ndarray, labels: np.ndarray, classes: Sequence[str], seed: int
) -> Network:
    """The network after the last epoch. counts: int64[n, inputs]. labels: int64[n]. One thread: deterministic."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    batches = Shuffled(counts, labels, recipe.batch)
    epochs = iter(progress(range(sum(recipe.epochs)), f"{name}, seed {seed}"))
    floats, top = float_network(recipe, len(classes)), (1 << recipe.encoding.input_bits) - 1
    for _ in descend(floats, lambda x: floats(x / top), batches, recipe, 0, epochs):
        pass
    integers = to_integers(floats.eval(), recipe)
    for epoch in descend(integers, integers.logits, batches, recipe, 1, epochs):
        integers.prune(sparsity_at(recipe, epoch / recipe.epochs[1]))
    next(epochs, None)  # closes the bar
    return Network(name, recipe.encoding, integers.dense(), recipe.steps, recipe.weight_bits, tuple(classes), {})
