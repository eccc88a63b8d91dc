"""What adaptation brings to the patients of DS2: scores before and after, of the same beats. Needs no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sparrow_ecg.model.adaptation import adapt, evenly, labelled
from sparrow_ecg.model.by_record import evaluate
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.splits import Split, make_split
from sparrow_ecg.model.signals.ecg.testset import encoding_of

WORSE = 0.01  # of a record's accuracy: what no adaptation should cost


def adapted_scores(networks: Mapping[str, Network], beats: Beats) -> dict[str, dict[str, Any]]:
    """For each network, by its name: ``before`` and ``after``, as `by_record.evaluate` has them, of the beats that test
    in `adaptive`; ``adapted``, the records whose network is not the one of before; ``worse``, those that lost more than
    `WORSE`.

    beats: of all records, those of DS1 among them, of which other people's beats are taken.
    """
    split, encoded, results = make_split("adaptive", beats), {}, {}
    for name, network in networks.items():
        encoding = encoding_of(network)
        if encoding not in encoded:
            encoded[encoding] = encoding.encode(beats)
        results[name] = _scores(network, encoded[encoding], beats, split)
    return results


def _scores(network: Network, counts: np.ndarray, beats: Beats, split: Split) -> dict[str, Any]:
    strangers = np.setdiff1d(np.concatenate([split.train, split.validation]), split.tune)
    strangers = strangers[evenly(beats.label[strangers], beats.record[strangers])]
    others = labelled(network, counts[strangers], beats.label[strangers])
    before = golden.run(network, counts[split.test]).classes
    after, adapted = before.copy(), []
    names, records = np.unique(beats.record[split.test]).tolist(), beats.record[split.test]
    for name in names:
        tuned = split.tune[beats.record[split.tune] == name]
        own = adapt(network, counts[tuned], beats.label[tuned], others)
        if own is not network:
            adapted.append(name)
            after[records == name] = golden.run(own, counts[split.test[records == name]]).classes
    scores = {
        when: evaluate(beats.label[split.test], predictions, beats.classes, records, names)
        for when, predictions in (("before", before), ("after", after))
    }
    lost = {
        name: scores["before"]["records"][name]["accuracy"] - scores["after"]["records"][name]["accuracy"]
        for name in names
    }
    return {**scores, "adapted": adapted, "worse": [name for name in names if lost[name] > WORSE]}
