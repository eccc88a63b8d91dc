"""Networks in NIR files, the interchange format of spiking simulators (Pedersen et al., Nature Communications, 2024).

Written: an Affine for each layer, weights and the bias of one step, and behind hidden ones an IF whose threshold is the
power of two. What NIR cannot say (that all are integers, their widths, T, SSF, the encoding, classes) travels in the
graph's metadata, with the digest of what it belongs to: with it, what is read back is the very network.

Read from elsewhere: a chain of Affine or Linear, Flatten, and IF, or LIF that does not leak. Float weights become
integers as a trained network's do (`conversion.ssf`), without training; thresholds are folded into the weights.
"""

from __future__ import annotations

import json
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sparrow_ecg.model.conversion.ssf import best_threshold, scale
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import Dense, DirectCounts, Firing, Network
from sparrow_ecg.model.network.network import from_json

if TYPE_CHECKING:
    import nir  # in the extra of its name only

OURS = "sparrow_ecg"  # what is ours in a graph's metadata


def graph(network: Network) -> nir.NIRGraph:
    """A network as a NIR graph; float64 holds its integers, and the biases of a step to the last bit that matters.

    Raises InputError for a network with convolutions.
    """
    import nir

    if network.convolves:
        raise InputError(f"network '{network.name}' has convolutions: only dense layers are written as NIR")
    nodes: dict[str, Any] = {"input": nir.Input(np.array([network.inputs]))}
    for k, layer in enumerate(network.layers):
        nodes[f"affine{k}"] = nir.Affine(layer.weights.astype(np.float64), layer.biases / network.steps)
        if layer.firing:
            threshold = np.full(layer.outputs, 2.0**layer.firing.threshold_log2)
            nodes[f"if{k}"] = nir.IF(np.ones(layer.outputs), threshold, np.zeros(layer.outputs))
    nodes["output"] = nir.Output(np.array([network.outputs]))
    names = list(nodes)
    # the numbers stand in the nodes alone: here is what they lack, and the digest that they must have together
    content = json.loads(network.text())
    content["layers"] = [{"threshold_log2": layer["threshold_log2"]} for layer in content["layers"]]
    metadata = {OURS: json.dumps(content), "digest": network.digest, "neuron": "sum-spikes-and-fire"}
    return nir.NIRGraph(nodes, list(pairwise(names)), metadata=metadata)


def save(network: Network, path: Path) -> Path:
    """Write the file, whole or not at all."""
    import nir

    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "network.nir"
        nir.write(whole, graph(network))
        return write_atomic(path, whole.read_bytes())


def load(path: Path, steps: int = 7, weight_bits: int = 6, input_bits: int = 4) -> Network:
    """The network of a NIR file. Of ours, the one that was written; of others, made integers with these widths.

    Raises InputError, one line, for a file that cannot be read, and for what is no chain of layers that we have.
    """
    import nir

    try:
        found = nir.read(path)
    except Exception as error:
        raise InputError(f"{path}: no NIR file ({str(error).splitlines()[0]:.80}): export it again") from None
    try:
        if isinstance(found, nir.NIRGraph) and OURS in found.metadata:
            return _ours(found)
        return _quantised(path.stem, _chain(found), steps, weight_bits, input_bits)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _ours(found: nir.NIRGraph) -> Network:
    content = json.loads(_text(found.metadata[OURS]))
    for k, layer in enumerate(content["layers"]):
        affine = found.nodes[f"affine{k}"]
        layer["weights"] = np.rint(affine.weight).astype(np.int64).tolist()
        layer["biases"] = np.rint(affine.bias * content["steps"]).astype(np.int64).tolist()
    network = from_json(json.dumps(content))
    if network.digest != _text(found.metadata["digest"]):
        raise InputError("its weights are not those that its metadata was written for: export it again")
    return network


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _chain(found: Any) -> list[tuple[np.ndarray, np.ndarray, np.ndarray | None]]:
    """Weights, biases and thresholds of each layer, from input to output; the last one's neurons are left out."""
    following: dict[str, list[str]] = {}
    for source, target in found.edges:
        following.setdefault(source, []).append(target)
    at = next((name for name, node in found.nodes.items() if type(node).__name__ == "Input"), "")
    layers: list[tuple[np.ndarray, np.ndarray, np.ndarray | None]] = []
    while following.get(at):
        if len(following[at]) > 1:
            raise InputError(f"node {at} feeds {', '.join(following[at])}: only chains can be read")
        (at,) = following[at]
        node = found.nodes[at]
        match type(node).__name__:
            case "Affine" | "Linear":
                if layers and layers[-1][2] is None:
                    raise InputError(f"node {at}: two layers with no neurons between them: join them first")
                weight = np.asarray(node.weight, np.float64)
                bias = getattr(node, "bias", None)
                layers.append((weight, np.zeros(len(weight)) if bias is None else np.asarray(bias, np.float64), None))
            case "IF" | "LIF":
                if not layers:
                    raise InputError(f"node {at}: neurons before any layer: put a layer before them")
                weight, bias, _ = layers[-1]
                layers[-1] = weight, bias, np.broadcast_to(_threshold(at, node), len(weight))
            case "Flatten" | "Output":
                pass
            case other:
                raise InputError(f"node {at}: {other} cannot be read: Affine, Linear, Flatten, IF and LIF can")
    if not layers:
        raise InputError("there is no layer between input and output")
    return layers


def _threshold(name: str, node: Any) -> np.ndarray:
    """Of neurons that integrate and fire, over the gain of their input."""
    if type(node).__name__ == "LIF":
        if np.isfinite(node.tau).any() or np.any(node.v_leak):
            raise InputError(f"node {name}: its neurons leak, ours do not: train without a leak (tau infinite)")
        gain = np.ones_like(node.v_threshold)  # r dt / tau, which those who write an infinite tau mean to be 1
    else:
        gain = np.asarray(node.r, np.float64)
    threshold = np.asarray(node.v_threshold, np.float64) / gain
    if not (np.isfinite(threshold).all() and (threshold > 0).all()):
        raise InputError(f"node {name}: a threshold is not above 0")
    return threshold


def _quantised(name: str, chain: list, steps: int, weight_bits: int, input_bits: int) -> Network:
    limit = 1 << (weight_bits - 1)
    layers, count_max = [], (1 << input_bits) - 1
    for k, (weight, bias, threshold) in enumerate(chain):
        last = k == len(chain) - 1
        unit = np.ones(len(weight)) if last or threshold is None else threshold
        if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
            raise InputError(f"layer {k}: a weight is no number: train it again")
        weight, bias = weight / unit[:, None], bias / unit
        log2 = best_threshold(weight, weight_bits, steps, count_max, 0)
        q = scale(log2, steps, count_max)
        integers = np.clip(np.rint(q * weight), -limit, limit - 1).astype(np.int64)
        biases = np.rint(q * count_max * bias).astype(np.int64)
        layers.append(Dense(integers, biases, None if last else Firing(log2, steps)))
        count_max = steps
    classes = tuple(f"class {k}" for k in range(layers[-1].outputs))
    encoding = DirectCounts(layers[0].inputs, input_bits)
    return Network(name, encoding, tuple(layers), steps, weight_bits, classes, {"from": "a NIR file"})
