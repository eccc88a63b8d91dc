"""The network file, as people write it: a sound network, or refused in one line that names the field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import NETWORKS, Network, file, from_json, golden
from sparrow_ecg.model.network.dense import MAX_STEPS
from sparrow_ecg.model.network.drawn import random_network
from tests.support.examples import examples
from tests.support.networks import networks

ENCODER = {"before": 2, "block": 2, "blocks": 3, "input_bits": 3, "features": ["mean"]}
PROVENANCE = {"records": ["100", "101"], "split": "intra", "seed": 0, "scores": {"test": 0.5}}


@pytest.fixture
def network() -> Network:
    return random_network(np.random.default_rng(1), (4, 3, 2), steps=7, weight_bits=4, input_bits=3)


def content(network: Network) -> dict[str, Any]:
    return json.loads(json.dumps(network._content()))


def edited(network: Network, path: str, value: Any) -> dict[str, Any]:
    """The file's content with ``value`` where the dotted path says; `...` takes the field away."""
    file = content(network) | {"provenance": dict(PROVENANCE)}
    file["layers"][0]["weights"] = [[7] * 4 for _ in range(3)]
    if "encoding." in path and path.removeprefix("encoding.") in ENCODER and "input_bits" not in path:
        file["encoding"] = dict(ENCODER)
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    place: Any = file
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return file


def test_between_patients_a_shipped_name_stands_for_the_sibling_trained_there():
    assert file.trained_for("tiny", "inter") == "tiny-inter-0"
    assert Network.load("tiny-inter-0").provenance["split"] == "inter"
    assert file.trained_for("tiny", "intra") == "tiny"
    assert file.trained_for("tiny-intra-3", "inter") == "tiny-intra-3"
    assert file.siblings("tiny", "intra") == [f"tiny-intra-{seed}" for seed in range(5)]


def test_siblings_are_in_the_order_of_their_seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "SEEDS", tmp_path)
    for name in ("tiny-intra-10", "tiny-intra-2", "tiny-intra-x", "tiny-inter-0", "tiny-intra-wide-0"):
        (tmp_path / f"{name}.json").touch()
    assert file.siblings("tiny", "intra") == ["tiny-intra-2", "tiny-intra-10"]


