"""docs/HOST.md agrees with the register map."""

from __future__ import annotations

from sparrow_ecg.firmware_gen import host
from sparrow_ecg.hw.host.registers.map import MapParameters, compile_map


def test_fresh():
    assert not host.refresh(compile_map(MapParameters()), write=False), "run `python -m firmware_gen docs`"


def test_stale_is_seen_and_renewed(tmp_path, monkeypatch):
    copy = tmp_path / "HOST.md"
    copy.write_text(host.DOCUMENT.read_text().replace("Always 0xEC60.", "Always something."))
    monkeypatch.setattr(host, "DOCUMENT", copy)
    top = compile_map(MapParameters())
    assert host.refresh(top, write=False)
    assert "Always something." in copy.read_text()
    assert host.refresh(top)
    assert not host.refresh(top)
