"""Figures in the text: what is stale is found, where and by how much; what is collected is what was measured."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sparrow_ecg.model.errors import InputError, VerificationError
from sparrow_ecg.model.network import Network
from sparrow_ecg.sim.report import figures
from sparrow_ecg.sim.report.figures import Figure, Source

PIECE = "`tiny` takes {energy:.3f} nJ in {cycles:,.0f} cycles"
TEXT = "# Title\n\nFor a beat `tiny` takes 0.100 nJ in 1,527\ncycles, it says.\n"
TINY = Source(file="gatepower.json", network="tiny", digest=Network.load("tiny").digest)
RESULT = {"digest": TINY.digest, "corner": "tt", "mismatched_beats": 0, "split": {"clock": 32.0, "beats": 2}}


def figure(value: float, **others: Any) -> Figure:
    return Figure(value=value, unit="nJ", command="sparrow gatepower", measured=date(2026, 1, 1), **others)


CLOCK = figure(1.0, sources=(TINY,), at="split.clock", scale=1e-3, given={"corner": "tt"})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text(TEXT)
    (tmp_path / figures.TEXTS).write_text(f'"README.md" = ["{PIECE}"]\n')
    figures.save({"energy": figure(0.1002), "cycles": figure(1527)}, tmp_path)
    return tmp_path


def left(folder: Path, **changed: Any) -> Path:
    (folder / "gatepower.json").write_text(json.dumps(RESULT | changed))
    return folder


def test_the_project_s_own_text_is_fresh():
    found, texts = figures.load()
    assert [str(stale) for stale in figures.check(found, texts)] == []
    assert figures.outdated(found) == []


def test_what_matches_is_left_alone(root):
    assert figures.renew(*figures.load(root), root) == []
    assert (root / "README.md").read_text() == TEXT


def test_changed_figures_are_found_and_renewed(root):
    figures.save({"energy": figure(0.1006), "cycles": figure(1600)}, root)
    stale = figures.check(*figures.load(root), root)
    assert [str(found) for found in stale] == [
        "README.md:3: 0.100, measured 0.101 (energy)",
        "README.md:3: 1,527, measured 1,600 (cycles)",
    ]
    assert (root / "README.md").read_text() == TEXT
    figures.renew(*figures.load(root), root)
    assert (root / "README.md").read_text() == TEXT.replace("0.100", "0.101").replace("1,527", "1,600")


def test_a_figure_that_is_not_there_is_refused(root):
    figures.save({"energy": figure(0.1)}, root)
    with pytest.raises(InputError, match=r"README\.md quotes cycles, which is not in"):
        figures.load(root)


@pytest.mark.parametrize("text", ["nothing of the kind\n", TEXT + TEXT])
def test_a_text_that_is_not_there_once_is_refused(root, text):
    (root / "README.md").write_text(text)
    with pytest.raises(VerificationError, match="not once"):
        figures.check(*figures.load(root), root)


def test_unknown_fields_are_refused(root):
    (root / figures.RESULTS).write_text('{"energy": {"value": 1, "colour": "red"}}')
    with pytest.raises(InputError, match="colour"):
        figures.load(root)


def test_collected_from_a_result(tmp_path):
    taken = figures.collect({"clock": CLOCK, "other": figure(2.0)}, left(tmp_path))
    assert taken["clock"].value == pytest.approx(0.032)
    assert taken["clock"].collected
    assert taken["clock"].measured > CLOCK.measured
    assert taken["other"] == figure(2.0)


@pytest.mark.parametrize(("of", "value"), [("sum", 6), ("mean", 3), ("deviation", 2**0.5)])
def test_several_results_make_one_figure(tmp_path, of, value):
    for name, beats in (("a", 2), ("b", 4)):
        (tmp_path / name).write_text(json.dumps({"beats": beats}))
    both = figure(0, sources=(Source(file="a"), Source(file="b")), at="beats", of=of)
    assert figures.collect({"beats": both}, tmp_path)["beats"].value == pytest.approx(value)
    (tmp_path / "b").unlink()
    assert figures.collect({"beats": both}, tmp_path)["beats"] == both


@pytest.mark.parametrize("changed", [{"digest": "another"}, {"corner": "ss"}])
def test_results_of_other_things_are_left(tmp_path, changed):
    notes: list[str] = []
    assert figures.collect({"clock": CLOCK}, left(tmp_path, **changed), notes.append)["clock"] == CLOCK
    assert f"has another {next(iter(changed))}; for this figure run `sparrow gatepower`" in notes[0]


def test_results_that_are_not_bit_exact_are_refused(tmp_path):
    with pytest.raises(VerificationError, match="not bit-exact"):
        figures.collect({"clock": CLOCK}, left(tmp_path, mismatched_beats=1))


def test_a_place_that_a_result_has_not_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"gatepower\.json has no number at split"):
        figures.collect({"clock": CLOCK.model_copy(update={"at": "split"})}, left(tmp_path))


def test_places_in_lists_are_numbers(tmp_path):
    listed = left(tmp_path, ends=[4.0, 8.0])
    second = CLOCK.model_copy(update={"at": "ends.1"})
    assert figures.collect({"clock": second}, listed)["clock"].value == 8e-3
    for beyond in ("ends.2", "ends.last"):
        with pytest.raises(InputError, match="has no number"):
            figures.collect({"clock": CLOCK.model_copy(update={"at": beyond})}, listed)


def test_figures_of_a_network_that_has_changed_are_named():
    assert figures.outdated({"clock": CLOCK}) == []
    stale = CLOCK.model_copy(update={"sources": (TINY.model_copy(update={"digest": "before"}),)})
    assert figures.outdated({"clock": stale}) == ["clock"]
