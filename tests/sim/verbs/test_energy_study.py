"""`energy-study` as a user meets it: networks of their choice, and pictures where there are any."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sparrow_ecg.commands import run
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.methods import shipped as shipped_networks
from sparrow_ecg.model.methods.graph import folded
from sparrow_ecg.model.methods.recipes import RECIPES
from sparrow_ecg.model.methods.train import draw
from sparrow_ecg.model.methods.tuning import Trained
from sparrow_ecg.sim.energy.technologies import PAPER_V1
from sparrow_ecg.sim.report.figures import shipped
from sparrow_ecg.sim.verbs.energy_study import Priced, pictures, told
from tests.support.pictures import as_mnist, stripes


def test_a_network_of_the_user_s_choice(
    synthetic_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["energy-study", "-n", "tiny", "--data", str(synthetic_root), "--out", str(tmp_path)]) == 0
    found = json.loads((tmp_path / "energy-study.json").read_text())
    assert found["break_even"]["spatial"]["here"]["6"] == pytest.approx(0.925, abs=5e-4)
    assert found["summary"]["ECG tiny"]["seeds"] == 5
    assert [row["seed"] for row in found["networks"]] == [0, 1, 2, 3, 4]
    assert found["gates"]["tiny serial"]["gates"] == pytest.approx(shipped()["tiny.serial.energy"].value)
    assert (tmp_path / "energy-study.png").read_bytes().startswith(b"\x89PNG")
    assert "in 0 of 1 networks" in capsys.readouterr().out


def test_shipped_networks_of_pictures_are_measured_where_nobody_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe, shape = RECIPES["mnist"], (1, 28, 28)
    as_mnist(tmp_path, stripes(4, shape, 10), stripes(6, shape, 10))
    monkeypatch.setattr(shipped_networks, "SHIPPED", tmp_path)
    graph = folded(draw(recipe, recipe.methods["cq"], shape, 10).eval())
    shipped_networks.save(Trained(graph, 15), shipped_networks.path_of(tmp_path, "mnist", "cq", 0))
    priced: Priced = {}
    (row,) = pictures(tmp_path, tmp_path, PAPER_V1, priced)
    assert (row["data"], row["network"], row["steps"], row["examples"]) == ("mnist", "cq", 15, 6)
    assert [network.name for network, _ in priced.values()] == ["digits"]
    assert told(tmp_path / "methods-mnist.json")
    assert "cifar10 is left out: no" in capsys.readouterr().out


def test_without_pictures_there_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(pictures(tmp_path, tmp_path, PAPER_V1, {})) == []
    assert "pictures are left out: " in capsys.readouterr().out


@pytest.mark.parametrize("left", ["{", "[]", '{"methods": 1}'])
def test_what_methods_did_not_write_is_refused(left: str, tmp_path: Path) -> None:
    (tmp_path / "methods-mnist.json").write_text(left)
    with pytest.raises(InputError, match="not what `sparrow methods` writes"):
        told(tmp_path / "methods-mnist.json")


def test_results_that_tell_of_no_layers_are_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "methods-cifar10.json"
    assert told(path) is None
    path.write_text('{"methods": {"cq": {}}}')
    assert told(path) is None
    path.write_text('{"methods": {"cq": {"layers": {}}}}')
    assert told(path) == {"methods": {"cq": {"layers": {}}}}
