import numpy as np

from sparrow_ecg.model.signals.ecg.abused import EVERY, KINDS, TOP, abuse
from sparrow_ecg.model.signals.ecg.synthetic import generate


def test_codes_stay_codes_and_most_of_the_ecg_is_left() -> None:
    codes = generate("a", seconds=600, seed=1).codes
    abused = abuse(codes, 7)
    assert abused.min() == 0
    assert abused.max() == TOP
    assert 0.1 < (abused != codes).mean() < 0.9
    assert (abuse(codes, 7) == abused).all()
    assert (abuse(codes, 8) != abused).any()
    assert len(codes) // EVERY > len(KINDS)


def test_the_codes_given_stay_as_they_are() -> None:
    codes = np.full(5000, 1024)
    abuse(codes, 0)
    assert (codes == 1024).all()
