"""Ablation: every feature is in one group, and a record's beats are answered by networks that it has not trained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.features import OF_ITSELF
from sparrow_ecg.model.signals.ecg.splits import Split
from sparrow_ecg.model.training.recipes import Drawing
from sparrow_ecg.model.verbs import ablate

torch = pytest.importorskip("torch", reason="torch is not installed: the extra `train` brings it")

from sparrow_ecg.model.training import ablation  # noqa: E402
from tests.support.recipes import SMALL  # noqa: E402

RECIPE = replace(
    SMALL,
    encoding=RelativeEncoding(("area", "previous_8", "change"), 5),
    epochs=(1, 1),
    drawing=Drawing((30, 9, 9, 9), leads=2),
)


def test_every_feature_is_in_one_group() -> None:
    for name in OF_ITSELF:
        assert sum(name.startswith(begin) for begin in ablation.GROUPS.values()) == 1, name


def test_no_record_answers_for_itself(synthetic_beats: Beats, monkeypatch: pytest.MonkeyPatch) -> None:
    beats = replace(synthetic_beats, second=synthetic_beats.codes)
    tested: list[str] = []

    def watched(
        name: str, recipe: object, counts: np.ndarray, beats: Beats, split: Split, seed: int, shown: np.ndarray
    ):
        learned, tests = beats.record[split.train], beats.record[split.test]
        assert not set(learned) & set(tests)
        assert shown.shape[1] == len(learned)
        tested.extend(np.unique(tests))
        return fit(name, recipe, counts, beats, split, seed, shown)

    fit = ablation.fit
    monkeypatch.setattr(ablation, "fit", watched)
    monkeypatch.setattr(ablation, "FOLDS", 2)
    rows = dict(ablation.ablate(RECIPE, beats, [0]))
    assert set(rows) == {"all features", *ablation.GROUPS}
    assert [rows[name]["inputs"] for name in ("all features", "size of the QRS", "P wave")] == [3, 2, 3]
    assert sorted(tested) == sorted([*beats.codes] * len(rows))


def test_a_recipe_of_other_inputs_is_refused() -> None:
    with pytest.raises(InputError, match="network tiny: its inputs are in no groups: choose one of anyone"):
        ablate.main("tiny")
    assert Network.load("anyone").encoding.inputs == len(OF_ITSELF)
