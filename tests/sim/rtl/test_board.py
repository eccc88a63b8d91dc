"""The chip in Verilator, through its pins, against the golden model of its registers."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.hw.host.chip_model import ChipModel
from sparrow_ecg.hw.host.controller import State
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.hw.host.registers.map import number
from sparrow_ecg.hw.host.spi import WRITE
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.rtl.board import LEAD, Board, ChipEngine
from sparrow_ecg.sim.rtl.traffic import Wrong
from tests.support.frames import Traffic

SHAPE = (13, 12, 4)
SMALL = (6, 3, 4)  # trees of larger ones take the compiler long
FRAMES = 10_000
COUNTERS = {"beats", "cycles", "spikes_fired", "weights_read"}


def networks(count: int, steps: int = 7, shape: tuple[int, ...] = SHAPE) -> list:
    rng = np.random.default_rng(5)
    return [random_network(rng, shape, steps=steps, weight_bits=4, input_bits=5) for _ in range(count)]


@pytest.fixture(scope="module")
def slow():
    """A chip that is busy for long, with one lane and integrate-and-fire neurons, and the networks it may load."""
    loadable = networks(3, steps=63)
    with Board(Build(loadable[0], Serial(1, "ram", "if"), "chip")) as board:
        yield board, loadable


def pair(board: Board, *loadable) -> tuple[Board, ChipModel, Protocol]:
    board.timing()
    board.reset()
    return board, ChipModel(board.controller, *loadable), Protocol(board.controller.map)


def fits(board: Board, loadable: list) -> list:
    """Those whose biases and thresholds the chip of the first can hold."""
    assert board.controller.images
    found = []
    for network in loadable:
        try:
            board.controller.images.of(network)
            found.append(network)
        except InputError:
            pass
    return found


def timeless(frame: Wrong, frames: Protocol) -> bool:
    """Whether the answer does not depend on how far the core is: counters are neither read nor set."""
    first, words = frame.sent[0] % 128, frame.bits // 32
    touched = set(range(first, first + words + 1)) if words else set()
    numbers = {name: number(register) for name, register in frames.registers.items()}
    counting = {numbers[name] for name in COUNTERS & numbers.keys()}
    changing = {numbers["settings"]}
    if frame.bits >= 40 and frames.field("control", "clear", int.from_bytes(frame.sent[1:5], "big")):
        changing.add(numbers["control"])
    return not touched & (changing if frame.sent[0] & WRITE else counting)


def test_random_and_mutated_frames(slow):
    board, loadable = slow
    loadable = fits(board, loadable)
    board, model, frames = pair(board, *loadable)
    rng = np.random.default_rng(0)
    started, while_busy, answered = 0, 0, 0
    look = frames.read("status", 3)
    for n, frame in enumerate(islice(Traffic(board.controller, loadable, seed=1), FRAMES)):
        if n % 50 == 0:
            high, low, jitter = (int(x) for x in rng.integers([2, 2, 0], [5, 5, 1 << 16]))
            board.timing(high, low, LEAD + int(rng.integers(3)), jitter, always=bool(rng.integers(2)))
        computing = model.state == State.RUN
        if computing:
            # Some frames come while the core computes, if they surely end before it does.
            busy = model.cycles(model.trace(np.array([model.counts])))
            if rng.integers(2) and timeless(frame, frames) and board.cycles + 10 * (frame.bits + 10) < started + busy:
                while_busy += 1
            else:
                board.settle()
                model.settle()
                answered += 1
        assert board.frame(frame.sent, frame.bits) == model.frame(frame.sent, frame.bits), f"frame {n}: {frame}"
        if model.state == State.RUN:
            if not computing:
                started = board.cycles - 10 * 100  # at most 100 bits came after the last count
        else:
            board.settle()
            assert board.irq == model.irq, f"frame {n}: {frame}"
            assert board.frame(look) == model.frame(look), f"after frame {n}: {frame}"
        if rng.integers(20) == 0:  # clocks while the chip is not selected
            for level in (1, 0) * 5:
                board.pins(1, level, 1)
                board.run(3)
        if n % 500 == 499:
            board.settle()
            model.settle()
            everything = frames.read("id", 127)
            assert board.frame(everything) == model.frame(everything)
    assert while_busy > 100
    assert answered > 500


def test_the_next_good_frames_work(slow):
    """Whatever went before, a reset, an image and a beat give the golden answer."""
    board, loadable = slow
    network = loadable[0]
    board, model, frames = pair(board, network)
    traffic = iter(Traffic(board.controller, [network], seed=2))
    counts = random_beats(np.random.default_rng(3), network, 1)[0]
    for _ in range(5):
        for frame in islice(traffic, 20):
            board.frame(frame.sent, frame.bits)
        board.settle()
        model.reset()
        image = board.controller.images.of(network)
        for sent in (frames.set("control", reset=1), *frames.load(image), frames.start(counts)):
            board.frame(sent)
            model.frame(sent)
        board.settle()
        model.settle()
        answer = frames.read("result", 1 + network.outputs)
        assert board.frame(answer)[1:] == model.frame(answer)[1:]


@pytest.mark.parametrize("config", [Serial(4), Tree(), Serial(3, "ram")], ids=str)
@pytest.mark.parametrize("always", [True, False], ids=["clock runs", "clock stops"])
def test_beats(config, always):
    network = networks(1, shape=SMALL)[0]
    counts = random_beats(np.random.default_rng(4), network, 5)
    with Board(Build(network, config, "chip")) as board:
        board, model, frames = pair(board, network)
        board.timing(always=always)
        since = board.cycles - board.clocked
        sent = list(frames.load(board.controller.images.of(network))) if board.controller.images else []
        sent += [frames.write("settings", frames.full("settings"))]
        for beat in counts:
            sent += [
                frames.start(beat),
                frames.read("status", 2),
                frames.read("result", 5),
                frames.set("status", result_valid=1),
            ]
        sent += [frames.read("id", 127)]
        for frame in sent:
            assert board.frame(frame) == model.frame(frame)
            board.run(3000)
            model.settle()
            assert board.irq == model.irq
            assert not board.clock_request
        assert (board.cycles - board.clocked == since) == always


@pytest.mark.parametrize("config", [Serial(4), Tree(), Serial(3, "ram")], ids=str)
def test_engine(config):
    """`make compare TOP=chip` runs this: the same answers and cycles as the core alone."""
    network = networks(1, shape=SMALL)[0]
    counts = random_beats(np.random.default_rng(7), network, 20)
    trace = golden.run(network, counts)
    result = ChipEngine(Build(network, config, "chip")).run(counts)
    assert np.array_equal(result.classes, trace.classes)
    assert np.array_equal(result.potentials, trace.outputs)
    assert np.array_equal(result.cycles, config.cycles(network, trace))
