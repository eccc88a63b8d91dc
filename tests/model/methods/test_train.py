"""Training in stages: it learns, goes on where it was, and says what cannot be gone on with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.methods import shipped, train, tuning
from sparrow_ecg.model.methods.graph import folded
from sparrow_ecg.model.methods.integers import Spiking
from sparrow_ecg.model.methods.measure import measure
from sparrow_ecg.model.methods.recipes import RECIPES, Recipe
from sparrow_ecg.model.methods.report import picture, results, table
from sparrow_ecg.model.methods.simulate import Run, at_once, step_by_step
from sparrow_ecg.model.methods.tuning import Trained, activity, finish, means, tune
from tests.support.pictures import stripes

SHAPE = (1, 16, 16)
RECIPE = replace(RECIPES["mnist"], epochs=(2, 1, 1), rates=(1e-2, 1e-2, 1e-3), batch=32, crops=1)
TRAIN, TEST = stripes(480, SHAPE), stripes(60, SHAPE, seed=1)


def floats(kept: Path, recipe: Recipe = RECIPE, seed: int = 0) -> train.Graph:
    return train.floats(recipe, TRAIN, seed, kept)


def same(one: Trained, other: Trained) -> bool:
    """What files hold of two networks."""
    parameters = zip(one.graph.state_dict().values(), other.graph.state_dict().values(), strict=True)
    thresholds = [torch.equal(each, other.thresholds[site]) for site, each in one.thresholds.items()]
    return (
        all(torch.equal(mine, theirs) for mine, theirs in parameters)
        and all(thresholds)
        and (one.steps, one.ceilings, list(one.thresholds)) == (other.steps, other.ceilings, list(other.thresholds))
    )


def test_all_of_it(tmp_path: Path) -> None:
    """Every method from training to table and picture: right far above chance, SSF equal to its closed form."""
    parent = floats(tmp_path)
    measured = {}
    for name, method in RECIPE.methods.items():
        quick = replace(method, candidates=(8, 12) if method.candidates else ())
        trained = finish(train.staged(parent, method, RECIPE, TRAIN, 0, tmp_path, name), quick, TRAIN, TEST)
        path = shipped.save(trained, shipped.path_of(tmp_path, "stripes", name, 0))
        again = shipped.load(path, RECIPE, method, SHAPE, 4)
        assert same(again, trained)
        measured[name] = [measure(name, again, method, TEST, simulated=len(TEST), longest=16)]
    found = results(measured, "stripes", "generated", {name: [0] for name in measured})
    for name, row in found["methods"].items():
        assert row["equal"]
        assert row["ssf"] == row["quantised"]
        assert row["quantised"]["mean"] > (0.4 if name == "vr-1-4" else 0.6), name  # chance: 0.25
        assert 0 < np.mean([each["mean"] for each in row["sparsity"].values()]) < 1
        assert 0 < row["operations"]["ssf"]["mean"] < row["operations"]["macs"]["mean"] * 1.01
    assert shipped.seeds_of(tmp_path, "stripes", "cq") == [0]
    assert table(found).row_count == len(RECIPE.methods)
    assert picture(found).startswith(b"\x89PNG")


@pytest.mark.parametrize("turning", [0.0, 8.0])
def test_interrupted_training_ends_in_the_same_network(
    turning: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = replace(RECIPE, turning=turning)
    whole = floats(tmp_path / "whole", recipe)
    written = train.write_atomic

    def once(path: Path, content: bytes) -> Path:
        written(path, content)
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "write_atomic", once)
    with pytest.raises(KeyboardInterrupt):
        floats(tmp_path / "cut", recipe)
    monkeypatch.undo()
    resumed = floats(tmp_path / "cut", recipe)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_what_is_not_trained_on_stays_as_it_was(tmp_path: Path) -> None:
    """Threshold balancing has the rectifiers' network, whatever room is left for clamps of others."""
    recipe = replace(RECIPE, epochs=(1, 1, 1), headroom=3.0)
    parent = floats(tmp_path, recipe)
    method = RECIPE.methods["balanced"]
    left = train.staged(parent, method, recipe, TRAIN, 0, tmp_path, "balanced")
    wanted = train.accuracy(parent.eval(), train.FIRST, None, TEST)
    assert train.accuracy(left, train.FIRST, method, TEST) == wanted > 0.3


