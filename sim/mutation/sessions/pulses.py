"""Codes of pulses that are as high, to the last bit, as what the detector holds them against: made block by block."""

from __future__ import annotations

from copy import deepcopy

import numpy as np

from sparrow_ecg.model.frontend.blocks import BLOCK, LAG, REACH
from sparrow_ecg.model.frontend.detector import CLEAR, FLOOR, INTERVAL_LOG2, REFRACTORY, T_WAVE, five_eighths
from sparrow_ecg.model.frontend.frontend import FrontEnd
from sparrow_ecg.model.frontend.stream import Stream
from sparrow_ecg.model.signals.ecg.abused import TOP
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE, ZERO

NEXT = 30  # blocks from one pulse to the next, which finds it judged
PULSE = 8  # blocks from where a pulse begins to its bend


def critical(front: FrontEnd, seconds: int, seed: int, base: int = ZERO, highest: int = 1 << 15) -> np.ndarray:
    """Codes of pulses whose bend is, to the last bit, what the detector's thresholds are, or one or two more or less;
    and which come when an interval that it asks for is just over. base: the code between them; a low one leaves room
    for the highest. highest: bend of all.
    """
    rng = np.random.default_rng(seed)
    stream = Stream(front)
    codes: list[int] = []
    detector = stream.state.detector
    highest = min(highest, 16 * (TOP - base - 2))
    tall = 0  # pulses to come of the highest, T waves, which lift the noise, and what is just refused then
    while len(codes) < seconds * SAMPLING_RATE:
        tall = tall - 1 if tall else int(rng.integers(60)) * int(rng.integers(40) == 0)
        usual = detector.usual >> INTERVAL_LOG2
        overdue = usual + five_eighths(usual)
        looked_back = (
            not tall and rng.random() < 0.4
        )  # a pulse that is refused, and is a beat once the next is overdue, or just not
        at = int(rng.choice([REFRACTORY + 1, T_WAVE, 3 * usual // 4, overdue, usual, int(rng.integers(18, 140))]))
        if looked_back:
            at = int(rng.integers(T_WAVE - 2, max(T_WAVE, usual)))
        elif tall:
            at = (T_WAVE + 6, T_WAVE - 5, T_WAVE + 30, T_WAVE - 5, T_WAVE + 30)[tall % 5]
        until = stream.state.block + max(2, at + int(rng.integers(-2, 3)) + LAG - detector.age)
        while stream.state.block < until:
            _block(stream, codes, [0] * BLOCK, base)
        levels = [five_eighths(x) for x in (detector.threshold, detector.height, detector.threshold)]
        levels += [detector.threshold, FLOOR, detector.held, detector.highest, 4 * detector.beats, detector.beats]
        height = int(rng.choice(levels)) if rng.random() < 0.7 else int(np.exp(rng.uniform(3, np.log(highest))))
        if looked_back:
            height = _just_beat(stream, codes, overdue, base)
        elif tall:
            wave = five_eighths(detector.height) - 3
            height = (detector.threshold - 3, wave, highest - 3, wave, highest - 3)[tall % 5]
        height = min(max(4, height + int(rng.integers(-2, 3))), highest)
        _pulse(stream, codes, height, base)
        if looked_back:
            for _ in range(max(0, overdue - detector.age) + LAG + 3):
                _block(stream, codes, [0] * BLOCK, base)
    return np.array(codes)


def _just_beat(stream: Stream, codes: list[int], until: int, base: int) -> int:
    """The least height that becomes a beat until that age, be it that the detector looks back for it."""
    low, high = 0, TOP << 4
    while high - low > 1:
        height = (low + high) // 2
        tried, more = deepcopy(stream), [0] * (len(codes) % (2 * BLOCK))
        detector = tried.state.detector
        _pulse(tried, more, height, base)
        age = -1
        while age < detector.age <= until:
            age = detector.age
            _block(tried, more, [0] * BLOCK, base)
        low, high = (low, height) if detector.age < age else (height, high)
    return high


def crowded(front: FrontEnd, seconds: int, seed: int, base: int = 2) -> np.ndarray:
    """Codes of beats, and of pulses between them that are refused: early ones that are just too low, later ones just
    under the threshold, or nearly as high as what is held. They lift the noise, so that what is held is high, too.
    """
    rng = np.random.default_rng(seed)
    stream = Stream(front)
    codes: list[int] = []
    detector = stream.state.detector
    while len(codes) < seconds * SAMPLING_RATE:
        usual, at = detector.usual >> INTERVAL_LOG2, detector.age + PULSE
        if len(codes) % 9000 < 120 * BLOCK:  # another heart, now and then
            loud = int(16 * (TOP - base - 2) * 2 ** -abs(rng.normal(0, 2)))
        height = (five_eighths(detector.threshold) if 4 * at > 3 * usual else detector.threshold) - int(rng.integers(4))
        if at < T_WAVE:
            height = five_eighths(detector.height) - 1
        elif at + NEXT + CLEAR > usual + five_eighths(usual) and rng.integers(20):
            height = loud
        elif detector.held and rng.integers(2):
            height = min(height, detector.held + int(rng.integers(-24, 25)))
        _pulse(stream, codes, max(4, height), base)
        for _ in range(NEXT - 5):
            _block(stream, codes, [0] * BLOCK, base)
    return np.array(codes)


def overdue(front: FrontEnd, times: int, seed: int, base: int = 2) -> np.ndarray:
    """Codes of beats as high as may be, with T waves that lift noise; then of faster ones, between which nothing lowers
    it; and then none until a pulse is looked back for that is just high enough, or just not. So many times.
    """
    rng = np.random.default_rng(seed)
    stream = Stream(front)
    codes: list[int] = []
    detector = stream.state.detector
    highest = 16 * (TOP - base - 2)
    for _ in range(times):
        for _ in range(8 + int(rng.integers(8))):
            _pulse(stream, codes, highest - int(rng.integers(8)), base)
            _wait(stream, codes, CLEAR, base)  # then it is a beat
            _pulse(stream, codes, max(4, five_eighths(detector.height) - 3), base)
            _wait(stream, codes, 2 * CLEAR, base)
        for _ in range(30):
            _pulse(stream, codes, highest - int(rng.integers(8)), base)
            _wait(stream, codes, T_WAVE - 4, base)
        usual = detector.usual >> INTERVAL_LOG2
        until = usual + five_eighths(usual)
        _wait(stream, codes, int(rng.integers(4)), base)
        height = _just_beat(stream, codes, until, base) + int(rng.integers(-2, 3))
        _pulse(stream, codes, min(height, highest), base)
        _wait(stream, codes, until - detector.age + LAG + 3, base)
    return np.array(codes)


def _wait(stream: Stream, codes: list[int], blocks: int, base: int) -> None:
    for _ in range(blocks):
        _block(stream, codes, [0] * BLOCK, base)


def slow(front: FrontEnd, apart: int) -> np.ndarray:
    """Codes of beats so many blocks apart, which is what the mean interval begins with."""
    stream = Stream(front)
    codes: list[int] = []
    for _ in range(5):
        _pulse(stream, codes, 4000, ZERO)
        for _ in range(apart - 5):
            _block(stream, codes, [0] * BLOCK, ZERO)
    return np.array(codes)


def _pulse(stream: Stream, codes: list[int], height: int, base: int) -> None:
    """Five blocks; three later the bend is of this height."""
    odd = height % 2
    _block(stream, codes, [odd, 0, 0, 0], base)
    for _ in range(REACH - 1):
        _block(stream, codes, [0] * BLOCK, base)
    each, more = divmod((height + odd) // 2, 2 * BLOCK)
    pulse = [each + (k < more) for k in range(2 * BLOCK)]
    _block(stream, codes, pulse[:BLOCK], base)
    _block(stream, codes, pulse[BLOCK:], base)


def _block(stream: Stream, codes: list[int], signal: list[int], base: int) -> None:
    """Of two blocks in turn one is a bit higher, as electrodes that are off are told by what does not change."""
    for code in signal:
        codes.append(base + code + len(codes) // BLOCK % 2)
        list(stream.push(codes[-1]))
