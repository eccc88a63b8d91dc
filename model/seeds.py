"""How much the scores of one recipe vary from seed to seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rich.table import Table

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.metrics import percent
from sparrow_ecg.model.network.file import siblings
from sparrow_ecg.model.signals.ecg.splits import SPLITS
from sparrow_ecg.model.summary import between, flat, views


def networks(source: str, split: str) -> list[str]:
    """The shipped networks of a recipe and a split, by seed. Raises InputError for fewer than two."""
    found = siblings(source, split)
    if len(found) < 2:
        have = f"of '{source}' for {split}, {', '.join(found) or 'no network'} is shipped"
        raise InputError(f"--seeds: {have}, and a spread needs two seeds: leave --seeds out, or train and ship more")
    return found


def splits(source: str) -> list[str]:
    """Those that networks of a shipped name were trained for; none for other files."""
    return [split for split in SPLITS if siblings(source, split)]


def spread(results: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    """For each view (`summary.views`) and score: mean and standard deviation (n - 1) over the networks, and each one's.

    results: of each network, as of `metrics.evaluate` or `by_record.evaluate`.
    A score of nothing is None, and in no mean; a deviation of fewer than two scores is None.
    """
    seen = [{view: flat(scores) for view, scores in views(result).items()} for result in results.values()]
    return {
        view: {score: _spread([scores[view][score] for scores in seen]) for score in scores}
        for view, scores in seen[0].items()
    }


def table(spreads: Mapping[str, Mapping[str, Mapping[str, Any]]], title: str) -> Table:
    """For the terminal: a row a score, a column a view, mean ± standard deviation in percent."""
    view = Table(title=title, title_justify="left")
    view.add_column("score")
    for heading in spreads:
        view.add_column(heading, justify="right")
    for score in next(iter(spreads.values())):
        view.add_row(score, *(plus_minus(columns[score]) for columns in spreads.values()))
    return view


def table_of_each(
    spreads: Mapping[str, Mapping[str, Mapping[str, Any]]],
    seeds: Sequence[int],
    title: str,
    interval: Mapping[str, Any] | None = None,
) -> Table:
    """For the terminal: a row a score, a column a seed, of all beats.

    interval: of their mean, over patients, as of `metrics.bootstrap`.
    """
    ends = flat(interval) if interval else {}
    view = Table(title=title, title_justify="left")
    view.add_column("score")
    for heading in (*(f"seed {seed}" for seed in seeds), *["95 % of mean"][: len(ends)]):
        view.add_column(heading, justify="right")
    for score, values in spreads["gross"].items():
        view.add_row(score, *map(percent, values["each"]), *(between(*ends[key]) for key in ends if key == score))
    return view


def _spread(values: Sequence[float | None]) -> dict[str, Any]:
    defined = [value for value in values if value is not None]
    return {
        "mean": float(np.mean(defined)) if defined else None,
        "deviation": float(np.std(defined, ddof=1)) if len(defined) > 1 else None,
        "each": list(values),
    }


def plus_minus(values: Mapping[str, Any]) -> str:
    """In percent, without the sign: there is one in every cell."""
    if values["mean"] is None:
        return "-"
    deviation = "-" if values["deviation"] is None else f"{100 * values['deviation']:.2f}"
    return f"{100 * values['mean']:.2f} ± {deviation}"
