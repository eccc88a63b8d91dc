"""One network on both leads of a record: it runs on each, and potentials are added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.testset import encoding_of

LEADS = (2, 1)  # what potentials of the first and the second lead are multiplied by: chosen on DS1, left out by records


def seen(network: Network, beats: Beats, leads: int) -> list[np.ndarray]:
    """The network's counts of the beats in each lead, int64[beats, inputs]. leads: 2 asks for a second one."""
    encoder = encoding_of(network)
    return [encoder.encode(each) for each in (beats, replace(beats, codes=beats.second))[:leads]]


def added(network: Network, counts: Sequence[np.ndarray]) -> np.ndarray:
    """The potentials of all leads, weighted by `LEADS`: int64[beats, outputs]. counts: as `seen` gives them."""
    outputs = [golden.run(network, lead).outputs for lead in counts]
    return np.sum([weight * lead for weight, lead in zip(LEADS, outputs, strict=False)], axis=0)


def predict(network: Network, counts: Sequence[np.ndarray]) -> np.ndarray:
    """The class of each beat, int64[beats]. counts: as `seen` gives them."""
    return added(network, counts).argmax(axis=1)
