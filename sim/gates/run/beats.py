"""Beats played on a netlist, 64 at a time, from the first cycle to the last or as many cycles at a time as wanted."""

from __future__ import annotations

import ctypes
from types import TracebackType

import numpy as np

from sparrow_ecg.sim.gates.run.compiled import Functions, address


class NoResult(Exception):
    """The netlist gave no result for a beat."""


class Ports(ctypes.Structure):
    _fields_ = [
        *((f"{name}", ctypes.c_int32) for name in ("clock", "reset")),
        *(
            (f"{stream}_{end}", ctypes.c_int32)
            for stream, ends in (("counts", "vr"), ("result", "vr"), ("image", "vr"))
            for end in ends
        ),
        *((name, ctypes.c_int32) for name in ("power", "isolate")),
        *((n, ctypes.c_int32) for n in ("inputs", "outputs", "input_bits", "class_bits", "potential_bits", "bytes")),
        *((name, ctypes.c_int32) for name in ("layers", "layer_bits", "rest", "switched")),
        *((name, ctypes.c_void_p) for name in ("counts_nets", "result_nets", "image_nets", "layer_nets", "states")),
    ]


class Beats:
    """A netlist (rows and sizes as of `Functions.ops`) that is given beats, a run of them in each lane; a context that
    frees it.

    ports:  with the arrays that they point to.
    played: counts of the beats, integers[beats, inputs]; lane l takes those from starts[l] to starts[l + 1], of which
            the first ``warm`` are not looked at.
    inputs_after: steps of time from the clock's edge until the inputs change; None: gates have no delays; negative:
            they have, but for the clock's.
    """

    def __init__(
        self,
        functions: Functions,
        rows: tuple[np.ndarray, np.ndarray],
        ports: tuple[Ports, list[np.ndarray]],
        image: bytes,
        played: np.ndarray,
        starts: list[int],
        warm: int = 0,
        inputs_after: int | None = None,
    ):
        self.compiled = functions.compiled
        counts = np.ascontiguousarray(played, dtype=np.uint16)
        self.classes, self.cycles = np.full(len(played), -1, np.int32), np.zeros(len(played), np.int32)
        self.potentials = np.zeros((len(played), ports[0].outputs), np.int64)
        first = np.array(starts, np.int64)
        self._kept = rows, ports, image, counts, first  # what it points to
        self._open = ctypes.c_void_p(
            self.compiled.beats_open(
                *(address(array) for array in rows),
                ctypes.byref(ports[0]),
                address(counts),
                address(first),
                image,
                ctypes.c_int64(warm),
                ctypes.c_int64(inputs_after is not None),
                ctypes.c_int64(-1 if inputs_after is None else inputs_after),
                *(address(array) for array in (self.classes, self.potentials, self.cycles)),
            )
        )

    def __enter__(self) -> Beats:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, where: TracebackType | None) -> None:
        self.compiled.beats_close(self._open)

    def follow(self, other: Beats) -> None:
        """Goes on from where another one of the same beats is, which may have other delays."""
        self.compiled.beats_follow(self._open, other._open)
        for name in ("classes", "potentials", "cycles"):
            getattr(self, name)[:] = getattr(other, name)

    @property
    def steps(self) -> int:
        """The most steps of time that a phase of the clock has taken so far."""
        return int(self.compiled.beats_steps(self._open))

    @property
    def done(self) -> int:
        """Beats that have their results."""
        return int((self.classes >= 0).sum())

    def play(
        self,
        most: int,
        limit: int,
        snapshots: tuple[np.ndarray, np.ndarray] | None = None,
        toggles: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> int:
        """Up to ``most`` cycles; how many there were, fewer if all beats have their results. Raises `NoResult` after
        ``limit`` cycles without one.

        snapshots: room for all nets before and after both phases of each cycle, uint64[1 + 2 * most, nets]; and for the
                   lanes at work by what the core is at, uint64[most, 3 + layers]: taking inputs, each layer, waking up
                   (or about to be switched off), without supply.
        toggles:   rises and falls, int64[3 + layers, nets], to which those of lanes at work are added, with delays.
        """
        room, moves = ([address(array) for array in pair] if pair else [None, None] for pair in (snapshots, toggles))
        done = int(self.compiled.beats_play(self._open, ctypes.c_int64(most), ctypes.c_int64(limit), *room, *moves))
        if done < 0:
            raise NoResult(f"no result for beat {-1 - done} within {limit} cycles")
        return done
