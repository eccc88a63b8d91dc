"""Codes of beats of any shape: drawn ones, and such that all neurons of a network's first layer fire, or none does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.frontend.frontend import FrontEnd
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.golden import Neuron
from sparrow_ecg.model.signals.ecg.abused import TOP
from sparrow_ecg.model.signals.ecg.encoding import Encoding, divide

BEATS = 5  # of one shape, one after the other
GAPS = 24, 250  # blocks from one beat to the next
BASES = 300, 1000, 1700  # codes between them
DRAFTS = 2_000  # at once
CHANGES, FRESH = 40_000, 1_000  # to try; after which a search begins anew


@dataclass(frozen=True)
class Draft:
    """levels: of a shape, codes over the base for each part that is counted. gaps: blocks before each beat. noise: for
    each tick of a beat's window, as many codes more.
    """

    front: FrontEnd
    levels: np.ndarray
    gaps: np.ndarray
    base: int
    noise: np.ndarray | int = 0

    @property
    def first(self) -> np.ndarray:
        """The block with which the window of each beat begins, if the beat is heard where it is high."""
        return np.cumsum(self.gaps) + 1 - self.front.encoding.before // BLOCK

    @property
    def codes(self) -> np.ndarray:
        """Of two blocks in turn one is a bit higher, as electrodes that are off are told by what does not change."""
        codes = np.zeros(BLOCK * (int(self.gaps.sum()) + GAPS[0] + self.front.depth))
        window = np.repeat(self.levels, self.front.encoding.block) + self.noise
        for first in ((self.first - 1) * BLOCK).tolist():
            codes[first : first + len(window)] = window
        codes = np.clip(np.rint(self.base + codes), 2, TOP - 2).astype(np.int64)
        codes[::BLOCK] += np.arange(len(codes) // BLOCK) % 2
        return codes


def drawn(front: FrontEnd, shapes: int, seed: int) -> np.ndarray:
    """Of so many shapes, one after the other."""
    rng = np.random.default_rng(seed)
    drafts = [_draft(front, rng) for _ in range(shapes)]
    return np.concatenate([replace(each, levels=each.levels * rng.uniform(0.5, 8)).codes for each in drafts])


def firing(front: FrontEnd, network: Network, fires: bool, seed: int) -> np.ndarray:
    """Of a shape that, from a reset on, makes all neurons of the first layer fire once, or none. Raises ValueError."""

    def wrong(counts: np.ndarray) -> np.ndarray:
        over = _over(network, counts)
        return (np.maximum(-over, 0) if fires else np.maximum(over + 1, 0)).sum(axis=1)

    return _sought(front, wrong, 0, np.random.default_rng(seed)).codes


def close(
    front: FrontEnd, network: Network, neuron: Neuron, shapes: int, seed: int, silent: int, apart: int
) -> list[np.ndarray]:
    """Of so many shapes, each from a reset on. In one of its beats all neurons of the first layer fire, or nearly do,
    but so few, and the two highest outputs are no further apart: then the class tells of what is wrong before. Raises
    ValueError.
    """

    def wrong(counts: np.ndarray) -> np.ndarray:
        top = np.sort(golden.run(network, counts, neuron).outputs, axis=1)
        missing = np.sort(np.maximum(-_over(network, counts), 0), axis=1)
        return missing[:, : missing.shape[1] - silent].sum(axis=1) + top[:, -1] - top[:, -2]

    rng = np.random.default_rng(seed)
    found = [_sought(front, wrong, apart, rng)]
    while len(found) < shapes:  # some changes further there are others
        found.append(_sought(front, wrong, apart, rng, _changed(_changed(found[-1], rng), rng)))
    return [each.codes for each in found]


def ranged(front: FrontEnd, network: Network, neuron: Neuron, shapes: int, seed: int) -> list[np.ndarray]:
    """Of so many small shapes, each from a reset on. The class of a beat of each would be another if another sum were
    taken for the highest, one that comes later and is up to three less.
    """
    rng, coding = np.random.default_rng(seed), front.encoding
    assert isinstance(coding, Encoding)
    found: list[np.ndarray] = []
    while len(found) < shapes:
        drafts, windows = [], []
        for _ in range(DRAFTS):
            draft, gap = _draft(front, rng), int(rng.integers(40, 130))
            noise = rng.integers(0, 3, coding.blocks * coding.block)
            draft = replace(draft, levels=draft.levels * rng.uniform(0.05, 0.5), gaps=np.full(BEATS, gap), noise=noise)
            first = BLOCK * int(draft.first[BEATS // 2])
            drafts.append(draft)
            windows.append(draft.codes[first : first + len(noise)])
        sums = np.array(windows).reshape(len(drafts), coding.blocks, coding.block).sum(axis=2)
        place, high = sums.argmax(axis=1)[:, None], sums.max(axis=1)
        after = np.where(np.arange(coding.blocks) > place, sums, 0).max(axis=1)
        rhythm = np.array([[BLOCK * int(draft.gaps[0])] * 3 for draft in drafts])
        right, other = (_classes(coding, network, neuron, sums, highest, rhythm) for highest in (high, after))
        told = np.flatnonzero((right != other) & (after > high - 4))
        found += [drafts[k].codes for k in told]
    return found[:shapes]


def _classes(
    coding: Encoding, network: Network, neuron: Neuron, sums: np.ndarray, highest: np.ndarray, rhythm: np.ndarray
) -> np.ndarray:
    """Of windows, int64[beats, parts], if these are their highest sums, and these their intervals."""
    low = sums.min(axis=1)
    span = highest - low
    shape = divide(sums - low[:, None], span[:, None] + 1, coding.input_bits)
    values = {**dict(zip(("previous", "following", "mean"), rhythm.T, strict=True)), "range": span}
    told = [coding.feature(name, values[name])[:, None] for name in coding.features]
    counts = np.concatenate([shape % (1 << coding.input_bits), *told], axis=1)
    return golden.run(network, counts, neuron).classes


def _over(network: Network, counts: np.ndarray) -> np.ndarray:
    """By how much the first layer's potentials are over where a neuron fires: int64[beats, neurons]."""
    layer = network.layers[0]
    assert layer.firing
    return counts @ layer.weights.T + layer.biases - (1 << layer.firing.threshold_log2)


