"""Before and after adaptation: the same beats, none of them learned, and each patient apart."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.model.network import Network
from sparrow_ecg.model.patients import WORSE, Learner, adapted_scores, by_phone
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.mitdb import DS1
from sparrow_ecg.model.signals.ecg.splits import TUNING

NAME = "anyone-inter-0"
PATIENTS = ("100", "213", "232")


def test_before_and_after(mitdb_beats: Beats) -> None:
    networks = {NAME: Network.load(NAME)}
    beats = mitdb_beats.select(np.isin(mitdb_beats.record, (*DS1, *PATIENTS)))
    result = adapted_scores(networks, beats)[NAME]
    before, after = result["before"], result["after"]
    tested = np.isin(beats.record, PATIENTS) & (beats.peak >= TUNING)
    assert before["beats"] == after["beats"] == tested.sum()
    assert tuple(before["records"]) == tuple(after["records"]) == PATIENTS
    same = [name for name in PATIENTS if before["records"][name] == after["records"][name]]
    assert set(PATIENTS) - set(same) <= set(result["adapted"])
    lost = {name: before["records"][name]["accuracy"] - after["records"][name]["accuracy"] for name in PATIENTS}
    assert result["worse"] == [name for name in PATIENTS if lost[name] > WORSE]
    alone = beats.select(np.isin(beats.record, (*DS1, PATIENTS[1])))
    assert adapted_scores(networks, alone)[NAME]["after"]["records"][PATIENTS[1]] == after["records"][PATIENTS[1]]


def test_all_layers_by_phone(mitdb_beats: Beats) -> None:
    """A patient most of whose beats are S, of whom the network knew nothing."""
    pytest.importorskip("torch", reason="torch is not installed: the extra `train` brings it")
    name = "mindful-inter-0"
    beats = mitdb_beats.select(np.isin(mitdb_beats.record, (*DS1, "232")))
    result = adapted_scores({name: Network.load(name)}, beats, by_phone)[name]
    assert result["adapted"] == ["232"]
    assert result["after"]["accuracy"] > result["before"]["accuracy"] + 0.3
    assert result["worse"] == []


def test_other_people_are_not_of_ds2(mitdb_beats: Beats) -> None:
    """Nor the patient; what is learned of is before the five minutes are over, what tests is after them."""
    seen = []

    def watched(network: Network, counts: np.ndarray, beats: Beats, strangers: np.ndarray) -> Learner:
        seen.extend(np.unique(beats.record[strangers]).tolist())

        def own(mine: np.ndarray) -> Network:
            assert len(np.unique(beats.record[mine])) == 1
            assert (beats.peak[mine] < TUNING).all()
            return network

        return own

    beats = mitdb_beats.select(np.isin(mitdb_beats.record, (*DS1[:3], *PATIENTS)))
    result = adapted_scores({NAME: Network.load(NAME)}, beats, watched)[NAME]
    assert seen == sorted(DS1[:3])
    assert result["adapted"] == result["worse"] == []
    assert result["before"] == result["after"]
