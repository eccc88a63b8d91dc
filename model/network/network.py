"""The network: the integer artefact that training hands over, and the only thing that hardware reads.

One JSON file holds it, see `model.network.file`. The arithmetic that it stands for is in `Firing.compute` (firing) and
in `model.network.golden` (everything else).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import file
from sparrow_ecg.model.network.dense import MAX_ACCUMULATOR_BITS, Dense, signed_bits
from sparrow_ecg.model.network.inputs import DirectCounts
from sparrow_ecg.model.signals.ecg.encoding import Encoding


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
            "format": file.FORMAT,
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
        """Write the JSON file."""
        return write_atomic(path, file.text(self._content()))

    @staticmethod
    def load(source: str | Path) -> Network:
        """Read a network file, or a shipped one by its name. Refuses whatever is not a sound network."""
        path = file.find(source)
        try:
            return from_json(path.read_text())
        except (InputError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: {error}; train it again, or mend that field") from None


def from_json(text: str) -> Network:
    """The network that a JSON text holds. Raises InputError that names the first bad field."""
    return Network(**file.parse(text))


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
