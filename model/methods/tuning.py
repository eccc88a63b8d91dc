"""What is set from training pictures after training: ceilings of threshold balancing, thresholds of channels for IF."""

from __future__ import annotations

import numpy as np
import torch

from sparrow_ecg.model.methods.activations import rectify
from sparrow_ecg.model.methods.graph import Graph
from sparrow_ecg.model.methods.integers import FULL, Spiking
from sparrow_ecg.model.methods.recipes import OUTLIERS
from sparrow_ecg.model.methods.simulate import at_once, step_by_step

PASSES = 8
RATE = 0.1  # CQ+'s


def ceilings(graph: Graph, pixels: np.ndarray) -> dict[str, float]:
    """Of each site, the activation that all but `OUTLIERS` of those on these pictures are below."""
    found = {}

    def record(name: str, x: torch.Tensor) -> torch.Tensor:
        fired = rectify(name, x)
        values = fired.flatten()
        found[name] = max(float(values.kthvalue(max(int((1 - OUTLIERS) * len(values)), 1)).values), 1e-6)
        return fired

    with torch.no_grad():
        graph(torch.tensor(pixels, dtype=torch.float32) / FULL, record)
    return found


def tune(network: Spiking, pixels: np.ndarray) -> Spiking:
    """Thresholds of channels moved until IF fires as often as the quantised network does, on training pictures.

    In each pass ``theta_c -= 0.1 theta (mean count wanted - mean count) / T``, theta being the site's as converted:
    CQ+'s rule, and VR-encoding's with another rate. Integers again at the end.
    """
    wanted = at_once(network, pixels).counts
    first = {layer.name: layer.threshold for layer in network.layers if layer.threshold is not None}
    thresholds = {name: first[name].expand(wanted[name].shape[1]).clone() for name in first}
    for _ in range(PASSES):
        got = step_by_step(
            network.with_thresholds({name: each.round() for name, each in thresholds.items()}), pixels, "if"
        )
        for name, each in thresholds.items():
            off = wanted[name] - got.counts[name]
            mean = off.mean(dim=tuple(k for k in range(off.ndim) if k != 1)).double()
            each -= RATE * first[name] * mean / network.steps
            each.clamp_(min=1)
    return network.with_thresholds({name: each.round() for name, each in thresholds.items()})
