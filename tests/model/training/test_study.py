"""Networks for strangers and of the monitor: what the shipped ones were trained with; the test part has no say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.model.frontend.detected import detect
from sparrow_ecg.model.network import Network, file
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.mitdb import DS1, DS2
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.splits import Split, make_split
from sparrow_ecg.model.training.recipes import RECIPES, Drawing

torch = pytest.importorskip("torch", reason="torch is not installed: the extra `train` brings it")

from sparrow_ecg.model.training.batches import views  # noqa: E402
from sparrow_ecg.model.training.fit import fit  # noqa: E402
from sparrow_ecg.model.training.study import train  # noqa: E402
from tests.support.recipes import SMALL  # noqa: E402

RECIPE = replace(
    SMALL,
    encoding=RelativeEncoding(("area", "previous_8", "away_s"), 5),
    drawing=Drawing((30, 9, 9, 9), leads=3, noise=1.0),
)


def test_a_network_for_strangers_is_decided_by_its_training_part_alone(synthetic_beats: Beats) -> None:
    beats = replace(synthetic_beats, second=synthetic_beats.codes)
    tests = np.isin(beats.record, sorted(beats.codes)[:1])
    none = np.array([], np.int64)
    split = Split("inter", np.flatnonzero(~tests), none, np.flatnonzero(tests), none)

    def trained(beats: Beats, seed: int) -> str:
        shown = views(RECIPE, beats, split)
        assert shown.shape == (3, (~tests).sum(), 3)
        return fit("anyone", RECIPE, RECIPE.encoding.encode(beats), beats, split, seed, shown).digest

    spoilt = replace(beats, label=np.where(tests, 3, beats.label))
    assert (
        trained(beats, 1)
        == trained(spoilt, 1)
        == fit("anyone", RECIPE, RECIPE.encoding.encode(beats), beats, split, 1).digest
    )
    assert trained(beats, 1) != trained(beats, 2)


@pytest.mark.parametrize("split", ["inter", "inter+svdb"])
def test_what_the_shipped_ones_were_trained_with(split: str) -> None:
    names = file.siblings("anyone", split)
    assert len(names) == 5
    for seed, name in enumerate(names):
        network = Network.load(name)
        records = set(network.provenance["records"])
        assert network.provenance["seed"] == seed
        assert network.encoding == RECIPES["anyone"].encoding
        assert records & {*DS1, *DS2} == {*DS1, *DS2}
        assert bool(records - {*DS1, *DS2}) == (split == "inter+svdb")
        assert "validation" not in network.provenance["scores"]


def test_a_network_of_the_monitor_learns_what_the_front_end_hears(
    synthetic_beats: Beats, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = replace(SMALL, peaks="detected")
    monkeypatch.setitem(RECIPES, "small", recipe)
    (network,) = train("small", synthetic_beats, "time", [3])
    heard = detect(synthetic_beats, recipe.encoding)
    split = make_split("time", synthetic_beats).within(heard.judged)
    assert network.digest == fit("small", recipe, heard.counts, synthetic_beats, split, 3).digest
    assert network.provenance["peaks"] == "detected"
    assert network.provenance["scores"]["test"]["beats"] == len(split.test)
    monkeypatch.setitem(RECIPES, "small", SMALL)
    (other,) = train("small", synthetic_beats, "time", [3])
    assert other.digest != network.digest
    assert "peaks" not in other.provenance


@pytest.mark.parametrize("name", ["watch", "guard"])
def test_the_shipped_ones_of_the_monitor(name: str) -> None:
    """Five seeds of both splits, of one recipe; the network itself is seed 0 of `time`."""
    for split in ("time", "inter"):
        networks = [Network.load(source) for source in file.siblings(name, split)]
        assert [network.provenance["seed"] for network in networks] == [0, 1, 2, 3, 4]
        for network in networks:
            assert network.provenance["peaks"] == "detected"
            assert network.provenance["split"] == split
            assert network.encoding == RECIPES[name].encoding
            assert "validation" not in network.provenance["scores"]
    assert Network.load(name).digest == Network.load(f"{name}-time-0").digest
