"""The network file: JSON, one row of weights a line, so that a person can read, diff and edit it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pydantic

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network.dense import MAX_ACCUMULATOR_BITS, Dense, Firing
from sparrow_ecg.model.network.inputs import DirectCounts
from sparrow_ecg.model.signals.ecg.encoding import Encoding

NETWORKS = Path(__file__).parents[1] / "networks"
SEEDS = NETWORKS / "seeds"  # <name>-<split>-<seed>.json: the same recipes with other seeds, and for other splits
FORMAT = 1


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True)


class _Layer(_Strict):
    threshold_log2: int | None = pydantic.Field(ge=0, le=MAX_ACCUMULATOR_BITS)
    biases: list[int]
    weights: list[list[int]]


class _File(_Strict):
    format: int
    name: str
    classes: list[str]
    encoding: dict[str, Any]
    steps: int
    weight_bits: int
    provenance: dict[str, Any]
    layers: list[_Layer]


def find(source: str | Path) -> Path:
    """The file that ``source`` names: its path, or the name of a shipped network."""
    path = Path(source)
    if path.suffix != ".json":
        path = next((p for p in (NETWORKS / f"{source}.json", SEEDS / f"{source}.json") if p.is_file()), path)
    if not path.is_file():
        shipped = ", ".join(sorted(p.stem for p in NETWORKS.glob("*.json")))
        raise InputError(f"no network '{source}': give the path of a .json file, or one of {shipped}")
    return path


def parse(text: str) -> dict[str, Any]:
    """The fields of the `Network` that a JSON text holds. Raises InputError that names the first bad field."""
    try:
        file = _File.model_validate_json(text)
        kind: Any = DirectCounts if "inputs" in file.encoding else Encoding
        encoding = pydantic.TypeAdapter(kind).validate_json(json.dumps(file.encoding), strict=True, extra="forbid")
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "file"
        raise InputError(f"field {where}: {first['msg']}") from None
    if file.format != FORMAT:
        raise InputError(f"field format: {file.format} is not {FORMAT}, the one this version reads")
    return {
        "name": file.name,
        "encoding": encoding,
        "layers": tuple(_dense(k, layer, file.steps) for k, layer in enumerate(file.layers)),
        "steps": file.steps,
        "weight_bits": file.weight_bits,
        "classes": tuple(file.classes),
        "provenance": file.provenance,
    }


def _dense(k: int, file: _Layer, steps: int) -> Dense:
    try:
        weights, biases = (np.array(rows, dtype=np.int64) for rows in (file.weights, file.biases))
    except (ValueError, OverflowError) as error:
        raise InputError(f"field layers.{k}: rows of unequal length, or a number beyond 64 bits ({error})") from None
    return Dense(weights, biases, None if file.threshold_log2 is None else Firing(file.threshold_log2, steps))


def text(content: dict[str, Any]) -> str:
    """The file that holds ``content``, each list of integers on one line."""
    lines = json.dumps(content, indent=1)
    return re.sub(r"\[\s+([-\d,\s]+?)\s+\]", lambda row: f"[{' '.join(row[1].split())}]", lines) + "\n"
