"""`methods` as a user meets it: what it cannot do is one line, and leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sparrow_ecg.commands import run
from sparrow_ecg.model.methods import recipes, shipped, train
from sparrow_ecg.model.methods.graph import folded
from sparrow_ecg.model.methods.recipes import RECIPES
from sparrow_ecg.model.methods.train import draw
from sparrow_ecg.model.methods.tuning import Trained
from tests.support.pictures import as_mnist, stripes

RECIPE = RECIPES["mnist"]
SHAPE = (1, 28, 28)


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a small MNIST in it, and one network of CQ+ as if it were shipped."""
    as_mnist(tmp_path / "data", stripes(4, SHAPE, 10), stripes(6, SHAPE, 10))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shipped, "SHIPPED", tmp_path / "shipped")
    graph = folded(draw(RECIPE, RECIPE.methods["cq+"], SHAPE, 10).eval())
    shipped.save(Trained(graph, 15, {}, {site: torch.ones(1) for site in graph.sites}), network(tmp_path))
    return tmp_path


def network(user: Path) -> Path:
    return shipped.path_of(user / "shipped", "mnist", "cq+", 0)


def arrays(user: Path, **other: np.ndarray) -> None:
    """What is shipped, with other arrays in it."""
    with np.load(network(user)) as file:
        kept = {name: file[name] for name in file.files}
    np.savez(network(user), allow_pickle=False, **kept | other)


def refused(options: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that a run ends with."""
    assert run(["methods", *options]) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert told.count("\n") == 1
    assert not list(Path().glob("build/**/*.json")) + list(Path().glob("build/**/*.png"))
    return told


def test_shipped_networks_are_measured(user: Path) -> None:
    assert run(["methods", "--data", "data", "--method", "cq+", "--simulated", "3", "--longest", "15"]) == 0
    row = json.loads(Path("build/results/methods-mnist.json").read_text())["methods"]["cq+"]
    assert {"ann", "quantised", "snn", "loss", "sparsity", "images"} <= row.keys()
    assert (row["images"], row["simulated"], row["seeds"], row["equal"]) == (6, 3, [0], True)
    assert list(row["snn"]) == [str(t) for t in range(1, 16)]
    done, layers = row["operations"], row["layers"].values()
    assert sum(each["macs"] for each in layers) == done["macs"]["mean"]
    for neuron, share, steps in (("ssf", "active", 1), ("if", "spiking", 15)):
        worked = sum(each["macs"] * each[share]["mean"] * steps for each in layers)
        assert worked == pytest.approx(done[neuron]["mean"])
    neurons = [each["neurons"] for each in layers]  # before pooling and behind it
    assert neurons == [16 * (28**2 + 14**2), 32 * (14**2 + 7**2), 32 * (7**2 + 3**2), 0]


def test_what_was_trained_is_measured_where_nothing_is_shipped(user: Path) -> None:
    Path("build").mkdir()
    (user / "shipped").rename("build/methods")
    assert run(["methods", "--data", "data", "--simulated", "1", "--longest", "15"]) == 0
    assert list(json.loads(Path("build/results/methods-mnist.json").read_text())["methods"]) == ["cq+"]


def test_what_is_trained_is_not_trained_again(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the recipe is another one, or the file is damaged."""
    monkeypatch.setattr(recipes, "VALIDATION", 1)
    options = ["methods", "--data", "data", "--train", "--method", "balanced", "--simulated", "1", "--longest", "1"]
    assert run(options) == 0
    trained, floats = [], train.floats
    monkeypatch.setattr(train, "floats", lambda *given: trained.append(given) or floats(*given))
    assert run(options) == 0
    assert not trained
    Path("build/methods/mnist-balanced-0.npz").write_bytes(b"no zip")
    assert run(options) == 0
    assert len(trained) == 1
    monkeypatch.setitem(RECIPES, "mnist", replace(RECIPE, batch=64))
    assert run(options) == 2  # what was begun is of the other
    assert len(trained) == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--data", "data", "--method", "none"], "--method none: choose from balanced, cq, cq+"),
        (["--data", "elsewhere"], "no such file: --data names a folder that holds mnist/"),
        (["--data", "shipped/mnist-cq+-0.npz"], "no such file: --data names a folder"),
        (["--data", "data", "--method", "cq", "--seeds", "2"], "cq: no network of mnist in"),
        (["--data", "data", "--train", "--dataset", "cifar10"], "holds cifar-10-batches-bin/ in the binary version"),
        (["--data", "data", "--method", "cq"], "cq: no network of mnist in"),
        (["--data", "data", "--train"], "4 training pictures: more than the 5000 that validate"),
    ],
)
def test_what_is_asked_for_and_is_not_there(options: list[str], said: str, user: Path, capsys) -> None:
    before = sorted(user.rglob("*"))
    assert said in refused(options, capsys)
    assert sorted(user.rglob("*")) == before


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda user: network(user).write_bytes(network(user).read_bytes()[:-99]), "not the network of this recipe"),
        (lambda user: arrays(user, arr_0=np.full((16, 1, 3, 3), np.nan)), "no number in arr_0"),
        (lambda user: arrays(user, arr_0=np.zeros((16, 1, 5, 5))), "size mismatch"),
        (lambda user: arrays(user, arr_99=np.zeros(3)), "not the network of this recipe"),
        (lambda user: arrays(user, steps=np.array(0)), "T or a threshold is below 1"),
        (lambda user: arrays(user, **{"threshold fires0": np.zeros(16)}), "T or a threshold is below 1"),
        (lambda user: arrays(user, **{"threshold fires0": np.ones(3)}), "must match"),
        (lambda user: arrays(user, **{"threshold fires9": np.ones(3)}), "thresholds of other sites"),
    ],
)
def test_a_damaged_network_is_one_line(damage: Callable[[Path], object], said: str, user: Path, capsys) -> None:
    damage(user)
    told = refused(["--data", "data", "--method", "cq+"], capsys)
    assert "mnist-cq+-0.npz" in told
    assert said in told


@pytest.mark.parametrize("option", ["--seeds", "--simulated", "--longest"])
def test_none_of_something(option: str, user: Path, capsys) -> None:
    assert run(["methods", "--data", "data", option, "0"]) == 2
    assert option in capsys.readouterr().err
