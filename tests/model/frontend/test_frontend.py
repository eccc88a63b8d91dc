"""A record at a time against sample by sample; what may not be classified; what training sees."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.frontend.detector import LONGEST
from sparrow_ecg.model.frontend.frontend import FrontEnd, Heard
from sparrow_ecg.model.frontend.stream import Stream
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.features import FEATURES
from sparrow_ecg.model.signals.ecg.relative.remembering import RememberingEncoding
from sparrow_ecg.model.signals.ecg.synthetic import generate

RHYTHM = ("previous", "following", "mean", "range")
TINY = FrontEnd(Encoding(before=48, block=8, blocks=16, input_bits=4, features=RHYTHM))
ANYONE = FrontEnd(RelativeEncoding(tuple(FEATURES), input_bits=5))
MINDFUL = FrontEnd(RememberingEncoding(("change", "area"), 3, ANYONE.encoding))
FRUGAL = FrontEnd(Encoding(before=96, block=4, blocks=64, input_bits=5, features=RHYTHM))


def same(front: FrontEnd, codes: np.ndarray) -> Heard:
    """What is heard, once it is known that it is the same sample by sample."""
    heard, stream = front.run(codes), Stream(front)
    told = [each for code in codes.tolist() for each in stream.push(code)]
    assert [beat.block for beat, _ in told] == heard.block.tolist()
    assert [beat.peak for beat, _ in told] == heard.peak.tolist()
    assert [beat.rhythm for beat, _ in told] == list(map(tuple, heard.rhythm.tolist()))
    assert [counts is not None for _, counts in told] == heard.judged.tolist()
    assert [counts for _, counts in told if counts is not None] == heard.counts[heard.judged].tolist()
    return heard


@pytest.mark.parametrize("front", [TINY, FRUGAL, ANYONE, MINDFUL], ids=["tiny", "frugal", "anyone", "mindful"])
def test_sample_by_sample(front: FrontEnd) -> None:
    codes = generate("a", seconds=40, seed=3).codes
    heard = same(front, codes)
    assert heard.judged[2:-1].all()
    assert (np.diff(heard.peak) > 0).all()


@pytest.mark.parametrize("rate", [125, 128, 250, 500, 1000])
def test_other_rates(rate: int) -> None:
    codes = generate("a", seconds=15, seed=3).codes
    other = codes[np.arange(15 * rate) * SAMPLING_RATE // rate]
    front = replace(TINY, rate=rate)
    heard, native = same(front, other), TINY.run(codes)
    assert abs(len(heard.peak) - len(native.peak)) <= 1


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["rails", "walk", "noise", "spikes", "flat"]))
def test_whatever_comes_in(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    noise = rng.integers(0, 2048, 4000)
    codes = {
        "rails": np.where(rng.random(4000) < 0.5, 0, 2047),
        "walk": np.clip(1024 + np.cumsum(rng.integers(-40, 41, 4000)), 0, 2047),
        "noise": noise,
        "spikes": np.where(rng.random(4000) < 0.01, noise, 1024 + noise % 8),
        "flat": np.where(np.arange(4000) // 700 % 2, 1000, 1000 + noise % 300),
    }[kind]
    same((TINY, FRUGAL, ANYONE, MINDFUL)[seed % 4], codes)


def test_a_lead_that_is_off_is_told_and_found_again() -> None:
    codes = generate("a", seconds=60, seed=5).codes.copy()
    codes[20 * 360 : 40 * 360] = 2047
    heard = same(TINY, codes)
    first, last = np.flatnonzero(heard.off)[[0, -1]] * BLOCK / 360
    assert 20 < first < 20.5
    assert 40 < last < 40.5
    assert heard.off.sum() * BLOCK / 360 == pytest.approx(20, abs=0.5)
    assert not ((heard.peak > 20.3 * 360) & (heard.peak < 40 * 360)).any()
    before, after = heard.peak < 20 * 360, heard.peak > 40 * 360
    assert not heard.judged[before][-1]  # the beat after it never came
    assert heard.judged[after][1:-1].all()
    assert after.sum() > 10


@pytest.mark.parametrize("front", [ANYONE, MINDFUL], ids=["anyone", "mindful"])
def test_all_is_learned_anew_after_the_lead_was_off(front: FrontEnd) -> None:
    """The beats after it are those of a record that begins there."""
    codes = generate("a", seconds=60, seed=5).codes.copy()
    codes[20 * 360 : 40 * 360] = 2047
    heard = same(front, codes)
    again = int(np.flatnonzero(heard.off)[-1] + 1) * BLOCK
    later = front.run(codes[again:])
    after = heard.judged & (heard.peak > again)
    assert after.sum() > 10
    assert heard.counts[after].tolist() == later.counts[later.judged].tolist()


def test_a_beat_without_another_after_it_is_told_in_the_end() -> None:
    codes = generate("a", seconds=20, seed=5).codes
    quiet = 1024 + np.arange(360 * 8) % 5
    heard = same(TINY, np.concatenate([codes, quiet]))
    assert heard.judged[-1]
    assert heard.rhythm[-1, 1] == BLOCK * LONGEST


def test_the_counts_are_those_of_training() -> None:
    """`Encoding.encode` of beats at the peaks that were found, but for rhythms that it counts otherwise."""
    record = generate("a", seconds=120, seed=7)
    for front in (TINY, FRUGAL, ANYONE):
        heard = front.run(record.codes)
        found = replace(record, peaks=heard.peak, symbols=("N",) * len(heard.peak))
        gaps = np.diff(heard.peak, prepend=heard.peak[0], append=heard.peak[-1])
        names, zeros = np.full(len(heard.peak), record.name), np.zeros(len(heard.peak), np.int64)
        beats = Beats(names, heard.peak, zeros, gaps[:-1], gaps[1:], {record.name: found})
        mine = heard.judged & (np.arange(len(beats)) > 0) & (gaps[1:] > 0)
        assert mine.sum() > 100
        assert front.encoding.encode(beats)[mine].tolist() == heard.counts[mine].tolist()


@pytest.mark.parametrize(
    "encoding",
    [Encoding(90, 1, 180, 8), Encoding(46, 8, 16, 4)],
    ids=["blocks", "before"],
)
def test_what_it_cannot_encode_is_refused(encoding) -> None:
    with pytest.raises(InputError, match="encoding"):
        FrontEnd(encoding)


def test_a_network_of_other_inputs_is_refused() -> None:
    with pytest.raises(InputError, match="'keen'"):
        FrontEnd.of(Network.load("keen"))
