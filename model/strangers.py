"""What the shipped networks score on patients whom they have never seen, mean and deviation over their seeds.

inter-1-lead:  trained on DS1.
inter-2-leads: the same networks, each run on both leads of a record; their potentials are added.
inter+svdb:    trained on DS1 and the supraventricular database.
adaptive:      likewise, and all layers adapted to each patient with the first five minutes, which a clinician has
               labelled; the rest of the record tests, before and after.
adaptive-chip: likewise, the output layer in integers.
itself:        with no label at all: when the record is over, all layers learn what the network itself answers where it
               is sure, and it answers all beats anew.
adaptive-2-leads, itself-2-leads: likewise, one network of both leads.
inter-mindful, svdb-anyone, svdb-2-leads: as the first three, by networks that were not chosen for them.
All are tested on DS2, every annotated beat of N, S, V and F, by the golden model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from sparrow_ecg.model.columns import COLUMNS, columns, shown, spread
from sparrow_ecg.model.metrics import score
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.file import siblings
from sparrow_ecg.model.patients import Way, adapted_scores, by_itself, by_phone, on_chip
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.mitdb import DS2
from sparrow_ecg.model.two_leads import predict, seen

HARD = "232"  # the record that has three quarters of DS2's S beats


@dataclass(frozen=True)
class Row:
    """A line of the table. goals: what the project wants, by column; ``rest``: likewise, without `HARD`. way: how the
    networks adapt to patients, if they do.
    """

    network: str
    split: str
    leads: int = 1
    goals: Mapping[str, float] = field(default_factory=dict)
    rest: Mapping[str, float] = field(default_factory=dict)
    way: Way | None = None


ADAPTED = {"accuracy": 0.985, "V_f1": 0.97, "S_f1": 0.85}, {"S_f1": 0.60}
SVDB = {"S_f1": 0.75, "S_se": 0.80, "mean_f1": 0.88}, {"S_f1": 0.50}
ROWS = {
    "inter-1-lead": Row("anyone", "inter", 1, {"V_f1": 0.95, "V_se": 0.95}, {"accuracy": 0.965}),
    "inter-mindful": Row("mindful", "inter"),
    "inter-2-leads": Row("anyone", "inter", 2, {"V_f1": 0.965}),
    "inter+svdb": Row("mindful", "inter+svdb", 1, *SVDB),
    "svdb-anyone": Row("anyone", "inter+svdb"),
    "svdb-2-leads": Row("mindful", "inter+svdb", 2),
    "itself": Row("mindful", "inter+svdb", 1, *SVDB, by_itself),
    "itself-2-leads": Row("mindful", "inter+svdb", 2, *SVDB, by_itself),
    "adaptive": Row("mindful", "inter+svdb", 1, *ADAPTED, by_phone),
    "adaptive-2-leads": Row("mindful", "inter+svdb", 2, *ADAPTED, by_phone),
    "adaptive-chip": Row("mindful", "inter+svdb", 1, *ADAPTED, on_chip),
}


def measure(name: str, beats: Beats) -> dict[str, Any]:
    """A row of `ROWS`, of every shipped seed; scores in 0..1, None where of nothing.

    beats: of all records, with their second leads.
    One that adapts has ``before``, too, how many of the seeds' records became ``worse``, and the ``seconds`` that a
    patient took (`patients`).
    """
    row = ROWS[name]
    networks = {source: Network.load(source) for source in siblings(row.network, row.split)}
    first = next(iter(networks.values()))
    result: dict[str, Any] = {
        "network": row.network,
        "split": row.split,
        "leads": row.leads,
        "weights": first.synapses,
        "seeds": [network.provenance["seed"] for network in networks.values()],
    }
    if row.way:
        found = adapted_scores(networks, beats, row.way, row.leads).values()
        result |= _spreads([each["after"] for each in found])
        result["before"] = _spreads([each["before"] for each in found])
        result["worse"] = sum(len(each["worse"]) for each in found)
        result["seconds"] = float(np.mean([each["seconds"] for each in found]))
    else:
        strangers = beats.select(np.flatnonzero(np.isin(beats.record, DS2)))
        counts = seen(first, strangers, row.leads)
        predictions = [predict(network, counts) for network in networks.values()]
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


def table(rows: Mapping[str, Mapping[str, Any]]) -> Table:
    """For the terminal, in percent: a row's scores, the goals it is short of, and both without `HARD`."""
    title = "patients never seen (DS2): mean ± deviation of the seeds, %"
    headings = (column.replace("_f1", " F1").replace("_se", " Se") for column in COLUMNS)
    view = Table("", *headings, title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0), title_justify="left")
    for name, row in rows.items():
        if "before" in row:
            _add(view, "before", row["before"], {})
        _add(view, name, row, row["goals"])
    worse = [
        f"{name}: {row['worse']} of {len(DS2)} x {len(row['seeds'])}" for name, row in rows.items() if "worse" in row
    ]
    view.caption = f"lost more than 1 point of a record's accuracy: {', '.join(worse)}" if worse else None
    return view


def _add(view: Table, name: str, row: Mapping[str, Any], goals: Mapping[str, Any]) -> None:
    """The lines of a row: scores and goals, of all beats and without `HARD`."""
    rest = row["without_232"]
    for label, scores, wanted in ((name, row, goals), (f"  no {HARD}", rest, goals.get("without_232", {}))):
        view.add_row(label, *(shown(scores, column) for column in COLUMNS))
        if any(column in wanted for column in COLUMNS):
            view.add_row("  goal", *(_goal(scores["mean"][column], wanted.get(column)) for column in COLUMNS))


def _goal(mean: float | None, goal: float | None) -> str:
    if goal is None:
        return ""
    return f"{100 * goal:g} {'met' if mean is not None and mean >= goal else 'short'}"
