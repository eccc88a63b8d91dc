"""Scores of EEG networks: beside each what chance gives, an interval, and whether its split leaks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rich.table import Table
from scipy.stats import bootstrap

from sparrow_ecg.model.methods.report import spread
from sparrow_ecg.model.seeds import plus_minus
from sparrow_ecg.model.signals.eeg.segments import Segments
from sparrow_ecg.model.summary import between
from sparrow_ecg.sim.studies.eeg import Lesson

TEXT = {"cnn": "CNN", "snn": "SNN, T = 100", "transfer": "SNN after the other question", "chip": "RTL's network"}
DRAWS = 2000


def told(split: str, segments: Segments) -> dict[str, Any]:
    """A split's name, and whether it leaks."""
    name = f"{segments.grouped if split == 'group' else split}-wise"
    leaks = split == "segment"
    return {"name": f"{name}, LEAKS" if leaks else name, "leaks": leaks}


def scores(done: Sequence[tuple[Lesson, Mapping[str, Any]]], segments: Segments) -> dict[str, Any]:
    """JSON-ready: by split and question, of each network accuracy over seeds, with chance and a 95 % interval.

    A seed's accuracy is of all its test segments. The interval is of the mean over the seeds, when as many trials, or
    subjects where those are kept apart, are drawn again with replacement.
    """
    found: dict[str, Any] = {}
    for split in dict.fromkeys(lesson.split for lesson, _ in done):
        found[split] = told(split, segments) | {"questions": {}}
        drawn = segments.group if split == "group" and segments.grouped == "subject" else segments.trial
        for question in segments.classes:
            mine = [(lesson, each) for lesson, each in done if (lesson.split, lesson.question) == (split, question)]
            tested = np.unique(np.concatenate([each["test"] for _, each in mine]))
            sizes = [len(each["test"]) for _, each in mine]
            found[split]["questions"][question] = {
                "classes": list(segments.classes[question]),
                "segments": len(tested),
                "trials": len(np.unique(segments.trial[tested])),
                f"{segments.grouped}s": len(np.unique(segments.group[tested])),
                "drawn": "subject" if drawn is segments.group else "trial",
                "chance": float(np.average([each["chance"] for _, each in mine], weights=sizes)),
                "networks": {
                    name: _score(mine, name, segments.labels[question], drawn) for name in mine[0][1]["answers"]
                },
            }
    return found


def _score(
    done: Sequence[tuple[Lesson, Mapping[str, Any]]], name: str, labels: np.ndarray, drawn: np.ndarray
) -> dict[str, Any]:
    seeds: dict[int, list[np.ndarray]] = defaultdict(list)
    units: dict[int, np.ndarray] = defaultdict(lambda: np.zeros(2))  # right answers, and answers
    for lesson, each in done:
        test = np.array(each["test"])
        right = np.array(each["answers"][name]) == labels[test]
        seeds[lesson.seed].append(right)
        for unit in np.unique(drawn[test]):
            mine = right[drawn[test] == unit]
            units[int(unit)] += mine.sum(), len(mine)
    return {
        "accuracy": spread([float(np.concatenate(parts).mean()) for parts in seeds.values()]),
        "interval": _interval(np.array(list(units.values()))),
    }


def _interval(units: np.ndarray) -> list[float | None]:
    if len(units) < 2:
        return [None, None]
    drawn = bootstrap(
        (units[:, 0], units[:, 1]),
        lambda right, asked, axis: right.sum(axis) / asked.sum(axis),
        paired=True,
        vectorized=True,
        method="percentile",
        n_resamples=DRAWS,
        rng=np.random.default_rng(0),
    )
    return [float(drawn.confidence_interval.low), float(drawn.confidence_interval.high)]


def table(found: Mapping[str, Any]) -> Table:
    """For the terminal: a row a split, question and network."""
    title = f"{found['dataset']}: test segments right, %, {found['seeds']} seeds; 95 % interval over trials or subjects"
    if found["note"]:
        title += f" ({found['note']})"
    view = Table(title=title, title_justify="left")
    for heading in ("split", "question", "network"):
        view.add_column(heading)
    for heading in ("right", "interval", "chance"):
        view.add_column(heading, justify="right")
    for split in found["splits"].values():
        for question, asked in split["questions"].items():
            for name, score in asked["networks"].items():
                view.add_row(
                    *(split["name"], question, TEXT[name]),
                    *(plus_minus(score["accuracy"]), between(*score["interval"]), f"{100 * asked['chance']:.1f}"),
                )
        view.add_section()
    return view


def energy_table(found: Mapping[str, Any]) -> Table:
    """For the terminal: µJ of a segment by formula, the mean of the questions."""
    view = Table(title="µJ a segment by formula, spatial; the thesis's network", title_justify="left")
    for heading in ("table", "CNN, every product", "CNN without zeros = SSF", "IF, T = 100", "SSF / CNN", "IF / CNN"):
        view.add_column(heading, justify="left" if heading == "table" else "right")
    rows = [each["pj"] for each in found["energy"].values()]
    for name in rows[0]:
        cnn, skip, spiking = (float(np.mean([row[name][kind] for row in rows])) for kind in ("cnn", "cnn_skip", "if"))
        ratios = f"{skip / cnn:.2f}", f"{spiking / cnn:.2f}"
        view.add_row(name, *(f"{pj / 1e6:.3f}" for pj in (cnn, skip, spiking)), *ratios)
    return view
