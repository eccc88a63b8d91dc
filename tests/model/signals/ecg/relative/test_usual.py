"""What is usual for a patient: learned as a stream, by the rules, one patient apart from another."""

from __future__ import annotations

import numpy as np

from sparrow_ecg.model.signals.ecg.relative.usual import (
    BEFORE,
    BLOCK,
    BLOCKS,
    FAST,
    FRACTION,
    LEVEL,
    NORMAL,
    SEGMENTS,
    SLOW,
    SPANS,
    STRANGE,
    WARM,
    Usual,
    follow,
    shapes,
)


def drawn(rng: np.random.Generator, beats: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A patient: a shape that comes back with noise, now and then another one, intervals mostly regular."""
    own, other = rng.integers(-800, 800, (2, BLOCKS))
    strange = rng.random(beats) < 0.2
    shape = np.where(strange[:, None], other, own) + rng.integers(-40, 40, (beats, BLOCKS))
    intervals = np.where(
        rng.random(beats + 1) < 0.2, rng.integers(100, 900, beats + 1), rng.integers(280, 300, beats + 1)
    )
    return shape, intervals[:-1], intervals[1:]


def step_by_step(shape: np.ndarray, previous: np.ndarray, following: np.ndarray) -> list[dict]:
    """The definition in plain Python's integers, one beat and one patient at a time."""

    def toward(state: int, value: int, fraction: int, shift: int) -> int:
        return state + (((value << fraction) - state) >> shift)

    template = [value << FRACTION for value in shape[0].tolist()]
    distances, learned, swing, last = dict.fromkeys(SEGMENTS, 0), 0, 0, int(previous[0])
    intervals = {span: int(previous[0]) << span for span in SPANS}
    found = []
    for beat, before, after in zip(shape.tolist(), previous.tolist(), following.tolist(), strict=True):
        now = [value >> FRACTION for value in template]
        usual = {name: state >> FRACTION for name, state in distances.items()}
        means = {span: state >> span for span, state in intervals.items()}
        found.append({"template": now, "distances": usual, "intervals": means, "swing": swing >> SPANS[0]})
        away = {
            name: sum(abs(a - b) for a, b in zip(beat[where], now[where], strict=True))
            for name, where in SEGMENTS.items()
        }
        mean = means[SPANS[0]]
        regular = abs(before - mean) < mean >> 3 and abs(after - mean) < mean >> 2
        strange = away["all"] >= 2 * usual["all"]
        warm = learned < WARM
        if warm or regular:
            shift = FAST if warm else SLOW if strange else NORMAL
            template = [toward(state, value, FRACTION, shift) for state, value in zip(template, beat, strict=True)]
            for name, state in distances.items():
                creeps = strange and not warm
                value = min(away[name], 2 * usual[name] + STRANGE) if creeps else away[name]
                distances[name] = toward(state, value, FRACTION, FAST if warm else NORMAL)
            learned += warm or not strange
        swing = toward(swing, min(abs(before - last), mean), SPANS[0], SPANS[0])
        last = before
        for span, state in intervals.items():
            likely = min(max(before, means[span] >> 1), means[span] << 1)
            intervals[span] = toward(state, likely, span, span)
    return found


def same(usual: Usual, expected: list[dict]) -> None:
    assert usual.template.tolist() == [each["template"] for each in expected]
    assert usual.swing.tolist() == [each["swing"] for each in expected]
    for name in SEGMENTS:
        assert usual.distances[name].tolist() == [each["distances"][name] for each in expected]
    for span in SPANS:
        assert usual.intervals[span].tolist() == [each["intervals"][span] for each in expected]


def test_patients_in_lockstep_are_as_each_alone() -> None:
    rng = np.random.default_rng(0)
    patients = [drawn(rng, beats) for beats in (1, 2, WARM, 150, 90)]
    shape, previous, following = (list(column) for column in zip(*patients, strict=True))
    for usual, patient in zip(follow(shape, previous, following), patients, strict=True):
        same(usual, step_by_step(*patient))


def test_what_comes_later_changes_nothing() -> None:
    shape, previous, following = drawn(np.random.default_rng(1), 60)
    (whole,) = follow([shape], [previous], [following])
    (part,) = follow([shape[:30]], [previous[:30]], [following[:30]])
    assert (whole.template[:30] == part.template).all()
    assert all((whole.distances[name][:30] == part.distances[name]).all() for name in SEGMENTS)


def test_a_strange_beat_leaves_the_template_nearly_as_it_is_and_a_new_shape_is_learned_in_the_end() -> None:
    rng = np.random.default_rng(2)
    old, new = rng.integers(-800, 800, (2, BLOCKS))
    noise = rng.integers(-30, 30, (600, BLOCKS))
    beats = np.where(np.arange(600)[:, None] < 40, old, new) + noise
    regular = np.full(600, 290)
    (usual,) = follow([beats], [regular], [regular])
    gap = np.abs(new - old).sum()
    assert np.abs(usual.template[40] - old).sum() < gap / 10
    assert np.abs(usual.template[42] - old).sum() < gap / 8
    assert np.abs(usual.template[-1] - new).sum() < gap / 10
    bigeminy = np.where(np.arange(601) < 40, 290, np.where(np.arange(601) % 2, 180, 400))
    (irregular,) = follow([beats], [bigeminy[:-1]], [bigeminy[1:]])
    assert (irregular.template[60] == irregular.template[41]).all()


def test_a_shape_is_less_its_zero_line() -> None:
    windows = np.random.default_rng(3).integers(0, 2048, (5, BLOCK * BLOCKS))
    found = shapes(windows)
    sums = [[sum(codes[i : i + BLOCK]) for i in range(0, len(codes), BLOCK)] for codes in windows.tolist()]
    assert found.tolist() == [[each - (sum(row[LEVEL]) >> 2) for each in row] for row in sums]
    assert LEVEL.stop <= BEFORE // BLOCK
    assert np.abs(shapes(windows + 100) - found).max() == 0
