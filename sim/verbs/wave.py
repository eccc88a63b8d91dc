"""Write the waveform of one beat in the RTL, from reset to result."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import err, out, working
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.beats import read_beats
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.signals.ecg.testset import encoding_of
from sparrow_ecg.model.verbs.options import DataOption, OutOption
from sparrow_ecg.sim.rtl.engine import Engine
from sparrow_ecg.sim.rtl.verilator import waveform_format


@core_options()
def main(
    core: Build,
    record: Annotated[str, typer.Option(help="Name of the record.")],
    beat: Annotated[int, typer.Option(min=0, help="Which of its annotated beats, from 0 on.")],
    data: DataOption = None,
    folder: OutOption = Path("build/waves"),
) -> None:
    encoding = encoding_of(core.network)
    beats = read_beats(data_root(data), [record])
    peaks = beats.codes[record].peaks
    mine = np.flatnonzero(beats.peak == (peaks[beat] if beat < len(peaks) else -1))
    if not len(mine):
        raise InputError(f"record {record} has no beat {beat} of a class that is told apart: give 0..{len(peaks) - 1}")
    kind = waveform_format()
    if kind == "vcd":
        err.print("note: no headers of lz4 and zlib (Debian: liblz4-dev zlib1g-dev), so it is VCD instead of FST")
    path = folder / f"{core.network.name}-{core.config.slug(core.network)}-{record}-{beat}.{kind}"
    folder.mkdir(parents=True, exist_ok=True)
    with working("building with Verilator, and recording"):
        answered = Engine(core, waves=kind).record(encoding.encode(beats.select(mine)), path)
    out.print(f"{path}: record {record}, beat {beat}" + ("" if answered else ", which gave no result"))
