from __future__ import annotations

import pytest
from amaranth.back import rtlil

from sparrow_ecg.hw.formal.catalog import properties
from sparrow_ecg.hw.formal.planted import Bug
from sparrow_ecg.hw.host.holder import Holder

BUG = Bug("host.holder", "self.arrives & (waits == samples.ready)", "self.arrives")


def test_a_bug_is_in_the_rtl_while_it_is_planted():
    right = rtlil.convert(Holder(4))
    with BUG.planted():
        assert rtlil.convert(Holder(4)) != right
    assert rtlil.convert(Holder(4)) == right


def test_a_bug_that_is_not_there_once_is_refused():
    with pytest.raises(ValueError, match="0 times"), Bug("host.holder", "no such text", "").planted():
        pass


def test_every_claim_has_a_bug_that_it_must_find_and_every_bug_can_be_planted():
    for claim in properties():
        assert claim.bugs, claim.name
        for bug in claim.bugs:
            with bug.planted():
                pass


def test_names_are_of_one_claim_each():
    names = [claim.name for claim in properties()]
    assert len(set(names)) == len(names)
