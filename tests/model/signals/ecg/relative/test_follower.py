"""One patient beat by beat: as all of a record at once."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.features import FEATURES
from sparrow_ecg.model.signals.ecg.relative.follower import follower
from sparrow_ecg.model.signals.ecg.relative.remembering import RememberingEncoding
from sparrow_ecg.model.signals.ecg.relative.usual import BLOCKS

ENCODING = RelativeEncoding(tuple(FEATURES))
REMEMBERING = RememberingEncoding(("change", "area"), 2, ENCODING)


@pytest.mark.parametrize("encoding", [ENCODING, REMEMBERING], ids=["relative", "remembering"])
def test_it_tells_what_is_told_of_all_at_once(encoding: RelativeEncoding | RememberingEncoding) -> None:
    """Two sessions of thirty beats and of one; what was loaded and never told is forgotten with the patient."""
    rng = np.random.default_rng(3)
    sums = rng.integers(3000, 5000, (31, BLOCKS)) // rng.integers(1, 5, (31, 1))
    rhythm = rng.integers(200, 400, (31, 3))
    session = np.repeat([4, 9], (30, 1))
    patient, told = follower(encoding), []
    for beat in range(31):
        if beat == 30:
            patient.load(sums[7].tolist())
            patient.start()
        patient.load(sums[beat].tolist())
        told.append(patient.tell(tuple(rhythm[beat].tolist())))
    assert told == encoding.hear(sums, rhythm, session).tolist()


def test_nothing_heard_is_nothing_told() -> None:
    nothing = np.zeros((0, BLOCKS), np.int64), np.zeros((0, 3), np.int64), np.zeros(0, np.int64)
    assert ENCODING.hear(*nothing).shape == (0, len(FEATURES))
