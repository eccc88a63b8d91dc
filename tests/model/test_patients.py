"""Before and after adaptation: the same beats, none of them learned, and each patient apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.model.network import Dense, Network
from sparrow_ecg.model.patients import WORSE, Counts, Learner, adapted_scores, by_itself, by_phone
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.mitdb import DS1
from sparrow_ecg.model.signals.ecg.splits import TUNING

NAME = "anyone-inter-0"
PATIENTS = ("100", "213", "232")

Shown = tuple[np.ndarray, np.ndarray]  # counts and labels


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


def test_by_itself_no_label_is_looked_at(mitdb_beats: Beats, monkeypatch: pytest.MonkeyPatch) -> None:
    """The patient's labels change what is scored, not what is learned; every beat of the record is in both."""
    tuning = pytest.importorskip("sparrow_ecg.model.training.tuning", reason="torch is not installed")
    monkeypatch.setattr(tuning, "ITSELF", replace(tuning.ITSELF, epochs=1))
    network, found = Network.load(NAME), []
    beats = mitdb_beats.select(np.isin(mitdb_beats.record, ("101", "106", "213")))
    mine = beats.record == "213"
    wrong = replace(beats, label=np.where(mine, (beats.label + 1) % 4, beats.label))
    for each in (beats, wrong):
        result = adapted_scores({NAME: network}, each, by_itself)[NAME]
        assert result["adapted"] == ["213"]
        assert result["after"]["beats"] == mine.sum()
        found.append([np.sum(result[when]["confusion"], axis=0).tolist() for when in ("before", "after")])
    assert found[0] == found[1]
    assert found[0][0] != found[0][1]


def test_by_itself_nothing_is_learned_where_nothing_is_sure(mitdb_beats: Beats) -> None:
    pytest.importorskip("torch", reason="torch is not installed: the extra `train` brings it")
    network = Network.load(NAME)
    last = network.layers[-1]
    doubting = replace(network, layers=(*network.layers[:-1], Dense(last.weights[[0, 0, 0, 0]], last.biases * 0, None)))
    beats = mitdb_beats.select(np.isin(mitdb_beats.record, ("101", "213")))
    assert adapted_scores({NAME: doubting}, beats, by_itself)[NAME]["adapted"] == []


def test_both_leads_teach_one_network(mitdb_beats: Beats, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is learned of has each beat in both leads, with its label; both answer, and other beats than those."""
    tuning = pytest.importorskip("sparrow_ecg.model.training.tuning", reason="torch is not installed")
    network, learned = Network.load(NAME), []
    last = network.layers[-1]
    always_v = Dense(np.zeros_like(last.weights), np.array([0, 0, 1, 0]), None)

    def tune(network: Network, name: str, patient: Shown, others: Shown, how: object) -> Network:
        learned.append((patient, others))
        return replace(network, layers=(*network.layers[:-1], always_v))

    monkeypatch.setattr(tuning, "tune", tune)
    beats = mitdb_beats.select(np.isin(mitdb_beats.record, ("101", "213")))
    upset = {name: replace(record, codes=-record.codes[::-1]) for name, record in beats.codes.items()}
    beats = replace(beats, second=upset)
    result = adapted_scores({NAME: network}, beats, by_phone, leads=2)[NAME]
    (((counts, labels), (_, others)),) = learned
    mine = (beats.record == "213") & (beats.peak < TUNING)
    first, second = (network.encoding.encode(replace(beats, codes=codes))[mine] for codes in (beats.codes, upset))
    assert (counts == np.concatenate([first, second])).all()
    assert not np.array_equal(first, second)
    assert (labels == np.tile(beats.label[mine], 2)).all()
    known = int((beats.record == "101").sum())
    assert np.array_equal(others[: len(others) // 2], others[len(others) // 2 :])
    assert 0 < len(others) // 2 <= known
    after = result["after"]
    assert after["beats"] == ((beats.record == "213") & ~mine).sum()
    assert after["per_class"]["V"]["Se"] == 1
    assert result["before"]["per_class"]["V"]["Se"] < 1


def test_other_people_are_not_of_ds2(mitdb_beats: Beats) -> None:
    """Nor the patient; what is learned of is before the five minutes are over, what tests is after them."""
    seen = []

    def watched(network: Network, counts: Counts, beats: Beats, strangers: np.ndarray) -> Learner:
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
