from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.metrics import evaluate
from sparrow_ecg.model.network import Dense, Network, golden
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.model.signals.ecg import testset as heartbeats
from sparrow_ecg.model.signals.ecg.splits import make_split


@pytest.fixture
def tiny():
    return Network.load("tiny")


def test_generated_beats_when_there_are_no_records(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECG_DATA", raising=False)
    loaded = heartbeats.load(tiny, generate=True)
    assert loaded.split == "synthetic"
    assert loaded.counts.shape == (len(loaded.beats), tiny.inputs)
    with pytest.raises(InputError, match="make data"):
        heartbeats.load(tiny)


def test_records_of_the_user_are_never_replaced_by_generated_ones(tiny, tmp_path):
    with pytest.raises(InputError):
        heartbeats.load(tiny, data=tmp_path / "absent", generate=True)


def test_intra_tests_on_what_its_seed_left_out(tiny, mitdb, mitdb_beats):
    seed = 3
    other = replace(tiny, provenance=tiny.provenance | {"seed": seed})
    loaded = heartbeats.load(other, "intra", mitdb)
    expected = mitdb_beats.select(make_split("intra", mitdb_beats, seed).test)
    assert loaded.unseen
    np.testing.assert_array_equal(loaded.beats.peak, expected.peak)
    np.testing.assert_array_equal(loaded.counts, tiny.encoding.encode(expected))


def test_beats_that_validate_do_not_test(tiny, synthetic_beats):
    test, validation = (heartbeats.select(tiny, "intra", synthetic_beats, part=part) for part in ("test", "validation"))
    found, expected = validation.beats, synthetic_beats.select(make_split("intra", synthetic_beats, 0).validation)
    np.testing.assert_array_equal(found.peak, expected.peak)
    np.testing.assert_array_equal(validation.counts, tiny.encoding.encode(expected))
    assert not set(zip(found.record, found.peak, strict=True)) & set(
        zip(test.beats.record, test.beats.peak, strict=True)
    )


def test_a_network_of_another_split_is_noted(tiny, mitdb, capsys):
    loaded = heartbeats.load(tiny, "inter", mitdb)
    assert not loaded.unseen
    assert "accuracy does not" in " ".join(capsys.readouterr().err.split())


def test_only_a_network_of_time_has_not_seen_what_tests_there(tiny, synthetic_beats, capsys):
    monitor = replace(tiny, provenance=tiny.provenance | {"split": "time", "peaks": "detected"})
    names = {"records": sorted(synthetic_beats.codes)}
    hearts = heartbeats.select(replace(monitor, provenance=monitor.provenance | names), "time", synthetic_beats)
    assert hearts.unseen
    assert not heartbeats.select(replace(tiny, provenance=tiny.provenance | names), "time", synthetic_beats).unseen
    heartbeats.tell_seen(monitor, hearts)
    assert "was trained at R peaks of the front end" in " ".join(capsys.readouterr().err.split())


def test_another_seed_draws_beats_that_have_trained_it(tiny, mitdb, capsys):
    loaded = heartbeats.load(tiny, "intra", mitdb, seed=5)
    assert not loaded.unseen
    assert "accuracy does not" in " ".join(capsys.readouterr().err.split())


def test_chosen_records_keep_the_split(tiny, mitdb):
    everything, some = heartbeats.load(tiny, "intra", mitdb), heartbeats.load(tiny, "intra", mitdb, ("100", "208"))
    assert set(some.beats.record) == {"100", "208"}
    assert set(some.beats.peak) <= set(everything.beats.peak)


def test_records_without_test_beats_are_refused(tiny, mitdb):
    with pytest.raises(InputError, match="101"):
        heartbeats.load(tiny, "inter", mitdb, ("101",))


def test_a_network_without_encoder_takes_no_heartbeats():
    with pytest.raises(InputError, match="no encoder"):
        heartbeats.load(random_network(np.random.default_rng(0)))


@pytest.mark.parametrize("classes", ["SNVF", "NVSF", "VFQX", "nsvf"])
def test_classes_in_another_order_are_refused(tiny, synthetic_beats, classes):
    """Its answers are indices: the first would be taken for N, whatever the network calls it."""
    other = replace(tiny, classes=tuple(classes))
    with pytest.raises(InputError, match=r"field classes: .* N, S, V, F, in that order"):
        heartbeats.select(other, "intra", synthetic_beats)


def test_a_network_may_know_more_classes(tiny, synthetic_beats):
    last = tiny.layers[-1]
    wider = Dense(np.vstack([last.weights, last.weights[:1]]), np.append(last.biases, 1 << 20), None)
    more = replace(tiny, layers=(*tiny.layers[:-1], wider), classes=(*tiny.classes, "Q"))
    hearts = heartbeats.select(more, "intra", synthetic_beats)
    answers = golden.run(more, hearts.counts).classes
    assert set(answers) == {4}
    assert evaluate(hearts.beats.label, answers, hearts.beats.classes)["accuracy"] == 0
