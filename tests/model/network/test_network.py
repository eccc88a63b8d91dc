"""The network file: what goes in comes out, and whatever is not a sound network is refused in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.model.network.network import NETWORKS, Dense, DirectCounts, Firing, Network, from_json, signed_bits
from tests.support.examples import examples
from tests.support.networks import networks


@pytest.fixture
def network() -> Network:
    return random_network(np.random.default_rng(1), (4, 3, 2), steps=7, weight_bits=4, input_bits=3)


def content(network: Network) -> dict[str, Any]:
    return json.loads(json.dumps(network._content()))


def edit(path: str, value: Any) -> Callable[[dict], None]:
    """An edit of the file's content: ``value`` goes where the dotted path says; `...` takes the field away."""

    def apply(file: Any) -> None:
        *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
        for step in way:
            file = file[step]
        if value is ...:
            del file[last]
        else:
            file[last] = value

    return apply


@examples(30)
@given(networks())
def test_saved_and_loaded_is_the_same(tmp_path_factory: pytest.TempPathFactory, network: Network) -> None:
    network = replace(network, provenance={"seed": 3, "scores": {"intra": 0.5}})
    again = Network.load(network.save(tmp_path_factory.getbasetemp() / "network.json"))
    assert content(again) == content(network)
    assert again.digest == network.digest
    assert again.shape == network.shape
    assert [layer.weights.dtype for layer in again.layers] == [np.int64] * len(network.layers)


def test_file_is_readable_by_a_person(tmp_path: Path, network: Network) -> None:
    lines = network.save(tmp_path / "n.json").read_text().splitlines()
    rows = [json.dumps(row) for layer in network.layers for row in layer.weights.tolist()]
    assert [line.strip(" ,") for line in lines if line.strip(" ,") in rows] == rows


