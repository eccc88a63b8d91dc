"""Bends that are made: pulses on a quiet line, one entry a block."""

import numpy as np

from sparrow_ecg.model.frontend.detector import CLEAR, FLOOR, LEARNING, LONGEST, REFRACTORY, Detector, five_eighths


def pulses(heights: dict[int, int], blocks: int) -> list[int]:
    line = [0] * blocks
    for at, height in heights.items():
        line[at] = height
    return line


def found(bends: list[int]) -> dict[int, int]:
    """By the block of each beat that was found, the block in which it was known."""
    detector, told = Detector(), {}
    for block, bend in enumerate(bends):
        if beat := detector.push(bend):
            told[block - beat.ago] = block
        elif detector.lost:
            detector.doubt()
    return told


def test_regular_beats_are_known_after_the_same_time() -> None:
    beats = range(10, 700, 70)
    assert found(pulses(dict.fromkeys(beats, 4000), 740)) == {at: at + CLEAR for at in beats}


def test_a_t_wave_is_none_and_an_early_beat_is_one() -> None:
    beats = {**dict.fromkeys(range(10, 500, 70), 4000), **dict.fromkeys(range(38, 500, 70), 2400)}
    assert list(found(pulses(beats, 560))) == list(range(10, 500, 70))
    beats[430 + 28] = 4000
    assert 430 + 28 in found(pulses(beats, 560))


def test_within_the_refractory_time_there_is_one_beat() -> None:
    beats = dict.fromkeys(range(10, 500, 70), 4000)
    near = {at + CLEAR + 1: 3999 for at in beats}  # over when the first is known; not refractory
    assert REFRACTORY < CLEAR + 1
    assert list(found(pulses(beats | near, 560)))[:2] == [10, 10 + CLEAR + 1]
    close = {at + REFRACTORY: 3999 for at in beats}
    assert list(found(pulses(beats | close, 560))) == list(beats)


def test_a_small_early_beat_is_found_by_looking_back() -> None:
    beats = dict.fromkeys(range(10, 650, 70), 8000)
    for height, is_beat in ((1300, True), (1200, False)):  # the threshold is 2000, and five eighths of it 1250
        told = found(pulses(beats | {640 + 45: height}, 900))
        assert (told.get(640 + 45, 0) > 640 + 70 + CLEAR) == is_beat


def test_noise_under_the_floor_is_none() -> None:
    noise = np.random.default_rng(0).integers(0, FLOOR + 1, 5000).tolist()
    assert not found(noise)


def test_levels_fall_when_beats_have_become_smaller() -> None:
    large = dict.fromkeys(range(10, 500, 70), 16000)
    small = dict.fromkeys(range(600, 4000, 70), 500)
    told = found(pulses(large | small, 4100))
    assert len([at for at in told if at > 3000]) >= 13


def test_an_artefact_does_not_deafen() -> None:
    beats = dict.fromkeys(range(10, 3000, 70), 2000)
    told = found(pulses(beats | {535: 30000}, 3100))
    assert len([at for at in told if at > 535 + 3 * LONGEST]) >= (3000 - 535 - 3 * LONGEST) // 70


def test_it_learns_at_once() -> None:
    assert LEARNING > 70
    assert list(found(pulses({10: 4000, 80: 4100, 150: 4000}, 200))) == [10, 80, 150]


def test_five_eighths() -> None:
    assert all(0 <= 5 * value / 8 - five_eighths(value) < 2 for value in range(5000))
