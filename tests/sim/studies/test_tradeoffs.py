"""The study of SNN against ANN: what is trained, and that validation alone chooses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.sim.studies import tradeoffs, variants
from sparrow_ecg.sim.studies.measure import measure
from sparrow_ecg.sim.studies.point import Measurement
from sparrow_ecg.sim.studies.trial import Trial, evaluate
from tests.support.trials import FOUND, GRID, network, trial


def test_every_training_is_another_and_a_family_is_of_one_seed():
    grid = tradeoffs.Grid()
    families = grid.families("intra")
    every = [variant for family in families for variant in family.members]
    assert len({variant.key for variant in every}) == len(every) == 5 * 5 * 7
    assert len({family.key for family in families}) == 5
    assert [{variant.seed for variant in family.members} for family in families] == [{seed} for seed in range(5)]
    assert set(grid.trees + grid.serial) <= set(grid.cells)


def test_the_recommended_is_the_cheapest_that_validates_as_well_as_the_best():
    assert FOUND.recommended == (3, 2)


@pytest.fixture
def swept(monkeypatch, tmp_path: Path) -> list[Any]:
    """Tasks that the study sweeps; nothing is trained, evaluated or measured."""
    tasks: list[Any] = []

    def sweep(given: Sequence[Any], store: Any, work: Any, *_: Any, **__: Any) -> list[dict[str, Any]]:
        tasks.extend(given)
        return [fakes[work](task) for task in given]

    def train(family: variants.Family) -> dict[str, Any]:
        seed, cells = family.members[0].seed, GRID.cells
        drawn = [network(10 * seed + k, *cell) for k, cell in enumerate(cells)]
        return {"networks": [each.save(tmp_path / "network.json").read_text() for each in drawn]}

    def found(task: Trial) -> dict[str, Any]:
        return trial(0.9 + task.network.steps / 100, 0.5)

    fakes = {variants.train_together: train, evaluate: found, measure: lambda point: {"point": point.describe()}}
    monkeypatch.setattr(tradeoffs, "sweep", sweep)
    monkeypatch.setattr(tradeoffs, "_shipped", lambda split: {"frugal": [network(90), network(91)]})
    return tasks


def judge(task: Trial) -> dict[str, Any]:
    return {"error": "RuntimeError: no", "label": task.label}


def test_a_study_trains_evaluates_and_measures(swept, tmp_path: Path) -> None:
    found = tradeoffs.explore(GRID, Measurement(), store=tmp_path / "file.sqlite", client=None, data=None)
    assert [len(task.members) for task in swept if isinstance(task, variants.Family)] == [4, 4]
    assert list(found.cells) == GRID.cells
    assert found.cells[1, 4].validated == pytest.approx(0.91)
    assert found.cells[3, 2].validated == pytest.approx(0.93)
    assert list(found.shipped) == ["frugal"]
    assert [result["point"]["config"]["datapath"] for result in found.gates] == ["tree"]
    assert found.gates[0]["point"]["digest"] == found.cells[3, 4].networks[0].digest


def test_a_network_that_could_not_be_evaluated_ends_the_study(swept, tmp_path: Path, monkeypatch) -> None:
    stubbed = tradeoffs.sweep

    def sweep(given: Sequence[Any], store: Any, work: Any, *rest: Any, **more: Any) -> list[dict[str, Any]]:
        return [judge(task) for task in given] if work is evaluate else stubbed(given, store, work, *rest, **more)

    monkeypatch.setattr(tradeoffs, "sweep", sweep)
    with pytest.raises(InputError, match="drawn 0, seed 0: RuntimeError: no: run with --retry"):
        tradeoffs.explore(GRID, Measurement(), store=tmp_path / "file.sqlite", client=None, data=None)


def test_shipped_networks_with_an_order_of_firing():
    found = tradeoffs._shipped("intra")
    assert "tiny" not in found
    assert "anyone" not in found
    assert list(found) == ["frugal", "keen"]
    assert all(len(members) == 5 for members in found.values())
