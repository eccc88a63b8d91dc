"""`train` and `evaluate` as a user meets them: a network file out of records, and its scores."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.training.recipes import RECIPES
from sparrow_ecg.model.verbs import evaluate

torch = pytest.importorskip("torch", reason="torch is not installed: the extra `train` brings it")

from sparrow_ecg.model.verbs import train  # noqa: E402


@pytest.fixture
def synthetic(monkeypatch: pytest.MonkeyPatch, synthetic_root: Path) -> Path:
    """The synthetic records in place of the 44, and recipes that are over soon."""
    monkeypatch.setenv("ECG_DATA", str(synthetic_root))
    for name, recipe in RECIPES.items():
        monkeypatch.setitem(RECIPES, name, replace(recipe, epochs=(1, 1)))
    return synthetic_root


def test_train_then_evaluate(synthetic: Path, tmp_path: Path) -> None:
    train.main("all", folder=tmp_path)
    for name in (name for name, recipe in RECIPES.items() if not recipe.drawing):
        path = tmp_path / f"{name}-intra-0.json"
        network = Network.load(path)
        assert network.provenance["seed"] == 0
        if network.provenance.get("peaks") == "detected":
            continue  # scored at peaks that `evaluate` does not take
        evaluate.main(str(path), folder=tmp_path)
        result = json.loads((tmp_path / f"evaluate-{name}-intra-0-intra.json").read_text())
        assert {**result, **network.provenance["scores"]["test"]} == result


def test_the_same_seed_gives_the_same_file(synthetic: Path, tmp_path: Path) -> None:
    for folder in ("first", "again"):
        train.main("tiny", folder=tmp_path / folder)
    assert (tmp_path / "first/tiny-intra-0.json").read_bytes() == (tmp_path / "again/tiny-intra-0.json").read_bytes()


def test_refused(synthetic: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"no such recipe: choose one of tiny, {', '.join(list(RECIPES)[1:])}, all"):
        train.main("huge", folder=tmp_path)
    with pytest.raises(InputError, match=r"anyone is for strangers: train it on inter or inter\+svdb"):
        train.main("anyone", folder=tmp_path)
    with pytest.raises(InputError, match="synthetic1: has no lead beside MLII"):
        train.main("anyone", split="inter", folder=tmp_path)
    with pytest.raises(InputError, match="one seed has no spread"):
        train.main("tiny", study=1, folder=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "least"), [("tiny", 0.9829), ("frugal", 0.992), ("keen", 0.993), ("accurate", 0.992)])
def test_shipped_networks_reach_their_targets(name: str, least: float) -> None:
    seeds = Network.load(name).provenance["seeds"]["test"]
    assert len(seeds["each"]) == 5
    assert seeds["mean"] >= least


@pytest.mark.parametrize(("name", "least"), [("steady", 0.9829), ("keen", 0.9935)])
def test_every_seed_reaches_the_target(name: str, least: float) -> None:
    assert min(Network.load(name).provenance["seeds"]["test"]["each"]) >= least


@pytest.mark.parametrize("name", [name for name, recipe in RECIPES.items() if recipe.peaks == "annotated"])
def test_shipped_networks_score_what_they_say(mitdb: Path, tmp_path: Path, name: str) -> None:
    split = Network.load(name).provenance["split"]
    evaluate.main(name, split, data=mitdb, folder=tmp_path)
    (written,) = tmp_path.glob(f"evaluate-{name}*-{split}*.json")
    result = json.loads(written.read_text())
    assert {**result, **Network.load(name).provenance["scores"]["test"]} == result
