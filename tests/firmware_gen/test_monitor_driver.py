"""The monitor chip's C driver: frames, errors, and that no beat is lost or doubled when frames fail."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import numpy as np
import pytest

from sparrow_ecg.firmware_gen.compile import compile_c, compilers, shared_library
from sparrow_ecg.firmware_gen.driver import DriverError, Result
from sparrow_ecg.firmware_gen.monitor import DRIVER, generate, hear
from sparrow_ecg.firmware_gen.monitor_driver import NOW, Beat, MonitorDriver, MonitorPort, MonitorStruct, Settings
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.host.monitor_model import Event, MonitorModel
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.model.signals.ecg.synthetic import generate as generate_ecg
from tests.support.beats_of_all import inclined
from tests.support.recorder import Recorder

CHIP = Build(inclined(), Serial(2), "monitor_chip")
CONTROLLER = CHIP.monitor_chip.controller
ECG = generate_ecg("driver", 10).codes
FRAMES = Protocol(CONTROLLER.map)
OK, ARGUMENT = Result["OK"], Result["ARGUMENT"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("firmware")
    generate(CHIP, target)
    shared_library(target, *DRIVER, name="ecg_monitor.so")
    return target


class Bench:
    """The driver on the golden model of a monitor chip. A look at the clock takes a millisecond, and a wait ten."""

    def __init__(self, folder: Path):
        self.model = MonitorModel(CONTROLLER)
        self.wire = Recorder(self.model)
        self.looks, self.clock_fails, self.begun = 0, 0, 2**32 - 5  # the clock wraps soon

        def now(_: object, milliseconds: ctypes._Pointer) -> int:
            self.looks += 1
            milliseconds[0] = (self.begun + self.looks + 10 * self.wire.waits) % 2**32
            return self.clock_fails

        self.port = MonitorPort(self.wire, NOW(now))
        self.driver = MonitorDriver(folder / "ecg_monitor.so", self.port)

    def play(self, codes: np.ndarray) -> None:
        for code in codes.tolist():
            self.model.sample(code)

    def sent(self, *expected: bytes) -> None:
        """Just these frames were sent since this was asked last."""
        assert self.wire.frames == [frame.hex() for frame in expected]
        self.wire.frames.clear()


@pytest.fixture
def bench(folder) -> Bench:
    bench = Bench(folder)
    bench.driver.open()
    bench.wire.frames.clear()
    return bench


def refused(result: str):
    return pytest.raises(DriverError, match=f"^{result}: ")


def test_every_compiler_here_takes_it_without_a_warning(folder):
    for name, command in compilers().items():
        for source in DRIVER:
            for macro in ("-DECG_MAIN", "-UECG_MAIN"):
                compile_c(command, folder, macro, "-c", "-o", f"{source}.{name.replace(' ', '')}.o", source)


def test_no_heap_and_no_globals(folder):
    assert "alloc" not in (folder / "ecg_monitor.c").read_text()
    compile_c(["gcc"], folder, "-c", "-o", "driver.o", "ecg_monitor.c")
    symbols = subprocess.run(["nm", "driver.o"], cwd=folder, capture_output=True, text=True, check=True).stdout
    assert not [line for line in symbols.splitlines() if line.split()[-2] in "bBDC"]


def test_open(folder):
    bench = Bench(folder)
    bench.driver.open()
    bench.sent(FRAMES.read("id", 4))
    monitor = bench.driver.monitor
    assert (monitor.network, monitor.depth, monitor.millihertz) == (
        int(CHIP.network.digest[:8], 16),
        CONTROLLER.depth,
        360_000,
    )


@pytest.mark.parametrize(("field", "value", "result"), [("product", 0xEC60, "NO_CHIP"), ("major", 2, "MAP_VERSION")])
def test_another_chip(bench, field, value, result):
    bench.model.registers.values[f"id_{field}"] = value
    with refused(result):
        bench.driver.open()


@pytest.mark.parametrize("level", [0, 255])
def test_no_chip(bench, level):
    bench.model.registers.word = lambda name: level  # a pin that is stuck
    for call in (bench.driver.open, bench.driver.status, bench.driver.read, lambda: bench.driver.wait(100)):
        with refused("NO_CHIP"):
            call()


def test_settings(bench):
    causes = FRAMES.word("cause", v=1, lead_off=1, access=1)
    bench.driver.configure(causes, shortest=45, longest=135, keep_newest=1)
    bench.sent(
        FRAMES.set("settings", keep_newest=1),
        FRAMES.set("limits", shortest=45, longest=135),
        FRAMES.write("mask", causes),
    )
    with refused("ARGUMENT"):
        bench.driver.configure(1 << 19)
    bench.driver.reset()
    bench.sent(FRAMES.set("control", reset=1))


def test_beats(bench):
    expected = hear(MonitorModel(CONTROLLER), ECG)
    assert len(expected) > CONTROLLER.depth > 5
    found = []
    for start in range(0, len(ECG), 1200):
        bench.play(ECG[start : start + 1200])
        found += bench.driver.read(room=2)
        found += bench.driver.read(room=9)
    assert found == expected
    assert [bench.driver.class_of(event) for event in found] == ["NSVF"[event.klass] for event in found]
    bench.wire.frames.clear()
    assert bench.driver.read() == []
    bench.sent(FRAMES.read("event", 2))
    assert bench.driver.read(room=0) == []
    bench.sent()


def test_causes_and_losses(bench):
    bench.play(ECG)
    lost = len(hear(MonitorModel(CONTROLLER), ECG)) - CONTROLLER.depth
    assert bench.driver.causes() & FRAMES.word("cause", beat=1, overflow=1)
    assert bench.driver.causes() == 0
    assert bench.driver.lost() == (lost, 0)
    assert bench.driver.lost(clear=True) == (lost, 0)
    assert bench.driver.lost() == (0, 0)
    assert bench.driver.time() == len(ECG) // 4


def test_wait(bench):
    with refused("TIMEOUT"):
        bench.driver.wait(50)
    assert 4 <= bench.wire.waits <= 5
    bench.play(ECG[:1500])
    bench.driver.wait(50)
    bench.driver.read()
    bench.driver.configure(FRAMES.word("cause", beat=1))
    bench.driver.wait(50)  # irq is high
    bench.driver.causes()
    with refused("TIMEOUT"):
        bench.driver.wait(0)
    bench.clock_fails = 1
    with refused("CLOCK"):
        bench.driver.wait(50)


class Reading(ctypes.Structure):
    """ecg_monitor_reading."""

    BEGIN = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
    FINISHED = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t)
    _fields_ = [
        *(("begin", BEGIN), ("finished", FINISHED), ("context", ctypes.c_void_p)),
        *(("monitor", ctypes.c_void_p), ("beats", ctypes.c_void_p), ("room", ctypes.c_size_t)),
        *(("count", ctypes.c_size_t), ("sent", ctypes.c_uint8 * 10), ("received", ctypes.c_uint8 * 10)),
        *((name, ctypes.c_uint8) for name in ("again", "more", "acknowledges")),
    ]


@pytest.mark.parametrize("fails", [None, 0, 1, 6], ids=["none", "first", "second", "seventh"])
@pytest.mark.parametrize("how", ["begin", "complete"])
def test_reading_without_waiting(bench, fails, how):
    """Frames that end later, one of which may fail: all beats are handed out, each once, and it is said once."""
    library, wire, monitor = bench.driver.library, bench.wire, ctypes.byref(bench.driver.monitor)
    bench.play(ECG)
    expected = hear(MonitorModel(CONTROLLER), ECG)[: CONTROLLER.depth]
    begun: list[tuple] = []
    ended: list[tuple[Result, int]] = []

    def begin(_: object, sent: int, received: int, length: int) -> int:
        begun.append((sent, received, length))
        return int(how == "begin" and len(begun) - 1 == fails)

    reading = Reading(Reading.BEGIN(begin), Reading.FINISHED(lambda _, result, n: ended.append((Result(result), n))))
    found = []
    for _ in range(1 if fails is None else 2):
        beats = (Beat * 20)()
        returned = library.ecg_monitor_start_reading(ctypes.byref(reading), monitor, beats, ctypes.c_size_t(20))
        if how == "begin" and len(begun) - 1 == fails == 0:
            assert Result(returned) == Result["TRANSPORT"]
            continue
        assert returned == OK
        done = len(begun) - 1
        while not ended:
            assert len(begun) == done + 1, "a frame began before the last one ended"
            failed = how == "complete" and done == fails
            wire.fail = "transfer" if failed else ""
            wire.select(None, 1)
            wire.transfer(None, *begun[done])
            wire.select(None, 0)
            done += 1
            library.ecg_monitor_completed(ctypes.byref(reading), int(failed))
        ((result, count),) = ended
        ended.clear()
        assert result == (OK if fails is None or len(begun) - 1 > fails else Result["TRANSPORT"])
        found += [Event(b.klass, b.judged, b.sequence, b.peak, b.previous) for b in beats[:count]]
    assert found == expected


@pytest.mark.parametrize("callback", ["select", "transfer"])
def test_beats_when_any_frame_fails(folder, callback):
    """Each frame fails once: all beats are handed out, each once."""
    expected = hear(MonitorModel(CONTROLLER), ECG)[: CONTROLLER.depth]
    for nth in range(2 * len(expected)):
        bench = Bench(folder)
        bench.driver.open()
        bench.play(ECG)
        bench.wire.fail_after(nth, callback)
        found: list = []
        with refused("TRANSPORT"):
            bench.driver.read(room=20, into=found)
        bench.wire.fail = ""
        assert bench.wire.sent is None, "chip select was left low"
        assert bench.driver.read(room=20, into=found) == expected


def test_an_acknowledgement_that_never_arrives(bench):
    bench.play(ECG)
    bench.model.registers.by_number[FRAMES.registers["done"].address_offset // 4] = FRAMES.registers["sample"]
    found: list = []
    with refused("CHIP"):
        bench.driver.read(into=found)
    assert len(found) == 1


def test_samples(bench):
    bench.driver.send(ECG[:3])
    bench.sent(FRAMES.write("sample", *ECG[:3].tolist()))
    with refused("ARGUMENT"):
        bench.driver.send(np.array([5, 2048]))
    bench.sent()


def test_example(bench):
    assert bench.driver.example() == 0
    bench.model.tell = lambda event: None
    assert bench.driver.example() > 5


def test_null_pointers_are_refused(folder, bench):
    """Whatever pointer is null, before anything is sent."""
    library, wire = bench.driver.library, bench.wire
    ready, closed = ctypes.byref(bench.driver.monitor), ctypes.byref(MonitorStruct())
    beats, count, number, word = (Beat * 2)(), ctypes.c_size_t(7), ctypes.c_uint8(), ctypes.c_uint32()
    out, settings, codes = ctypes.byref(word), ctypes.byref(Settings()), b"\0\0"
    calls = {
        "open": (ctypes.byref(MonitorPort(wire, bench.port.now)),),
        "reset": (),
        "configure": (settings,),
        "status": (ctypes.byref(number),),
        "causes": (out,),
        "read": (beats, ctypes.c_size_t(2), ctypes.byref(count)),
        "wait": (ctypes.c_uint32(5),),
        "time": (out,),
        "lost": (out, out, 0),
        "send": (codes, ctypes.c_size_t(1)),
    }
    pointers = {"wait": [], "reset": [], "read": [0, 2], "lost": [0, 1]}
    for name, arguments in calls.items():
        function = getattr(library, f"ecg_monitor_{name}")
        assert function(None, *arguments) == ARGUMENT, name
        if name != "open":
            assert function(closed, *arguments) == ARGUMENT, f"{name} before open"
        for k in pointers.get(name, [0]):
            nulled = [None if i == k else argument for i, argument in enumerate(arguments)]
            assert function(ready, *nulled) == ARGUMENT, f"{name}, argument {k}"
    for missing in ("select", "transfer", "wait"):
        port = MonitorPort(Recorder(bench.model), bench.port.now)
        setattr(port.transport, missing, type(getattr(port.transport, missing))())
        assert library.ecg_monitor_open(ready, ctypes.byref(port)) == ARGUMENT, missing
    assert library.ecg_monitor_open(ready, ctypes.byref(MonitorPort(wire, NOW()))) == ARGUMENT
    assert library.ecg_monitor_class(None) == b"?"
    bench.sent()


def test_rates_and_names(bench):
    library = bench.driver.library
    assert [library.ecg_monitor_rate(interval) for interval in (0, 45, 90, 255)] == [0, 120, 60, 21]
    assert library.ecg_monitor_class(ctypes.byref(Beat(klass=0, judged=0))) == b"?"
    assert library.ecg_monitor_class(ctypes.byref(Beat(klass=9, judged=1))) == b"?"
