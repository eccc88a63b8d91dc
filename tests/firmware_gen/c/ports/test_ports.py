"""The driver's ports for Linux and for Zephyr: on stand-ins of kernel and Zephyr, with a golden chip behind them."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

import pytest

from sparrow_ecg.firmware_gen.compile import compile_c, compilers
from sparrow_ecg.firmware_gen.driver import DriverError, Transport
from sparrow_ecg.firmware_gen.monitor import generate, hear
from sparrow_ecg.firmware_gen.monitor_driver import MonitorDriver, MonitorPort
from sparrow_ecg.hw.host.monitor_model import MonitorModel
from tests.firmware_gen.test_monitor_driver import CHIP, CONTROLLER, ECG, FRAMES
from tests.support.recorder import Recorder

STAND_INS = Path(__file__).parent / "stand_ins"
SOURCES = ("ecg_port.c", "ecg_monitor.c")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux' headers")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("ports")
    generate(CHIP, target)
    return target


class Wired:
    """A port whose other end is a golden chip."""

    def __init__(self, folder: Path, name: str, *more: str):
        command = next(iter(compilers().values()))
        stand_in = str(STAND_INS / f"{name}.c")
        compile_c(command, folder, "-c", "-fPIC", "-o", "port.o", f"-I{STAND_INS}", f"ecg_{name}.c")
        compile_c(
            command,
            folder,
            *("-shared", "-fPIC", "-I.", f"-I{STAND_INS}", "-o", f"{name}.so", "port.o", *SOURCES, stand_in, *more),
        )
        self.path = folder / f"{name}.so"
        self.library = ctypes.CDLL(str(self.path))
        self.model = MonitorModel(CONTROLLER)
        self.wire = Recorder(self.model)
        ctypes.memmove(
            ctypes.addressof(Transport.in_dll(self.library, "wire")), ctypes.byref(self.wire), ctypes.sizeof(Transport)
        )

    def driver(self, port: str, of: object) -> MonitorDriver:
        make = getattr(self.library, port)
        make.restype = MonitorPort
        return MonitorDriver(self.path, make(of))

    def reads(self, driver: MonitorDriver) -> None:
        """Beats come as from any other port, in frames that are whole; and nobody who waits is forgotten."""
        driver.open()
        driver.configure(FRAMES.word("cause", beat=1))
        with pytest.raises(DriverError, match=r"^TIMEOUT"):
            driver.wait(30)
        found = []
        for code in ECG.tolist():
            self.model.sample(code)
            if self.model.irq:
                driver.wait(30)
                assert driver.causes()
                found += driver.read()
        assert found == hear(MonitorModel(CONTROLLER), ECG)
        assert self.wire.sent is None
        self.wire.fail = "transfer"
        with pytest.raises(DriverError, match=r"^TRANSPORT"):
            driver.status()
        self.wire.fail = "select"
        with pytest.raises(DriverError, match=r"^TRANSPORT"):
            driver.status()


class LinuxPort(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_int) for name in ("spi", "select", "irq")),
        *((name, ctypes.c_uint32) for name in ("hertz", "lead")),
        ("sleep", ctypes.c_int),
    ]


@LINUX
def test_linux(folder):
    wired = Wired(folder, "linux", "-Wl,--wrap=ioctl")
    device = str(folder / "device").encode()
    Path(device.decode()).touch()
    reading, writing = os.pipe()
    ctypes.c_int.in_dll(wired.library, "line_file").value = reading
    port = LinuxPort(hertz=8000, lead=1, sleep=5)
    assert wired.library.ecg_linux_open(ctypes.byref(port), device, device, 24, 25) == 0
    assert ctypes.c_uint.in_dll(wired.library, "offsets").value == 24 << 8 | 25
    wired.reads(wired.driver("ecg_linux_port", ctypes.byref(port)))
    assert ctypes.c_uint.in_dll(wired.library, "hertz").value == 8000
    wired.library.ecg_linux_close(ctypes.byref(port))
    assert (port.spi, port.select, port.irq) == (-1, -1, -1)
    os.close(writing)
    assert wired.library.ecg_linux_open(ctypes.byref(port), b"/nowhere", device, 24, 25) == -1


def test_zephyr(folder):
    """The headers are a stand-in: the few functions that are used, as Zephyr's documentation has them."""
    wired = Wired(folder, "zephyr")
    board = ctypes.c_byte.in_dll(wired.library, "board")
    assert wired.library.ecg_zephyr_open(ctypes.byref(board)) == 0
    driver = wired.driver("ecg_zephyr_port", ctypes.byref(board))
    wired.reads(driver)
    time, transport = ctypes.c_uint32.in_dll(wired.library, "microseconds"), driver.port.transport
    for edge in (False, True):
        if edge:
            wired.library.irq_rises()
        begun = time.value
        transport.wait(transport.context)
        assert time.value - begun == (0 if edge else 20_000)
