"""Everything that firmware needs for one chip, in one folder."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from systemrdl.node import AddrmapNode

from sparrow_ecg.firmware_gen.beats import beats_header
from sparrow_ecg.firmware_gen.declared import SOURCES
from sparrow_ecg.firmware_gen.image import write_image
from sparrow_ecg.firmware_gen.registers import write_registers
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.controller import check
from sparrow_ecg.hw.host.registers.map import MapParameters, compile_map
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import DirectCounts, Network, PictureCounts
from sparrow_ecg.model.signals.ecg.beats import read_beats
from sparrow_ecg.model.signals.ecg.synthetic import synthesize

EXAMPLE_BEATS = 16


def full_map(network: Network) -> AddrmapNode:
    """The map with every register that a build may have: one driver serves all, and asks the chip what is there."""
    return compile_map(MapParameters(layers=len(network.layers), outputs=network.outputs))


def example_counts(network: Network) -> tuple[np.ndarray, str]:
    """Counts int64[EXAMPLE_BEATS, inputs], and where they come from."""
    if isinstance(network.encoding, DirectCounts | PictureCounts):
        rng = np.random.default_rng(0)
        return rng.integers(0, 1 << network.input_bits, (EXAMPLE_BEATS, network.inputs)), "a random generator"
    with tempfile.TemporaryDirectory() as folder:
        beats = read_beats(Path(folder), synthesize(Path(folder), records=1, seconds=60))
    counts = network.encoding.encode(beats)
    chosen = np.linspace(0, len(counts) - 1, EXAMPLE_BEATS).astype(int)
    return counts[chosen], "a generated ECG"


def generate(chip: Build, folder: Path) -> list[Path]:
    """Write headers, driver, example, image and documentation of a chip; returns their paths."""
    network = chip.network
    check(network, chip.geometry)
    sources = [write_atomic(folder / path.name, path.read_text()) for path in sorted(SOURCES.glob("*.[ch]"))]
    written = write_registers(folder, full_map(network)) + sources
    if image := chip.image():
        written += write_image(folder, image, network.name)
    else:
        built_in = "/* Built into this chip: nothing to load. */\nstatic const unsigned char ecg_weights[1] = {0};\n"
        written.append(write_atomic(folder / "ecg_weights.h", built_in))
    counts, source = example_counts(network)
    written.append(write_atomic(folder / "ecg_beats.h", beats_header(counts, chip.golden(counts), source)))
    return written
