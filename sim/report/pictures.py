"""What a picture costs by formula: operations counted in the RTL, priced."""

from __future__ import annotations

from typing import Any

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.picture import Picture
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.sim.energy.formulas import energy
from sparrow_ecg.sim.energy.operations import Activity, from_probes, mismatches, predict
from sparrow_ecg.sim.energy.technologies import TECHNOLOGIES
from sparrow_ecg.sim.rtl.engine import Engine

ARCHITECTURES = ("spatial", "classical")  # of many cores it would have to be said which places lie on which


def priced(build: Build, counts: np.ndarray) -> dict[str, Any]:
    """JSON-ready, of each picture: ``operations`` counted (of layers, and in all), and ``energy_nj`` by technology and
    architecture, each of the counts that are not zero, and of all of them (``dense``): the quantised ANN without zero
    skip. counts: int64[pictures, inputs].

    Raises VerificationError when the RTL counts other operations than are predicted.
    """
    network, config = build.network, build.config
    assert isinstance(config, Picture)
    trace = build.golden(counts)
    like = predict(network, trace, lanes=config.lanes)
    result = Engine(build, activity=True).run(counts)
    assert result.activity is not None
    totals = {name: column.sum(axis=0) for name, column in result.activity.items()}
    rows = [{name: int(layers[k]) for name, layers in totals.items()} for k in range(len(network.layers))]
    counted = from_probes(rows, like)
    if wrong := mismatches(like, counted):
        raise VerificationError(f"the RTL's operations are not those predicted: {wrong[0]}")
    dense = predict(network, trace, lanes=config.lanes, zero_skip=False)

    def all_of(activity: Activity) -> dict[str, dict[str, float]]:
        return {
            name: {each: energy(network, activity, table, each).total / 1e3 for each in ARCHITECTURES}
            for name, table in TECHNOLOGIES.items()
        }

    return {
        "pictures": len(counts),
        "operations": counted.as_dict(),
        "energy_nj": {"not_zero": all_of(counted), "dense": all_of(dense)},
    }
