"""Fit a table of prices, for `energy --technology`, to gate-level runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table

from sparrow_ecg.model.console import err, out
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.verbs.options import OutOption
from sparrow_ecg.sim.energy import calibration
from sparrow_ecg.sim.energy.calibration import Fit, Observation
from sparrow_ecg.sim.energy.formulas import energy
from sparrow_ecg.sim.energy.technologies import TECHNOLOGIES
from sparrow_ecg.sim.gates.library.pdks import pdk
from sparrow_ecg.sim.studies import variants
from sparrow_ecg.sim.studies.calibrate import NETWORKS, TRAINED, observe, observed, points
from sparrow_ecg.sim.studies.cluster import connect
from sparrow_ecg.sim.studies.space import Measurement, Point, Space, sources
from sparrow_ecg.sim.studies.store import Store
from sparrow_ecg.sim.studies.sweep import sweep
from sparrow_ecg.sim.verbs.options import (
    BeatsOption,
    CornerOption,
    PdkOption,
    RetryOption,
    SchedulerOption,
    StoreOption,
    WorkersDataOption,
    WorkersOption,
)


def main(
    library: PdkOption = "sky130",
    corner: CornerOption = None,
    beats: BeatsOption = 64,
    check: Annotated[
        list[str] | None, typer.Option(help="Also measure this network, and say how far off the table is; repeat.")
    ] = None,
    scheduler: SchedulerOption = None,
    workers: WorkersOption = None,
    retry: RetryOption = False,
    data: WorkersDataOption = None,
    store: StoreOption = Path("build/pareto/calibration"),
    folder: OutOption = Path("build/results"),
) -> None:
    if scheduler is None:
        pdk(library).files(data_root(data), corner)
    how = Measurement(library, corner, "intra", beats)
    checks = [p for name in check or [] for p in Space().points([Network.load(name)], how)]
    place = data.resolve() if data and scheduler is None else data
    with connect(scheduler, workers) as client:
        wanted = variants.variants(NETWORKS[0], how.split, changes=TRAINED)
        given = Store(store / "networks"), variants.train, client, sources(), place
        trained = sweep(wanted, *given, title="networks", retry=retry)
        if failed := [result for result in trained if "error" in result]:
            raise InputError(f"training failed ({failed[0]['error']}): run with --retry")
        designs = points(how, [variants.network(result) for result in trained])
        apart = [Point(p.network, p.config, p.clock_gates, how, flat=False) for p in designs]
        tasks = [*apart, *designs, *checks]
        results = sweep(tasks, Store(store), observe, client, sources(), place, title="designs", retry=retry)
    for result in results:
        if "error" in result:
            err.print(f"failed: {result['label']}: {result['error'].splitlines()[0]}", style="red")
    seen = [observed(p, r) if "error" not in r else None for p, r in zip(tasks, results, strict=True)]
    pairs = [(a, t) for a, t in zip(seen, seen[len(designs) : 2 * len(designs)], strict=False) if a and t]
    alone, together = [a for a, _ in pairs], [t for _, t in pairs]
    checked = [o for o in seen[2 * len(designs) :] if o]
    if len(alone) < 3:
        err.print("too few designs to fit", style="red")
        raise typer.Exit(1)
    report(alone, together, checked, how, next(r["corner"] for r in results if "error" not in r), folder)


def report(
    alone: Sequence[Observation],
    together: Sequence[Observation],
    checked: Sequence[Observation],
    how: Measurement,
    corner: str,
    folder: Path,
) -> None:
    """Fit to designs whose blocks are mapped alone, scale to those mapped together, print and write."""
    fit = calibration.fit(alone)
    scale = calibration.scale(fit.constants, together)
    constants = {name: value * scale for name, value in fit.constants.items()}
    errors = calibration.relative_errors(constants, together)
    held_out = calibration.left_out(alone)
    residual = float(np.sqrt(np.mean(errors**2)))
    source = (
        f"fitted to {len(alone)} serial cores at gate level, {how.pdk} {corner}, {how.beats} beats each:"
        f" relative residual of a beat {residual:.1%}"
    )
    table = calibration.technology(f"{how.pdk}-{corner}", constants, source)
    off = {o.name: float(e) for o, e in zip(checked, calibration.relative_errors(constants, checked), strict=True)}
    out.print(_prices(fit, scale))
    out.print(_side_by_side(alone[0], fit))
    designs = Table("design", "gates", "table", "off", "apart", "left out")
    apart = calibration.relative_errors(fit.constants, alone)
    for o, e, a, h in zip(together, errors, apart, held_out, strict=True):
        predicted = calibration.predict_total(constants, o)
        designs.add_row(o.name, f"{o.total:,.1f}", f"{predicted:,.1f}", f"{e:+.1%}", f"{a:+.1%}", f"{h:+.1%}")
    for o in checked:
        predicted = calibration.predict_total(constants, o)
        designs.add_row(o.name, f"{o.total:,.1f}", f"{predicted:,.1f}", f"{off[o.name]:+.1%}", "", "not fitted")
    out.print(designs)
    out.print("pJ per beat; apart: blocks mapped alone, before the factor; left out: the same, by a fit to the others")
    spread = float(np.sqrt(np.mean(held_out**2)))
    out.print(
        f"residual {residual:.1%} (worst {np.abs(errors).max():.1%}); blocks mapped alone {fit.residual:.1%}, each"
        f" design by a fit to the others {spread:.1%}; mapped together they take {scale:.3f} of the energy"
    )
    described = {
        "measurement": asdict(how),
        "corner": corner,
        "prices_pj": fit.groups,
        "side_by_side_pj": {
            o.name: {"gates": calibration.gates_by_group(o), "fitted": calibration.fitted_by_group(fit, o)}
            for o in alone
        },
        "scale": scale,
        "residual": residual,
        "worst": float(np.abs(errors).max()),
        "residual_blocks_apart": fit.residual,
        "residual_left_out": spread,
        "errors": {o.name: float(e) for o, e in zip(together, errors, strict=True)},
        "errors_left_out": {o.name: float(e) for o, e in zip(alone, held_out, strict=True)},
        "errors_not_fitted": off,
        "technology": table.as_dict(),
    }
    path = folder / f"technology-{how.pdk}.json"
    out.print(f"wrote {write_atomic(folder / f'calibration-{how.pdk}.json', _json(described))}")
    out.print(f"wrote {write_atomic(path, _json(table.as_dict()))}: sparrow energy --technology {path}")


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1) + "\n"


def _prices(fit: Fit, scale: float) -> Table:
    table = Table("pJ", *calibration.GROUPS, "all", "table")
    for name, value in fit.constants.items():
        shares = [
            sum(kinds.get(name, 0.0) for part, kinds in fit.groups.items() if part.startswith(f"{group}."))
            for group in calibration.GROUPS
        ]
        cells = (f"{share:.3f}" if share else "" for share in shares)
        table.add_row(name, *cells, f"{value:.3f}", f"{value * scale:.3f}")
    return table


def _side_by_side(observation: Observation, fit: Fit) -> Table:
    """Gates, published formulas and the fit, for the same operations of one design with its blocks mapped alone."""
    table = Table(f"{observation.name}: pJ per beat", "gates", *TECHNOLOGIES, "fitted")
    tables = TECHNOLOGIES.values()
    columns = [calibration.by_group(energy(observation.network, observation.activity, t)) for t in tables]
    columns = [calibration.gates_by_group(observation), *columns, calibration.fitted_by_group(fit, observation)]
    for group, operations in calibration.OPERATIONS.items():
        title = f"{group}: {', '.join(operations).replace('_', ' ')}"
        table.add_row(title, *(f"{column[group]:,.1f}" for column in columns))
    table.add_section()
    table.add_row("all", *(f"{sum(column.values()):,.1f}" for column in columns))
    return table
