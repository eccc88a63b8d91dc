"""What the networks of the monitor score from samples on: peaks by the front end, missed and extra beats are wrong.

time:  trained on the first 80 % of every record, tested on the last 20 %.
intra: trained on 80 % of the beats, shuffled, tested on the rest; an extra beat is tested with its nearest one.
inter: trained on DS1, tested on DS2; inter+svdb: trained on the supraventricular database, too.
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
from sparrow_ecg.model.signals.ecg.encoders import JointEncoding
from sparrow_ecg.model.signals.ecg.mitdb import DS2
from sparrow_ecg.model.signals.ecg.shifted import shifted
from sparrow_ecg.model.signals.ecg.splits import BETWEEN, TESTING, later, make_split
from sparrow_ecg.model.signals.ecg.testset import encoding_of

ROWS = (
    *((name, split) for name in ("watch", "guard") for split in ("time", "intra", "inter")),
    *((name, split) for name in ("anyone", "mindful") for split in BETWEEN),  # which learned at annotated peaks
)
JITTER = (0, 1, 2, 3, 4, 6)  # samples
SHAKEN = (("tiny", "intra"), ("watch", "time"))  # trained at annotated peaks, and at those of the front end
VIEWS = ("end_to_end", "rest", "matched", "annotated")
# The record on which most hangs. The last minutes of 207, after its last flutter, are rhythms that it had not before:
# 105 ventricular escape beats, which are V, and then 106 S. 232 has three quarters of the S beats of DS2.
HARD = {"time": "207", "intra": "207", **dict.fromkeys(BETWEEN, "232")}
LOSSES = ("missed", "extra", "wrong", "wrong_annotated")
NO_BEAT = "none"  # a class more: annotated, it is an extra beat; told, a missed one, or one that may not be classified


def measure(name: str, split: str, beats: Beats) -> dict[str, Any]:
    """Scores of every shipped seed of a network and a split, mean and deviation, as `seeds.spread` has them.

    beats: of all records.
    ``end_to_end``: all annotated beats, and the extra ones. ``rest``: likewise, without the record `HARD`. ``matched``:
    those that were classified. ``annotated``: all, at the annotated peaks. ``last``: missed beats after which their
    record has no other: a beat is told when the next one is known. What is missed and extra on `intra` is of seed 0.
    ``losses``: of each record, as of `losses`, and ``steps``: of V and S, as of `steps`; means over the seeds.
    """
    networks = {source: Network.load(source) for source in siblings(name, split)}
    first = next(iter(networks.values()))
    encoding = encoding_of(first)
    heard, counts = detect(beats, encoding), encoding.encode(beats)
    results: dict[str, dict[str, Any]] = {view: {} for view in VIEWS}
    lost, stepped = [], []
    for source, network in reversed(networks.items()):
        test = make_split(split, beats, network.provenance["seed"]).test
        extra = tests(split, heard, beats, test)
        others = test[beats.record[test] != HARD[split]], extra[heard.extra.record[extra] != HARD[split]]
        results["end_to_end"][source] = end_to_end(network, heard, beats, test, extra)
        results["rest"][source] = end_to_end(network, heard, beats, *others)
        lost.append(losses(network, heard, beats, counts, test, extra))
        f1 = results["end_to_end"][source]["per_class"]
        stepped.append({**steps(network, heard, beats, counts, test), "end": {name: f1[name]["F1"] for name in "SV"}})
        read = test[heard.judged[test]]
        results["matched"][source] = _score(network, heard.counts[read], beats.label[read], beats.classes)
        results["annotated"][source] = _score(network, counts[test], beats.label[test], beats.classes)
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
        "losses": {
            name: {key: float(np.mean([each[name][key] for each in lost])) for key in ("beats", *LOSSES)}
            for name in sorted(set.union(*map(set, lost)))
            if all(name in each for each in lost)
        },
        "steps": {
            step: {name: float(np.mean([each[step][name] for each in stepped])) for name in "SV"} for step in stepped[0]
        },
        **{view: seeds.spread(dict(reversed(each.items())))["gross"] for view, each in results.items()},
    }


def tests(split: str, heard: Detected, beats: Beats, test: np.ndarray) -> np.ndarray:
    """Which extra beats go with test beats, int64[m], positions: int64[n], positions in ``heard.extra``."""
    extra = heard.extra
    match split:
        case "time":
            inside = later(extra.record, extra.peak, beats.codes, TESTING)
        case "intra":
            inside = np.isin([_nearest(beats, *each) for each in zip(extra.record, extra.peak, strict=True)], test)
        case _:
            inside = np.isin(extra.record, DS2)
    return np.flatnonzero(inside)


def _nearest(beats: Beats, record: str, peak: int) -> int:
    """The position of the beat of a record that is nearest to a sample."""
    mine = np.flatnonzero(beats.record == record)
    return int(mine[np.abs(beats.peak[mine] - peak).argmin()])


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


def losses(
    network: Network, heard: Detected, beats: Beats, counts: np.ndarray, test: np.ndarray, extra: np.ndarray
) -> dict[str, dict[str, int]]:
    """By record, how many beats there are, and how many are wrong from end to end, and why: ``missed``, those that may
    not be classified too; ``extra``; given the ``wrong`` class. ``wrong_annotated``: so many of all beats are given the
    wrong class at their annotated peaks, where counts, int64[beats, inputs], are of.
    """
    judged, label = heard.judged[test], beats.label[test]
    wrong = judged & (golden.run(network, heard.counts[test]).classes != label)
    annotated = golden.run(network, counts[test]).classes != label
    there, more = beats.record[test], heard.extra.record[extra]
    return {
        name: {
            "beats": int((there == name).sum()),
            "missed": int((~judged)[there == name].sum()),
            "extra": int((more == name).sum()),
            "wrong": int(wrong[there == name].sum()),
            "wrong_annotated": int(annotated[there == name].sum()),
        }
        for name in dict.fromkeys(there.tolist())
    }


def steps(
    network: Network, heard: Detected, beats: Beats, counts: np.ndarray, test: np.ndarray
) -> dict[str, dict[str, float]]:
    """F1 of S and V on the way from ``annotated`` peaks to those of the front end. ``missed``: beats that it misses or
    may not classify are wrong. Besides, of the others, the front end's ``intervals``, its windows (``moved``), or both
    (``heard``). counts: as of `losses`. What is usual for a patient is learned from windows and intervals alike.
    """
    encoding = encoding_of(network)
    assert not isinstance(encoding, JointEncoding)
    intervals = encoding.intervals
    own, theirs, judged = counts[test], heard.counts[test], heard.judged[test]
    found = {}
    for step, given, told in (
        ("annotated", own, np.ones(len(test), bool)),
        ("missed", own, judged),
        ("intervals", np.where(intervals, theirs, own), judged),
        ("moved", np.where(intervals, own, theirs), judged),
        ("heard", theirs, judged),
    ):
        answers = np.where(told, golden.run(network, given).classes, len(beats.classes))
        per_class = score(beats.label[test], answers, (*beats.classes, NO_BEAT))["per_class"]
        found[step] = {name: per_class[name]["F1"] or 0.0 for name in "SV"}
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


def table_of_losses(row: Mapping[str, Any], most: int = 10) -> Table:
    """For the terminal: the records that lose most, and all."""
    records = {name: {**each, "lost": sum(each[key] for key in LOSSES[:3])} for name, each in row["losses"].items()}
    records = dict(sorted(records.items(), key=lambda item: -item[1]["lost"]))
    total = {key: sum(each[key] for each in records.values()) for key in ("beats", *LOSSES, "lost")}
    count = total["beats"] + total["extra"]
    view = Table(
        title=f"{row['network']}, {row['split']}: where it is lost, beats, mean of the seeds", title_justify="left"
    )
    for heading in (
        "record",
        "beats",
        "missed",
        "extra",
        "wrong class",
        "(at annotated peaks)",
        "lost",
        "points of all",
    ):
        view.add_column(heading, justify="right")
    for name, each in [*list(records.items())[:most], ("all", total)]:
        cells = (f"{each[key]:.1f}" for key in (*LOSSES, "lost"))
        view.add_row(name, f"{each['beats']:.0f}", *cells, f"{100 * each['lost'] / count:.2f}")
    return view


def table_of_steps(rows: Sequence[Mapping[str, Any]]) -> Table:
    """For the terminal: what `steps` gave."""
    view = Table(title="F1 from annotated peaks to what is heard, mean of the seeds, %", title_justify="left")
    for heading in ("", *rows[0]["steps"]):
        view.add_column(heading, justify="right")
    for row in rows:
        for name in "SV":
            cells = (f"{100 * each[name]:.1f}" for each in row["steps"].values())
            view.add_row(f"{row['network']}, {row['split']}, {name}", *cells)
    return view


def table_of_jitter(rows: Sequence[Mapping[str, Any]]) -> Table:
    """For the terminal: what `shaken` gave."""
    view = Table(title="accuracy at annotated peaks that are off by up to so many samples, %", title_justify="left")
    for heading in ("samples", *(f"{row['network']}, {row['split']}" for row in rows)):
        view.add_column(heading, justify="right")
    for most in map(str, JITTER):
        view.add_row(most, *(seeds.plus_minus(row["accuracy"][most]) for row in rows))
    return view
