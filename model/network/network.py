"""The network: the integer artefact that training hands over, and the only thing that hardware reads.

One JSON file holds it. The arithmetic that it stands for is in `Firing.compute` (firing) and in
`model.network.golden` (everything else).
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pydantic

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.ecg.encoding import Encoding

NETWORKS = Path(__file__).parents[1] / "networks"
SEEDS = NETWORKS / "seeds"  # <name>-<split>-<seed>.json: the same recipes with other seeds, and for other splits
FORMAT = 1
MAX_ACCUMULATOR_BITS = 48  # leaves int64 room for the T-fold sums of the IF baseline


@dataclass(frozen=True)
class DirectCounts:
    """Inputs that are counts already, with no encoder before them: each in 0..2**input_bits - 1."""

    inputs: int
    input_bits: int

    def __post_init__(self) -> None:
        if self.inputs < 1 or not 1 <= self.input_bits <= 16:
            raise InputError(f"field encoding: {self.inputs} inputs of {self.input_bits} bits; give 1.. and 1..16")


@dataclass(frozen=True)
class Firing:
    """Sum-Spikes-and-Fire: an integer potential becomes a spike count in 0..steps.

    threshold_log2: the firing threshold is ``2**threshold_log2``, so that firing is a shift.
    steps:          the time window T, at least 1.
    """

    threshold_log2: int
    steps: int

    def compute(self, potential: np.ndarray) -> np.ndarray:
        """Spike counts for int64 potentials of any shape; floors towards minus infinity."""
        return np.clip(potential >> self.threshold_log2, 0, self.steps)


@dataclass(frozen=True, eq=False)
class Dense:
    """One fully connected layer of integers.

    weights: int64[outputs, inputs].
    biases:  int64[outputs], already multiplied by T.
    firing:  how its neurons fire, or None for the output layer.
    """

    weights: np.ndarray
    biases: np.ndarray
    firing: Firing | None

    @property
    def inputs(self) -> int:
        return int(self.weights.shape[1])

    @property
    def outputs(self) -> int:
        return int(self.weights.shape[0])

    def bounds(self, count_max: int) -> tuple[int, int]:
        """Lowest and highest value of any partial sum ``b + sum W n`` with each n in 0..count_max.

        A sum that starts at b and adds the terms in any order stays inside, as every term's range holds 0.
        """
        low = self.biases + np.minimum(self.weights, 0).sum(axis=1) * count_max
        high = self.biases + np.maximum(self.weights, 0).sum(axis=1) * count_max
        return int(low.min()), int(high.max())


def signed_bits(low: int, high: int) -> int:
    """Width of the narrowest two's complement number that holds low..high."""
    return max((-low - 1).bit_length() if low < 0 else 0, high.bit_length() if high > 0 else 0) + 1


