"""A calibrated technology table on the screen and on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from sparrow_ecg.model.console import out
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.sim.energy import calibration
from sparrow_ecg.sim.energy.calibration import Fit, Observation
from sparrow_ecg.sim.energy.formulas import energy
from sparrow_ecg.sim.energy.technologies import TECHNOLOGIES

if TYPE_CHECKING:
    from sparrow_ecg.sim.studies.calibrate import Calibrated


def show(found: Calibrated) -> None:
    out.print(_prices(found.fit, found.scale))
    out.print(_side_by_side(found.designs.alone[0], found.fit))
    out.print(_designs(found))
    out.print("pJ per beat; apart: blocks mapped alone, before the factor; left out: the same, by a fit to the others")
    out.print(
        f"residual {found.residual:.1%} (worst {found.worst:.1%}); blocks mapped alone {found.fit.residual:.1%}, each"
        f" design by a fit to the others {found.residual_left_out:.1%}; mapped together they take {found.scale:.3f} of"
        " the energy"
    )


def write(found: Calibrated, folder: Path) -> None:
    """``calibration-<pdk>.json`` with all of it, and ``technology-<pdk>.json`` with the table alone."""
    pdk = found.designs.how.pdk
    path = folder / f"technology-{pdk}.json"
    out.print(f"wrote {write_atomic(folder / f'calibration-{pdk}.json', _json(found.as_dict()))}")
    out.print(f"wrote {write_atomic(path, _json(found.technology.as_dict()))}: sparrow energy --technology {path}")


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


def _designs(found: Calibrated) -> Table:
    designs, constants = found.designs, found.constants
    table = Table("design", "gates", "table", "off", "apart", "left out")
    errors = zip(found.errors, found.errors_alone, found.errors_left_out, strict=True)
    cells = [[f"{error:+.1%}" for error in each] for each in errors]
    cells += [[f"{error:+.1%}", "", "not fitted"] for error in found.errors_checked]
    for o, row in zip([*designs.together, *designs.checked], cells, strict=True):
        table.add_row(o.name, f"{o.total:,.1f}", f"{calibration.predict_total(constants, o):,.1f}", *row)
    return table