def test_another_training_is_not_gone_on_with(tmp_path: Path) -> None:
    floats(tmp_path)
    with pytest.raises(InputError, match=r"float-0.*another recipe"):
        floats(tmp_path, replace(RECIPE, batch=64))
    (tmp_path / "float-0.pt").write_bytes(b"no zip")
    with pytest.raises(InputError, match=r"float-0.*remove it"):
        floats(tmp_path)


def test_a_damaged_network_is_named(tmp_path: Path) -> None:
    method = RECIPE.methods["cq"]
    path = tmp_path / "mnist-cq-0.npz"
    with pytest.raises(InputError, match="no such file"):
        shipped.load(path, RECIPE, method, SHAPE, 4)
    path.write_bytes(b"PK broken")
    with pytest.raises(InputError, match="not the network"):
        shipped.load(path, RECIPE, method, SHAPE, 4)


def test_t_is_the_shortest_of_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more picture right is a longer window worth; none more is not."""
    labels = TEST.labels[:4]
    other = (labels + 1) % 4
    after = {1: other, 2: np.where(np.arange(4) < 2, labels, other), 3: np.where(np.arange(4) < 3, labels, other)}
    classes = np.stack([after[min(step, 3)] for step in range(1, 9)])
    answers = torch.tensor(np.eye(4)[classes])
    monkeypatch.setattr(tuning, "step_by_step", lambda *_: Run(answers, {}, {}))
    method = RECIPE.methods["cq+"]
    trained = Trained(folded(train.draw(RECIPE, method, SHAPE, 4)), 8)
    for candidates, chosen in (((8, 4, 2), 4), ((2, 8), 8), ((8, 1, 3), 3), ((2, 1), 2)):
        assert tuning.choose(trained, replace(method, candidates=candidates), TEST.take(slice(0, 4))) == chosen


def test_tuned_thresholds_bring_if_nearer(tmp_path: Path) -> None:
    method = replace(RECIPE.methods["cq+"], steps=7, levels=7, candidates=())
    graph = train.staged(floats(tmp_path), method, RECIPE, TRAIN, 0, tmp_path, "cq+")
    network = Trained(graph, 7).spiking(method)
    pixels = TRAIN.pixels[:200]
    wanted = means(at_once(network, pixels))

    def run(each: Spiking) -> Run:
        return tuning.in_parts(each, pixels)

    def off(each: Spiking) -> float:
        return sum(float((got - wanted[site]).abs().sum()) for site, got in means(run(each)).items())

    whole = step_by_step(network, pixels, "if")
    assert all(torch.equal(count, whole.counts[site]) for site, count in run(network).counts.items())
    assert off(tune(network, wanted, run)) < 0.95 * off(network)


def test_tuned_thresholds_mend_what_few_bits_break(tmp_path: Path) -> None:
    """SSF's mean counts come nearer to the float network's, and IF's thresholds are the same."""
    method = replace(RECIPE.methods["vr-4-5"], weight_bits=4)
    graph = train.staged(floats(tmp_path), method, RECIPE, TRAIN, 0, tmp_path, "vr")
    trained = finish(graph, method, TRAIN, TEST)
    wanted = activity(graph, method, TRAIN.pixels[:200])

    def off(each: Spiking) -> float:
        return sum(
            float((got - wanted[site]).abs().sum()) for site, got in means(at_once(each, TRAIN.pixels[:200])).items()
        )

    assert off(trained.spiking(method)) < 0.9 * off(replace(trained, thresholds={}).spiking(method))
    assert trained.spiking(method, "if").threshold("fires0").equal(trained.spiking(method).threshold("fires0"))
