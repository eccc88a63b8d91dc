"""The C driver, compiled for this machine and called from Python: for its tests and for co-simulation."""

from __future__ import annotations

import ctypes
import re
from copy import copy
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sparrow_ecg.firmware_gen.generate import SOURCES
from sparrow_ecg.hw.host.chip_model import ChipModel

MAX_OUTPUTS = 64
ACTIVITY = ("beats", "cycles", "spikes", "weight_reads")
SELECT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
TRANSFER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
WAIT = ctypes.CFUNCTYPE(None, ctypes.c_void_p)

# The results, as the header numbers them: OK, TRANSPORT, NO_CHIP and so on.
_header = re.sub(r"/\*.*?\*/", "", (SOURCES / "ecg_driver.h").read_text(), flags=re.S)
_names = re.findall(r"ECG_(?:ERROR_)?(\w+)", _header[_header.index("typedef enum") : _header.index("ecg_result;")])
Result = IntEnum("Result", _names, start=0)  # type: ignore[misc]


class Transport(ctypes.Structure):
    _fields_ = [("select", SELECT), ("transfer", TRANSFER), ("wait", WAIT), ("context", ctypes.c_void_p)]


class Chip(ctypes.Structure):
    _fields_ = [
        ("transport", Transport),
        *((name, ctypes.c_uint32) for name in ("network", "geometry", "inputs", "outputs")),
        *((name, ctypes.c_uint8) for name in ("input_bits", "loadable", "counts_spikes")),
    ]


class _Answer(ctypes.Structure):
    _fields_ = [("klass", ctypes.c_uint32), ("potentials", ctypes.c_int32 * MAX_OUTPUTS)]


class _Activity(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ACTIVITY]


class DriverError(Exception):
    """A call did not return ECG_OK. ``result`` is what it returned."""

    def __init__(self, result: Any, message: str):
        self.result = result
        super().__init__(f"{result.name}: {message}")


class Answer(NamedTuple):
    klass: int
    potentials: list[int]


class Driver:
    """The functions of ecg_driver.h. Each raises `DriverError` unless it returns ECG_OK."""

    def __init__(self, library: Path, transport: Transport):
        self.library = ctypes.CDLL(str(library.resolve()))
        self.library.ecg_message.restype = ctypes.c_char_p
        self.transport = transport
        self.chip = Chip()

    def _call(self, name: str, *arguments: Any) -> None:
        result = Result(getattr(self.library, f"ecg_{name}")(ctypes.byref(self.chip), *arguments))
        if result:
            raise DriverError(result, self.library.ecg_message(result).decode())

    def open(self) -> None:
        self._call("open", ctypes.byref(self.transport))

    def reset(self) -> None:
        self._call("reset")

    def set(self, settings: int) -> None:
        self._call("set", ctypes.c_uint32(settings))

    def check_image(self, image: bytes) -> None:
        self._call("check_image", image, ctypes.c_size_t(len(image)))

    def send_image(self, image: bytes) -> None:
        self._call("send_image", image, ctypes.c_size_t(len(image)))

    def load(self, image: bytes) -> None:
        self._call("load", image, ctypes.c_size_t(len(image)))

    def start(self, counts: np.ndarray) -> None:
        self._call("start", bytes(counts.tolist()))

    def wait(self, looks: int = 10_000) -> None:
        self._call("wait", ctypes.c_uint32(looks))

    def fetch(self) -> Answer:
        answer = _Answer()
        self._call("fetch", ctypes.byref(answer))
        return Answer(answer.klass, answer.potentials[: self.chip.outputs])

    def acknowledge(self) -> None:
        self._call("acknowledge")

    def classify(self, counts: np.ndarray, looks: int = 10_000) -> Answer:
        answer = _Answer()
        self._call("classify", bytes(counts.tolist()), ctypes.c_uint32(looks), ctypes.byref(answer))
        return Answer(answer.klass, answer.potentials[: self.chip.outputs])

    def status(self) -> int:
        status = ctypes.c_uint8()
        self._call("status", ctypes.byref(status))
        return status.value

    def errors(self) -> int:
        causes = ctypes.c_uint32()
        self._call("errors", ctypes.byref(causes))
        return causes.value

    def activity(self, clear: bool = False) -> dict[str, int]:
        activity = _Activity()
        self._call("read_activity", ctypes.byref(activity), int(clear))
        return {name: getattr(activity, name) for name in ACTIVITY}

    def example(self) -> int:
        """What ``ecg_example`` returns: 0 when every beat was answered as expected."""
        return self.library.ecg_example(ctypes.byref(self.transport))


class Recorder(Transport):
    """A transport in Python: keeps every frame that the driver sends, and lets a golden chip answer it.

    frames: what went out in each, in hexadecimal.
    fail:   the callback that shall fail.
    """

    def __init__(self, model: ChipModel):
        self.frames: list[str] = []
        self.waits = 0
        self.fail = ""
        self.sent: bytes | None = None  # in this frame

        def select(_: int, selected: int) -> int:
            if selected:
                assert self.sent is None, "selected twice"
                self.sent = b""
            elif self.sent is not None:
                model.frame(self.sent)
                model.settle()
                self.frames.append(self.sent.hex())
                self.sent = None
            return int(self.fail == "select")

        def transfer(_: int, sent: int, received: int, length: int) -> int:
            assert self.sent is not None, "a transfer without chip select"
            before = len(self.sent)
            self.sent += ctypes.string_at(sent, length) if sent else bytes(length)
            if received:
                ctypes.memmove(received, copy(model).frame(self.sent)[before:], length)
            return int(self.fail == "transfer")

        def wait(_: int) -> None:
            self.waits += 1

        super().__init__(SELECT(select), TRANSFER(transfer), WAIT(wait), None)
