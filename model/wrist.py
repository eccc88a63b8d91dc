"""What the networks of the monitor score from samples on: peaks by the front end, missed and extra beats are wrong.

time:  trained on the first 80 % of every record, tested on the last 20 %.
inter: trained on DS1, tested on DS2.
Every annotated N, S, V and F of the test part counts, in EC57's comparison (`scoring.matching`), from the first sample
on: no time to learn is left out. All by the golden models of front end and network; nothing is trained or chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rich.table import Table

from sparrow_ecg.model import seeds
from sparrow_ecg.model.frontend.detected import Detected, detect
from sparrow_ecg.model.metrics import score
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.file import siblings
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.mitdb import DS2
from sparrow_ecg.model.signals.ecg.shifted import shifted
from sparrow_ecg.model.signals.ecg.splits import TESTING, later, make_split
from sparrow_ecg.model.signals.ecg.testset import encoding_of

ROWS = (("watch", "time"), ("watch", "inter"), ("guard", "time"), ("guard", "inter"))
JITTER = (0, 1, 2, 3, 4, 6)  # samples
SHAKEN = (("tiny", "intra"), ("watch", "time"))  # trained at annotated peaks, and at those of the front end
VIEWS = ("end_to_end", "rest", "matched", "annotated")
# The record on which most hangs. The last minutes of 207, after its last flutter, are rhythms that it had not before:
# 105 ventricular escape beats, which are V, and then 106 S. 232 has three quarters of the S beats of DS2.
HARD = {"time": "207", "inter": "232"}
NO_BEAT = "none"  # a class more: annotated, it is an extra beat; told, a missed one, or one that may not be classified


def measure(name: str, split: str, beats: Beats) -> dict[str, Any]:
    """Scores of every shipped seed of a network and a split, mean and deviation, as `seeds.spread` has them.

    beats: of all records.
    ``end_to_end``: all annotated beats, and the extra ones. ``rest``: likewise, without the record `HARD`. ``matched``:
    those that were classified. ``annotated``: all, at the annotated peaks. ``last``: missed beats after which their
    record has no other: a beat is told when the next one is known.
    """
    networks = {source: Network.load(source) for source in siblings(name, split)}
    first = next(iter(networks.values()))
    encoding = encoding_of(first)
    heard, test = detect(beats, encoding), make_split(split, beats).test
    extra = tests(split, heard, beats)
    counts = encoding.encode(beats.select(test))
    others = test[beats.record[test] != HARD[split]], extra[heard.extra.record[extra] != HARD[split]]
    results: dict[str, dict[str, Any]] = {view: {} for view in VIEWS}
    for source, network in networks.items():
        results["end_to_end"][source] = end_to_end(network, heard, beats, test, extra)
        results["rest"][source] = end_to_end(network, heard, beats, *others)
        read = test[heard.judged[test]]
        results["matched"][source] = _score(network, heard.counts[read], beats.label[read], beats.classes)
        results["annotated"][source] = _score(network, counts, beats.label[test], beats.classes)
    return {
        "network": name,
        "split": split,
        "shape": list(first.shape),
        "weights": first.synapses,
        "nonzero": [network.nonzero_synapses for network in networks.values()],
        "seeds": [network.provenance["seed"] for network in networks.values()],
        "beats": len(test),
        "missed": int((~heard.found[test]).sum()),
        "last": int((~heard.found & (beats.following == 0))[test].sum()),
        "unjudged": int((heard.found & ~heard.judged)[test].sum()),
        "extra": len(extra),
        "hard": HARD[split],
        **{view: seeds.spread(each)["gross"] for view, each in results.items()},
    }


def tests(split: str, heard: Detected, beats: Beats) -> np.ndarray:
    """Which extra beats are in the test part of `time` or `inter`: int64[n], positions in ``heard.extra``."""
    extra = heard.extra
    inside = later(extra.record, extra.peak, beats.codes, TESTING) if split == "time" else np.isin(extra.record, DS2)
    return np.flatnonzero(inside)


def end_to_end(network: Network, heard: Detected, beats: Beats, test: np.ndarray, extra: np.ndarray) -> dict[str, Any]:
    """Scores, as of `metrics.score`, of the beats at ``test`` and of the extra beats at ``extra``, which all are wrong.

    Accuracy: of annotated and extra beats, those that were given their class. Se: of a class's annotated beats, missed
    ones too. +P: of those that were called so, extra ones too.
    """
    none = len(beats.classes)
    told = np.where(heard.judged[test], golden.run(network, heard.counts[test]).classes, none)
    told_extra = golden.run(network, heard.extra.counts[extra]).classes if len(extra) else np.zeros(0, np.int64)
    labels = np.concatenate([beats.label[test], np.full(len(extra), none)])
    # One that is extra and may not be classified is no right answer, either: it is of a class that there is not.
    answers = np.concatenate([told, np.where(heard.extra.judged[extra], told_extra, none + 1)])
    found = score(labels, answers, (*beats.classes, NO_BEAT))
    del found["per_class"][NO_BEAT]
    return found


def _score(network: Network, counts: np.ndarray, labels: np.ndarray, classes: Sequence[str]) -> dict[str, Any]:
    return score(labels, golden.run(network, counts).classes, classes)


def shaken(name: str, split: str, beats: Beats) -> dict[str, Any]:
    """Accuracies of every shipped seed when the annotated peaks are off by up to each of `JITTER` samples."""
    networks = [Network.load(source) for source in siblings(name, split)]
    by_jitter = {}
    for most in JITTER:
        moved = shifted(beats, most, seed=most)
        each = []
        for network in networks:
            test = make_split(split, beats, network.provenance["seed"]).test
            some = moved.select(test)
            found = _score(network, encoding_of(network).encode(some), some.label, some.classes)
            each.append(found["accuracy"])
        by_jitter[str(most)] = {"mean": float(np.mean(each)), "deviation": float(np.std(each, ddof=1)), "each": each}
    return {"network": name, "split": split, "accuracy": by_jitter}


def table(row: Mapping[str, Any]) -> Table:
    """For the terminal: what `measure` gave."""
    what = f"{row['network']}, {row['split']}: {row['beats']} beats"
    missed = f"{row['missed']} missed, {row['last']} of them the last of a record"
    lost = f"{missed}; {row['unjudged']} not classified; {row['extra']} extra"
    title = f"{what} ({lost}), mean ± deviation of {len(row['seeds'])} seeds, %"
    headings = {"end_to_end": "end to end", "rest": f"no {HARD[row['split']]}"}
    return seeds.table({headings.get(view, view): row[view] for view in VIEWS}, title)


def table_of_jitter(rows: Sequence[Mapping[str, Any]]) -> Table:
    """For the terminal: what `shaken` gave."""
    view = Table(title="accuracy at annotated peaks that are off by up to so many samples, %", title_justify="left")
    for heading in ("samples", *(f"{row['network']}, {row['split']}" for row in rows)):
        view.add_column(heading, justify="right")
    for most in map(str, JITTER):
        view.add_row(most, *(seeds.plus_minus(row["accuracy"][most]) for row in rows))
    return view
