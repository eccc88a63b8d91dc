"""What adaptation brings to the patients of DS2: scores before and after, of the same beats.

Two ways with labels: `on_chip`, the output layer in integers that firmware has, without torch, and `by_phone`, all
layers. `by_itself` has none: when a record is over, all layers learn what the network answers where it is sure.
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
from sparrow_ecg.model.signals.ecg.splits import make_split
from sparrow_ecg.model.signals.ecg.testset import encoding_of
from sparrow_ecg.model.two_leads import LEADS, added, predict, seen

WORSE = 0.01  # of a record's accuracy: what no adaptation should cost

Counts = Sequence[np.ndarray]  # of each lead, int64[beats, inputs]
Learner = Callable[[np.ndarray], Network]  # from a patient's beats, int64[beats] in order of time, their own
Way = Callable[[Network, Counts, Beats, np.ndarray], Learner]  # of counts, beats, and those of other people


def on_chip(network: Network, counts: Counts, beats: Beats, strangers: np.ndarray) -> Learner:
    """The output layer, in integers: `adaptation`. Of one lead, as its guard takes every other beat for another."""
    (lead,) = counts
    strangers = strangers[evenly(beats.label[strangers], beats.record[strangers])]
    others = labelled(network, lead[strangers], beats.label[strangers])
    return lambda mine: adapt(network, lead[mine], beats.label[mine], others)


def by_phone(network: Network, counts: Counts, beats: Beats, strangers: np.ndarray) -> Learner:
    """All layers: `training.tuning`, as `PATIENT` has it. Raises InputError without torch."""
    tuning, others = _tuning(counts, beats, strangers)
    return lambda mine: tuning.tune(
        network, network.name, _shown(counts, mine, beats.label[mine]), others, tuning.PATIENT
    )


def by_itself(network: Network, counts: Counts, beats: Beats, strangers: np.ndarray) -> Learner:
    """Likewise, as `ITSELF` has it, from the network's own answers where the highest potential is ahead by a `unit` of
    its own: nobody labels the patient's beats.
    """
    tuning, others = _tuning(counts, beats, strangers)
    ahead = sum(LEADS[: len(counts)]) * tuning.unit(network, others[0])

    def own(mine: np.ndarray) -> Network:
        potentials = added(network, [lead[mine] for lead in counts])
        second, first = np.sort(potentials, axis=1)[:, -2:].T
        sure = first - second >= ahead
        if not sure.any():
            return network
        answered = _shown(counts, mine[sure], potentials[sure].argmax(axis=1))
        return tuning.tune(network, network.name, answered, others, tuning.ITSELF)

    return own


def _tuning(counts: Counts, beats: Beats, strangers: np.ndarray) -> tuple[Any, tuple[np.ndarray, np.ndarray]]:
    """The module, which needs torch, and other people's beats."""
    try:
        from sparrow_ecg.model.training import tuning
    except ImportError:
        raise InputError(missing("torch")) from None
    drawn = strangers[tuning.sampled(beats.label[strangers], beats.record[strangers])]
    return tuning, _shown(counts, drawn, beats.label[drawn])


def _shown(counts: Counts, chosen: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts of some beats and their labels: all in the first lead, then in the second."""
    return np.concatenate([lead[chosen] for lead in counts]), np.tile(labels, len(counts))


def adapted_scores(
    networks: Mapping[str, Network], beats: Beats, way: Way = on_chip, leads: int = 1
) -> dict[str, dict[str, Any]]:
    """For each network, by its name: ``before`` and ``after``, as `by_record.evaluate` has them, of the beats that test
    in `adaptive`, or of all of DS2 for a way without labels; ``adapted``, the records whose network is not the one of
    before; ``worse``, those that lost more than `WORSE`; ``seconds``, that a patient took.

    beats: of all records; those of people who are not in DS2 are other people's.
    leads: 2 to learn and answer from both leads, as `two_leads` has it.
    """
    split, encoded, results = make_split("adaptive", beats), {}, {}
    shown, tested = split.tune, split.test
    if way is by_itself:
        shown = tested = np.union1d(shown, tested)
    for name, network in networks.items():
        encoding = encoding_of(network)
        if encoding not in encoded:
            encoded[encoding] = seen(network, beats, leads)
        results[name] = _scores(network, encoded[encoding], beats, shown, tested, way)
    return results


def _scores(
    network: Network, counts: Counts, beats: Beats, shown: np.ndarray, tested: np.ndarray, way: Way
) -> dict[str, Any]:
    """shown, tested: which beats of DS2 are learned from, and which are scored, int64."""
    learned = way(network, counts, beats, np.flatnonzero(~np.isin(beats.record, DS2)))
    answers = lambda own, these: predict(own, [lead[these] for lead in counts])  # noqa: E731
    before = answers(network, tested)
    after, adapted = before.copy(), []
    labels, records = beats.label[tested], beats.record[tested]
    names = np.unique(records).tolist()
    started = time.perf_counter()
    for name in names:
        own = learned(shown[beats.record[shown] == name])
        if own is not network:
            adapted.append(name)
            after[records == name] = answers(own, tested[records == name])
    seconds = (time.perf_counter() - started) / len(names)
    scores = {
        when: evaluate(labels, predictions, beats.classes, records, names)
        for when, predictions in (("before", before), ("after", after))
    }
    lost = {
        name: scores["before"]["records"][name]["accuracy"] - scores["after"]["records"][name]["accuracy"]
        for name in names
    }
    worse = [name for name in names if lost[name] > WORSE]
    return {**scores, "adapted": adapted, "worse": worse, "seconds": seconds}
