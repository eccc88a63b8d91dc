"""A network's scores in a few columns, and their mean and deviation over several networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

SCORED = ("N", "S", "V")  # of whose F1 `mean_f1` is the mean
COLUMNS = ("accuracy", "V_f1", "V_se", "S_f1", "S_se", "mean_f1")


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


def shown(scores: Mapping[str, Any], column: str) -> str:
    mean, deviation = scores["mean"][column], scores["deviation"][column]
    return "-" if mean is None else f"{100 * mean:.1f}±{100 * deviation:.1f}"
