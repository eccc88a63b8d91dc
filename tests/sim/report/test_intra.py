"""What a network scores with each seed is what its files say, and no power is taken for another's."""

from __future__ import annotations

from datetime import date

from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.file import siblings
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.sim.report import intra
from sparrow_ecg.sim.report.figures import Figure, Source, shipped


def figure(value: float, *networks: str) -> Figure:
    sources = tuple(Source(network=network) for network in networks)
    return Figure(value=value, unit="nW", command="sparrow gatepower", sources=sources, measured=date(2026, 1, 1))


def test_a_network_for_strangers_is_left_out() -> None:
    names = intra.networks()
    assert {"tiny", "steady", "keen"} < set(names)
    assert "anyone" not in names
    assert all(Network.load(name).provenance["split"] == "intra" for name in names)


def test_each_seed_scores_what_its_file_says(mitdb_beats: Beats) -> None:
    row = intra.row("tiny", mitdb_beats, shipped())
    said = [Network.load(name).provenance["scores"]["test"]["accuracy"] for name in siblings("tiny", "intra")]
    assert row["accuracies"] == said
    assert row["seeds"] == [0, 1, 2, 3, 4]
    least = row["measured"]["datapath"]
    assert row["active_nJ"] == shipped()[f"tiny.{least}.energy"].value
    assert row["average_nW"] == shipped()[f"tiny.{least}.power"].value
    assert row["average_nW"] <= shipped()["tiny.tree.power"].value


def test_the_least_power_of_any_seed_with_the_energy_of_the_same_core(mitdb_beats: Beats) -> None:
    figures = {
        "tiny.serial.power": figure(2.0, "tiny"),
        "tiny2.tree.power": figure(1.0, "tiny-intra-2"),
        "tiny2.tree.power_37": figure(3.0, "tiny-intra-2"),
        "tiny.serial.energy": figure(30.0, "tiny"),
        "all.tree.power": figure(0.1, "tiny", "tiny-intra-2"),
        "frugal.tree.power": figure(0.5, "frugal"),
    }
    row = intra.row("tiny", mitdb_beats, figures)
    assert (row["average_nW"], row["average_nW_37"], row["active_nJ"], row["measured"]["seed"]) == (1.0, 3.0, None, 2)
    none = intra.row("tiny", mitdb_beats, {})
    assert (none["average_nW"], none["active_nJ"], none["measured"]) == (None, None, None)
