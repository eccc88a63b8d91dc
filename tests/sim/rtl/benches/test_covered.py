from __future__ import annotations

from collections import Counter

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.mac import Mac
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.sim.rtl.benches import covered
from sparrow_ecg.sim.rtl.regression import small_network

MAC, LOADED = (Build(small_network(), config) for config in (Mac(1), Serial(2, "ram")))


def test_what_never_was_is_a_hole():
    first, *others = covered.goals(MAC)
    assert covered.holes(MAC, Counter(others)) == [first]
    assert covered.holes(MAC, Counter([*others, first])) == []


def test_images_are_goals_of_cores_that_load_them():
    assert not any("image" in goal for goal in covered.goals(MAC))
    assert "reset in: image" in covered.goals(LOADED)


def test_beats_are_told_by_their_inputs():
    told = [covered.inputs(counts, 3) for counts in ([0, 0, 0], [0, 2, 0], [1, 0, 1], [1, 2, 3], [3, 3, 3])]
    assert told == list(covered.INPUTS)
