"""Training: a seed decides everything, and the test part has no say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.model.network import golden
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.splits import make_split
from sparrow_ecg.model.training.recipes import Recipe

torch = pytest.importorskip("torch", reason="torch is not installed: the extra `train` brings it")

from sparrow_ecg.model.training.fit import fit  # noqa: E402
from tests.support.recipes import SMALL  # noqa: E402


def test_a_sparse_network_is_as_sparse_as_its_recipe_says(synthetic_beats: Beats) -> None:
    recipe = replace(SMALL, sparsity=0.6)
    counts, split = recipe.encoding.encode(synthetic_beats), make_split("intra", synthetic_beats, 0)
    network = fit("small", recipe, counts, synthetic_beats, split, 0)
    for layer in network.layers[:-1]:
        assert (layer.weights == 0).mean() >= 0.59


def test_a_seed_decides_the_network(synthetic_beats: Beats) -> None:
    counts, split = SMALL.encoding.encode(synthetic_beats), make_split("intra", synthetic_beats, 0)
    first, again, other = (fit("small", SMALL, counts, synthetic_beats, split, seed).digest for seed in (1, 1, 2))
    assert first == again != other


def test_it_learns(synthetic_beats: Beats) -> None:
    recipe = replace(SMALL, epochs=(30, 30))
    counts, split = recipe.encoding.encode(synthetic_beats), make_split("intra", synthetic_beats, 0)
    network = fit("small", recipe, counts, synthetic_beats, split, 0)
    labels = synthetic_beats.label[split.test]
    accuracy = (golden.run(network, counts[split.test]).classes == labels).mean()
    assert accuracy > np.bincount(labels).max() / len(labels)


@pytest.mark.parametrize("recipe", [SMALL, replace(SMALL, refit=True)], ids=["usual", "refit"])
def test_the_test_part_has_no_say(synthetic_beats: Beats, recipe: Recipe) -> None:
    """Other labels and other signals there change nothing in the network."""
    counts, split = recipe.encoding.encode(synthetic_beats), make_split("intra", synthetic_beats, 0)
    digest = fit("small", recipe, counts, synthetic_beats, split, 0).digest
    labels, spoilt = synthetic_beats.label.copy(), counts.copy()
    labels[split.test], spoilt[split.test] = 3, 0
    peaks = synthetic_beats.peak.copy()
    peaks[split.test] += 50
    beats = replace(synthetic_beats, label=labels, peak=peaks)
    assert fit("small", recipe, spoilt, beats, split, 0).digest == digest


def test_validation_beats_train_only_where_the_recipe_says_so(synthetic_beats: Beats) -> None:
    """With them the split is as if they had been training beats; without, they choose no more than the checkpoint."""
    recipe = replace(SMALL, refit=True)
    counts, split = recipe.encoding.encode(synthetic_beats), make_split("intra", synthetic_beats, 0)
    both = replace(split, train=np.union1d(split.train, split.validation))
    refitted, plain = (fit("small", each, counts, synthetic_beats, split, 0).digest for each in (recipe, SMALL))
    assert refitted == fit("small", recipe, counts, synthetic_beats, both, 0).digest != plain


def test_the_classes_are_those_of_the_beats(synthetic_beats: Beats) -> None:
    """Another data set has other classes, and another number of them."""
    recipe = replace(SMALL, epochs=(1, 1))
    beats = replace(synthetic_beats, label=np.minimum(synthetic_beats.label, 1), classes=("rest", "seizure"))
    network = fit("small", recipe, recipe.encoding.encode(beats), beats, make_split("intra", beats, 0), 0)
    assert network.classes == ("rest", "seizure")
    assert network.outputs == 2
