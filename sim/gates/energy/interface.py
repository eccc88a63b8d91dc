"""What a monitor chip's interface takes: by the same stretches with nobody who reads, and with samples through SPI."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE
from sparrow_ecg.sim.gates.design import Design
from sparrow_ecg.sim.gates.energy.monitoring import SETTLING, Measured, Stretches, measure
from sparrow_ecg.sim.gates.run.listening import PERIOD, ChipListener, SpiFed
from sparrow_ecg.sim.gates.run.monitorsim import CLOCK_HZ

SHORT = 0.25  # s of each stretch: a sample in a frame takes what the next one takes


def beside(
    design: Design, hosted: Measured, stretches: Stretches, progress: Callable[[int], None] = lambda samples: None
) -> dict[str, Any]:
    """JSON-ready. hosted: of a monitor chip whose beats are read. Energies are dynamic, for each of its beats."""
    short = replace(stretches, codes=stretches.codes[:, : round((SETTLING + SHORT) * SAMPLING_RATE)])
    quiet = measure(design, stretches, progress, ChipListener(design.netlist, design.build, hosted=False))
    fed = measure(design, short, progress, SpiFed(design.netlist, design.build))
    seconds = hosted.seconds / hosted.beats
    return {
        "sck_hz": CLOCK_HZ / PERIOD,
        "nobody_reads_dynamic_nw": quiet.dynamic_nw,
        "host_nj_per_beat": (hosted.dynamic_nw - quiet.dynamic_nw) * seconds,
        "samples_over_spi_nj_per_beat": (fed.dynamic_nw - quiet.dynamic_nw) * seconds,
    }
