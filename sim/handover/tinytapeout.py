"""A chip as a project of Tiny Tapeout (SkyWater): 8 inputs, 8 outputs, 8 pins of both kinds, tiles of a fixed size."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.ports import port_list
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network.drawn import random_beats

# um of width and height, from Tiny Tapeout's tile_sizes.yaml
TILES = {
    "1x1": (161.00, 111.52),
    "1x2": (161.00, 225.76),
    "2x2": (334.88, 225.76),
    "3x2": (508.76, 225.76),
    "4x2": (682.64, 225.76),
    "6x2": (1030.40, 225.76),
    "8x2": (1378.16, 225.76),
}
FILLED = 0.6  # of the tiles by cells before layout: tap cells, clock tree and routing need the rest
INPUTS, OUTPUTS = ("cs_n", "sck", "mosi"), ("miso", "irq")  # from pin 0 on
BEATS = 6
BENCH = Path(__file__).parent / "tt_bench.py"

PROJECT = """`default_nettype none
// {chip} on the pins of Tiny Tapeout.
module {top} (
    input  wire [7:0] ui_in,
    output wire [7:0] uo_out,
    input  wire [7:0] uio_in,
    output wire [7:0] uio_out,
    output wire [7:0] uio_oe,
    input  wire       ena,
    input  wire       clk,
    input  wire       rst_n
);
  {chip} chip (
{connections}
  );
  assign uo_out[7:{used}] = 0;
  assign uio_out = 0;
  assign uio_oe = 0;
  wire _unused = &{{ena, clk, ui_in[7:{inputs}], uio_in, 1'b0}};
endmodule
"""

TB = """`timescale 1ns / 1ps
module tb ();
  reg clk, rst_n, ena;
  reg [7:0] ui_in, uio_in;
  wire [7:0] uo_out, uio_out, uio_oe;
  {top} user_project (
    .ui_in(ui_in), .uo_out(uo_out), .uio_in(uio_in), .uio_out(uio_out), .uio_oe(uio_oe),
    .ena(ena), .clk(clk), .rst_n(rst_n)
  );
endmodule
"""

MAKEFILE = """SIM ?= icarus
TOPLEVEL_LANG ?= verilog
SIM_BUILD = sim_build/rtl
VERILOG_SOURCES += $(addprefix $(PWD)/../src/,project.v {chip}.v) $(PWD)/tb.v
TOPLEVEL = tb
COCOTB_TEST_MODULES = test
include $(shell cocotb-config --makefiles)/Makefile.sim
"""

INFO = """project:
  title:        "Sparrow ECG: {network}"
  author:       ""
  discord:      ""
  description:  "Classifies heartbeats with a spiking network of {synapses} synapses, through SPI"
  language:     "Amaranth"
  clock_hz:     0
  # {area:.0f} um2 of cells before layout, {share:.0%} of the tiles
  tiles: "{tiles}"
  top_module:  "{top}"
  source_files:
    - "project.v"
    - "{chip}.v"

pinout:
{pinout}

yaml_version: 6
"""

TEXT = """## How it works

Network `{network}` ({shape}) takes {inputs} counts of a heartbeat and says which of {classes} it is. A microcontroller
talks to it through SPI, mode 0: one frame carries the counts of a beat, and brings back the class and the potential of
each. `sck` is the clock of all of it: `clk` is not used.

## How to test

`cd test && make` plays {beats} beats through the pins and compares every bit of the answers.

## External hardware

A microcontroller with SPI.
"""


def tiles(area: float) -> str:
    """The smallest that cells of so many um2 fill to no more than `FILLED`. Raises InputError where none is."""
    for name, (width, height) in TILES.items():
        if area <= FILLED * width * height:
            return name
    raise InputError(f"{area:.0f} um2 of cells do not fit into Tiny Tapeout's largest project, {name} tiles")


def files(build: Build, text: str, area: float) -> dict[str, str]:
    """Of a chip with SPI whose weights are built in, by path.

    text: its Verilog, under the name `Build.module`. area: um2 of its cells. Raises InputError where it does not fit.
    """
    network, chip, top = build.network, build.module, build.module.replace("sparrow", "tt_um_sparrow", 1)
    ports = {port["name"] for port in port_list(build.component)}
    outputs = [name for name in OUTPUTS if name in ports]
    joined = {"rst": "~rst_n", **{name: f"ui_in[{k}]" for k, name in enumerate(INPUTS)}}
    joined |= {name: f"uo_out[{k}]" for k, name in enumerate(outputs)} | {"miso_enable": ""}
    if unknown := ports - joined.keys():
        raise InputError(f"{build.module} has ports that Tiny Tapeout's pins have no place for: {', '.join(unknown)}")
    size = tiles(area)
    named = {f"ui[{k}]": name for k, name in enumerate(INPUTS)} | {f"uo[{k}]": n for k, n in enumerate(outputs)}
    pins = [f"{kind}[{k}]" for kind in ("ui", "uo", "uio") for k in range(8)]
    connections = [f"    .{port}({wire})" for port, wire in joined.items() if port in ports]
    return {
        "src/project.v": PROJECT.format(
            chip=chip, top=top, connections=",\n".join(connections), used=len(outputs), inputs=len(INPUTS)
        ),
        f"src/{chip}.v": text,
        "info.yaml": INFO.format(
            network=network.name,
            synapses=network.synapses,
            area=area,
            share=area / (TILES[size][0] * TILES[size][1]),
            tiles=size,
            top=top,
            chip=chip,
            pinout="\n".join(f'  {pin}: "{named.get(pin, "")}"' for pin in pins),
        ),
        "docs/info.md": TEXT.format(
            network=network.name,
            shape="-".join(map(str, network.shape)),
            inputs=network.inputs,
            classes=", ".join(network.classes),
            beats=BEATS,
        ),
        "test/tb.v": TB.format(top=top),
        "test/Makefile": MAKEFILE.format(chip=chip),
        "test/test.py": BENCH.read_text(),
        "test/vectors.json": json.dumps(_vectors(build), indent=1) + "\n",
    }


def _vectors(build: Build) -> dict:
    """For `tt_bench`."""
    from sparrow_ecg.hw.host.beats import BeatFrames  # needs the register compiler
    from sparrow_ecg.hw.host.chip_model import ChipModel

    controller = build.chip.controller
    model, frames = ChipModel(controller), BeatFrames.of(controller)
    beats = random_beats(np.random.default_rng(0), build.network, BEATS)
    sent = [frames.classify(counts) for counts in beats]
    return {"beats": [{"sent": frame.hex(), "received": model.frame(frame).hex()} for frame in sent]}
