"""A netlist with its state, whose pins are played: see ``gates_play`` in gatesim.cpp."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence

import numpy as np

from sparrow_ecg.sim.gates.netlist.netlist import ZERO, Netlist
from sparrow_ecg.sim.gates.run.compiled import Functions, address
from sparrow_ecg.sim.gates.run.gatesim import Snapshots


class Played:
    """64 of them, a lane in each bit, all nets 0 at first. Each has its clock while its own ``clock_request`` is high,
    or when it is given one.

    pins, watched: nets.
    delays:        of a rise and of a fall of each net, in steps: None for none.
    """

    def __init__(
        self,
        functions: Functions,
        netlist: Netlist,
        pins: Sequence[int],
        watched: Sequence[int],
        delays: Mapping[int, tuple[int, ...]] | None = None,
    ):
        self.library = functions.compiled
        self.clock, self.request = netlist.clock, netlist.outputs.get("clock_request", [ZERO])[0]
        self.pins, self.watched = np.array(pins, np.int32), np.array(watched, np.int32)
        ops, sizes = functions.ops(netlist, delays or {})
        self.handle = ctypes.c_void_p(
            self.library.gates_open(
                address(ops), address(sizes), ctypes.c_int64(0 if delays is None else 1 + netlist.clocked)
            )
        )
        self.running = np.uint64(0)  # lanes with a clock in the last cycle
        self.longest = 0
        self.fresh = True  # nothing was played yet
        self.last_seen = np.zeros(len(watched), np.uint64)

    def __enter__(self) -> Played:
        return self

    def __exit__(self, *_: object) -> None:
        self.library.gates_close(self.handle)

    def follow(self, other: Played) -> None:
        """Go on from where another one of the same netlist is."""
        self.library.gates_follow(self.handle, other.handle)
        self.running = other.running

    def play(
        self,
        pins: np.ndarray,
        lanes: int = 0,
        snapshots: Snapshots | None = None,
        moves: tuple[np.ndarray, np.ndarray] | None = None,
        running: np.ndarray | None = None,
    ) -> np.ndarray:
        """The watched nets at the end of each cycle, uint64[cycles, watched]. What ``lanes``, a bit each, do is kept in
        snapshots, of 1 + 2 * cycles states, and added to moves. running: the lanes that have a clock, uint64[cycles];
        something may move in the others, too.
        """
        pins, running = np.ascontiguousarray(pins), None if running is None else np.ascontiguousarray(running)
        clocked, seen = np.zeros(len(pins), np.uint64), np.zeros((len(pins), len(self.watched)), np.uint64)
        self.longest = self.library.gates_play(
            self.handle,
            self.clock,
            self.request,
            None if running is None else address(running),
            address(self.pins),
            ctypes.c_int64(len(self.pins)),
            address(pins),
            ctypes.c_int64(len(pins)),
            address(self.watched),
            ctypes.c_int64(len(self.watched)),
            address(clocked),
            address(seen),
            address(snapshots.nets) if snapshots else None,
            *((address(each) for each in moves) if moves else (None, None)),
            ctypes.c_uint64(lanes),
        )
        if snapshots:  # a clock that rose has to fall
            snapshots.active[2::2] = clocked
            snapshots.active[1::2] = clocked | np.concatenate([[self.running], clocked[:-1]])
            if running is not None:
                snapshots.active[1:] = ~np.uint64(0)
            snapshots.active[:] &= np.uint64(lanes)
        self.running, self.last_seen, self.fresh = clocked[-1], seen[-1], False
        return seen


def lanes_of(words: np.ndarray) -> np.ndarray:
    """The bits of each word, uint8[words, lanes]."""
    return np.unpackbits(np.ascontiguousarray(words)[:, None].view(np.uint8), axis=1, bitorder="little")
