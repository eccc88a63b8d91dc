"""What the shipped networks score on patients whom they have never seen, mean and deviation over their seeds.

inter-1-lead:  trained on DS1.
inter-2-leads: the same networks, each run on both leads of a record; their potentials are added.
inter+svdb:    trained on DS1 and the supraventricular database.
adaptive:      trained on DS1, and adapted to each patient in integers, with the first five minutes, which a clinician
               has labelled; the rest of the record tests, before and after.
All are tested on DS2, every annotated beat of N, S, V and F, by the golden model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from sparrow_ecg.model.metrics import score
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.file import siblings
from sparrow_ecg.model.patients import adapted_scores
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.mitdb import DS2
from sparrow_ecg.model.signals.ecg.testset import encoding_of

NETWORK = "anyone"
LEADS = (
    2,
    1,
)  # what the potentials of the first and the second lead are multiplied by: chosen on DS1, left out by records
HARD = "232"  # the record that has three quarters of DS2's S beats
SCORED = ("N", "S", "V")  # of whose F1 `mean_f1` is the mean
COLUMNS = ("accuracy", "V_f1", "V_se", "S_f1", "S_se", "mean_f1")


@dataclass(frozen=True)
class Row:
    """A line of the table. goals: what the project wants, by column; ``rest``: likewise, without `HARD`."""

    split: str
    leads: int
    goals: Mapping[str, float]
    rest: Mapping[str, float]


ROWS = {
    "inter-1-lead": Row("inter", 1, {"V_f1": 0.95, "V_se": 0.95}, {"accuracy": 0.965}),
    "inter-2-leads": Row("inter", 2, {"V_f1": 0.965}, {}),
    "inter+svdb": Row("inter+svdb", 1, {"S_f1": 0.75, "S_se": 0.80, "mean_f1": 0.88}, {"S_f1": 0.50}),
    "adaptive": Row("inter", 1, {"accuracy": 0.985, "V_f1": 0.97, "S_f1": 0.85}, {"S_f1": 0.60}),
}


def measure(name: str, beats: Beats) -> dict[str, Any]:
    """A row of `ROWS`, of every shipped seed; scores in 0..1, None where of nothing.

    beats: of all records, with their second leads.
    ``adaptive`` has ``before``, too, and how many of the seeds' records became ``worse`` (`patients`).
    """
    row = ROWS[name]
    networks = {source: Network.load(source) for source in siblings(NETWORK, row.split)}
    first = next(iter(networks.values()))
    result: dict[str, Any] = {
        "network": NETWORK,
        "split": row.split,
        "leads": row.leads,
        "weights": first.synapses,
        "seeds": [network.provenance["seed"] for network in networks.values()],
    }
    if name == "adaptive":
        found = adapted_scores(networks, beats).values()
        result |= _spreads([each["after"] for each in found])
        result["before"] = _spreads([each["before"] for each in found])
        result["worse"] = sum(len(each["worse"]) for each in found)
    else:
        strangers = beats.select(np.flatnonzero(np.isin(beats.record, DS2)))
        predictions = [predict(network, strangers, row.leads) for network in networks.values()]
        result |= _spreads([_scores(strangers, each) for each in predictions])
    return {**result, "goals": {**row.goals, "without_232": dict(row.rest)}}


def _scores(beats: Beats, predictions: np.ndarray) -> dict[str, Any]:
    rest = beats.record != HARD
    without = score(beats.label[rest], predictions[rest], beats.classes)
    return {**score(beats.label, predictions, beats.classes), f"without_{HARD}": without}


def _spreads(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Of all beats and without `HARD`."""
    rest = [columns(result[f"without_{HARD}"]) for result in results]
    return {
        "beats": results[0]["beats"],
        **spread([columns(result) for result in results]),
        "without_232": spread(rest),
    }


def predict(network: Network, beats: Beats, leads: int) -> np.ndarray:
    """The class of each beat, int64[beats]. leads: 2 asks for beats with a second lead."""
    encoder = encoding_of(network)
    first = golden.run(network, encoder.encode(beats)).outputs
    if leads == 1:
        return first.argmax(axis=1)
    second = golden.run(network, encoder.encode(replace(beats, codes=beats.second))).outputs
    return (LEADS[0] * first + LEADS[1] * second).argmax(axis=1)


def columns(found: Mapping[str, Any]) -> dict[str, float | None]:
    """`COLUMNS` of one network's scores, as of `metrics.score`."""
    each = found["per_class"]
    f1 = [each[name]["F1"] for name in SCORED]
    told = (found["accuracy"], each["V"]["F1"], each["V"]["Se"], each["S"]["F1"], each["S"]["Se"])
    return dict(zip(COLUMNS, (*told, None if None in f1 else float(np.mean(f1))), strict=True))


def spread(results: list[dict[str, float | None]]) -> dict[str, dict[str, float | None]]:
    """Mean, standard deviation (n - 1) and each of the networks' columns; None where one of them is."""

    def of(reduce: Any) -> dict[str, float | None]:
        values = {column: [result[column] for result in results] for column in COLUMNS}
        return {column: None if None in each else float(reduce(each)) for column, each in values.items()}

    return {"mean": of(np.mean), "deviation": of(lambda each: np.std(each, ddof=1) if len(each) > 1 else np.nan)}


def table(rows: Mapping[str, Mapping[str, Any]]) -> Table:
    """For the terminal, in percent: a row's scores, the goals it is short of, and both without `HARD`."""
    title = "patients never seen (DS2): mean ± deviation of the seeds, %"
    headings = (column.replace("_f1", " F1").replace("_se", " Se") for column in COLUMNS)
    view = Table("", *headings, title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0), title_justify="left")
    for name, row in rows.items():
        if "before" in row:
            _add(view, "before", row["before"], {})
        _add(view, name, row, row["goals"])
        if row.get("worse"):
            view.caption = f"{name}: {row['worse']} of {len(DS2)} x {len(row['seeds'])} records lost more than 1 point"
    return view


def _add(view: Table, name: str, row: Mapping[str, Any], goals: Mapping[str, Any]) -> None:
    """The lines of a row: scores and goals, of all beats and without `HARD`."""
    rest = row["without_232"]
    for label, scores, wanted in ((name, row, goals), (f"  no {HARD}", rest, goals.get("without_232"))):
        view.add_row(label, *(shown(scores, column) for column in COLUMNS))
        if wanted:
            view.add_row("  goal", *(_goal(scores["mean"][column], wanted.get(column)) for column in COLUMNS))


def shown(scores: Mapping[str, Any], column: str) -> str:
    mean, deviation = scores["mean"][column], scores["deviation"][column]
    return "-" if mean is None else f"{100 * mean:.1f}±{100 * deviation:.1f}"


def _goal(mean: float | None, goal: float | None) -> str:
    if goal is None:
        return ""
    return f"{100 * goal:g} {'met' if mean is not None and mean >= goal else 'short'}"
