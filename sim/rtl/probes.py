"""What the serial core did, counted on its probes while beats run through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.console import counter, working
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.golden import NEURONS, Neuron
from sparrow_ecg.sim.rtl.engine import Engine


def count(
    network: Network, config: Serial, counts: np.ndarray, neurons: Sequence[Neuron] = NEURONS
) -> tuple[dict, dict]:
    """Probe counts of each layer, and mean cycles per beat, by neuron, from the RTL with these neurons."""
    counted, cycles = {}, {}
    for neuron in neurons:
        with working(f"building the RTL with {neuron.upper()} neurons"):
            engine = Engine(Build(network, replace(config, neuron=neuron)), activity=True)
        with counter(f"RTL, {neuron.upper()} neurons", len(counts)) as done:
            result = engine.run(counts, done)
        assert result.activity is not None
        totals = {name: column.sum(axis=0) for name, column in result.activity.items()}
        counted[neuron] = [
            {name: int(layers[k]) for name, layers in totals.items()} for k in range(len(network.layers))
        ]
        cycles[neuron] = float(result.cycles.mean())
    return counted, cycles
