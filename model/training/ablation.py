"""What each group of features brings, on DS1 alone: its records are left out in turn, and tested by networks that the
others have trained. By this, features and recipes of networks for strangers are chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sparrow_ecg.model.columns import columns, spread
from sparrow_ecg.model.metrics import score
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.splits import Split
from sparrow_ecg.model.training.batches import views
from sparrow_ecg.model.training.fit import fit
from sparrow_ecg.model.training.recipes import Recipe

FOLDS = 6
GROUPS = {
    "distance from the template": ("away_",),
    "distance over its running mean": ("unusual_",),
    "size of the QRS": ("area", "height"),
    "width of the QRS": ("wide", "sharp"),
    "P wave": ("p_",),
    "intervals over the mean of 8": ("previous_8", "following_8"),
    "intervals over the mean of 32": ("previous_32", "following_32"),
    "intervals over the mean of 128": ("previous_128", "following_128", "rate"),
    "how far intervals are off": ("previous_off", "following_off", "previous_odd"),
    "direction of the T wave": ("t_direction",),
    "change from the beat before": ("change",),
}  # by how their names begin


def ablate(recipe: Recipe, beats: Beats, seeds: Sequence[int]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The scores of the recipe, then without each of `GROUPS`: mean and deviation over ``seeds``, as of `strangers`.

    beats: of the records that are left out in turn; they have a second lead.
    """
    encoding = recipe.encoding
    assert isinstance(encoding, RelativeEncoding)
    everything = np.arange(len(beats))
    shown = views(recipe, beats, Split("all", everything, everything[:0], everything[:0], everything[:0]))
    counts = encoding.encode(beats)
    rounds = {"all features": (), **GROUPS}
    for number, (without, begin) in enumerate(rounds.items(), 1):
        names = [name for name in encoding.relative if not name.startswith(begin or "-")]
        kept = [encoding.relative.index(name) for name in names]
        fewer = replace(recipe, encoding=replace(encoding, relative=tuple(names)))
        label = f"{number} of {len(rounds)}, {'without ' if begin else ''}{without}"
        yield without, {"inputs": len(names), **left_out(label, fewer, beats, counts[:, kept], shown[..., kept], seeds)}


def left_out(
    label: str, recipe: Recipe, beats: Beats, counts: np.ndarray, shown: np.ndarray, seeds: Sequence[int]
) -> dict[str, Any]:
    """Scores of all beats, each by networks that its record has not trained. shown: as of `views`, of all beats."""
    records = np.unique(beats.record)
    found = np.empty((len(seeds), len(beats)), np.int64)
    for fold in range(FOLDS):
        tests = np.isin(beats.record, records[fold::FOLDS])
        none = np.array([], np.int64)
        split = Split(f"fold {fold + 1} of {FOLDS}", np.flatnonzero(~tests), none, np.flatnonzero(tests), none)
        for row, seed in enumerate(seeds):
            network = fit(label, recipe, counts, beats, split, seed, shown[:, ~tests])
            found[row, tests] = golden.run(network, counts[tests]).classes
    return spread([columns(score(beats.label, predictions, beats.classes)) for predictions in found])
