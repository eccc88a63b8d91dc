"""The folder that is handed over."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from sparrow_ecg.hw.build import Build
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.sim.gates.design import Design
from sparrow_ecg.sim.gates.netlist.netlist import verilog
from sparrow_ecg.sim.gates.place.floorplan import plan
from sparrow_ecg.sim.gates.place.lef import from_areas
from sparrow_ecg.sim.handover import flow_files, testbench
from sparrow_ecg.sim.tools import run_yosys

LIBRELANE_CHECK = Path(__file__).parent / "librelane_check.py"  # run by another Python

README = """# {module}

A classifier of heartbeats: network `{network}` ({shape}, digest {digest}), {config}.

| file | |
|---|---|
| {module}.v | the RTL, in plain Verilog for any tool |
| {module}.json | ports, fields of the result, network |
| {module}.netlist.v | the same mapped onto {pdk} {corner}, clocks gated: {cells} cells, {area:.0f} um2, before layout |
| {module}.sdc, pins.cfg, config.json | for LibreLane: `librelane config.json` |
| test/ | a testbench that checks itself; how to run it is in its first lines |

After reset (`rst`, high, synchronous) put {inputs} counts of {bits} bits on `counts__payload`, one whenever
`counts__valid` and `counts__ready` are high at a rising edge of `clk`. The answer is on `result__payload` while
`result__valid` is high, until `result__ready` takes it: the class ({classes}) in the low {klass} bits,
then the potential of each, signed, {potential} bits. The next beat's counts are taken after that. Between beats `clk`
may stop.
"""


def plain_verilog(build: Build) -> str:
    """The RTL through Yosys: Icarus never starts Amaranth's processes that depend on no signal."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        (folder / "top.v").write_text(build.convert(build.module))
        steps = "proc; opt_clean; memory_collect; opt_clean; write_verilog -noattr plain.v"
        run_yosys(f"read_verilog top.v\nhierarchy -top {build.module}\n" + steps.replace("; ", "\n") + "\n", folder)
        return (folder / "plain.v").read_text()


def contents(design: Design, clock_mhz: float, utilisation: float) -> dict[str, str]:
    """Text of each file by its path. Raises InputError for a core whose weights have to be loaded."""
    build, library = design.build, design.library
    if build.top != "core" or build.config.loadable:
        raise InputError("handover is of a core with its weights built in: --weights rom")
    assert library
    period, module, network = 1e3 / clock_mhz, build.module, build.network
    described = design.describe()
    ports = design.netlist.inputs | design.netlist.outputs
    floor = plan(design.netlist, from_areas(library), utilisation)
    readme = README.format(
        module=module,
        network=network.name,
        shape="-".join(map(str, network.shape)),
        digest=network.digest[:12],
        config=build.config,
        pdk=library.pdk.name,
        corner=library.corner,
        cells=described["cells"],
        area=described["area_um2"],
        inputs=network.inputs,
        bits=build.geometry.input_bits,
        classes=", ".join(f"{k} {name}" for k, name in enumerate(network.classes)),
        klass=build.result["klass"]["bits"],
        potential=build.geometry.potential_bits,
    )
    return {
        "README.md": readme,
        f"{module}.v": plain_verilog(build),
        f"{module}.json": json.dumps(build.describe(), indent=2) + "\n",
        f"{module}.netlist.v": verilog(design.netlist, module),
        f"{module}.sdc": flow_files.sdc(library.pdk, period),
        "pins.cfg": flow_files.pin_order(floor, {port for port, bits in ports.items() if len(bits) > 1}),
        "config.json": flow_files.librelane(module, period, utilisation),
        **{f"test/{name}": text for name, text in testbench.files(build, period).items()},
    }


def write(design: Design, folder: Path, clock_mhz: float, utilisation: float) -> Path:
    """Write all of it into a folder of the module's name in ``folder``, and return that."""
    target = folder / design.build.module
    for name, text in contents(design, clock_mhz, utilisation).items():
        write_atomic(target / name, text)
    return target
