"""The encoder against `Follower`: every feature, the first beats, extremes, zeros, and whatever comes."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.hw.frontend.conveyor import SUM_BITS
from sparrow_ecg.hw.frontend.relative.encoder import Encoder
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.frontend.detector import LONGEST
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.features import FEATURES, WIDE
from sparrow_ecg.model.signals.ecg.relative.follower import Follower
from sparrow_ecg.model.signals.ecg.relative.usual import BLOCKS
from tests.support.simulate import simulate

TOP = 4 * 2047
Beat = tuple[np.ndarray, int, int]  # sums of the window, blocks before and after; none before where that is `LONGEST`


def play(encoding: RelativeEncoding, beats: list[Beat], starts: set[int], seed: int = 0) -> list[list[int]]:
    """What the RTL tells; before some beats the lead was off."""
    encoder, told, rng = Encoder(encoding), [], np.random.default_rng(seed)

    async def bench(context) -> None:
        async def tick() -> None:
            window = beats[number][0]
            context.set(encoder.sum, int(window[context.get(encoder.at)]) if context.get(encoder.read) else 0)
            await context.tick()

        for number, (_, before, after) in enumerate(beats):
            context.set(encoder.start, number in starts)
            context.set(encoder.take, 1)
            context.set(encoder.follows, before != LONGEST)
            context.set(encoder.interval, before % LONGEST)
            await tick()
            context.set(encoder.start, 0)
            context.set(encoder.take, 0)
            context.set(encoder.load, 1)
            cycles = 0
            while not context.get(encoder.loaded):
                await tick()
                cycles += 1
            assert cycles == encoder.cycles["load"]
            await tick()
            context.set(encoder.load, 0)
            context.set(encoder.following, after)
            context.set(encoder.tell, 1)
            counts, cycles, due = [], 0, encoder.cycles["count"]
            while True:
                ready = int(rng.random() < 0.7)
                context.set(encoder.counts.ready, ready)
                if context.get(encoder.counts.valid):
                    if ready:
                        counts.append(context.get(encoder.counts.payload))
                    else:
                        cycles -= 1
                if context.get(encoder.told):
                    break
                await tick()
                cycles += 1
            if number == 0 or number in starts:
                due += encoder.cycles["begin"]
            assert cycles == due
            assert context.get(encoder.previous) == before
            told.append(counts)
            await tick()
            context.set(encoder.tell, 0)
            for _ in range(encoder.cycles["learn"]):
                assert not context.get(encoder.free)
                await tick()
            assert context.get(encoder.free)

    simulate(encoder, bench)
    return told


def expected(encoding: RelativeEncoding, beats: list[Beat], starts: set[int]) -> list[list[int]]:
    follower, told = Follower(encoding), []
    for number, (sums, before, after) in enumerate(beats):
        if number in starts:
            follower.start()
        follower.load(sums.tolist())
        told.append(follower.tell((BLOCK * before, BLOCK * after)))
    return told


PATIENT = "........xEPXL"  # usual ones; strange, and strange and large ones; early, before a pause, large


def generated(seed: int, kinds: str = PATIENT) -> list[Beat]:
    """A patient: a shape that comes back with noise, of those kinds."""
    rng = np.random.default_rng(seed)
    at = np.arange(BLOCKS)
    own = 4000 + 1500 * np.exp(-((at - 24) ** 2) / 4) + 300 * np.exp(-((at - 50) ** 2) / 20)
    other = 4000 - 2500 * np.exp(-((at - 27) ** 2) / 30)
    found = []
    for kind in kinds:
        shape = (other if kind in "xX" else own) + rng.integers(-30, 30, BLOCKS)
        large = np.clip(2 * shape - 4000, 0, TOP) if kind in "XL" else shape
        found.append((large.astype(int), 60 if kind == "E" else 72, 96 if kind == "P" else 71))
    return found


def anything(seed: int, beats: int) -> list[Beat]:
    """No heart: noise of every size, rails, steps, zeros, and every interval."""
    rng = np.random.default_rng(seed)
    shapes = [
        np.zeros(BLOCKS, int),
        np.full(BLOCKS, TOP),
        np.where(np.arange(BLOCKS) % 2, 0, TOP),
        np.where(np.arange(BLOCKS) < BLOCKS // 2, TOP, 0),
    ]
    shapes += [rng.integers(0, TOP + 1, BLOCKS) >> int(rng.integers(0, SUM_BITS)) for _ in range(beats)]
    rng.shuffle(shapes)
    return [(shape, int(rng.integers(20, LONGEST + 1)), int(rng.integers(20, LONGEST + 1))) for shape in shapes[:beats]]


def test_bit_exact() -> None:
    """More of it, and faster, in tests/sim/rtl/test_monitor.py."""
    encoding = RelativeEncoding(tuple(FEATURES))
    beats, starts = [*generated(1), *anything(1, 3)], {13, 15}
    assert play(encoding, beats, starts) == expected(encoding, beats, starts)


@pytest.mark.parametrize(("names", "bits"), [(("change", "t_direction"), 3), (("rate",), 1)])
def test_some_features_in_any_order(names: tuple[str, ...], bits: int) -> None:
    encoding, beats = RelativeEncoding(names, bits), generated(2, "..x")
    assert play(encoding, beats, set()) == expected(encoding, beats, set())


def test_an_uneven_pulse() -> None:
    """The three mean intervals part, so that it shows which are compared."""
    encoding, shape = RelativeEncoding(("rate", "swing", "both", "mean_time")), generated(3, ".")[0][0]
    beats = [(shape, before, before) for before in (72, 72, 40, 40, 40, 40, 110, 110, 110)]
    told = play(encoding, beats, set())
    assert told == expected(encoding, beats, set())
    assert len({rate for rate, *_ in told}) == 3


def test_direction_of_a_flat_t_wave() -> None:
    """It has none, even where the QRS is as small."""
    encoding = RelativeEncoding(("t_direction",))
    beats = []
    for height in (1, 2, 5, 20):
        shape = np.full(BLOCKS, 100)
        shape[WIDE.start + 9] += height
        beats.append((shape, 72, 72))
    told = play(encoding, beats, set())
    assert told == expected(encoding, beats, set()) == [[FEATURES["t_direction"].offset]] * 4
