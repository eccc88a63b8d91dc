"""A second simulator, with nothing of Verilator in it: the generated Verilog through Yosys' cxxrtl."""

from __future__ import annotations

import ctypes
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.ports import port_list
from sparrow_ecg.model.errors import InputError, missing
from sparrow_ecg.sim.cache import cached
from sparrow_ecg.sim.mutation.lanes import CLOCK, REQUEST
from sparrow_ecg.sim.tools import compiler, run_tool, run_yosys

SOURCE = Path(__file__).with_name("second.cpp")
# Without assertions: what a memory gives at an address that it has not, nobody looks at.
COMPILE = ["g++", "-std=c++17", "-O1", "-DNDEBUG", "-shared", "-fPIC", "-o", "second.so"]
COMMANDS = "read_verilog design.v; hierarchy -top {top}; write_cxxrtl -O6 -g2 design.cc"


class Second:
    """One chip, with the interface of `Lanes` that `Pins` takes. Raises InputError without pyosys, and BuildError."""

    def __init__(self, build: Build):
        ports = [(port["name"], port["direction"], port["bits"]) for port in port_list(build.component)]
        given = {direction: [(name, bits) for name, way, bits in ports if way == direction and name != CLOCK]
                 for direction in ("in", "out")}  # fmt: skip
        self.inputs, in_bits = _places(given["in"])
        self.outputs, out_bits = _places(given["out"])
        self.in_bytes, self.out_bytes = (in_bits + 7) // 8, (out_bits + 7) // 8
        self._library = ctypes.CDLL(str(_compiled(build)))
        self._library.second_open.restype = ctypes.c_void_p
        both = [*given["in"], *given["out"]]
        names = (ctypes.c_char_p * len(both))(*(name.encode() for name, _ in both))
        bits = (ctypes.c_uint32 * len(both))(*(bits for _, bits in both))
        clock = CLOCK.encode() if any(name == CLOCK for name, *_ in ports) else None
        request = REQUEST.encode() if REQUEST in self.outputs else None
        opened = self._library.second_open(len(given["in"]), len(given["out"]), names, bits, clock, request)
        self._handle = ctypes.c_void_p(opened)
        self._seen = ctypes.create_string_buffer(self.out_bytes)

    def power_on(self) -> None:
        """As it is: nothing has happened yet."""

    def row(self, inputs: int, ticks: int) -> int:
        """As `Lanes.row`."""
        self._library.second_row(self._handle, inputs.to_bytes(self.in_bytes, "little"), ticks, self._seen)
        return int.from_bytes(self._seen.raw, "little")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._library.second_close(self._handle)


def _places(ports: list[tuple[str, int]]) -> tuple[dict[str, tuple[int, int]], int]:
    places, at = {}, 0
    for name, bits in ports:
        places[name] = at, bits
        at += bits
    return places, at


def _compiled(build: Build) -> Path:
    spec = find_spec("pyosys")
    if not spec or not spec.origin:
        raise InputError(missing("pyosys"))
    headers = Path(spec.origin).parent / "share" / "include" / "backends" / "cxxrtl" / "runtime"
    commands = COMMANDS.format(top=build.top)
    compile_it = [*COMPILE, f"-DDESIGN=p_{build.top.replace('_', '__')}", SOURCE.name]

    def make(folder: Path) -> None:
        (folder / "design.v").write_text(build.verilog)
        (folder / SOURCE.name).write_text(SOURCE.read_text())
        run_yosys(commands, folder)
        run_tool([*compile_it, f"-I{headers}"], folder)

    key = [version("pyosys"), compiler(), commands, *compile_it, build.verilog, SOURCE.read_text()]
    return cached("second", key, make) / "second.so"
