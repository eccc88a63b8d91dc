"""What adaptation brings to the patients of DS2: scores before and after, of the same beats.

Two ways: `on_chip`, the output layer in integers that firmware has, without torch, and `by_phone`, all layers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sparrow_ecg.model.adaptation import adapt, evenly, labelled
from sparrow_ecg.model.by_record import evaluate
from sparrow_ecg.model.errors import InputError, missing
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.mitdb import DS2
from sparrow_ecg.model.signals.ecg.splits import Split, make_split
from sparrow_ecg.model.signals.ecg.testset import encoding_of
from sparrow_ecg.model.two_leads import predict, seen

WORSE = 0.01  # of a record's accuracy: what no adaptation should cost

Counts = Sequence[np.ndarray]  # of each lead, int64[beats, inputs]
Learner = Callable[[np.ndarray], Network]  # from a patient's labelled beats, int64[beats] in order of time, their own
Way = Callable[[Network, Counts, Beats, np.ndarray], Learner]  # of counts, beats, and those of other people


def on_chip(network: Network, counts: Counts, beats: Beats, strangers: np.ndarray) -> Learner:
    """The output layer, in integers: `adaptation`. Of one lead, as its guard takes every other beat for another."""
    (lead,) = counts
    strangers = strangers[evenly(beats.label[strangers], beats.record[strangers])]
    others = labelled(network, lead[strangers], beats.label[strangers])
    return lambda mine: adapt(network, lead[mine], beats.label[mine], others)


def by_phone(network: Network, counts: Counts, beats: Beats, strangers: np.ndarray) -> Learner:
    """All layers: `training.tuning`, as `PATIENT` has it. Raises InputError without torch."""
    try:
        from sparrow_ecg.model.training.tuning import PATIENT, sampled, tune
    except ImportError:
        raise InputError(missing("torch")) from None
    shown = strangers[sampled(beats.label[strangers], beats.record[strangers])]
    others = _shown(counts, beats, shown)
    return lambda mine: tune(network, network.name, _shown(counts, beats, mine), others, PATIENT)


def _shown(counts: Counts, beats: Beats, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts and labels of some beats: all in the first lead, then in the second."""
    return np.concatenate([lead[chosen] for lead in counts]), np.tile(beats.label[chosen], len(counts))


def adapted_scores(
    networks: Mapping[str, Network], beats: Beats, way: Way = on_chip, leads: int = 1
) -> dict[str, dict[str, Any]]:
    """For each network, by its name: ``before`` and ``after``, as `by_record.evaluate` has them, of the beats that test
    in `adaptive`; ``adapted``, the records whose network is not the one of before; ``worse``, those that lost more than
    `WORSE`; ``seconds``, that a patient took.

    beats: of all records; those of people who are not in DS2 are other people's.
    leads: 2 to learn and answer from both leads, as `two_leads` has it.
    """
    split, encoded, results = make_split("adaptive", beats), {}, {}
    for name, network in networks.items():
        encoding = encoding_of(network)
        if encoding not in encoded:
            encoded[encoding] = seen(network, beats, leads)
        results[name] = _scores(network, encoded[encoding], beats, split, way)
    return results


def _scores(network: Network, counts: Counts, beats: Beats, split: Split, way: Way) -> dict[str, Any]:
    learned = way(network, counts, beats, np.flatnonzero(~np.isin(beats.record, DS2)))
    answers = lambda own, tested: predict(own, [lead[tested] for lead in counts])  # noqa: E731
    before = answers(network, split.test)
    after, adapted = before.copy(), []
    names, records = np.unique(beats.record[split.test]).tolist(), beats.record[split.test]
    started = time.perf_counter()
    for name in names:
        own = learned(split.tune[beats.record[split.tune] == name])
        if own is not network:
            adapted.append(name)
            after[records == name] = answers(own, split.test[records == name])
    seconds = (time.perf_counter() - started) / len(names)
    scores = {
        when: evaluate(beats.label[split.test], predictions, beats.classes, records, names)
        for when, predictions in (("before", before), ("after", after))
    }
    lost = {
        name: scores["before"]["records"][name]["accuracy"] - scores["after"]["records"][name]["accuracy"]
        for name in names
    }
    worse = [name for name in names if lost[name] > WORSE]
    return {**scores, "adapted": adapted, "worse": worse, "seconds": seconds}
