"""The C driver: it compiles everywhere without a warning, and sends just the frames that it should."""

from __future__ import annotations

import ctypes
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from sparrow_ecg.firmware_gen.compile import DRIVER, compile_c, compilers, shared_library
from sparrow_ecg.firmware_gen.driver import ChipStruct, Driver, DriverError, Result, _Activity, _Answer
from sparrow_ecg.firmware_gen.generate import generate
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.hw.host.beats import BeatFrames
from sparrow_ecg.hw.host.chip_model import ChipModel
from sparrow_ecg.hw.host.controller import MOST_OUTPUTS, Controller
from sparrow_ecg.hw.host.image import ChipImage
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.drawn import random_beats, random_network
from tests.support.recorder import Recorder

CONFIG = Serial(3, "ram")
NETWORK = random_network(np.random.default_rng(0), (6, 5, 3), steps=7, weight_bits=4, input_bits=4)
IMAGE = ChipImage(CONFIG.geometry(NETWORK), CONFIG).of(NETWORK)
COUNTS = random_beats(np.random.default_rng(1), NETWORK, 1)[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("firmware")
    generate(Build(NETWORK, CONFIG, "chip"), target)
    shared_library(target)
    return target


class Bench:
    """The driver on the golden model of a chip."""

    def __init__(self, folder: Path, config: CoreConfig = CONFIG, network: Network = NETWORK):
        controller = Controller(network, config)
        for component in (controller, controller.core):
            component._MustUse__used = True  # its model is used, it is not elaborated
        self.model = ChipModel(controller, network)
        self.wire = Recorder(self.model)
        self.driver = Driver(folder / "ecg.so", self.wire)
        self.frames, self.beats = Protocol(controller.map), BeatFrames.of(controller)

    def classified(self, counts: np.ndarray, potentials: bool = True) -> bytes:
        """The frame of a beat that goes on until the answer is there, and no further."""
        latency = int(self.model.controller.config.cycles(NETWORK, golden.run(NETWORK, counts[None]))[0]) - len(counts)
        frame = self.beats.classify(counts, latency)
        return frame if potentials else frame[: self.beats.answered(latency) + 1]

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
    assert "gcc" in compilers()
    for name, command in compilers().items():
        for source in DRIVER:
            compile_c(command, folder, "-c", "-o", f"{source}.{name.replace(' ', '')}.o", source)


def test_no_heap_and_no_globals(folder):
    for source in DRIVER[:2]:
        assert "alloc" not in (folder / source).read_text()
        compile_c(["gcc"], folder, "-c", "-o", "driver.o", source)
        symbols = subprocess.run(["nm", "driver.o"], cwd=folder, capture_output=True, text=True, check=True).stdout
        assert not [line for line in symbols.splitlines() if line.split()[-2] in "bBdDC"]


def test_open(folder):
    bench = Bench(folder)
    bench.driver.open()
    f = bench.frames
    bench.sent(f.read("id", 3), f.read("geometry"), f.read("widths", 3), f.read("shape_0"), f.read("shape_2"))
    chip = bench.driver.chip
    assert (chip.inputs, chip.outputs, chip.input_bits, chip.loadable) == (6, 3, 4, 1)
    geometry = CONFIG.geometry(NETWORK)
    assert (chip.potential_bits, chip.latency) == (geometry.potential_bits, CONFIG.longest(NETWORK) - 6)
    assert bench.model.registers.word("error") == 0


@pytest.mark.parametrize("config", [Serial(3), Tree()], ids=["rom", "tree"])
def test_open_without_what_this_build_lacks(folder, config):
    bench = Bench(folder, config)
    bench.driver.open()
    f = bench.frames
    bench.sent(f.read("id", 3), f.read("widths", 3), f.read("shape_0"), f.read("shape_2"))
    counted = bench.driver.activity(clear=True)
    assert list(counted) == ["beats", "cycles", "spikes", "weight_reads"][: 2 if config.datapath == "tree" else 4]
    bench.sent(f.read("beats", 2 if config.datapath == "tree" else 4), f.set("control", clear=1))
    assert bench.model.registers.word("error") == 0
    with refused("BUILT_IN"):
        bench.driver.load(IMAGE)
    with refused("BUILT_IN"):
        bench.driver.send_image(IMAGE)
    bench.sent()


def test_load_and_classify(bench):
    f, driver = bench.frames, bench.driver
    driver.load(IMAGE)
    bench.sent(f.set("control", load=1), f.send("weights", IMAGE), f.read("status", 3), f.read("network"))
    assert driver.chip.network == int(NETWORK.digest[:8], 16)
    answer = driver.classify(COUNTS)
    bench.sent(bench.classified(COUNTS))
    trace = golden.run(NETWORK, COUNTS[None])
    assert (answer.klass, answer.potentials) == (trace.classes[0], trace.outputs[0].tolist())
    assert driver.fetch() == answer
    bench.sent(bench.beats.fetch())
    assert driver.klass(COUNTS) == answer.klass
    bench.sent(bench.classified(COUNTS, potentials=False))
    driver.drop()
    bench.sent(f.set("status", result_valid=1))
    with refused("NO_RESULT"):
        driver.fetch()
    bench.sent(bytes([bench.beats.command]) + bytes(1 + bench.beats.latency // 8 + 2))
    assert driver.errors() == 0
    bench.sent(f.read("error"))


def test_the_error_of_a_frame_is_read_and_cleared(bench):
    f, driver = bench.frames, bench.driver
    bench.model.frame(bytes(1), 5)
    assert driver.errors() == f.word("error", frame=1)
    bench.sent(f.read("error"), f.set("error", frame=1))
    assert driver.errors() == 0


@pytest.mark.parametrize("inputs", [1, 2, 7, 15, 16, 17, 40])
@pytest.mark.parametrize("input_bits", [1, 3, 5, 8])
def test_counts_of_any_width(folder, inputs, input_bits):
    """However they fill the driver's buffer."""
    rng = np.random.default_rng(inputs)
    network = random_network(rng, (inputs, 2, 2), steps=3, weight_bits=2, input_bits=input_bits)
    bench = Bench(folder, Tree(), network)
    bench.driver.open()
    counts = random_beats(rng, network, 2)
    trace = golden.run(network, counts)
    for beat, klass, potentials in zip(counts, trace.classes, trace.outputs, strict=True):
        assert bench.driver.classify(beat) == (klass, potentials.tolist())
    assert bench.wire.frames[-1] == bench.beats.classify(counts[-1]).hex()


def test_settings_reset_and_activity(bench):
    f, driver = bench.frames, bench.driver
    driver.set(f.word("settings", interrupt_result=1, count=1))
    driver.reset()
    driver.activity()
    bench.sent(
        f.set("settings", interrupt_result=1, count=1), f.set("control", reset=1), f.read("network"), f.read("beats", 4)
    )


WRONG = {
    "IMAGE_TRUNCATED": IMAGE[:-4],
    "IMAGE_LENGTH": IMAGE + bytes(4),
    "IMAGE_MAGIC": b"\x7fELF" + IMAGE[4:],
    "IMAGE_VERSION": IMAGE[:7] + b"\2" + IMAGE[8:],
    "IMAGE_GEOMETRY": IMAGE[:8] + bytes(4) + IMAGE[12:],
    "IMAGE_CRC": IMAGE[:-5] + bytes([IMAGE[-5] ^ 16]) + IMAGE[-4:],
}


@pytest.mark.parametrize("result", WRONG)
def test_a_wrong_image_is_refused_by_the_driver_before_anything_is_sent(bench, result):
    with refused(result):
        bench.driver.load(WRONG[result])
    bench.sent()


@pytest.mark.parametrize("result", [name for name in WRONG if name != "IMAGE_LENGTH"])
def test_a_wrong_image_is_refused_by_the_chip(bench, result):
    """What the driver would have refused: the chip itself says why."""
    with refused(result):
        bench.driver.send_image(WRONG[result])
    with refused("NO_WEIGHTS"):
        bench.driver.classify(COUNTS)
    bench.driver.errors()
    bench.driver.load(IMAGE)  # and all is well again
    bench.driver.classify(COUNTS)


def test_any_flipped_bit_is_refused(bench):
    for bit in range(8 * len(IMAGE)):
        image = bytearray(IMAGE)
        image[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DriverError) as refusal:
            bench.driver.check_image(bytes(image))
        assert refusal.value.result.name.startswith("IMAGE_")
    bench.sent()


def test_a_count_beyond_the_chip_is_refused(bench):
    with refused("ARGUMENT"):
        bench.driver.classify(np.array([0, 0, 16, 0, 0, 0]))
    bench.sent()


@pytest.mark.parametrize("count", [0, 5, 7])
def test_another_number_of_counts_is_refused(bench, count):
    for call in (bench.driver.classify, bench.driver.klass):
        with refused("ARGUMENT"):
            call(np.zeros(count, np.uint8))
    bench.sent()


def test_null_pointers_are_refused(folder, bench):
    """Whatever pointer is null, and before the chip was opened: nothing is sent."""
    library, wire, number = bench.driver.library, bench.wire, ctypes.byref(ctypes.c_uint32())
    opened, closed = ctypes.byref(bench.driver.chip), ctypes.byref(ChipStruct())
    counts, image = (bytes(6), ctypes.c_size_t(6)), (IMAGE, ctypes.c_size_t(len(IMAGE)))
    answer, activity = ctypes.byref(_Answer()), ctypes.byref(_Activity())
    calls = {  # arguments after the chip; those that have to be pointers come first, and last where counts do
        "open": (ctypes.byref(wire),),
        "reset": (),
        "set": (0,),
        "check_image": image,
        "send_image": image,
        "load": image,
        "status": (number,),
        "classify": (*counts, answer),
        "class": (*counts, number),
        "fetch": (answer,),
        "drop": (),
        "errors": (number,),
        "read_activity": (activity, 0),
    }
    pointers: dict[str, list[int]] = {"reset": [], "set": [], "drop": [], "classify": [0, 2], "class": [0, 2]}
    header = (folder / "ecg_driver.h").read_text()
    assert set(calls) == set(re.findall(r"^ecg_result ecg_(\w+)\(", header, re.MULTILINE))
    for name, arguments in calls.items():
        function = getattr(library, f"ecg_{name}")
        assert function(None, *arguments) == Result["ARGUMENT"], name
        if name != "open":
            assert function(closed, *arguments) == Result["ARGUMENT"], f"{name} before open"
        for k in pointers.get(name, [0]):
            nulled = [None if i == k else argument for i, argument in enumerate(arguments)]
            assert function(opened, *nulled) == Result["ARGUMENT"], f"{name}, argument {k}"
    for missing in ("select", "transfer"):
        port = Recorder(bench.model)
        setattr(port, missing, type(getattr(port, missing))())
        assert library.ecg_open(opened, ctypes.byref(port)) == Result["ARGUMENT"], missing
    bench.sent()


def test_no_weights_and_no_answer(bench):
    f, driver = bench.frames, bench.driver
    with refused("NO_WEIGHTS"):
        driver.classify(COUNTS)
    waited = bench.beats.classify(COUNTS)[: 1 + 3] + bytes(bench.beats.latency // 8 + 2)
    bench.sent(waited, f.read("error"), f.set("error", no_weights=1))
    driver.load(IMAGE)
    bench.model.begin = lambda: False  # a chip that does not answer
    with refused("NO_RESULT"):
        driver.classify(COUNTS)
    assert bench.wire.waits == 0


@pytest.mark.parametrize("callback", ["select", "transfer"])
def test_a_transport_that_fails(bench, callback):
    bench.wire.fail = callback
    for call in (bench.driver.open, bench.driver.status, bench.driver.errors, bench.driver.fetch):
        with refused("TRANSPORT"):
            call()
        assert bench.wire.sent is None, "chip select was left low"


@pytest.mark.parametrize("level", [0, 255])
def test_no_chip(bench, level):
    bench.model.registers.word = lambda name: level  # a pin that is stuck
    bench.model.registers.peek = lambda address: level * 0x01010101
    with refused("NO_CHIP"):
        bench.driver.open()
    with refused("NO_CHIP"):
        bench.driver.status()


def test_another_register_map(bench):
    bench.model.registers.values["id_major"] = 1
    with refused("MAP_VERSION"):
        bench.driver.open()


def test_example(folder):
    assert Bench(folder).driver.example() == 0


def test_an_answer_holds_the_outputs_of_every_chip():
    assert dict(_Answer._fields_)["potentials"]._length_ == MOST_OUTPUTS


def test_every_result_has_a_message(bench):
    messages = {bench.driver.library.ecg_message(result) for result in Result}
    assert len(messages) == len(Result)
    assert bench.driver.library.ecg_message(99) == b"unknown result"
