"""The generated C, compiled for this machine and called from Python: the fastest way through a recording."""

from __future__ import annotations

import ctypes
import re
from pathlib import Path

import numpy as np

from sparrow_ecg.firmware_gen.chain.decisions import Decisions
from sparrow_ecg.firmware_gen.chain.generate import SOURCES, generate
from sparrow_ecg.firmware_gen.chain.headers import front_end
from sparrow_ecg.firmware_gen.compile import shared_library
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE

# What the header says of events and classes.
_HEADER = (SOURCES / "ecg_chain.h").read_text()
DEFINED = {name: int(number) for name, number in re.findall(r"#define ECG_CHAIN_(\w+) \(?(-?\d+)", _HEADER)}
LIBRARY = "ecg_chain.so"


class Chain:
    """A network's chain. `library` has the functions of ecg_chain.h."""

    def __init__(self, network: Network, folder: Path, rate: float = SAMPLING_RATE):
        """Writes the C code to a folder and compiles it there. Raises InputError for a network that it is not for."""
        self.network = network
        self.front = front_end(network, rate)
        generate(network, folder, rate)
        path = shared_library(folder, "ecg_chain.c", "ecg_chain_host.c", name=LIBRARY)
        self.library = ctypes.CDLL(str(path.resolve()))
        for name in ("ecg_chain_size", "ecg_chain_run"):
            getattr(self.library, name).restype = ctypes.c_size_t
        self.size = self.library.ecg_chain_size()

    def run(self, codes: np.ndarray) -> Decisions:
        """What is told of codes from 0, integers[samples], from reset on."""
        codes = np.ascontiguousarray(codes, np.uint16)
        most = len(codes) * self.front.ticks.most // BLOCK + 1
        events = np.zeros(len(codes), np.uint8)
        told, peaks, classes = (np.zeros(most, kind) for kind in (np.uint32, np.uint32, np.uint8))
        rhythm = np.zeros((most, 3), np.uint16)
        potentials = np.zeros((most, self.network.outputs), np.int32)
        counts = np.zeros((most, self.network.inputs), np.uint16)
        state = ctypes.create_string_buffer(self.size)
        self.library.ecg_chain_init(state)
        arrays = (events, told, peaks, classes, rhythm, potentials, counts)
        pointers = [array.ctypes.data_as(ctypes.c_void_p) for array in (codes, *arrays)]
        beats = self.library.ecg_chain_run(state, pointers[0], ctypes.c_size_t(len(codes)), *pointers[1:])
        judged = classes[:beats] != DEFINED["UNJUDGED"]
        turns = (events & DEFINED["OFF"] > 0).astype(np.int8) - (events & DEFINED["ON"] > 0)
        return Decisions(
            sample=told[:beats].astype(np.int64),
            peak=peaks[:beats].astype(np.int64),
            rhythm=rhythm[:beats].astype(np.int64),
            judged=judged,
            counts=counts[:beats].astype(np.int64),
            potentials=potentials[:beats].astype(np.int64),
            classes=np.where(judged, classes[:beats], 0).astype(np.int64),
            off=np.cumsum(turns) > 0,
        )
