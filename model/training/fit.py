"""Training a network in torch, on the CPU, until it is integers: first the floats, then the integers, see either.

A sparse network loses its smallest weights while its integers learn, few at a time: hardware that builds weights as
wires leaves zeros out. A seed decides the split and every random number of training. The checkpoint is the best on the
validation part, or the last where that part trains, too: for strangers, or in a recipe that says so. The test part is
looked at once, when training is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from sparrow_ecg.model.console import progress
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.splits import Split
from sparrow_ecg.model.training.batches import Batches, Drawn, Shuffled, views
from sparrow_ecg.model.training.denormals import flushed
from sparrow_ecg.model.training.floats import float_network
from sparrow_ecg.model.training.integers import to_integers
from sparrow_ecg.model.training.recipes import Recipe

PRUNED = 0.5  # fraction of the integer epochs after which a sparse network has all its zeros
SETTLED = 0.6  # and after which a checkpoint may be taken


@flushed()
def fit(
    name: str,
    recipe: Recipe,
    counts: np.ndarray,
    beats: Beats,
    split: Split,
    seed: int,
    shown: np.ndarray | None = None,
) -> Network:
    """Train on ``split.train``; the checkpoint is the best on ``split.validation``. One thread: deterministic.

    A recipe that learns all trains on both, and its checkpoint is the last.

    counts: int64[beats, inputs], those of ``beats``, which are all beats that the split is of.
    shown:  uint8[views, beats, inputs], what `views` gives, to do that once for several seeds.
    The network is of the beats' classes, and has no provenance.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    learned = np.union1d(split.train, split.validation) if recipe.learns_all else split.train
    batches: Batches
    if recipe.drawing:
        batches = Drawn(recipe, views(recipe, beats, split) if shown is None else shown, beats.select(learned))
    else:
        batches = Shuffled(counts[learned], beats.label[learned], recipe.batch)
    seen = torch.tensor(counts[split.validation], dtype=torch.float32)
    truth = torch.tensor(beats.label[split.validation])
    epochs = iter(progress(range(sum(recipe.epochs)), f"{name}, {split.name}, seed {seed}"))
    floats = float_network(recipe, len(beats.classes))
    unit = (1 << recipe.encoding.input_bits) - 1
    for _ in descend(floats, lambda x: floats(x / unit), batches, recipe, 0, epochs):
        pass
    integers = to_integers(floats.eval(), recipe)
    best, kept = -1.0, integers.state_dict()
    for epoch in descend(integers, integers.logits, batches, recipe, 1, epochs):
        integers.prune(sparsity_at(recipe, epoch / recipe.epochs[1]))
        if recipe.learns_all or epoch < SETTLED * recipe.epochs[1]:
            continue
        with torch.no_grad():
            accuracy = float((integers(seen).argmax(dim=1) == truth).float().mean())
        if accuracy > best:
            best, kept = accuracy, {name: value.clone() for name, value in integers.state_dict().items()}
    next(epochs, None)  # closes the bar
    integers.load_state_dict(kept)
    return Network(name, recipe.encoding, integers.dense(), recipe.steps, recipe.weight_bits, beats.classes, {})


def sparsity_at(recipe: Recipe, epochs: float) -> float:
    """How sparse hidden layers are to be when that fraction of the integer epochs is over.

    Most zeros come early, when the learning rate is high: Zhu and Gupta, "To prune, or not to prune", 2017.
    """
    left = max(0.0, 1 - epochs / PRUNED)
    return recipe.sparsity * (1 - left**3)


def descend(
    model: nn.Module,
    forward: Any,
    batches: Batches,
    recipe: Recipe,
    part: int,
    epochs: Iterator,
) -> Iterator[int]:
    """Gradient descent over the epochs of one part of the recipe; yields after each, from 1 on."""
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=recipe.rates[part], betas=(0.9, 0.99), weight_decay=recipe.weight_decay, fused=True
    )
    steps = recipe.epochs[part] * batches.steps
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.rates[part], total_steps=steps + 1, pct_start=0.15)
    for epoch in range(recipe.epochs[part]):
        next(epochs)
        for counts, labels in batches.epoch():
            loss = functional.cross_entropy(forward(counts) - batches.shift, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        yield epoch + 1