@dataclass(frozen=True, eq=False)
class Network:
    """Layers of integer weights, the time window, and the encoding that makes the inputs.

    steps:       the time window T.
    weight_bits: width of a weight, two's complement.
    classes:     names of the outputs.
    provenance:  where it came from (data, split, seed, scores, tool versions); not part of the digest.
    """

    name: str
    encoding: Encoding | DirectCounts
    layers: tuple[Dense, ...]
    steps: int
    weight_bits: int
    classes: tuple[str, ...]
    provenance: dict[str, Any]

    def __post_init__(self) -> None:
        _check(self)

    @property
    def inputs(self) -> int:
        return self.layers[0].inputs

    @property
    def outputs(self) -> int:
        return self.layers[-1].outputs

    @property
    def input_bits(self) -> int:
        return self.encoding.input_bits

    @property
    def shape(self) -> tuple[int, ...]:
        """Inputs, then the neurons of each layer."""
        return (self.inputs, *(layer.outputs for layer in self.layers))

    @property
    def synapses(self) -> int:
        return sum(layer.weights.size for layer in self.layers)

    @property
    def nonzero_synapses(self) -> int:
        """Those that are left where a weight is wiring: a weight of zero is no wire."""
        return sum(int(np.count_nonzero(layer.weights)) for layer in self.layers)

    def count_max(self, k: int) -> int:
        """The highest count that enters layer ``k``."""
        return (1 << self.input_bits) - 1 if k == 0 else self.steps

    def accumulator_bits(self, k: int) -> int:
        """Width of layer ``k``'s potential, derived from its weights: proven never to overflow."""
        low, high = self.layers[k].bounds(self.count_max(k))
        return signed_bits(low, high)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what it computes: everything but its name and provenance."""
        content = {k: v for k, v in self._content().items() if k not in ("name", "provenance")}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def _content(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "name": self.name,
            "classes": list(self.classes),
            "encoding": asdict(self.encoding),
            "steps": self.steps,
            "weight_bits": self.weight_bits,
            "provenance": self.provenance,
            "layers": [
                {
                    "threshold_log2": layer.firing.threshold_log2 if layer.firing else None,
                    "biases": layer.biases.tolist(),
                    "weights": layer.weights.tolist(),
                }
                for layer in self.layers
            ],
        }

    def save(self, path: Path) -> Path:
        """Write the JSON file, one row of weights a line so that a person can diff it."""
        return write_atomic(path, _rows_on_lines(json.dumps(self._content(), indent=1)) + "\n")

    @staticmethod
    def load(source: str | Path) -> Network:
        """Read a network file, or a shipped one by its name. Refuses whatever is not a sound network."""
        path = Path(source)
        if path.suffix != ".json":
            path = next((p for p in (NETWORKS / f"{source}.json", SEEDS / f"{source}.json") if p.is_file()), path)
        if not path.is_file():
            shipped = ", ".join(sorted(p.stem for p in NETWORKS.glob("*.json")))
            raise InputError(f"no network '{source}': give the path of a .json file, or one of {shipped}")
        try:
            return from_json(path.read_text())
        except (InputError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: {error}; train it again, or mend that field") from None


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True)


class _LayerFile(_Strict):
    threshold_log2: int | None = pydantic.Field(ge=0, le=MAX_ACCUMULATOR_BITS)
    biases: list[int]
    weights: list[list[int]]


class _NetworkFile(_Strict):
    format: int
    name: str
    classes: list[str]
    encoding: dict[str, Any]
    steps: int
    weight_bits: int
    provenance: dict[str, Any]
    layers: list[_LayerFile]


def from_json(text: str) -> Network:
    """The network that a JSON text holds. Raises InputError that names the first bad field."""
    try:
        file = _NetworkFile.model_validate_json(text)
        kind: Any = DirectCounts if "inputs" in file.encoding else Encoding
        encoding = pydantic.TypeAdapter(kind).validate_json(json.dumps(file.encoding), strict=True, extra="forbid")
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "file"
        raise InputError(f"field {where}: {first['msg']}") from None
    if file.format != FORMAT:
        raise InputError(f"field format: {file.format} is not {FORMAT}, the one this version reads")
    return Network(
        file.name,
        encoding,
        tuple(_layer(k, layer, file.steps) for k, layer in enumerate(file.layers)),
        file.steps,
        file.weight_bits,
        tuple(file.classes),
        file.provenance,
    )


def _layer(k: int, file: _LayerFile, steps: int) -> Dense:
    try:
        weights, biases = (np.array(rows, dtype=np.int64) for rows in (file.weights, file.biases))
    except (ValueError, OverflowError) as error:
        raise InputError(f"field layers.{k}: rows of unequal length, or a number beyond 64 bits ({error})") from None
    firing = None if file.threshold_log2 is None else Firing(file.threshold_log2, steps)
    return Dense(weights, biases, firing)


def _check(network: Network) -> None:
    """Refuse a network that cannot be computed exactly. Messages name the field."""

    def refuse(field: str, why: str) -> None:
        raise InputError(f"field {field}: {why}")

    if network.steps < 1:
        refuse("steps", f"T = {network.steps}, but the time window has at least 1 step")
    if not 1 <= network.weight_bits <= 16:
        refuse("weight_bits", f"{network.weight_bits} is not in 1..16")
    if not network.layers:
        refuse("layers", "there are none")
    limit = 1 << (network.weight_bits - 1)
    width = network.encoding.inputs
    for k, layer in enumerate(network.layers):
        if layer.weights.ndim != 2 or 0 in layer.weights.shape:
            refuse(f"layers.{k}.weights", f"shape {layer.weights.shape} is not (outputs, inputs)")
        if layer.inputs != width:
            refuse(f"layers.{k}.weights", f"{layer.inputs} inputs, but {width} counts come in")
        if layer.biases.shape != (layer.outputs,):
            refuse(f"layers.{k}.biases", f"shape {layer.biases.shape} is not ({layer.outputs},)")
        outside = np.argwhere((layer.weights < -limit) | (layer.weights >= limit))
        if len(outside):
            i, j = outside[0]
            value = layer.weights[i, j]
            refuse(f"layers.{k}.weights.{i}.{j}", f"{value} does not fit {network.weight_bits} bits")
        reach = 1 << (MAX_ACCUMULATOR_BITS - 1)
        if not -reach <= layer.biases.min() <= layer.biases.max() < reach:
            refuse(f"layers.{k}.biases", f"does not fit {MAX_ACCUMULATOR_BITS} bits")
        bits = network.accumulator_bits(k)
        if bits > MAX_ACCUMULATOR_BITS:
            refuse(f"layers.{k}", f"needs a {bits}-bit accumulator, more than {MAX_ACCUMULATOR_BITS}")
        last = k == len(network.layers) - 1
        if (layer.firing is None) != last:
            refuse(f"layers.{k}.threshold_log2", "hidden layers have one, the output layer has none (null)")
        if layer.firing and layer.firing.steps != network.steps:
            refuse(f"layers.{k}", f"fires within {layer.firing.steps} steps, but T = {network.steps}")
        width = layer.outputs
    if len(network.classes) != network.outputs:
        refuse("classes", f"{len(network.classes)} names for {network.outputs} outputs")


def _rows_on_lines(text: str) -> str:
    """Put each list of integers on one line."""
    return re.sub(r"\[\s+([-\d,\s]+?)\s+\]", lambda row: f"[{' '.join(row[1].split())}]", text)
