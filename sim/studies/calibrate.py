"""A technology table, fitted to serial cores at gate level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.sim.energy import calibration
from sparrow_ecg.sim.energy.calibration import Fit, Observation
from sparrow_ecg.sim.energy.technologies import Technology
from sparrow_ecg.sim.studies import variants
from sparrow_ecg.sim.studies.observe import observe
from sparrow_ecg.sim.studies.point import Measurement, Point
from sparrow_ecg.sim.studies.space import Space, unique
from sparrow_ecg.sim.studies.store import Store
from sparrow_ecg.sim.studies.sweep import sweep

FEWEST = 3  # designs that a table is fitted to
NETWORKS = ("tiny", "tiny-intra-1", "tiny-intra-2")
# Trained for this: other widths than the 5-bit weights and 4-bit inputs of those tell multiplication from addition, and
# more neurons tell a word that is read from the table that it is read from.
TRAINED = ({"weight_bits": 8}, {"weight_bits": 8, "input_bits": 8, "steps": 15}, {"hidden": (40,)}, {"hidden": (96,)})
SPACES = (  # of the first of NETWORKS; of the others and of those trained, the first space
    Space(lanes=(5,)),
    Space(lanes=(None, 2, 1)),
    Space(lanes=(None, 2), zero_skips=(False,)),
    Space(lanes=(None, 5, 2), neurons=("if",)),
    Space(neurons=("if",), zero_skips=(False,)),
)


def points(how: Measurement, trained: Sequence[Network]) -> list[Point]:
    """The designs that the table is fitted to."""
    first, *others = [*(Network.load(name) for name in NETWORKS), *trained]
    every = [point for space in SPACES for point in space.points([first], how)]
    return unique([*every, *SPACES[0].points(others, how)])


@dataclass(frozen=True, eq=False)
class Designs:
    """What gate-level runs said of designs.

    alone, together: the same ones, blocks mapped alone and mapped together, pair by pair.
    checked:         others, to which nothing is fitted.
    failed:          the results of those that could not be measured.
    """

    how: Measurement
    corner: str
    alone: tuple[Observation, ...]
    together: tuple[Observation, ...]
    checked: tuple[Observation, ...]
    failed: tuple[Mapping[str, Any], ...]


def observe_designs(
    how: Measurement, check: Sequence[Network], store: Path, client: Any, data: Path | None, retry: bool = False
) -> Designs:
    """Train the variants, and measure all designs. store: the file of finished ones. data: the workers' data root."""
    kept = Store(store)
    wanted = variants.variants(NETWORKS[0], how.split, changes=TRAINED)
    trained = sweep(wanted, kept, variants.train, client, data, title="networks", retry=retry)
    if failed := [result for result in trained if "error" in result]:
        raise InputError(f"training failed ({failed[0]['error']}): run with --retry")
    together = points(how, [variants.network(result) for result in trained])
    alone = [replace(point, flat=False) for point in together]
    checks = list(Space().points(check, how))
    tasks = [*alone, *together, *checks]
    results = sweep(tasks, kept, observe, client, data, title="designs", retry=retry)
    seen = [None if "error" in r else _observed(p, r) for p, r in zip(tasks, results, strict=True)]
    pairs = [(a, t) for a, t in zip(seen, seen[len(alone) : len(alone) + len(together)], strict=False) if a and t]
    return Designs(
        how,
        next((result["corner"] for result in results if "error" not in result), ""),
        tuple(a for a, _ in pairs),
        tuple(t for _, t in pairs),
        tuple(o for o in seen[len(alone) + len(together) :] if o),
        tuple(result for result in results if "error" in result),
    )


def _observed(point: Point, result: Mapping[str, Any]) -> Observation:
    return calibration.observation(point.label, point.network, result["activity"], result["parts"])


@dataclass(frozen=True, eq=False)
class Calibrated:
    """Prices fitted to blocks mapped alone, and the factor to those mapped together."""

    designs: Designs
    fit: Fit
    scale: float

    @staticmethod
    def of(designs: Designs) -> Calibrated:
        fit = calibration.fit(designs.alone)
        return Calibrated(designs, fit, calibration.scale(fit.constants, designs.together))

    @cached_property
    def constants(self) -> dict[str, float]:
        return {name: value * self.scale for name, value in self.fit.constants.items()}

    @cached_property
    def errors(self) -> np.ndarray:
        """The relative error of each design, mapped together: float[designs]."""
        return calibration.relative_errors(self.constants, self.designs.together)

    @cached_property
    def errors_alone(self) -> np.ndarray:
        """Of each, mapped alone, before the factor."""
        return calibration.relative_errors(self.fit.constants, self.designs.alone)

    @cached_property
    def errors_left_out(self) -> np.ndarray:
        """Of each, mapped alone, by a fit to all others."""
        return calibration.left_out(self.designs.alone)

    @cached_property
    def errors_checked(self) -> np.ndarray:
        return calibration.relative_errors(self.constants, self.designs.checked)

    @property
    def residual(self) -> float:
        return float(np.sqrt(np.mean(self.errors**2)))

    @property
    def worst(self) -> float:
        return float(np.abs(self.errors).max())

    @property
    def residual_left_out(self) -> float:
        return float(np.sqrt(np.mean(self.errors_left_out**2)))

    @cached_property
    def technology(self) -> Technology:
        designs, how = self.designs, self.designs.how
        source = (
            f"fitted to {len(designs.alone)} serial cores at gate level, {how.pdk} {designs.corner}, {how.beats} beats"
            f" each: relative residual of a beat {self.residual:.1%}"
        )
        return calibration.technology(f"{how.pdk}-{designs.corner}", self.constants, source)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        designs, fit = self.designs, self.fit
        together, alone = [o.name for o in designs.together], [o.name for o in designs.alone]
        return {
            "measurement": vars(designs.how),
            "corner": designs.corner,
            "prices_pj": fit.groups,
            "side_by_side_pj": {
                o.name: {"gates": calibration.gates_by_group(o), "fitted": calibration.fitted_by_group(fit, o)}
                for o in designs.alone
            },
            "scale": self.scale,
            "residual": self.residual,
            "worst": self.worst,
            "residual_blocks_apart": fit.residual,
            "residual_left_out": self.residual_left_out,
            "errors": dict(zip(together, self.errors.tolist(), strict=True)),
            "errors_left_out": dict(zip(alone, self.errors_left_out.tolist(), strict=True)),
            "errors_not_fitted": dict(
                zip((o.name for o in designs.checked), self.errors_checked.tolist(), strict=True)
            ),
            "technology": self.technology.as_dict(),
        }
