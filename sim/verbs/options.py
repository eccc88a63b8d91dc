"""Command-line options of the verbs about simulation and gates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import counter
from sparrow_ecg.model.files import check_writable
from sparrow_ecg.sim.gates.design import Design, mend_placed, placed
from sparrow_ecg.sim.gates.library.pdks import GENERIC, PDKS, pdk
from sparrow_ecg.sim.gates.netlist.synthesis import Flow, Mapping
from sparrow_ecg.sim.gates.place.annealer import TEMPERATURES
from sparrow_ecg.sim.gates.place.placement import Placing

PLACINGS = 5  # at most, of a design that has to keep constraints
SLOWEST, FASTEST = 0.001, 100_000.0  # MHz, of what could be a clock; both bounds, or NaN and infinity would pass


def _library(name: str) -> str:
    if name != GENERIC:
        pdk(name)
    return name


def _file(path: Path) -> Path:
    return check_writable(path.parent) / path.name


PlacedOption = Annotated[
    bool,
    typer.Option("--placed", help="Place the cells and take the wires from there; else wires are estimated."),
]
UtilisationOption = Annotated[float, typer.Option(help="Share of the core's area that cells take.")]
EffortOption = Annotated[int, typer.Option(min=1, help="Moves tried of each cell at each temperature.")]
LefOption = Annotated[
    list[Path] | None,
    typer.Option("--lef", help="LEF of technology and cells, a file at a time; by default those of the data root."),
]
RecordsOption = Annotated[
    str, typer.Option("--records", help="Test beats of these records only, by comma.", show_default=False)
]
BeatsOption = Annotated[int, typer.Option(min=1, help="Test beats at gate level, drawn at random.")]
ClockOption = Annotated[
    float, typer.Option(min=SLOWEST, max=FASTEST, help="Clock that constraints are kept at, and for leakage per beat.")
]
PdkOption = Annotated[
    str, typer.Option("--pdk", help=f"Cell library: {', '.join([*PDKS, GENERIC])}.", callback=_library)
]
CornerOption = Annotated[str | None, typer.Option(help="A corner of the library; by default its typical one.")]
GatesOption = Annotated[
    int, typer.Option(min=0, help="Clock gates for flip-flops that share an enable, from this many on; 0 for none.")
]
MappingOption = Annotated[
    Mapping, typer.Option(help="What gates are chosen for: least energy of a beat, or least leakage.")
]
TreeOption = Annotated[
    bool,
    typer.Option(
        "--clock-tree", help="Build the clock tree, and refuse a netlist that violates its constraints at any corner."
    ),
]
DespiteOption = Annotated[
    bool, typer.Option("--despite-violations", help="With --clock-tree: show figures of a netlist that is refused.")
]
StaOption = Annotated[
    bool, typer.Option("--check-opensta", help="Compare slacks and power with those of OpenSTA, `sta` on PATH.")
]
FlatOption = Annotated[bool, typer.Option(help="Optimise across blocks; --no-flat keeps each gate in its block.")]
SchedulerOption = Annotated[
    str | None, typer.Option(help="Address of a Dask scheduler; else workers on all cores here.")
]
WorkersOption = Annotated[int | None, typer.Option(min=1, help="Workers here, instead of one for each core.")]
RetryOption = Annotated[bool, typer.Option("--retry", help="Measure again what failed.")]
WorkersDataOption = Annotated[
    Path | None,
    typer.Option("--data", help="The workers' data root; else their $ECG_DATA, else ./data.", show_default=False),
]
StoreOption = Annotated[
    Path, typer.Option(help="SQLite file of what is finished, from which a sweep goes on.", callback=_file)
]


def place_design(design: Design, root: Path, placing: Placing = Placing()) -> Design:
    """The design with its cells placed, behind a bar. What its wires are too long for is mended, and placed again."""
    for left in reversed(range(PLACINGS)):
        with counter(f"placing {len(design.netlist.instances)} cells", TEMPERATURES) as done:
            design = placed(design, root, placing, done)
        if not (left and design.violations):
            break
        design = mend_placed(design)
    return design


def mapped(flow: Flow) -> str:
    """What names of files say of a flow: nothing of the usual mapping."""
    return "" if flow.mapping == Flow().mapping else f"-{flow.mapping}"
