"""What a layout flow reads besides the Verilog: constraints, the order of pins, and LibreLane's configuration."""

from __future__ import annotations

import json

from sparrow_ecg.sim.gates.library.pdks import Pdk
from sparrow_ecg.sim.gates.netlist.wires import OUTPUT_LOAD
from sparrow_ecg.sim.gates.place.floorplan import Floorplan

INPUT, OUTPUT = 0.2, 0.2  # of a period: how late inputs come, how early outputs have to be there
LIBRELANE = "3.0"  # that the names of its variables are of


def sdc(pdk: Pdk, period: float) -> str:
    """One clock, ``clk``; period in ns."""
    return "\n".join(
        [
            f"create_clock -name clk -period {period:g} [get_ports clk]",
            f"set_clock_uncertainty {pdk.slew:g} [get_clocks clk]",
            f"set_input_transition {pdk.slew:g} [all_inputs]",
            f"set_input_delay {INPUT * period:g} -clock clk [all_inputs -no_clocks]",
            f"set_output_delay {OUTPUT * period:g} -clock clk [all_outputs]",
            f"set_load {OUTPUT_LOAD / 1e3:g} [all_outputs]",
            "",
        ]
    )


def pin_order(plan: Floorplan, wide: set[str]) -> str:
    """Sides and pins as LibreLane's IO_PIN_ORDER_CFG has them: left to right, and from the bottom up, as placed by us.

    wide: the ports of several bits.
    """
    sides: dict[str, list[tuple[int, str]]] = {side: [] for side in "NESW"}
    for (port, bit), (x, y) in plan.ports.items():
        name = f"{port}\\[{bit}\\]" if port in wide else port
        side, way = ("W", y) if x == 0 else ("E", y) if x == plan.width else ("N", x) if y == plan.height else ("S", x)
        sides[side].append((way, name))
    return "\n".join("\n".join([f"#{side}", *(name for _, name in sorted(pins)), ""]) for side, pins in sides.items())


def librelane(module: str, period: float, utilisation: float) -> str:
    """config.json beside the Verilog of a module, for SkyWater; period in ns."""
    return (
        json.dumps(
            {
                "meta": {"version": 2, "flow": "Classic"},
                "PDK": "sky130A",
                "STD_CELL_LIBRARY": "sky130_fd_sc_hd",
                "DESIGN_NAME": module,
                "VERILOG_FILES": f"dir::{module}.v",
                "CLOCK_PORT": "clk",
                "CLOCK_PERIOD": period,
                "FP_CORE_UTIL": round(100 * utilisation),
                "PL_TARGET_DENSITY_PCT": round(100 * utilisation) + 10,
                "PNR_SDC_FILE": f"dir::{module}.sdc",
                "SIGNOFF_SDC_FILE": f"dir::{module}.sdc",
                "IO_PIN_ORDER_CFG": "dir::pins.cfg",
            },
            indent=2,
        )
        + "\n"
    )
