"""The beats of a batch: of each record and class as many as the recipe says, with the counts of their leads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.training.recipes import Drawing

torch = pytest.importorskip("torch", reason="torch is not installed: the extra `train` brings it")

from sparrow_ecg.model.training.batches import Drawn, Shuffled  # noqa: E402
from tests.support.recipes import SMALL  # noqa: E402

RECIPE = replace(SMALL, batch=8, drawing=Drawing(most=(20, 5, 7, 3), leads=2, noise=0.0))


def told_apart(beats: Beats) -> np.ndarray:
    """Two views whose counts name the view and the beat."""
    number = np.arange(len(beats))
    return np.stack(
        [np.stack([np.full_like(number, view), number % 16, number // 16 % 16], axis=1) for view in range(2)]
    )


def test_every_beat_once_an_epoch() -> None:
    counts, labels = np.arange(30)[:, None], np.arange(30) % 4
    batches = Shuffled(counts, labels, 10)
    seen = [torch.cat([batch[0][:, 0] for batch in batches.epoch()]) for _ in range(2)]
    assert batches.steps == 3
    assert all(sorted(epoch.int().tolist()) == list(range(30)) for epoch in seen)
    assert (seen[0] != seen[1]).any()


def test_as_many_of_each_record_and_class(synthetic_beats: Beats) -> None:
    torch.manual_seed(0)
    drawn = Drawn(RECIPE, told_apart(synthetic_beats).astype(np.uint8), synthetic_beats)
    assert RECIPE.drawing
    expected = np.zeros(4, np.int64)
    for name in np.unique(synthetic_beats.record):
        there = np.bincount(synthetic_beats.label[synthetic_beats.record == name], minlength=4)
        expected += np.minimum(there, RECIPE.drawing.most)
    views: set[int] = set()
    found = np.zeros(4, np.int64)
    for counts, labels in drawn.epoch():
        found += np.bincount(labels.numpy(), minlength=4)
        views |= set(counts[:, 0].int().tolist())
        rest = (counts[:, 2] * 16 + counts[:, 1]).numpy()
        own = np.arange(len(synthetic_beats)) % 256
        assert all(
            (synthetic_beats.label[own == number] == label).any()
            for number, label in zip(rest, labels.numpy(), strict=True)
        )
    assert views == {0, 1}
    assert (expected - found >= 0).all()
    assert (expected - found).sum() < RECIPE.batch  # what no full batch holds


def test_the_shift_gives_back_how_often_classes_are(synthetic_beats: Beats) -> None:
    """A class that is drawn less often than it is, is to be told more often than it is shown."""
    drawn = Drawn(RECIPE, told_apart(synthetic_beats).astype(np.uint8), synthetic_beats)
    there = np.bincount(synthetic_beats.label, minlength=4)
    shown = np.array(
        [sum(often for group, often in drawn.groups if synthetic_beats.label[group[0]] == c) for c in range(4)]
    )
    assert np.allclose(drawn.shift, 0.5 * np.log((there + 1) / (shown + 1)), atol=1e-6)
    assert drawn.shift[0] == max(drawn.shift)


def test_noise_keeps_counts_integers_in_range(synthetic_beats: Beats) -> None:
    noisy = replace(RECIPE, drawing=replace(RECIPE.drawing, noise=5.0))
    drawn = Drawn(noisy, told_apart(synthetic_beats).astype(np.uint8), synthetic_beats)
    counts = torch.cat([batch[0] for batch in drawn.epoch()])
    assert (counts == counts.round()).all()
    assert (counts.min(), counts.max()) == (0, (1 << noisy.encoding.input_bits) - 1)
