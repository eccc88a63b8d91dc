"""The docs agree with the register maps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sparrow_ecg.firmware_gen import host

PAGES = pytest.mark.parametrize("page", host.PAGES, ids=lambda page: page.document.name)


@PAGES
def test_fresh(page):
    assert not host.refresh(page, write=False), "run `sparrow docs`"


@PAGES
def test_stale_is_seen_and_renewed(tmp_path, page):
    copy = replace(page, document=tmp_path / page.document.name)
    copy.document.write_text(page.document.read_text().replace("Always 0xEC6", "Always something "))
    assert host.refresh(copy, write=False)
    assert "Always something" in copy.document.read_text()
    assert host.refresh(copy)
    assert not host.refresh(copy)
