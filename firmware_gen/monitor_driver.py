"""The C driver of the monitor chip, called from Python: for its tests and for co-simulation."""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np

from sparrow_ecg.firmware_gen.declared import Declared
from sparrow_ecg.firmware_gen.driver import Transport, check
from sparrow_ecg.hw.host.monitor_model import Event

NOW = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint32))


class MonitorPort(ctypes.Structure):
    _fields_ = [("transport", Transport), ("now", NOW)]


_HEADER = Declared("ecg_port.h", "monitor/ecg_monitor.h", ecg_monitor_port=MonitorPort)


class MonitorStruct(ctypes.Structure):
    _fields_ = _HEADER.fields("ecg_monitor")


class Settings(ctypes.Structure):
    _fields_ = _HEADER.fields("ecg_monitor_settings")


class Beat(ctypes.Structure):
    _fields_ = _HEADER.fields("ecg_monitor_beat")


class MonitorDriver:
    """The functions of ecg_monitor.h. Each raises `DriverError` unless it returns ECG_OK."""

    def __init__(self, library: Path, port: MonitorPort):
        self.library = ctypes.CDLL(str(library.resolve()))
        self.library.ecg_message.restype = self.library.ecg_monitor_class.restype = ctypes.c_char_p
        self.port = port
        self.monitor = MonitorStruct()

    def _call(self, name: str, *arguments: object) -> None:
        check(self.library, getattr(self.library, f"ecg_monitor_{name}")(ctypes.byref(self.monitor), *arguments))

    def _number(self, name: str, kind: type[ctypes.c_uint8] | type[ctypes.c_uint32]) -> int:
        number = kind()
        self._call(name, ctypes.byref(number))
        return number.value

    def open(self) -> None:
        self._call("open", ctypes.byref(self.port))

    def reset(self) -> None:
        self._call("reset")

    def configure(self, causes: int = 0, shortest: int = 0, longest: int = 255, keep_newest: int = 0) -> None:
        self._call("configure", ctypes.byref(Settings(causes, shortest, longest, keep_newest)))

    def status(self) -> int:
        return self._number("status", ctypes.c_uint8)

    def causes(self) -> int:
        return self._number("causes", ctypes.c_uint32)

    def time(self) -> int:
        return self._number("time", ctypes.c_uint32)

    def read(self, room: int = 8, into: list[Event] | None = None) -> list[Event]:
        """into: where beats go that were read before an error."""
        beats, count = (Beat * max(room, 1))(), ctypes.c_size_t()
        found = [] if into is None else into
        try:
            self._call("read", beats, ctypes.c_size_t(room), ctypes.byref(count))
        finally:
            found += [Event(b.klass, b.judged, b.sequence, b.peak, b.previous) for b in beats[: count.value]]
        return found

    def wait(self, milliseconds: int) -> None:
        self._call("wait", ctypes.c_uint32(milliseconds))

    def lost(self, clear: bool = False) -> tuple[int, int]:
        """Beats and samples."""
        beats, samples = ctypes.c_uint32(), ctypes.c_uint32()
        self._call("lost", ctypes.byref(beats), ctypes.byref(samples), int(clear))
        return beats.value, samples.value

    def send(self, codes: np.ndarray) -> None:
        self._call("send", np.ascontiguousarray(codes, np.uint16).tobytes(), ctypes.c_size_t(len(codes)))

    def class_of(self, event: Event) -> str:
        beat = Beat(klass=event.klass, judged=event.judged)
        return self.library.ecg_monitor_class(ctypes.byref(beat)).decode()

    def example(self) -> int:
        """What ``ecg_monitor_example`` returns: 0 when every beat was as expected."""
        return self.library.ecg_monitor_example(ctypes.byref(self.port))
