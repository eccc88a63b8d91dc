"""How the picture core goes through a network, written once: the core walks through it, the cycle model counts it.

Every layer is a pass over the places of a map. A dense one has a single place, whose window is the whole map.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sparrow_ecg.hw.core.schedule import group_sizes
from sparrow_ecg.model.network import Convolution, Map, Network, PictureCounts
from sparrow_ecg.model.network.golden import Trace

AROUND = 3  # cycles of each place and group beside its windows: begin, let the last weight arrive, fire


class Pass(NamedTuple):
    """A layer's window, and where it goes. pooling: places a side that are summed; 1 for none."""

    entering: Map
    rows: int
    columns: int
    stride: int
    padding: int
    pooling: int
    computed: Map
    leaving: Map


def passes(network: Network) -> Iterator[Pass]:
    encoding = network.encoding
    entering = encoding.map if isinstance(encoding, PictureCounts) else Map(1, 1, network.inputs)
    for layer in network.layers:
        if isinstance(layer, Convolution):
            entering, side = layer.entering, layer.pooling.size if layer.pooling else 1
            window = layer.kernel, layer.kernel, layer.stride, layer.padding, side
            yield Pass(entering, *window, layer.computed, layer.leaving)
            entering = layer.leaving
        else:
            all_of_it, entering = entering, Map(1, 1, layer.outputs)
            yield Pass(all_of_it, all_of_it.height, all_of_it.width, 1, 0, 1, entering, entering)


def events(walk: Pass, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each beat, of all windows of a group: counts that are not zero, and cycles. Each int64[beats].

    counts: int64[beats, entering.size]. A place of a window costs a cycle for each of its counts that is not zero,
    but one at least.
    """
    whole, to = walk.entering, walk.computed
    busy = (counts.reshape(-1, whole.height, whole.width, whole.channels) != 0).sum(axis=3)
    busy = np.pad(busy, ((0, 0), *[(walk.padding, walk.padding)] * 2))
    windows = np.lib.stride_tricks.sliding_window_view(busy, (walk.rows, walk.columns), (1, 2))
    used = windows[:, :: walk.stride, :: walk.stride][:, : to.height, : to.width]
    each = 1, 2, 3, 4
    return used.sum(axis=each), np.maximum(used, 1).sum(axis=each)


def cycles(network: Network, trace: Trace, lanes: int) -> np.ndarray:
    """Clock cycles of each beat, int64[beats]: a cycle for each count, the passes, and the result.

    The outputs leave their lanes one a cycle; hidden neurons leave together.
    """
    found = np.full(len(trace.counts[0]), network.inputs + 1, dtype=np.int64)
    for k, walk in enumerate(passes(network)):
        groups = len(group_sizes(walk.leaving.channels, lanes))
        places = walk.computed.height * walk.computed.width
        found += groups * (events(walk, trace.counts[k])[1] + AROUND * places)
    return found + network.outputs - len(group_sizes(network.outputs, lanes))
