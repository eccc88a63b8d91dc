"""What `signoff` takes from results, and what it refuses."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sparrow_ecg.model.errors import InputError, VerificationError
from sparrow_ecg.model.network import Network
from sparrow_ecg.sim.report.figures import Figure, Source
from sparrow_ecg.sim.report.signoff import collect


def write(folder: Path, name: str, content: Any) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content))


def measured(nw: float, network: str = "tiny", **said: Any) -> dict[str, Any]:
    return {
        "digest": Network.load(network).digest,
        "top": "core",
        "corner": "tt_025C_1v80",
        "average_nw": {"25": nw, "37": 2 * nw},
        "energy_per_beat_nj": 0.1,
        "area_um2": 10.0,
        "beats_checked": 5,
        "mismatched_beats": 0,
    } | said


def test_the_core_of_least_power_of_any_seed(tmp_path: Path) -> None:
    write(tmp_path, "gatepower-tiny-sky130-tree.json", measured(17.0))
    write(tmp_path, "gatepower-tiny-sky130-mac.json", measured(6.0, "tiny-intra-2"))
    write(tmp_path, "gatepower-tiny-sky130-tree-chip.json", measured(1.0, top="chip"))
    write(tmp_path, "gatepower-tiny-sky130-cold.json", measured(0.5, corner="ss_n40C_1v28"))
    write(tmp_path, "gatepower-other-sky130-tree.json", measured(0.1, digest="of no shipped network"))
    power = collect(tmp_path)["power"]
    assert list(power) == ["tiny"]
    assert set(power["tiny"]["cores"]) == {"tiny-tree", "tiny-mac", "tiny-tree-chip"}
    least = {name: value for name, value in power["tiny"].items() if name != "cores"}
    assert least == {
        "core": "tiny-mac",
        "placed": False,
        "average_nw_25": 6.0,
        "average_nw_37": 12.0,
        "active_nj": 0.1,
        "violations": None,
    }


def test_a_placed_core_is_not_beaten_by_its_own_estimate(tmp_path: Path) -> None:
    write(tmp_path, "gatepower-tiny-sky130-mac.json", measured(6.0))
    write(tmp_path, "gatepower-tiny-sky130-mac-placed.json", measured(6.5, placed=True))
    power = collect(tmp_path)["power"]["tiny"]
    assert (power["core"], power["placed"], power["average_nw_25"]) == ("tiny-mac-placed", True, 6.5)


def test_a_core_with_its_clock_tree_has_its_violations(tmp_path: Path) -> None:
    write(tmp_path, "gatepower-tiny-sky130-mac.json", measured(6.0, violations=[], clock_tree="estimated"))
    built = measured(6.4, placed=True, violations=["hold"], clock_tree="built")
    write(tmp_path, "gatepower-tiny-sky130-mac-placed-clocked.json", built)
    power = collect(tmp_path)["power"]["tiny"]
    assert (power["core"], power["violations"]) == ("tiny-mac-placed-clocked", 1)
    assert power["cores"]["tiny-mac"]["violations"] is None


def test_what_is_known_from_before_stands_in_for_results_of_the_same_networks(tmp_path: Path) -> None:
    def figure(name: str, at: str, value: float, digest: str, scale: float = 1) -> Figure:
        source = Source(file=f"gatepower-{name}.json", network="tiny", digest=digest)
        return Figure(
            value=value, unit="", command=name, sources=(source,), given={"corner": "tt_025C_1v80"}, at=at,
            scale=scale, measured=date(2026, 1, 2), collected=True,
        )  # fmt: skip

    own = Network.load("tiny").digest
    known = {
        "a": figure("tiny-sky130-mac", "average_nw.25", 5.0, own),
        "b": figure("tiny-sky130-mac", "energy_per_beat_nj", 2000.0, own, scale=1000),
        "c": figure("tiny-sky130-tree-chip", "average_nw.25", 1.0, own),
        "d": figure("tiny-sky130-serial", "average_nw.25", 0.5, "of another network"),
        "e": figure("tiny-sky130-serial-lanes4", "energy_per_beat_nj", 0.5, own),
        "f": figure("tiny-sky130-tree-power_gated", "average_nw.25", 0.8, own),
        "g": figure("tiny-sky130-tree-power_gated", "gated.active_nj", 0.3, own),
    }
    power = collect(tmp_path, known)["power"]["tiny"]
    assert set(power["cores"]) == {"tiny-mac", "tiny-tree-chip", "tiny-tree-power_gated"}
    assert (power["gated"]["average_nw_25"], power["gated"]["active_nj"]) == (0.8, 0.3)
    assert (power["core"], power["average_nw_25"], power["active_nj"]) == ("tiny-mac", 5.0, 2.0)
    assert (power["measured"], power["command"]) == ("2026-01-02", "tiny-sky130-mac")
    write(tmp_path, "gatepower-tiny-sky130-mac.json", measured(6.0))
    power = collect(tmp_path, known)["power"]["tiny"]
    assert power["average_nw_25"] == 6.0
    assert "measured" not in power


def test_a_gated_core_stands_beside_the_others(tmp_path: Path) -> None:
    write(tmp_path, "gatepower-tiny-sky130-tree.json", measured(17.0))
    write(tmp_path, "gatepower-tiny-sky130-tree-power_gated.json", measured(0.8, gated={"active_nj": 0.3}))
    power = collect(tmp_path)["power"]["tiny"]
    assert (power["core"], power["average_nw_25"]) == ("tiny-tree", 17.0)
    gated = {
        "core": "tiny-tree-power_gated",
        "placed": False,
        "average_nw_25": 0.8,
        "average_nw_37": 1.6,
        "active_nj": 0.3,
        "violations": None,
    }
    assert power["gated"] == gated


def test_parts_come_by_file_and_join(tmp_path: Path) -> None:
    write(tmp_path, "gatepower-tiny-sky130-tree.json", measured(17.0))
    write(tmp_path, "signoff/power.gated.json", {"tiny": {"gated": {"average_nw_25": 1.2}}})
    write(tmp_path, "signoff/proofs.core.json", {"proofs": [1]})
    write(tmp_path, "signoff/proofs.tree.json", {"proofs": [2]})
    parts = collect(tmp_path)
    assert parts["power"]["tiny"]["gated"] == {"average_nw_25": 1.2}
    assert parts["power"]["tiny"]["average_nw_25"] == 17.0
    assert parts["proofs"] == {"proofs": [1, 2]}
    write(tmp_path, "signoff/power.again.json", {"tiny": {"average_nw_25": 3.0}})
    with pytest.raises(InputError, match=r"tiny\.average_nw_25 is 3.*17.*elsewhere"):
        collect(tmp_path)


def test_what_is_not_bit_exact_shows_nothing(tmp_path: Path) -> None:
    write(tmp_path, "compare-tiny.json", {"beats": 9, "potentials": 36, "mismatched_potentials": 0})
    assert collect(tmp_path) == {"compared": {"tiny": {"beats": 9, "potentials": 36}}}
    write(tmp_path, "compare-wrong.json", {"beats": 9, "potentials": 36, "mismatched_potentials": 1})
    with pytest.raises(VerificationError, match="mismatched_potentials = 1"):
        collect(tmp_path)


def test_no_results_and_damaged_ones_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no results in"):
        collect(tmp_path)
    write(tmp_path, "signoff/proofs.json", [1])
    with pytest.raises(InputError, match=r"proofs\.json is no table"):
        collect(tmp_path)
    (tmp_path / "signoff" / "proofs.json").write_text('{"a": ')
    with pytest.raises(InputError, match=r"proofs\.json: .*run again"):
        collect(tmp_path)