def _sought(
    front: FrontEnd,
    wrong: Callable[[np.ndarray], np.ndarray],
    most: int,
    rng: np.random.Generator,
    start: Draft | None = None,
) -> Draft:
    """Such that one of its beats is no more wrong. wrong: of counts int64[beats, inputs], how much each is."""

    def least(draft: Draft) -> float:
        heard = front.run(draft.codes)
        return float(min(wrong(heard.counts[heard.judged]), default=np.inf)) if heard.judged.any() else np.inf

    best = start or _draft(front, rng)
    before = least(best)
    for turn in range(1, CHANGES):
        if before <= most:
            return best
        draft = _changed(best, rng) if turn % FRESH else _draft(front, rng)
        now = least(draft)
        if turn % FRESH == 0 or now <= before:
            best, before = draft, now
    raise ValueError("no beat is found that does what is sought")


def _draft(front: FrontEnd, rng: np.random.Generator) -> Draft:
    coding = front.encoding
    assert isinstance(coding, Encoding)
    levels = rng.normal(0, 60, coding.blocks)
    levels[coding.before // coding.block] = rng.choice((-1, 1)) * rng.uniform(100, 900)
    return Draft(front, levels, rng.integers(*GAPS, BEATS), int(rng.choice(BASES)))


def _changed(draft: Draft, rng: np.random.Generator) -> Draft:
    """One thing is another."""
    levels, gaps, choice = draft.levels.copy(), draft.gaps.copy(), rng.random()
    if choice < 0.65:
        levels[rng.integers(len(levels))] += rng.normal(0, rng.choice((5, 50, 300)))
    elif choice < 0.75:
        levels *= rng.uniform(0.5, 1.6)
    elif choice < 0.95:
        gaps[rng.integers(BEATS)] = rng.integers(*GAPS)
    else:
        return replace(draft, base=int(rng.integers(10, TOP - 10)))
    return replace(draft, levels=levels, gaps=gaps)
