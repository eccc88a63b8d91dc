"""From Verilog to a bitstream: Yosys, nextpnr, and what they report."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sparrow_ecg.hw.build import Build
from sparrow_ecg.model.errors import InputError, missing
from sparrow_ecg.sim.fpga.devices import DEVICES, LOGIC, MEMORIES, MULTIPLIERS, PINS, REGISTERS, Device
from sparrow_ecg.sim.tools import BuildError, run_tool, run_yosys

STEPS = 3  # of `implement`
# A table of constants asks for its word one cycle, and gets it the next: that is a block of memory, but for the value
# that the register of its address starts with, and which nothing reads.
SCRIPT = """read_verilog design.v
hierarchy -top {top}
proc
{unread}
{synthesis} -top {top} -json design.json
"""
_WASM = "import sys, {package} as tool; sys.exit(tool.run_{name}(sys.argv[1:]))"
_USED = re.compile(r"^Info:\s+(\w+):\s+(\d+)/\s*(\d+)\s+\d+%", re.MULTILINE)
_ERROR = re.compile(r"^ERROR: (.*)$", re.MULTILINE)
_PIN_DELAY = re.compile(r"Max delay (\S+(?: \S+)?)\s+-> (\S+(?: \S+)?)\s*: ([\d.]+) ns")
_CROWDED = ("no BELs remaining", "legal placement", "utilisation limit", "Unable to find a placement", "too many")
_ADVICE = {
    LOGIC: "fewer --lanes",
    REGISTERS: "fewer --lanes",
    MULTIPLIERS: "fewer --lanes",
    MEMORIES: "a smaller network",
    PINS: "--top chip",
}


@dataclass(frozen=True)
class Implementation:
    """A design on a device.

    used:      our name of a resource -> how much of it is used, and how much there is.
    fmax_mhz:  highest clock, for paths between flip-flops.
    input_ns, output_ns: longest delays from a pin to a flip-flop, and from one to a pin; None where there are none.
    path:      longest path, from and to which cell.
    bitstream: its bytes.
    """

    used: dict[str, tuple[int, int]]
    fmax_mhz: float
    input_ns: float | None
    output_ns: float | None
    path: tuple[str, str]
    bitstream: bytes


def check_tools(device: Device) -> None:
    """Raise InputError when the packages for a device are not installed."""
    for package in ("pyosys", device.family.package):
        if not find_spec(package):
            raise InputError(missing(package, "fpga"))


def implement(
    build: Build,
    device: Device,
    what: str = "the design",
    target_mhz: float | None = None,
    pins: Path | None = None,
    seed: int = 1,
    done: Callable[[int], None] = lambda steps: None,
) -> Implementation:
    """Build for a device; ``done`` is told of each of `STEPS` steps.

    what:       what the design is called in messages.
    target_mhz: a clock that must be met; by default the device's target, which need not be.
    pins:       constraints in the family's format; without them nextpnr chooses the pins.
    Raises InputError when it does not fit or the clock is not met, and BuildError.
    """
    check_tools(device)
    family = device.family
    if pins and not pins.is_file():
        raise InputError(f"no file {pins}: --pins wants pin constraints ({family.pins}); without it nextpnr chooses")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "design.v").write_text(build.verilog)
        run_yosys(script(build, device), folder)
        done(1)
        options = [*device.options, "--json", "design.json", family.routed, "routed", "--report", "report.json"]
        options += ["--freq", str(target_mhz or device.target_mhz), "--timing-allow-fail", "--seed", str(seed)]
        if pins:
            (folder / f"pins.{family.pins}").write_text(pins.read_text())
            options += [f"--{family.pins}", f"pins.{family.pins}"]
        options.append(f"--{family.pins}-allow-unconstrained")
        log = _place(options, folder, device, what, pins)
        report = json.loads((folder / "report.json").read_text())
        fmax = highest_clock(report)
        done(1)
        if target_mhz and fmax < target_mhz:
            raise InputError(
                f"{what} reaches {fmax:.1f} MHz on {device.name}, not {target_mhz:g} MHz: no bitstream for a clock that"
                " it cannot follow; try a lower --clock-mhz, fewer --lanes, or another --seed"
            )
        run_tool([*_tool(family.package, family.pack), "routed", "bitstream"], folder, name=family.pack)
        done(1)
        bitstream = (folder / "bitstream").read_bytes()
    incoming, outgoing = pin_delays(log)
    return Implementation(utilisation(log, device), fmax, incoming, outgoing, longest_path(report), bitstream)


def script(build: Build, device: Device) -> str:
    unread = "\n".join(f"setattr -unset init {path}/w:{name}" for path, name in build.unread_resets)
    return SCRIPT.format(top=build.top, unread=unread, synthesis=device.synthesis)


def _tool(package: str, name: str) -> list[str]:
    """The command of a tool that is a Python package: it sees its own folder, but no other temporary file."""
    return [sys.executable, "-c", _WASM.format(package=package, name=name)]


def _place(options: list[str], folder: Path, device: Device, what: str, pins: Path | None) -> str:
    """nextpnr's log."""
    command = [*_tool(device.family.package, f"nextpnr_{device.family.name}"), *options]
    result = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    log = result.stdout
    if result.returncode:
        refuse(log, device, what, pins)
        raise BuildError("nextpnr failed", log)
    return log


