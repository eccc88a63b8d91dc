"""What a network file must look like: imported where one is read, since pydantic takes long to import."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

import numpy as np
import pydantic
from pydantic_core import PydanticCustomError

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network.convolution import Convolution, Map, Pooling
from sparrow_ecg.model.network.dense import Dense, Firing
from sparrow_ecg.model.network.file import FORMAT, SAFE_NAME
from sparrow_ecg.model.network.inputs import DirectCounts, PictureCounts
from sparrow_ecg.model.signals.ecg.encoders import MARKS
from sparrow_ecg.model.signals.ecg.encoding import Encoding


def _safe(name: str) -> str:
    if not SAFE_NAME.fullmatch(name):
        raise PydanticCustomError(
            "name", "a name is 1 to 64 letters (a to z), digits and ' ,._+-', the first a letter or digit"
        )
    return name


Name = Annotated[str, pydantic.AfterValidator(_safe)]


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True)


class _Provenance(_Strict, extra="allow"):
    """What is read again, where it is given; the rest is for people."""

    records: list[Name] = []
    split: Name = ""
    seed: int = pydantic.Field(0, ge=0, lt=1 << 63)
    peaks: Literal["annotated", "detected"] = "annotated"


class _Map(_Strict):
    height: int
    width: int
    channels: int


class _Pooling(_Strict):
    size: int
    threshold_log2: int | None


class _Convolution(_Strict):
    entering: _Map
    kernel: int
    stride: int
    padding: int
    pooling: _Pooling | None


class _Layer(_Strict):
    threshold_log2: int | None
    convolution: _Convolution | None = None
    biases: list[int]
    weights: list[list[int]]


class _File(_Strict):
    format: int
    name: Name
    classes: list[Name]
    encoding: dict[str, Any]
    steps: int
    weight_bits: int
    provenance: _Provenance
    layers: list[_Layer]


def parse(text: str) -> dict[str, Any]:
    """The fields of the `Network` that a JSON text holds. Raises InputError that names the first bad field."""
    with _refusing("file"):
        file = _File.model_validate_json(text)
    marks = {"inputs": DirectCounts, "levels": PictureCounts, **MARKS}
    kind: Any = next((kind for mark, kind in marks.items() if mark in file.encoding), Encoding)
    with _refusing("encoding"):
        encoding = pydantic.TypeAdapter(kind).validate_json(json.dumps(file.encoding), strict=True, extra="forbid")
    if file.format != FORMAT:
        raise InputError(f"field format: not {FORMAT}, the one this version reads")
    return {
        "name": file.name,
        "encoding": encoding,
        "layers": tuple(_layer(k, layer, file.steps) for k, layer in enumerate(file.layers)),
        "steps": file.steps,
        "weight_bits": file.weight_bits,
        "classes": tuple(file.classes),
        "provenance": file.provenance.model_dump(exclude_unset=True),
    }


@contextmanager
def _refusing(part: str) -> Iterator[None]:
    """What pydantic finds wrong with a part of the file, as an InputError about the first of it."""
    try:
        yield
    except pydantic.ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = [] if part == "file" and first["loc"] else [part]
        field = ".".join([*where, *map(str, first["loc"])])
        raise InputError(f"field {_printable(field)}: {first['msg']}") from None


def _printable(text: str) -> str:
    """What a person wrote, short and without characters that steer a terminal."""
    shown = text if text.isprintable() else ascii(text)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."


def _layer(k: int, file: _Layer, steps: int) -> Dense:
    weights = _integers(f"layers.{k}.weights", file.weights)
    biases = _integers(f"layers.{k}.biases", file.biases)
    firing = _firing(file.threshold_log2, steps)
    if not (window := file.convolution):
        return Dense(weights, biases, firing)
    told = window.pooling
    pooling = Pooling(told.size, _firing(told.threshold_log2, steps)) if told else None
    entering = Map(**window.entering.model_dump())
    return Convolution(weights, biases, firing, entering, window.kernel, window.stride, window.padding, pooling)


def _firing(threshold_log2: int | None, steps: int) -> Firing | None:
    return None if threshold_log2 is None else Firing(threshold_log2, steps)


def _integers(field: str, rows: list) -> np.ndarray:
    try:
        return np.array(rows, dtype=np.int64)
    except ValueError:
        raise InputError(f"field {field}: rows of unequal length") from None
    except OverflowError:
        raise InputError(f"field {field}: a number beyond 64 bits") from None
