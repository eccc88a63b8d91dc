"""Formula beside gates: what the same network takes by either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.golden import Neuron
from sparrow_ecg.sim.energy.formulas import energy
from sparrow_ecg.sim.energy.operations import predict
from sparrow_ecg.sim.energy.technologies import TECHNOLOGIES, Technology
from sparrow_ecg.sim.report.figures import Figures
from sparrow_ecg.sim.studies.energy_study import DENSE, IF, SSF

GATES = {  # figures of results.json of a beat or picture in sky130's cells, and what they are of
    "tiny.serial_if.energy": IF,
    "tiny.serial.energy": SSF,
    "tiny.serial_no_skip.energy": DENSE,
    "tiny.mac.energy": SSF,
    "tiny.tree.energy": SSF,
    "anyone.serial.energy": SSF,
    "anyone.tree.energy": SSF,
    "frugal1.mac.energy": SSF,
    "frugal1.tree.energy": SSF,
    "keen.tree.energy": SSF,
    "accurate.serial.energy": SSF,
    "reference.serial.energy": SSF,
    "digits.gates.energy": SSF,
}
NANOJOULES = {"nJ": 1.0, "µJ": 1e3}


def against_gates(
    networks: Mapping[str, tuple[Network, np.ndarray]], figures: Figures, technology: Technology
) -> dict[str, dict[str, Any]]:
    """What a beat or picture takes in gates, where it was measured of these very networks, beside the formula's, in nJ;
    by network and core.

    networks: by digest, each with counts to price. The formula is the spatial one, with the table and the published
    ones; one that prices the serial core's cycles is left out for networks that convolve.
    """
    tables = {**TECHNOLOGIES, technology.name: technology}
    found = {}
    for name, kind in GATES.items():
        figure = figures.get(name)
        if not figure or figure.sources[0].digest not in networks:
            continue
        network, counts = networks[figure.sources[0].digest]
        neuron: Neuron = "if" if kind == IF else "ssf"
        trace = golden.run(network, counts, neuron)
        lanes = 32 if network.convolves else 16
        activity = predict(network, trace, neuron=neuron, zero_skip=kind != DENSE, lanes=lanes)
        priced = {
            each.name: energy(network, activity, each).total / 1e3
            for each in tables.values()
            if not (network.convolves and (each.pj("cycle") or each.pj("table")))
        }
        found[name.removesuffix(".energy").replace(".", " ")] = {
            "kind": kind,
            "formula": priced,
            "gates": figure.value * NANOJOULES[figure.unit],
            "command": figure.command,
        }
    return found
