"""The C driver against the RTL, through the SPI pins."""

from __future__ import annotations

import re

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from sparrow_ecg.cli import app
from sparrow_ecg.firmware_gen.compile import shared_library
from sparrow_ecg.firmware_gen.driver import SELECT, TRANSFER, WAIT, Driver, DriverError, Transport
from sparrow_ecg.firmware_gen.generate import generate
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.host.beats import BeatFrames
from sparrow_ecg.model.errors import InputError, VerificationError
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.rtl import firmware
from sparrow_ecg.sim.rtl.board import Board
from sparrow_ecg.sim.rtl.firmware import neighbour, transport

CONFIG = Serial(3, "ram")
NETWORK = random_network(np.random.default_rng(0), (6, 5, 3), steps=7, weight_bits=4, input_bits=4)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("firmware")
    generate(Build(NETWORK, CONFIG, "chip"), folder)
    with Board(Build(NETWORK, CONFIG, "chip")) as board:
        yield board, Driver(shared_library(folder), transport(board))


def word(image: bytes, k: int, value: int) -> bytes:
    return image[: 4 * k] + value.to_bytes(4, "big") + image[4 * k + 4 :]


def test_every_wrong_image_is_refused_by_the_chip_with_its_cause(bench):
    board, driver = bench
    image = board.controller.images.of(NETWORK)
    driver.open()
    driver.reset()
    wrong = {
        "IMAGE_MAGIC": word(image, 0, 0),
        "IMAGE_VERSION": word(image, 1, 2),
        "IMAGE_GEOMETRY": word(image, 2, 1),
        "IMAGE_LENGTH": word(image, 3, 4),
        "IMAGE_TRUNCATED": image[:-4],
        "IMAGE_CRC": word(image, 8, ~int.from_bytes(image[32:36], "big") % (1 << 32)),
    }
    for result, content in wrong.items():
        driver.load(image)
        with pytest.raises(DriverError, match=f"^{result}: "):
            driver.send_image(content)
        with pytest.raises(DriverError, match="NO_WEIGHTS: "):
            driver.classify(np.zeros(6, dtype=int))
        driver.errors()
        assert driver.errors() == 0


def test_any_flipped_bit_is_refused_by_the_chip(bench):
    board, driver = bench
    image = board.controller.images.of(NETWORK)
    driver.open()
    for bit in range(8 * len(image)):
        flipped = bytearray(image)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DriverError, match="IMAGE_"):
            driver.send_image(bytes(flipped))
    driver.load(image)


def test_networks_take_turns(bench):
    board, driver = bench
    driver.open()
    driver.reset()
    counts = random_beats(np.random.default_rng(1), NETWORK, 10)
    for network in (NETWORK, neighbour(NETWORK), NETWORK):
        driver.load(board.controller.images.of(network))
        trace = golden.run(network, counts)
        for beat, klass, potentials in zip(counts, trace.classes, trace.outputs, strict=True):
            assert driver.classify(beat) == (klass, potentials.tolist())


def test_a_transfer_that_stops_in_the_middle(bench):
    """The beat is lost, the next one is not."""
    board, driver = bench
    driver.open()
    driver.load(board.controller.images.of(NETWORK))
    counts = random_beats(np.random.default_rng(2), NETWORK, 1)[0]
    whole = BeatFrames.of(board.controller).classify(counts)
    trace = golden.run(NETWORK, counts[None])
    for bits in range(1, 8 * len(whole), 3):
        board.frame(whole, bits)
        assert driver.classify(counts) == (trace.classes[0], trace.outputs[0].tolist())


def verb(*arguments: object) -> Result:
    return CliRunner().invoke(app("cosim-firmware"), [*map(str, arguments)])


def test_verb(tmp_path):
    """By default the chip with its weights built in, and its sibling, which loads two networks."""
    done = verb("--beats", 25, "--out", tmp_path)
    assert done.exit_code == 0, (done.output, done.exception)
    assert re.findall(r"^chip: (\w+).*; (.*)", done.output, re.M) == [
        ("tree", "tiny"),
        ("serial", "tiny and tiny-neighbour"),
    ]
    assert done.output.count("bit-exact: 25 of 25 beats, all potentials") == 3
    assert done.output.count("refused: BUILT_IN") == 1
    assert done.output.count("the example program gets every answer that it expects") == 2


@pytest.mark.parametrize("arguments", [["--second", "accurate"], ["--weights", "rom", "--second", "tiny"]])
def test_a_second_network_that_the_chip_cannot_take(tmp_path, arguments):
    done = verb(*arguments, "--out", tmp_path)
    assert isinstance(done.exception, InputError)
    assert "\n" not in str(done.exception)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("beats", [0, -3])
def test_no_beats(tmp_path, beats):
    assert verb("--beats", beats, "--out", tmp_path).exit_code == 2
    assert not list(tmp_path.iterdir())


def test_a_wrong_chip_fails(tmp_path):
    """Its argmax lets the last output win: a failed verification, and no fault of the input."""
    chip = Build(NETWORK, Serial(3), "chip")
    wrong = chip.edited(chip.verilog.replace("$signed(potential) > $signed(best)", "1"))
    counts = random_beats(np.random.default_rng(3), NETWORK, 10)
    with pytest.raises(VerificationError, match=r"^the chip and its model differ: network random, beat "):
        firmware.verify(wrong, [NETWORK], counts, tmp_path)


def test_a_chip_that_cannot_be_reached_fails(bench, tmp_path, monkeypatch):
    dead = Transport(SELECT(lambda *_: 1), TRANSFER(lambda *_: 1), WAIT(lambda _: None), None)
    monkeypatch.setattr(firmware, "transport", lambda board: dead)
    with pytest.raises(VerificationError, match="TRANSPORT: "):
        firmware.verify(bench[0].build, [NETWORK], np.zeros((1, 6), dtype=int), tmp_path)
