"""The beats of a batch: all of them in every epoch, or as many of each patient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import torch

from sparrow_ecg.model.console import progress
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.splits import Split
from sparrow_ecg.model.training.leads import turned
from sparrow_ecg.model.training.recipes import Recipe

Batch = tuple[torch.Tensor, torch.Tensor]  # counts, float32[beats, inputs], and labels, int64[beats]


class Batches(Protocol):
    """Batches without end, an epoch at a time. ``steps``: batches in an epoch. ``shift``: float32[classes], what is
    taken from the logits while they learn.
    """

    steps: int
    shift: torch.Tensor | float

    def epoch(self) -> Iterator[Batch]: ...


class Shuffled:
    """Every beat once an epoch, in another order."""

    shift = 0.0

    def __init__(self, counts: np.ndarray, labels: np.ndarray, batch: int):
        self.counts, self.labels = torch.tensor(counts, dtype=torch.float32), torch.tensor(labels)
        self.batch = min(batch, len(labels))
        self.steps = len(labels) // self.batch

    def epoch(self) -> Iterator[Batch]:
        order = torch.randperm(len(self.labels))
        for start in range(0, self.steps * self.batch, self.batch):
            chosen = order[start : start + self.batch]
            yield self.counts[chosen], self.labels[chosen]


class Drawn:
    """As the recipe's `Drawing` says. shown: uint8[views, beats, inputs], what `views` gives for ``beats``."""

    def __init__(self, recipe: Recipe, shown: np.ndarray, beats: Beats):
        assert recipe.drawing
        self.views, self.labels = torch.tensor(shown.reshape(-1, shown.shape[-1])), torch.tensor(beats.label)
        self.noise, self.top = recipe.drawing.noise, (1 << recipe.encoding.input_bits) - 1
        classes = len(beats.classes)
        drawn = np.ones(classes)
        self.groups: list[tuple[np.ndarray, int]] = []  # beats of one class and record, and how many of them are drawn
        for name in np.unique(beats.record):
            for label, most in enumerate(recipe.drawing.most):
                group = np.flatnonzero((beats.record == name) & (beats.label == label))
                if len(group):
                    self.groups.append((group, min(len(group), most)))
                    drawn[label] += self.groups[-1][1]
        there = np.bincount(beats.label, minlength=classes) + 1
        self.shift = torch.tensor(recipe.drawing.prior * np.log(there / drawn), dtype=torch.float32)
        total = sum(often for _, often in self.groups)
        self.batch = min(recipe.batch, total)
        self.steps = total // self.batch
        self.random = np.random.default_rng(int(torch.randint(1 << 31, ())))

    def epoch(self) -> Iterator[Batch]:
        beats = np.concatenate([self.random.choice(group, often, replace=False) for group, often in self.groups])
        self.random.shuffle(beats)
        rows = self.random.integers(len(self.views) // len(self.labels), size=len(beats)) * len(self.labels) + beats
        for start in range(0, self.steps * self.batch, self.batch):
            part = slice(start, start + self.batch)
            counts = self.views[rows[part]].float()
            counts = (counts + self.noise * torch.randn(counts.shape)).round_().clamp_(0, self.top)
            yield counts, self.labels[beats[part]]


def views(recipe: Recipe, beats: Beats, split: Split) -> np.ndarray:
    """The counts of a split's training and validation beats in every lead of the recipe's drawing, peaks a little off:
    uint8[leads, beats, inputs]. The beats have a second lead.
    """
    assert recipe.drawing
    leads = recipe.drawing.leads
    learned = beats.select(np.union1d(split.train, split.validation))
    turns = (
        turned(learned, 360 * lead / leads, recipe.drawing.jitter, lead) for lead in progress(range(leads), "leads")
    )
    return np.stack([recipe.encoding.encode(each).astype(np.uint8) for each in turns])
