"""The FPGAs that a core can be built for, as data."""

from __future__ import annotations

from dataclasses import dataclass

from sparrow_ecg.model.errors import InputError


@dataclass(frozen=True, eq=False)
class Family:
    """What the devices of one family share.

    name:      of the family, in the names of its tools and packages.
    routed:    nextpnr's option for the routed design.
    pins:      suffix of a file of pin constraints, and nextpnr's option for one.
    pack:      the tool that makes a bitstream of the routed design, and ``bitstream``, its suffix.
    resources: nextpnr's name of a resource -> ours, for those that a core can run out of.
    """

    name: str
    routed: str
    pins: str
    pack: str
    bitstream: str
    resources: dict[str, str]

    @property
    def package(self) -> str:
        """The Python package with its place and route."""
        return f"yowasp_nextpnr_{self.name}"


@dataclass(frozen=True, eq=False)
class Device:
    """name:    what users call it.
    synthesis:  Yosys' command.
    options:    nextpnr's, for the part and its package.
    target_mhz: the clock that place and route works towards, above what cores reach.
    """

    name: str
    family: Family
    synthesis: str
    options: tuple[str, ...]
    target_mhz: float


LOGIC, REGISTERS, MEMORIES, MULTIPLIERS, PINS = "logic cells", "flip-flops", "memory blocks", "multipliers", "pins"

ICE40 = Family(
    name="ice40",
    routed="--asc",
    pins="pcf",
    pack="icepack",
    bitstream="bin",
    resources={"ICESTORM_LC": LOGIC, "ICESTORM_RAM": MEMORIES, "ICESTORM_DSP": MULTIPLIERS, "SB_IO": PINS},
)
ECP5 = Family(
    name="ecp5",
    routed="--textcfg",
    pins="lpf",
    pack="ecppack",
    bitstream="bit",
    resources={
        "TRELLIS_COMB": LOGIC,
        "TRELLIS_FF": REGISTERS,
        "DP16KD": MEMORIES,
        "MULT18X18D": MULTIPLIERS,
        "TRELLIS_IO": PINS,
    },
)

# From small to large. Yosys puts multipliers of the iCE40 into logic: the UP5K has eight blocks for up to 16 lanes.
DEVICES = {
    device.name: device
    for device in (
        Device("ice40up5k", ICE40, "synth_ice40 -device u", ("--up5k", "--package", "sg48"), 48),
        Device("ice40hx8k", ICE40, "synth_ice40 -device hx", ("--hx8k", "--package", "ct256"), 120),
        *(
            Device(f"ecp5-{size}", ECP5, "synth_ecp5", (f"--{size}", "--package", "CABGA381", "--speed", "6"), 120)
            for size in ("25k", "45k", "85k")
        ),
    )
}


def device(name: str) -> Device:
    """A device by name. Raises InputError that lists the names."""
    if name not in DEVICES:
        raise InputError(f"no FPGA '{name}': choose from {', '.join(DEVICES)}")
    return DEVICES[name]
