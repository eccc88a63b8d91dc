"""256 chips at once: a netlist in which every net is a word, and every bit of it, a lane, a chip of its own.

A lane may have a mutant in force, or a flip-flop turned over. All get the same inputs: rows that were recorded while
the chip as it is was held against its golden model.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Self

import numpy as np

from sparrow_ecg.sim.cache import cached
from sparrow_ecg.sim.mutation.netlist import Netlist
from sparrow_ecg.sim.tools import compiler, run_tool

LANES = 256
SOURCE = Path(__file__).with_name("lanes.cpp")
COMPILE = ["g++", "-std=c++17", "-O3", "-mavx2", "-Wno-psabi", "-shared", "-fPIC", "-o", "lanes.so", "lanes.cpp"]
CLOCK = "clk"  # moved by the rows' ticks, where there is one
REQUEST = "clock_request"


@dataclass(frozen=True, eq=False)
class Rows:
    """What was recorded: uint8[rows, bytes] of the pins' bits, the lowest first.

    inputs are driven, and outputs compared where ``looked`` has a bit; then ``ticks`` cycles go by. tags: of each row,
    0 to 7.
    """

    inputs: np.ndarray
    ticks: np.ndarray
    outputs: np.ndarray
    looked: np.ndarray
    tags: np.ndarray

    def __len__(self) -> int:
        return len(self.ticks)

    def part(self, rows: slice) -> Rows:
        return Rows(*(getattr(self, name)[rows] for name in ("inputs", "ticks", "outputs", "looked", "tags")))


class Lanes:
    """Chips of a netlist, as they are at power-on. request: the clock stands still while the chip does not ask for it.

    pins:  name -> (lowest bit, bits), of inputs and of outputs, as they lie in rows.
    """

    def __init__(self, netlist: Netlist, request: bool = True):
        self.netlist = netlist
        inputs = {name: nets for name, nets in netlist.inputs.items() if name != CLOCK}
        self.inputs, in_nets = _places(inputs)
        self.outputs, out_nets = _places(netlist.outputs)
        position = {net: k for k, net in enumerate(in_nets)} | dict.fromkeys(netlist.inputs.get(CLOCK, []), -1)
        flops = np.array([(flop.d, flop.q, flop.init) for flop in netlist.flops], dtype=np.int32).reshape(-1, 3)
        groups, end = [], 0
        for (clock, rising, at_once), members in groupby(netlist.flops, lambda f: (f.clock, f.rising, f.at_once)):
            end += len(list(members))
            groups.append((end, position[clock], rising, *(at_once or (-1, 0, 0))))
        tables = (
            netlist.gates,
            flops,
            np.array(groups, dtype=np.int32).reshape(-1, 6),
            np.array(in_nets, dtype=np.int32),
            np.array(out_nets, dtype=np.int32),
        )
        wanted = netlist.outputs.get(REQUEST, [-1])[0] if request else -1
        self._library = _library()
        self._handle = ctypes.c_void_p(
            self._library.lanes_open(
                netlist.nets,
                *(part for table in tables for part in (len(table), _address(table))),
                wanted,
            )
        )
        self._seen = ctypes.create_string_buffer((len(out_nets) + 7) // 8)
        self.in_bytes, self.out_bytes = (len(in_nets) + 7) // 8, (len(out_nets) + 7) // 8

    def close(self) -> None:
        self._library.lanes_close(self._handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def power_on(self) -> None:
        """All flip-flops as at power-on."""
        self._library.lanes_power_on(self._handle)

    def row(self, inputs: int, ticks: int) -> int:
        """Drive these bits; the bits of lane 0's outputs, and then so many cycles go by."""
        self._library.lanes_row(self._handle, inputs.to_bytes(self.in_bytes, "little"), ticks, self._seen)
        return int.from_bytes(self._seen.raw, "little")

    def mutate(self, mutants: Sequence[int | None]) -> None:
        """In lane k the k-th of these mutants is in force, if there is one, and no other."""
        words = np.zeros((len(self.netlist.switches), LANES // 64), dtype=np.uint64)
        for k, mutant in enumerate(mutants):
            if mutant is not None:
                words[mutant, k // 64] = 1 << k % 64
        for net, values in zip(self.netlist.switches, words, strict=True):
            self._library.lanes_set(self._handle, net, _address(values))

    def flip(self, first: int) -> int:
        """Turn flip-flop ``first + k`` over in lane k; returns how many there are."""
        count = min(LANES, len(self.netlist.flops) - first)
        self._library.lanes_flip(self._handle, first, count)
        return count

    def save(self) -> None:
        self._library.lanes_save(self._handle)

    def restore(self) -> None:
        """As it was when it was saved."""
        self._library.lanes_restore(self._handle)

    def states(self, rows: Rows, mutant: int | None) -> np.ndarray:
        """The flip-flops in each row, of a chip as it is and of one with a mutant: uint8[rows, 2, flops]."""
        self.power_on()
        self.mutate([None, mutant])
        found = np.empty((len(rows), 2, len(self.netlist.flops)), np.uint8)
        given = rows.inputs, rows.ticks, found
        self._library.lanes_states(self._handle, ctypes.c_uint64(len(rows)), *map(_address, given))
        return found

    def replay(self, rows: Rows, wanted: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Of each lane: the row in which its outputs first differ from what was recorded, or -1, and a bit for each
        tag of rows in which they do. wanted: go on only until as many of the first lanes have differed.
        """
        first, tags = np.zeros(LANES, dtype=np.int64), np.zeros(LANES, dtype=np.uint8)
        left = np.array([max(0, (1 << max(0, min(64, wanted - 64 * k))) - 1) for k in range(LANES // 64)], np.uint64)
        self._library.lanes_replay(
            self._handle,
            ctypes.c_uint64(len(rows)),
            *map(_address, (rows.inputs, rows.ticks, rows.outputs, rows.looked, rows.tags)),
            _address(left) if wanted else None,
            _address(first),
            _address(tags),
        )
        return first, tags


def _places(ports: dict[str, list[int]]) -> tuple[dict[str, tuple[int, int]], list[int]]:
    places: dict[str, tuple[int, int]] = {}
    nets: list[int] = []
    for name, bits in ports.items():
        places[name] = len(nets), len(bits)
        nets += bits
    return places, nets


def _address(array: np.ndarray) -> ctypes.c_void_p:
    assert array.flags.c_contiguous
    return ctypes.c_void_p(array.ctypes.data)


@cache
def _library() -> Any:
    def make(folder: Path) -> None:
        (folder / SOURCE.name).write_text(SOURCE.read_text())
        run_tool(COMPILE, folder)

    folder = cached("lanes", [compiler(), *COMPILE, SOURCE.read_text()], make)
    library = ctypes.CDLL(str(folder / "lanes.so"))
    library.lanes_open.restype = ctypes.c_void_p
    return library
