"""Everything that firmware needs for a monitor chip, in one folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from systemrdl.node import AddrmapNode

from sparrow_ecg.firmware_gen.declared import SOURCES
from sparrow_ecg.firmware_gen.registers import c_header, html, markdown
from sparrow_ecg.firmware_gen.text import array
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.monitor_model import Event, MonitorModel
from sparrow_ecg.hw.host.registers.map import beat_classes
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.frontend.detector import LONGEST
from sparrow_ecg.model.frontend.frontend import HIGHEST
from sparrow_ecg.model.signals.ecg.form import NATIVE
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE
from sparrow_ecg.model.signals.ecg.synthetic import generate as generate_ecg

DRIVER = ("ecg_port.c", "ecg_monitor.c", "ecg_monitor_example.c")
EXAMPLE = 10  # seconds of generated ECG


def map_header(top: AddrmapNode) -> str:
    """What values in the registers mean, in C."""
    classes = beat_classes(top)
    names = ", ".join(f'"{name.upper()}"' for name in classes)
    lines = [
        "/* What values in the monitor chip's registers mean, generated. */",
        "#ifndef ECG_MONITOR_MAP_H",
        "#define ECG_MONITOR_MAP_H",
        "",
        *(f"#define ECG_MONITOR_CLASS_{name.upper()} {number}u" for name, number in classes.items()),
        f"#define ECG_MONITOR_CLASSES {len(classes)}u",
        f"#define ECG_MONITOR_CLASS_NAMES {{{names}}}",
        f"#define ECG_MONITOR_HIGHEST {HIGHEST}u /* code of a sample */",
        f"#define ECG_MONITOR_LONGEST {LONGEST}u /* interval, in blocks: that, or more */",
        f"#define ECG_MONITOR_BLOCKS_A_MINUTE {60 * SAMPLING_RATE // BLOCK}u",
        "",
        "#endif",
    ]
    return "\n".join(lines) + "\n"


def example_header(codes: np.ndarray, events: list[Event]) -> str:
    """codes: of a short recording. events: the beats that the golden model finds in it."""
    beats = [(e.peak, e.previous, e.klass, e.judged, e.sequence) for e in events]
    lines = [
        "/* Samples of a generated ECG, and the beats that the golden model finds in them; generated. */",
        "#ifndef ECG_MONITOR_EXAMPLE_H",
        "#define ECG_MONITOR_EXAMPLE_H",
        "",
        '#include "ecg_monitor.h"',
        "",
        f"#define ECG_MONITOR_EXAMPLE_SAMPLES {len(codes)}u",
        f"#define ECG_MONITOR_EXAMPLE_BEATS {len(events)}u",
        "",
        *array("uint16_t", "ecg_monitor_example_codes", codes.tolist()),
        *array("ecg_monitor_beat", "ecg_monitor_example_beats", beats),
        "#endif",
    ]
    return "\n".join(lines) + "\n"


def hear(model: MonitorModel, codes: np.ndarray) -> list[Event]:
    """The beats of a recording, by a golden monitor whose host is never late."""
    heard = []
    for code in codes.tolist():
        model.sample(code)
        heard += model.events
        model.events.clear()
    return heard


def generate(chip: Build, folder: Path) -> list[Path]:
    """Write headers, driver, example and documentation of a monitor chip; returns their paths."""
    model = MonitorModel(chip.monitor_chip.controller)
    top = model.controller.map
    codes = generate_ecg("example", EXAMPLE, form=replace(NATIVE, rate=chip.rate)).codes
    sources = [path for place in ("ecg_port", "monitor/*", "ports/*") for path in SOURCES.glob(f"{place}.[ch]")]
    return [
        *(write_atomic(folder / path.name, path.read_text()) for path in sorted(sources)),
        write_atomic(folder / "ecg_monitor_registers.h", c_header(top, "ecg_monitor_registers")),
        write_atomic(folder / "ecg_monitor_map.h", map_header(top)),
        write_atomic(folder / "ecg_monitor_example.h", example_header(codes, hear(model, codes))),
        write_atomic(folder / "registers.md", markdown(top)),
        html(top, folder / "html"),
    ]
