"""What a chain tells of a recording: by the golden models, and where two tellings part."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.frontend.frontend import FrontEnd
from sparrow_ecg.model.frontend.sampling import Ticks
from sparrow_ecg.model.network import Network, golden


@dataclass(frozen=True, eq=False)
class Decisions:
    """Of n beats in a recording.

    sample:     int64[n], the one with which each is told.
    peak:       int64[n], the tick of its R peak.
    rhythm:     int64[n, 3], its intervals in ticks: previous, following, mean; as `Told` has them.
    judged:     bool[n], whether it is classified.
    counts:     int64[n, inputs], potentials: int64[n, outputs], classes: int64[n]; all 0 where it is not.
    off:        bool[samples], whether the lead is off after each.
    """

    sample: np.ndarray
    peak: np.ndarray
    rhythm: np.ndarray
    judged: np.ndarray
    counts: np.ndarray
    potentials: np.ndarray
    classes: np.ndarray
    off: np.ndarray


def decide(network: Network, front: FrontEnd, codes: np.ndarray) -> Decisions:
    """What the golden models tell of codes, int64[samples]."""
    heard = front.run(codes)
    potentials = np.zeros((len(heard.peak), network.outputs), np.int64)
    potentials[heard.judged] = golden.run(network, heard.counts[heard.judged]).outputs
    step = front.ticks.step
    blocks = np.arange(1, len(codes) + 1) * step.denominator // step.numerator // BLOCK  # whole ones after each sample
    return Decisions(
        sample=front.ticks.sample_of(BLOCK * heard.block + BLOCK - 1),
        peak=heard.peak,
        rhythm=heard.rhythm,
        judged=heard.judged,
        counts=heard.counts,
        potentials=potentials,
        classes=potentials.argmax(axis=1),
        off=np.concatenate([[False], heard.off])[blocks],
    )


def at_rate(codes: np.ndarray, ticks: Ticks) -> np.ndarray:
    """Codes of the native rate as a converter of another one would have held them: int64[samples]."""
    samples = -(-len(codes) * ticks.step.numerator // ticks.step.denominator)
    return codes[np.arange(samples) * ticks.step.denominator // ticks.step.numerator]


def same(told: Decisions, expected: Decisions, where: str) -> None:
    """Raises VerificationError that names the first difference."""
    if len(told.peak) != len(expected.peak):
        raise VerificationError(f"{where}: {len(told.peak)} beats, but the golden model has {len(expected.peak)}")
    for name in (field.name for field in fields(Decisions)):
        one, other = getattr(told, name), getattr(expected, name)
        if len(apart := np.argwhere(one != other)):
            at = tuple(apart[0].tolist())
            what = "sample" if name == "off" else "beat"
            raise VerificationError(
                f"{where}, {what} {at[0]}: {name}{list(at[1:]) or ''} is {one[at]}, but {other[at]} by the golden model"
            )
