"""Training a network in torch, on the CPU, until it is integers: first the floats, then the integers, see either.

A sparse network loses its smallest weights while its integers learn, few at a time: hardware that builds weights as
wires leaves zeros out. A seed decides the split and every random number of training. The checkpoint is the best on the
validation part, or the last where that part trains, too; the test part is looked at once, when training is over.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from sparrow_ecg.model.console import progress
from sparrow_ecg.model.metrics import SCORES, evaluate
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.splits import Split, make_split
from sparrow_ecg.model.training.floats import float_network
from sparrow_ecg.model.training.integers import to_integers
from sparrow_ecg.model.training.recipes import RECIPES, Recipe

TRAINING = (  # what of a recipe is not of a network
    *("epochs", "batch", "rates", "headroom", "dropout", "weight_decay", "sparsity", "jitter", "refit"),
)
TOOLS = ("numpy", "torch", "wfdb")
PRUNED = 0.5  # fraction of the integer epochs after which a sparse network has all its zeros
SETTLED = 0.6  # and after which a checkpoint may be taken


def fit(name: str, recipe: Recipe, counts: np.ndarray, beats: Beats, split: Split, seed: int) -> Network:
    """Train on ``split.train``; the checkpoint is the best on ``split.validation``. One thread: deterministic.

    A recipe with ``refit`` trains on both, and its checkpoint is the last.

    counts: int64[beats, inputs], those of ``beats``, which are all beats that the split is of.
    The network is of the beats' classes, and has no provenance.
    """
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # the optimizer's averages for a pruned weight fade to denormals, which are slow
    torch.manual_seed(seed)
    learned = np.union1d(split.train, split.validation) if recipe.refit else split.train
    train = _views(recipe, counts, beats, learned), torch.tensor(beats.label[learned])
    seen = torch.tensor(counts[split.validation], dtype=torch.float32)
    truth = torch.tensor(beats.label[split.validation])
    epochs = iter(progress(range(sum(recipe.epochs)), f"{name}, {split.name}, seed {seed}"))
    floats = float_network(recipe, len(beats.classes))
    unit = (1 << recipe.encoding.input_bits) - 1
    for _ in _descend(floats, lambda x: floats(x / unit), train, recipe, 0, epochs):
        pass
    integers = to_integers(floats.eval(), recipe)
    best, kept = -1.0, integers.state_dict()
    for epoch in _descend(integers, integers.logits, train, recipe, 1, epochs):
        integers.prune(sparsity_at(recipe, epoch / recipe.epochs[1]))
        if recipe.refit or epoch < SETTLED * recipe.epochs[1]:
            continue
        with torch.no_grad():
            accuracy = float((integers(seen).argmax(dim=1) == truth).float().mean())
        if accuracy > best:
            best, kept = accuracy, {name: value.clone() for name, value in integers.state_dict().items()}
    next(epochs, None)  # closes the bar
    integers.load_state_dict(kept)
    return Network(name, recipe.encoding, integers.dense(), recipe.steps, recipe.weight_bits, beats.classes, {})


def _views(recipe: Recipe, counts: np.ndarray, beats: Beats, learned: np.ndarray) -> torch.Tensor:
    """Counts of the beats at ``learned``, float32[1 + 2 * jitter, beats, inputs]: as they are, then from windows that
    begin up to ``jitter`` samples earlier or later.
    """
    chosen, encoding = beats.select(learned), recipe.encoding
    shifts = [shift for k in range(1, recipe.jitter + 1) for shift in (-k, k)]
    moved = (replace(encoding, before=encoding.before + shift).encode(chosen) for shift in shifts)
    return torch.tensor(np.stack([counts[learned], *moved]), dtype=torch.float32)


def sparsity_at(recipe: Recipe, epochs: float) -> float:
    """How sparse hidden layers are to be when that fraction of the integer epochs is over.

    Most zeros come early, when the learning rate is high: Zhu and Gupta, "To prune, or not to prune", 2017.
    """
    left = max(0.0, 1 - epochs / PRUNED)
    return recipe.sparsity * (1 - left**3)


def _descend(
    model: nn.Module,
    forward: Any,
    train: tuple[torch.Tensor, torch.Tensor],
    recipe: Recipe,
    part: int,
    epochs: Iterator,
) -> Iterator[int]:
    """Gradient descent over the epochs of one part of the recipe; yields after each, from 1 on.

    train: `_views`, of which each beat is in one at random, and labels int64[beats].
    """
    views, labels = train
    batch = min(recipe.batch, len(labels))
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=recipe.rates[part], betas=(0.9, 0.99), weight_decay=recipe.weight_decay, fused=True
    )
    steps = recipe.epochs[part] * (len(labels) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.rates[part], total_steps=steps + 1, pct_start=0.15)
    for epoch in range(recipe.epochs[part]):
        next(epochs)
        order = torch.randperm(len(labels))
        for start in range(0, len(labels) - batch + 1, batch):
            chosen = order[start : start + batch]
            view = torch.randint(len(views), (batch,)) if len(views) > 1 else 0
            loss = functional.cross_entropy(forward(views[view, chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        yield epoch + 1


def train(name: str, beats: Beats, split_name: str, seed: int) -> Network:
    """The network of that recipe, trained on the split of that name, with its scores in its provenance."""
    recipe = RECIPES[name]
    counts = recipe.encoding.encode(beats)
    split = make_split(split_name, beats, seed)
    network = fit(name, recipe, counts, beats, split, seed)
    return replace(network, provenance=_provenance(network, recipe, counts, beats, split, seed))


def _provenance(
    network: Network, recipe: Recipe, counts: np.ndarray, beats: Beats, split: Split, seed: int
) -> dict[str, Any]:
    def scores(part: np.ndarray, records: np.ndarray | None = None) -> dict[str, Any]:
        return evaluate(beats.label[part], golden.run(network, counts[part]).classes, beats.classes, records)

    return {
        "records": sorted(beats.codes),
        "split": split.name,
        "seed": seed,
        "recipe": {name: getattr(recipe, name) for name in TRAINING},
        "scores": {
            **({} if recipe.refit else {"validation": scores(split.validation)}),
            "test": scores(split.test, None if split.name == "intra" else beats.record[split.test]),
        },
        "tools": {"python": platform.python_version(), **{tool: version(tool) for tool in TOOLS}},
    }


def study(name: str, beats: Beats, seeds: int, folder: Path) -> Network:
    """The network of seed 0 on `intra`, with what its recipe gives with other seeds, and on `inter`.

    Every network is written to ``folder``. None is chosen: seed 0 it is, whatever the others score.
    """
    intra = [train(name, beats, "intra", seed) for seed in range(seeds)]
    inter = train(name, beats, "inter", 0)
    for network in (*intra, inter):
        network.save(folder / f"{name}-{network.provenance['split']}-{network.provenance['seed']}.json")
    summary = _spread([network.provenance["scores"] for network in intra])
    provenance = {**intra[0].provenance, "seeds": summary, "inter": inter.provenance["scores"]}
    return replace(intra[0], provenance=provenance)


def _spread(scores: list[dict[str, Any]]) -> dict[str, Any]:
    """Accuracies over the seeds, and the mean of each class's scores on the test part."""

    def spread(part: str) -> dict[str, Any]:
        values = [score[part]["accuracy"] for score in scores]
        return {"mean": float(np.mean(values)), "deviation": float(np.std(values, ddof=1)), "each": values}

    def mean(class_name: str, score: str) -> float | None:
        values = [each["test"]["per_class"][class_name][score] for each in scores]
        return None if None in values else float(np.mean(values))

    per_class = {name: {score: mean(name, score) for score in SCORES} for name in scores[0]["test"]["per_class"]}
    return {**{part: spread(part) for part in scores[0]}, "test_per_class": per_class}