def utilisation(log: str, device: Device) -> dict[str, tuple[int, int]]:
    """What nextpnr's log says is used of what there is, for the resources that we name."""
    found = {name: (int(used), int(there)) for name, used, there in _USED.findall(log)}
    return {ours: found[name] for name, ours in device.family.resources.items() if name in found}


def refuse(log: str, device: Device, what: str, pins: Path | None = None) -> None:
    """Raise InputError when the log of a nextpnr that failed shows that the design or its pins do not fit."""
    used = utilisation(log, device)
    over = {name: (need, there) for name, (need, there) in used.items() if need > there}
    errors = " ".join(_ERROR.findall(log))
    crowded = not over and any(sign in errors for sign in _CROWDED)
    if crowded and used:  # within the limit, but no place is left that serves
        fullest = max(used, key=lambda name: used[name][0] / used[name][1])
        over = {fullest: used[fullest]}
    if over:
        wanted = ", ".join(f"{need} of {there} {name}" for name, (need, there) in over.items())
        advice = list(dict.fromkeys(_ADVICE[name] for name in over))
        names = list(DEVICES)
        larger = [name for name in names[names.index(device.name) + 1 :] if DEVICES[name].family.name != "ice40"]
        advice += [f"--device {name}" for name in larger[:1]]
        raise InputError(f"{what} does not fit {device.name}: it takes {wanted}; try {' or '.join(advice)}")
    if pins and errors:
        raise InputError(f"nextpnr refuses {pins}: {errors}")


def highest_clock(report: Mapping) -> float:
    """MHz of the slowest clock in nextpnr's JSON report. Raises BuildError when it has none."""
    clocks = [clock["achieved"] for clock in report["fmax"].values()]
    if not clocks:
        raise BuildError("nextpnr found no clock in the design")
    return min(clocks)


def longest_path(report: Mapping) -> tuple[str, str]:
    """The cells at both ends of the longest path between flip-flops."""
    for path in report["critical_paths"]:
        if "<async>" not in (path["from"], path["to"]):
            return path["path"][0]["from"]["cell"], path["path"][-1]["to"]["cell"]
    return "", ""


def pin_delays(log: str) -> tuple[float | None, float | None]:
    """ns from a pin to a flip-flop, and from a flip-flop to a pin, from the end of nextpnr's log."""
    incoming = outgoing = None
    for start, end, delay in _PIN_DELAY.findall(log):
        if start == "<async>" and end != "<async>":
            incoming = float(delay)
        elif end == "<async>" and start != "<async>":
            outgoing = float(delay)
    return incoming, outgoing