def test_digest_is_stable() -> None:
    """A digest that moves orphans every result that quotes it: change it only with FORMAT."""
    layer = Dense(np.array([[1, -2]]), np.array([3]), None)
    network = Network("x", DirectCounts(2, 3), (layer,), 7, 4, ("N",), {})
    assert network.digest == "a86748ee94821d1b53028285fd152f2b8903f6eb44c969ce47c83ca153bb44a9"


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (lambda n: replace(n, name="other"), True),
        (lambda n: replace(n, provenance={"seed": 1}), True),
        (lambda n: replace(n, classes=("a", "b")), False),
        (lambda n: replace(n, weight_bits=5), False),
        (lambda n: replace(n, encoding=DirectCounts(4, 4)), False),
        (lambda n: replace(n, layers=(n.layers[0], replace(n.layers[1], biases=n.layers[1].biases + 1))), False),
        (lambda n: replace(n, layers=(replace(n.layers[0], firing=Firing(0, 7)), n.layers[1])), False),
    ],
    ids=["name", "provenance", "classes", "weight bits", "encoding", "a bias", "a threshold"],
)
def test_digest_follows_what_is_computed(network: Network, change: Callable, same: bool) -> None:
    network = replace(network, layers=(replace(network.layers[0], firing=Firing(2, 7)), network.layers[1]))
    assert (change(network).digest == network.digest) is same


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("colour", "red", "colour"),
        ("layers.0.colour", "red", "layers.0.colour"),
        ("encoding.colour", 1, "colour"),
        ("steps", ..., "steps"),
        ("layers.1.biases", ..., "layers.1.biases"),
        ("format", 2, "format"),
        ("steps", 0, "steps"),
        ("steps", -3, "steps"),
        ("steps", 7.5, "steps"),
        ("steps", "7", "steps"),
        ("steps", True, "steps"),
        ("steps", float("nan"), "steps"),
        ("weight_bits", 0, "weight_bits"),
        ("weight_bits", 17, "weight_bits"),
        ("layers.0.weights.1.2", float("nan"), "layers.0.weights.1.2"),
        ("layers.0.weights.1.2", float("inf"), "layers.0.weights.1.2"),
        ("layers.0.weights.1.2", 1.5, "layers.0.weights.1.2"),
        ("layers.0.weights.1.2", None, "layers.0.weights.1.2"),
        ("layers.0.weights.1.2", 8, "layers.0.weights.1.2"),
        ("layers.0.weights.1.2", -9, "layers.0.weights.1.2"),
        ("layers.0.weights.1.2", 1 << 70, "layers.0"),
        ("layers.0.weights.1", [1, 2, 3], "layers.0"),
        ("layers.0.weights", [], "layers.0.weights"),
        ("layers.0.weights", [[], [], []], "layers.0.weights"),
        ("layers.0.weights", [[1, 2, 3]] * 3, "layers.0.weights"),
        ("layers.1.weights", [[1, 2]] * 2, "layers.1.weights"),
        ("layers.0.biases", [1, 2], "layers.0.biases"),
        ("layers.0.biases.0", float("nan"), "layers.0.biases.0"),
        ("layers.0.biases.0", 1 << 47, "layers.0.biases"),
        ("layers.0.biases.0", -(1 << 63), "layers.0.biases"),
        ("layers.0.biases.0", (1 << 47) - 1, "layers.0"),
        ("layers.0.threshold_log2", None, "layers.0.threshold_log2"),
        ("layers.1.threshold_log2", 3, "layers.1.threshold_log2"),
        ("layers.0.threshold_log2", -1, "layers.0.threshold_log2"),
        ("layers.0.threshold_log2", 49, "layers.0.threshold_log2"),
        ("layers", [], "layers"),
        ("classes", ["N"], "classes"),
        ("encoding.inputs", 0, "encoding"),
        ("encoding.inputs", 5, "layers.0.weights"),
        ("encoding.input_bits", 0, "encoding"),
        ("encoding.input_bits", 17, "encoding"),
        ("encoding.input_bits", 2.5, "input_bits"),
        ("provenance", [], "provenance"),
    ],
)
def test_bad_file_is_refused_by_its_field(tmp_path: Path, network: Network, path: str, value: Any, field: str) -> None:
    file = content(network)
    file["layers"][0]["weights"] = [[7] * 4 for _ in range(3)]
    edit(path, value)(file)
    target = tmp_path / "bad.json"
    target.write_text(json.dumps(file))
    with pytest.raises(InputError) as caught:
        Network.load(target)
    message = str(caught.value)
    assert f"field {field}" in message
    assert str(target) in message
    assert "\n" not in message


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "NaN", "{}"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^field [^\n]+$"):
        from_json(text)


def test_binary_file_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "bad.json"
    target.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"bad\.json"):
        Network.load(target)


@pytest.mark.parametrize("source", ["nowhere", "nowhere.json", "/"])
def test_missing_network_names_the_shipped_ones(source: str) -> None:
    with pytest.raises(InputError, match="no network '") as caught:
        Network.load(source)
    for path in NETWORKS.glob("*.json"):
        assert path.stem in str(caught.value)


@pytest.mark.parametrize("path", sorted(NETWORKS.glob("*.json")), ids=lambda path: path.stem)
def test_shipped_networks_load_by_name(path: Path) -> None:
    network = Network.load(path.stem)
    assert network.name == path.stem
    assert network.provenance


@pytest.mark.parametrize(
    ("low", "high", "bits"),
    [(0, 0, 1), (-1, 0, 1), (0, 1, 2), (-1, 1, 2), (-2, 1, 2), (-2, 2, 3), (-128, 127, 8), (-129, 0, 9), (0, 128, 9)],
)
def test_signed_bits(low: int, high: int, bits: int) -> None:
    assert signed_bits(low, high) == bits


def test_sizes(network: Network) -> None:
    assert (network.inputs, network.outputs, network.shape) == (4, 2, (4, 3, 2))
    assert network.synapses == 4 * 3 + 3 * 2
    assert network.nonzero_synapses == sum(weight != 0 for k in network.layers for row in k.weights for weight in row)
    assert [network.count_max(k) for k in range(2)] == [7, 7]
