"""What was told of the beats before is told again, a record's first beat for those before it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.remembering import RememberingEncoding

NOW = RelativeEncoding(("area", "previous_8", "change"), 5)
ENCODING = RememberingEncoding(("change", "area"), 2, NOW)


def test_counts_of_the_beats_before() -> None:
    own = np.arange(15).reshape(5, 3)
    area, change = own[:, 0].tolist(), own[:, 2].tolist()
    told = ENCODING.remember(own)
    assert (told[:, :3] == own).all()
    for beat in range(5):
        one, two = max(beat - 1, 0), max(beat - 2, 0)
        assert told[beat, 3:].tolist() == [change[one], area[one], change[two], area[two]]


def test_which_tell_of_intervals() -> None:
    both = replace(ENCODING, remembered=("previous_8", "area"))
    assert both.intervals.tolist() == [False, True, False, True, False, True, False]


def test_beats_that_are_not_asked_for_are_remembered(synthetic_beats: Beats) -> None:
    """Every other beat alone has the same counts."""
    counts = ENCODING.encode(synthetic_beats)
    assert counts.shape == (len(synthetic_beats), ENCODING.inputs)
    assert (counts[:, :3] == NOW.encode(synthetic_beats)).all()
    some = np.arange(0, len(synthetic_beats), 2)
    assert (ENCODING.encode(synthetic_beats.select(some)) == counts[some]).all()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"beats": 0}, r"field encoding.beats: not in 1..7"),
        ({"beats": 8}, r"field encoding.beats: not in 1..7"),
        ({"remembered": ()}, r"field encoding.remembered: not one"),
        ({"remembered": ("area", "area")}, r"field encoding.remembered: not one"),
        ({"remembered": ("height",)}, r"field encoding.remembered: 'height' is not told"),
    ],
)
def test_what_cannot_be_remembered(change: dict, text: str) -> None:
    with pytest.raises(InputError, match=text):
        replace(ENCODING, **change)
