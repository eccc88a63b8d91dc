"""The energy study to read: break-even lines, where measured networks lie, what they take, formula against gates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from sparrow_ecg.model.seeds import plus_minus
from sparrow_ecg.sim.energy.breakeven import PUBLISHED_STEPS
from sparrow_ecg.sim.energy.formulas import ARCHITECTURES

Found = Mapping[str, Any]


def break_even(found: Found) -> Table:
    """For the terminal: the lines of VGG16."""
    title = (
        f"VGG16: sparsity of steps above which an SNN takes less than the ANN, published / here ({found['technology']})"
    )
    view = Table(title=title)
    view.add_column("T", justify="right")
    for name, line in found["break_even"].items():
        view.add_column(name if line["published"] else f"{name} (ours)", justify="right")
    for t in PUBLISHED_STEPS:
        cells = []
        for line in found["break_even"].values():
            published = f"{line['published'][t]:.3f} / " if line["published"] else ""
            cells.append(f"{published}{line['here'][t]:.3f}")
        view.add_row(str(t), *cells)
    return view


def places(found: Found) -> Table:
    """For the terminal: on which side networks lie."""
    view = _table("How sparse IF is, and how sparse it would have to be", ("T", "not 0", "sparsity", *ARCHITECTURES))
    for name, row in found["summary"].items():
        needed = (f"{row['needed'][arch]:.3f}{'*' if arch in row['wins'] else ''}" for arch in ARCHITECTURES)
        view.add_row(
            name, ", ".join(map(str, row["steps"])), f"{row['density']:.3f}", f"{row['sparsity']:.3f}", *needed
        )
    view.caption = "not 0: share of an ANN's products; above 1: no sparsity would do; *: IF takes less, with any seed"
    return view


def energies(found: Found) -> Table:
    """For the terminal: what a beat or picture takes, and what is right."""
    title = f"nJ of a beat or picture, spatial dataflow ({found['technology']}), and % right"
    view = _table(title, ("IF", "SSF = ANN", "dense ANN", "IF right", "SSF right"))
    for name, row in found["summary"].items():
        taken = (f"{nanojoules:,.1f}" for nanojoules in row["total_nj"].values())
        view.add_row(name, *taken, *map(plus_minus, row["accuracy"].values()))
    view.caption = "dense: zeros are multiplied, too; right: of pictures, those that were simulated"
    return view


def gates(found: Found) -> Table:
    """For the terminal: formula against gates."""
    priced = list(next(iter(found["gates"].values()))["formula"])
    view = _table("nJ of a beat or picture: formula, spatial, against sky130's cells", ("", *priced, "gates"))
    for name, row in found["gates"].items():
        cells = (f"{row['formula'][table]:,.2f}" if table in row["formula"] else "-" for table in priced)
        view.add_row(name, row["kind"], *cells, f"{row['gates']:,.2f}")
    return view


def _table(title: str, headings: tuple[str, ...]) -> Table:
    view = Table(title=title, padding=0)
    view.add_column("", no_wrap=True)
    for heading in headings:
        view.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    return view


def verdict(found: Found) -> str:
    """What the figures say."""
    rows = found["summary"].values()
    winners = [name for name, row in found["summary"].items() if row["wins"]]
    shares = []
    for other in (0, 2):
        taken = [list(row["total_nj"].values()) for row in rows]
        ratios = [each[1] / each[other] for each in taken]
        shares.append(f"{min(ratios):.2f} to {max(ratios):.2f}")
    return (
        f"IF takes less than an ANN that skips zeros in {len(winners)} of {len(rows)} networks"
        f"{': ' * bool(winners)}{', '.join(winners)}\n"
        f"SSF, which is that ANN, takes {shares[0]} of what IF takes, and {shares[1]} of what an ANN takes that"
        " multiplies its zeros"
    )
