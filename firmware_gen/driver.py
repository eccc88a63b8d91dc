"""The C driver, compiled for this machine and called from Python: for its tests and for co-simulation."""

from __future__ import annotations

import ctypes
import re
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sparrow_ecg.firmware_gen.declared import Declared

SELECT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
TRANSFER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
WAIT = ctypes.CFUNCTYPE(None, ctypes.c_void_p)

OF_SPIKES = ("spikes", "weight_reads")  # counters that not every chip has


class Transport(ctypes.Structure):
    _fields_ = [("select", SELECT), ("transfer", TRANSFER), ("wait", WAIT), ("context", ctypes.c_void_p)]


_HEADER = Declared("ecg_port.h", "ecg_driver.h", ecg_transport=Transport)

# OK, TRANSPORT, NO_CHIP and so on.
Result = IntEnum("Result", re.findall(r"ECG_(?:ERROR_)?(\w+)", _HEADER.members("enum", "ecg_result")), start=0)  # type: ignore[misc]


class ChipStruct(ctypes.Structure):
    _fields_ = _HEADER.fields("ecg_chip")


class _Answer(ctypes.Structure):
    _fields_ = _HEADER.fields("ecg_answer")


class _Activity(ctypes.Structure):
    _fields_ = _HEADER.fields("ecg_activity")


class DriverError(Exception):
    """A call did not return ECG_OK. ``result`` is what it returned."""

    def __init__(self, result: Any, message: str):
        self.result = result
        super().__init__(f"{result.name}: {message}")


def check(library: ctypes.CDLL, returned: int) -> None:
    """Raise DriverError for what a function of the library has returned, unless that is ECG_OK."""
    if result := Result(returned):
        raise DriverError(result, library.ecg_message(result).decode())


class Answer(NamedTuple):
    klass: int
    potentials: list[int]


class Driver:
    """The functions of ecg_driver.h. Each raises `DriverError` unless it returns ECG_OK."""

    def __init__(self, library: Path, transport: Transport):
        self.library = ctypes.CDLL(str(library.resolve()))
        self.library.ecg_message.restype = ctypes.c_char_p
        self.transport = transport
        self.chip = ChipStruct()

    def _call(self, name: str, *arguments: Any) -> None:
        check(self.library, getattr(self.library, f"ecg_{name}")(ctypes.byref(self.chip), *arguments))

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

    def fetch(self) -> Answer:
        answer = _Answer()
        self._call("fetch", ctypes.byref(answer))
        return Answer(answer.klass, answer.potentials[: self.chip.outputs])

    def drop(self) -> None:
        self._call("drop")

    def classify(self, counts: np.ndarray) -> Answer:
        answer = _Answer()
        self._call("classify", *_counts(counts), ctypes.byref(answer))
        return Answer(answer.klass, answer.potentials[: self.chip.outputs])

    def klass(self, counts: np.ndarray) -> int:
        """The class alone: ``ecg_class``."""
        klass = ctypes.c_uint32()
        self._call("class", *_counts(counts), ctypes.byref(klass))
        return klass.value

    def status(self) -> int:
        status = ctypes.c_uint8()
        self._call("status", ctypes.byref(status))
        return status.value

    def errors(self) -> int:
        causes = ctypes.c_uint32()
        self._call("errors", ctypes.byref(causes))
        return causes.value

    def activity(self, clear: bool = False) -> dict[str, int]:
        """By counter, of those that the chip has."""
        activity = _Activity()
        self._call("read_activity", ctypes.byref(activity), int(clear))
        names = [name for name, _ in activity._fields_ if self.chip.counts_spikes or name not in OF_SPIKES]
        return {name: getattr(activity, name) for name in names}

    def example(self) -> int:
        """What ``ecg_example`` returns: 0 when every beat was answered as expected."""
        return self.library.ecg_example(ctypes.byref(self.transport))


def _counts(counts: np.ndarray) -> tuple[bytes, ctypes.c_size_t]:
    return bytes(counts.tolist()), ctypes.c_size_t(len(counts))
