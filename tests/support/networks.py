"""Hypothesis strategies of networks and of their beats."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.drawn import random_beats, random_network, worst_beats

SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def networks(draw: st.DrawFn, neurons: int = 40, steps: int = 31, layers: int = 3) -> Network:
    """Any network of up to ``layers`` layers of up to ``neurons`` neurons: 2 to 8 bit weights, T from 1."""
    return random_network(
        np.random.default_rng(draw(SEEDS)),
        draw(st.lists(st.integers(1, neurons), min_size=2, max_size=layers + 1)),
        steps=draw(st.integers(1, steps)),
        weight_bits=draw(st.integers(2, 8)),
        input_bits=draw(st.integers(1, 8)),
        weights=draw(st.sampled_from(("random", "extreme", "sparse"))),
    )


@st.composite
def runs(draw: st.DrawFn, beats: int = 5, **limits: int) -> tuple[Network, np.ndarray]:
    """A network, and counts int64[beats, inputs] for it: random ones, or those that reach its bounds."""
    network = draw(networks(**limits))
    worst = worst_beats(network)[:beats]
    rng = np.random.default_rng(draw(SEEDS))
    return network, worst if draw(st.booleans()) else random_beats(rng, network, beats)
