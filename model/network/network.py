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
from typing import Any, NoReturn

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import file
from sparrow_ecg.model.network.convolution import Convolution
from sparrow_ecg.model.network.dense import MAX_ACCUMULATOR_BITS, MAX_STEPS, Dense, signed_bits
from sparrow_ecg.model.network.inputs import DirectCounts, PictureCounts
from sparrow_ecg.model.signals.ecg.encoders import Encoder


@dataclass(frozen=True, eq=False)
class Network:
    """Layers of integer weights, the time window, and the encoding that makes the inputs.

    steps:       the time window T, up to `MAX_STEPS`.
    weight_bits: width of a weight, two's complement.
    classes:     names of the outputs, each another.
    provenance:  where it came from (data, split, seed, scores, tool versions); not part of the digest.
    """

    name: str
    encoding: Encoder | DirectCounts | PictureCounts
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
        """Inputs, then the counts that leave each layer: of dense ones, their neurons."""
        return (self.inputs, *(layer.outputs for layer in self.layers))

    @property
    def convolves(self) -> bool:
        return any(isinstance(layer, Convolution) for layer in self.layers)

    @property
    def synapses(self) -> int:
        """Weights that are stored: those of a convolution once, not once a place."""
        return sum(layer.weights.size for layer in self.layers)

    @property
    def nonzero_synapses(self) -> int:
        """Those that are left where a weight is wiring: a weight of zero is no wire."""
        return sum(int(np.count_nonzero(layer.weights)) for layer in self.layers)

    def count_max(self, k: int) -> int:
        """The highest count that enters layer ``k``."""
        return (1 << self.input_bits) - 1 if k == 0 else self.layers[k - 1].most(self.steps)

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
                    **_convolution(layer),
                    "biases": layer.biases.tolist(),
                    "weights": layer.weights.tolist(),
                }
                for layer in self.layers
            ],
        }

    def text(self) -> str:
        """The JSON file."""
        return file.text(self._content())

    def save(self, path: Path) -> Path:
        """Write the JSON file, whole or not at all."""
        return write_atomic(path, self.text())

    @staticmethod
    def load(source: str | Path) -> Network:
        """Read a network file, or a shipped one by its name. Refuses whatever is not a sound network."""
        path = file.find(source)
        try:
            return from_json(file.read(path))
        except InputError as error:
            raise InputError(f"{path}: {error}; train it again, or mend that field") from None


def from_json(text: str) -> Network:
    """The network that a JSON text holds. Raises InputError that names the first bad field."""
    from sparrow_ecg.model.network.schema import parse

    return Network(**parse(text))


def _convolution(layer: Dense) -> dict[str, Any]:
    """What a network file says of a layer that is not dense."""
    if not isinstance(layer, Convolution):
        return {}
    told = layer.pooling
    pooling = told and {"size": told.size, "threshold_log2": told.firing.threshold_log2 if told.firing else None}
    names = "kernel", "stride", "padding"
    window = {name: getattr(layer, name) for name in names}
    return {"convolution": {"entering": asdict(layer.entering), **window, "pooling": pooling}}


def _refuse(field: str, why: str) -> NoReturn:
    raise InputError(f"field {field}: {why}")


def _check(network: Network) -> None:
    """Refuse a network that cannot be computed exactly. Messages name the field."""
    if not 1 <= network.steps <= MAX_STEPS:
        _refuse("steps", f"the time window T is not in 1..{MAX_STEPS}")
    if not 1 <= network.weight_bits <= 16:
        _refuse("weight_bits", "not in 1..16")
    if not network.layers:
        _refuse("layers", "there are none")
    width = network.encoding.inputs
    for k, layer in enumerate(network.layers):
        if isinstance(layer, Convolution):
            _check_window(f"layers.{k}.convolution", layer)
        _check_numbers(f"layers.{k}", layer, width, network.weight_bits)
        bits = network.accumulator_bits(k)
        if bits > MAX_ACCUMULATOR_BITS:
            _refuse(f"layers.{k}", f"needs a {bits}-bit accumulator, more than {MAX_ACCUMULATOR_BITS}")
        if (layer.firing is None) != (k == len(network.layers) - 1):
            _refuse(f"layers.{k}.threshold_log2", "hidden layers have one, the output layer has none (null)")
        pooling = layer.pooling if isinstance(layer, Convolution) else None
        for field, firing in ((f"layers.{k}", layer.firing), (f"layers.{k}.pooling", pooling and pooling.firing)):
            if firing and not 0 <= firing.threshold_log2 <= MAX_ACCUMULATOR_BITS:
                _refuse(f"{field}.threshold_log2", f"not in 0..{MAX_ACCUMULATOR_BITS}")
            if firing and firing.steps != network.steps:
                _refuse(field, f"fires within {firing.steps} steps, but T = {network.steps}")
        width = layer.outputs
    if isinstance(network.layers[-1], Convolution):
        _refuse(f"layers.{len(network.layers) - 1}", "the output layer is a convolution: end with a dense one")
    if len(network.classes) != network.outputs:
        _refuse("classes", f"{len(network.classes)} names for {network.outputs} outputs")
    if len(set(network.classes)) < len(network.classes):
        _refuse("classes", "two of one name")


def _check_numbers(field: str, layer: Dense, width: int, weight_bits: int) -> None:
    """Shapes and ranges of a layer that ``width`` counts enter."""
    if layer.weights.ndim != 2 or 0 in layer.weights.shape:
        _refuse(f"{field}.weights", f"shape {layer.weights.shape} is not (outputs, inputs)")
    if layer.inputs != width:
        _refuse(f"{field}.weights", f"{layer.inputs} inputs, but {width} counts come in")
    if layer.biases.shape != (len(layer.weights),):
        _refuse(f"{field}.biases", f"shape {layer.biases.shape} is not ({len(layer.weights)},)")
    limit = 1 << (weight_bits - 1)
    for i, j in np.argwhere((layer.weights < -limit) | (layer.weights >= limit)):
        _refuse(f"{field}.weights.{i}.{j}", f"{layer.weights[i, j]} does not fit {weight_bits} bits")
    reach = 1 << (MAX_ACCUMULATOR_BITS - 1)
    if not -reach <= layer.biases.min() <= layer.biases.max() < reach:
        _refuse(f"{field}.biases", f"does not fit {MAX_ACCUMULATOR_BITS} bits")


def _check_window(field: str, layer: Convolution) -> None:
    """Sizes of a convolution."""
    entering, pooled = layer.entering, layer.pooling.size if layer.pooling else 1
    if min(entering.height, entering.width, entering.channels) < 1:
        _refuse(f"{field}.entering", "each is at least 1")
    if min(layer.kernel, layer.stride, pooled) < 1:
        _refuse(field, "kernel, stride and size of the pooling are at least 1")
    if not 0 <= layer.padding < layer.kernel:
        _refuse(f"{field}.padding", f"not in 0..{layer.kernel - 1}, below the kernel")
    window = layer.kernel**2 * entering.channels
    if layer.weights.ndim != 2 or layer.weights.shape[1] != window:
        _refuse(field, f"a window has {window} counts, but the weights have the shape {layer.weights.shape}")
    if not layer.outputs:
        _refuse(field, f"no window of it fits a map of {entering.height} x {entering.width}")