@examples(30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(networks())
def test_saved_and_loaded_is_the_same(tmp_path: Path, network: Network) -> None:
    network = replace(network, provenance=PROVENANCE)
    again = Network.load(network.save(tmp_path / "network.json"))
    assert content(again) == content(network)
    assert again.digest == network.digest
    assert again.shape == network.shape
    assert [layer.weights.dtype for layer in again.layers] == [np.int64] * len(network.layers)


def test_file_is_readable_by_a_person(tmp_path: Path, network: Network) -> None:
    lines = network.save(tmp_path / "n.json").read_text().splitlines()
    rows = [json.dumps(row) for layer in network.layers for row in layer.weights.tolist()]
    assert [line.strip(" ,") for line in lines if line.strip(" ,") in rows] == rows


NUMBERS = [True, 7.0, 7.5, "7", None, [7], {}, float("nan"), float("inf"), 10**30]
NAMES = [
    *("", " ", ".", "..", ".hidden", "-rf", "a/b", "../up", "a\\b", "*/", "// x", "[red]x[/]", "[/]", "a\nb", "a\x00b"),
    *("\x1b[31m", "a" * 65, "\u202egnp", "na\u00efve", '"', "'; drop", "$(x)", "`x`", "a%sb", "a{b}"),
    *(7, None, True, [], {}, ["a"]),
]
HOSTILE: list[tuple[str, Any, str]] = [
    *((field, value, field) for field in ("format", "steps", "weight_bits") for value in [*NUMBERS, -1, ...]),
    ("steps", 0, "steps"),
    ("steps", MAX_STEPS + 1, "steps"),
    ("weight_bits", 0, "weight_bits"),
    ("weight_bits", 17, "weight_bits"),
    ("format", 2, "format"),
    *(("name", value, "name") for value in [*NAMES, ...]),
    *(("classes.1", value, "classes.1") for value in NAMES),
    *(("classes", value, "classes") for value in ("ab", [], ["N"], ["N", "N"], ["N", "S", "V"], {"0": "N"}, None, ...)),
    *(("provenance", value, "provenance") for value in ([], None, "intra", 1, ...)),
    *(("provenance.seed", value, "provenance.seed") for value in ["zero", -1, 1 << 63, *NUMBERS]),
    *(("provenance.records", value, "provenance.records") for value in ("100", {"100": 1}, 100, [100], [""], ["a/b"])),
    *(("provenance.split", value, "provenance.split") for value in NAMES),
    *(("layers", value, "layers") for value in ([], None, {}, "x", [[]], [None], ...)),
    ("layers.0.biases", ..., "layers.0.biases"),
    *(("layers.0.biases", value, "layers.0") for value in ([], [1, 2], [1, 2, 3, 4], [[1, 2, 3]], "123", None)),
    *(("layers.0.biases.0", value, "layers.0") for value in [*NUMBERS, 1 << 47, (1 << 47) - 1, -(1 << 63)]),
    *(("layers.0.weights", value, "layers.0") for value in ([], [[]], [[], [], []], [[1, 2, 3]] * 3, [1, 2, 3], None)),
    ("layers.0.weights.1", [1, 2, 3], "layers.0"),
    ("layers.1.weights", [[1, 2]] * 2, "layers.1.weights"),
    *(("layers.0.weights.1.2", value, "layers.0") for value in [*NUMBERS, 1 << 63]),
    *(("layers.0.weights.1.2", value, "layers.0.weights.1.2") for value in (8, -9, 1.5, None)),
    *(("layers.0.threshold_log2", value, "layers.0.threshold_log2") for value in [*NUMBERS, -1, 49]),
    ("layers.0.threshold_log2", ..., "layers.0.threshold_log2"),
    ("layers.1.threshold_log2", 3, "layers.1.threshold_log2"),
    *(("encoding", value, "encoding") for value in ([], None, "x", {}, {"inputs": 4}, ENCODER | {"inputs": 4})),
    *((f"encoding.{field}", ..., f"encoding.{field}") for field in ("before", "block", "blocks")),
    *((f"encoding.{field}", v, f"encoding.{field}") for field in ("before", "block", "blocks") for v in [*NUMBERS, -1]),
    ("encoding.block", 1 << 100, "encoding.block"),
    ("encoding.block", 3, "encoding.block"),
    ("encoding.blocks", 10**9, "encoding.blocks"),
    ("encoding.blocks", 4, "layers.0.weights"),
    ("encoding.before", 7, "encoding.before"),
    *(
        ("encoding.features", v, "encoding.features")
        for v in ("mean", ["\x1b[31m\n"], [1], None, [["mean"]], {"mean": 1})
    ),
    *(("encoding.input_bits", value, "encoding.input_bits") for value in [*NUMBERS, ..., 0, 17]),
    *(("encoding.inputs", value, "encoding.inputs") for value in [*NUMBERS[:-1], 0, -4]),
    *(("encoding.inputs", value, "layers.0.weights") for value in (5, 10**9)),
    *((f"{place}colour", "red", f"{place}colour") for place in ("", "encoding.", "layers.0.")),
    ("a\n\x1b[31m" + "b" * 1000, 1, r"'a\n\x1b[31mbbb"),
]


@pytest.mark.parametrize(("path", "value", "field"), HOSTILE, ids=lambda value: ascii(value)[:40])
def test_hostile_file_is_refused_by_its_field(
    tmp_path: Path, network: Network, path: str, value: Any, field: str
) -> None:
    target = tmp_path / "bad.json"
    target.write_text(json.dumps(edited(network, path, value)))
    with pytest.raises(InputError) as caught:
        Network.load(target)
    message = str(caught.value)
    assert message.startswith(f"{target}: field {field}")
    assert message.isprintable()
    assert len(message) < len(str(target)) + 250


@pytest.mark.parametrize("number", ["1e400", "1e2", "-0", "1" * 5000, "0x7", "+7", "07", "1_000"])
@pytest.mark.parametrize(("path", "field"), [("steps", "steps"), ("encoding.inputs", "encoding.inputs")])
def test_number_as_nobody_writes_it_is_refused(network: Network, number: str, path: str, field: str) -> None:
    text = json.dumps(edited(network, path, "here")).replace('"here"', number)
    with pytest.raises(InputError, match=rf"^field ({field}|file): .+$") as caught:
        from_json(text)
    assert len(str(caught.value)) < 200


VALID: list[tuple[str, Any]] = [
    ("name", "tiny, hidden 6-3"),
    ("name", "v1.0_b+c"),
    ("name", "a" * 64),
    ("classes", ["class 0", "class 1"]),
    ("steps", 1),
    ("steps", MAX_STEPS),
    ("provenance", {}),
    ("provenance.split", "another"),
    ("provenance.seed", (1 << 63) - 1),
    ("provenance.note", {"by": "[red]hand[/]", "when": None, "how": [1, 2.5, "x"]}),
    ("layers.0.threshold_log2", 48),
    ("encoding", {"before": 1, "block": 1, "blocks": 3, "input_bits": 3, "features": ["mean"]}),
]


@pytest.mark.parametrize(("path", "value"), VALID, ids=lambda value: ascii(value)[:40])
def test_what_is_sound_is_taken(tmp_path: Path, network: Network, path: str, value: Any) -> None:
    target = tmp_path / "good.json"
    target.write_text(json.dumps(edited(network, path, value)))
    network = Network.load(target)
    assert content(Network.load(network.save(tmp_path / "again.json"))) == json.loads(target.read_text())


def places(file: Any, way: tuple = ()) -> Iterator[tuple]:
    """The way to every value in a file."""
    if way:
        yield way
    for step in file if isinstance(file, dict) else range(len(file) if isinstance(file, list) else 0):
        yield from places(file[step], (*way, step))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["../x", "[red]", "*/", "N"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=6,
)


def attempt(text: str) -> tuple[Network | None, str]:
    """The network, or why there is none."""
    try:
        return from_json(text), ""
    except InputError as error:
        return None, str(error)


@examples(300)
@given(st.data(), ANYTHING)
def test_any_edit_gives_a_network_that_runs_or_one_line(data: st.DataObject, value: Any) -> None:
    file = content(random_network(np.random.default_rng(1), (4, 3, 3, 2), steps=7, weight_bits=4, input_bits=3))
    file["provenance"] = json.loads(json.dumps(PROVENANCE))
    *way, last = data.draw(st.sampled_from(list(places(file))))
    place: Any = file
    for step in way:
        place = place[step]
    place[last] = value
    network, refusal = attempt(json.dumps(file))
    if network is None:
        assert refusal.startswith("field ")
        assert refusal.isprintable()
        return
    beats = np.full((2, network.inputs), network.count_max(0))
    for neuron in ("ssf", "if"):
        assert golden.run(network, beats, neuron).outputs.shape == (2, network.outputs)
    assert all(Path(name).name == name and name.isprintable() for name in (network.name, *network.classes))


NO_NETWORKS = ["", " ", "{", "[]", "null", "NaN", "{}", "7", '"x"', '{"name": "\\ud800"}', "\ufeff{}"]


@pytest.mark.parametrize("text", [*NO_NETWORKS, "[" * 100_000, '{"a":' * 100_000], ids=lambda text: ascii(text)[:20])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^field [^\n]+$"):
        from_json(text)


@given(st.integers(0, 10_000))
@example(0)
def test_truncated_file_is_refused(length: int) -> None:
    whole = (NETWORKS / "tiny.json").read_text().rstrip()
    with pytest.raises(InputError, match=r"^field file: [^\n]+$"):
        from_json(whole[: length % len(whole)])


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", "{}".encode("utf-16"), b'{"name": "\xe9"}'])
def test_file_of_bytes_is_refused(tmp_path: Path, content: bytes) -> None:
    target = tmp_path / "bad.json"
    target.write_bytes(content)
    with pytest.raises(InputError, match=r"bad\.json: field file: [^\n]+$"):
        Network.load(target)


def test_file_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "bad.json"
    target.write_text("{}")

    def denied(*_: Any, **__: Any) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", denied)
    with pytest.raises(InputError, match=r"bad\.json: field file: Permission denied"):
        Network.load(target)


@pytest.mark.parametrize("source", ["nowhere", "nowhere.json", "/", ".", "", "a\x00b", "x" * 5000, "folder.json"])
def test_missing_network_names_the_shipped_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.json").mkdir()
    with pytest.raises(InputError, match="no network '") as caught:
        Network.load(source)
    for path in NETWORKS.glob("*.json"):
        assert path.stem in str(caught.value)


@pytest.mark.parametrize("path", sorted(NETWORKS.glob("*.json")), ids=lambda path: path.stem)
def test_shipped_networks_load_by_name(path: Path) -> None:
    network = Network.load(path.stem)
    assert network.name == path.stem
    assert network.provenance
