from __future__ import annotations

from pathlib import Path

from amaranth.hdl import Signal

from sparrow_ecg.hw.formal.harness import Harness, Property
from sparrow_ecg.sim.formal import engine

HIGHEST = 5


def counter(h: Harness, claimed: int) -> None:
    """It counts up to `HIGHEST` at most."""
    count, go = Signal(4), h.free(name="go")
    with h.m.If(go & (count != HIGHEST)):
        h.m.d.sync += count.eq(count + 1)
    h.always(count <= claimed)
    h.reach(count == HIGHEST, "the highest count")
    h.reach(count == HIGHEST + 1, "a higher count")


def claim(claimed: int) -> str:
    return Property("counter", "", lambda h: counter(h, claimed)).rtlil()


def test_what_holds_is_proven_and_what_happens_is_reached(tmp_path: Path):
    text = claim(HIGHEST)
    assert engine.prove(text, tmp_path).result == "proven"
    assert engine.covers(text) == ["the highest count", "a higher count"]
    assert engine.cover(text, "the highest count", tmp_path).depth == HIGHEST + 1
    assert engine.cover(text, "a higher count", tmp_path).result == "unreached"


def test_what_does_not_hold_is_refuted_with_a_waveform(tmp_path: Path):
    verdict = engine.prove(claim(HIGHEST - 1), tmp_path)
    assert (verdict.result, verdict.depth) == ("refuted", HIGHEST + 1)
    assert "test_engine.py" in verdict.where
    kept = engine.keep(verdict, tmp_path / "kept" / "counter.vcd")
    assert kept.wave
    assert "$var" in kept.wave.read_text()


def test_a_bound_is_not_for_all_time(tmp_path: Path):
    text = claim(HIGHEST - 1)
    assert engine.prove(text, tmp_path, depth=HIGHEST).result == "bounded"
    assert engine.prove(text, tmp_path, depth=HIGHEST + 1).result == "refuted"
