"""Command-line options of the verbs about gates."""

from __future__ import annotations

from typing import Annotated

import typer

from sparrow_ecg.sim.gates.library.pdks import GENERIC, PDKS

PdkOption = Annotated[str, typer.Option(help=f"Cell library: {', '.join([*PDKS, GENERIC])}.")]
CornerOption = Annotated[str | None, typer.Option(help="A corner of the library; by default its typical one.")]
GatesOption = Annotated[
    int, typer.Option(help="Clock gates for flip-flops that share an enable, from this many on; 0 for none.")
]
FlatOption = Annotated[bool, typer.Option(help="Optimise across blocks; --no-flat keeps each gate in its block.")]
