"""The chip in Verilator, through its pins, against the golden model of its registers."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.hw.host.beats import BeatFrames
from sparrow_ecg.hw.host.chip_model import ChipModel
from sparrow_ecg.hw.host.controller import State
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.hw.host.registers.map import number
from sparrow_ecg.hw.host.spi import WRITE
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.rtl.board import Board, ChipEngine
from sparrow_ecg.sim.rtl.traffic import Wrong
from tests.support.frames import Traffic

SHAPE = (13, 12, 4)
SMALL = (6, 3, 4)  # trees of larger ones take the compiler long
FRAMES = 5_000
COUNTERS = {"beats", "cycles", "spikes_fired", "weights_read"}


def networks(count: int, steps: int = 7, shape: tuple[int, ...] = SHAPE) -> list:
    rng = np.random.default_rng(5)
    return [random_network(rng, shape, steps=steps, weight_bits=4, input_bits=5) for _ in range(count)]


@pytest.fixture(scope="module")
def slow():
    """A chip that computes for long, with one lane and integrate-and-fire neurons, and the networks it may load."""
    loadable = networks(3, steps=3)
    with Board(Build(loadable[0], Serial(1, "ram", "if"), "chip")) as board:
        yield board, loadable


class Pair:
    """A chip and its model, which hear the same."""

    def __init__(self, board: Board, *loadable):
        board.reset()
        self.board, self.model = board, ChipModel(board.controller, *loadable)
        self.frames, self.beats = Protocol(board.controller.map), BeatFrames.of(board.controller)

    def send(self, sent: bytes, bits: int | None = None, what: object = "") -> bytes:
        received = self.board.frame(sent, bits)
        assert received == self.model.frame(sent, bits), what
        assert self.board.irq == self.model.irq, what
        return received

    def load(self, network) -> None:
        if self.board.controller.images:
            for sent in self.frames.load(self.board.controller.images.of(network)):
                self.send(sent)

    def everything(self) -> None:
        """The answer, whether the core was done or not, and every register."""
        while self.model.state == State.RUN:
            self.send(self.beats.fetch())
        if self.model.unsure:
            self.send(self.frames.set("control", clear=1))
        self.send(self.beats.fetch())
        for _ in range(2):  # it sets causes, which the second one sees
            self.send(self.frames.read("id", 127))


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
    writes = {numbers["settings"], numbers["control"]}
    return not touched & (writes if frame.sent[0] & WRITE else {numbers[n] for n in COUNTERS & numbers.keys()})


def test_random_and_mutated_frames(slow):
    board, loadable = slow
    loadable = fits(board, loadable)
    pair = Pair(board, *loadable)
    model = pair.model
    rng = np.random.default_rng(0)
    while_busy, answers, restarts = 0, 0, 0
    for n, frame in enumerate(islice(Traffic(board.controller, loadable, seed=1), FRAMES)):
        if not timeless(frame, pair.frames):
            while model.state == State.RUN:
                pair.send(pair.beats.fetch())
            if model.unsure:
                pair.send(pair.frames.set("control", clear=1))
        busy, had = model.state == State.RUN, model.answered()
        pair.send(frame.sent, frame.bits, f"frame {n}: {frame}")
        while_busy += busy
        restarts += busy and model.unsure
        answers += bool(model.answered()) and not had
        if rng.integers(20) == 0:  # clocks while the chip is not selected
            for level in (1, 0) * 5:
                board.pins(1, level, 1)
        if n % 250 == 249:
            pair.everything()
    assert while_busy > 50
    assert restarts >= 5
    assert answers > 100


def test_the_next_good_frames_work(slow):
    """Whatever went before, a reset, an image and a beat give the golden answer."""
    board, loadable = slow
    network = loadable[0]
    pair = Pair(board, network)
    traffic = iter(Traffic(board.controller, [network], seed=2))
    counts = random_beats(np.random.default_rng(3), network, 1)[0]
    trace = golden.run(network, counts[None], "if")
    for turn in range(6):
        for frame in islice(traffic, 20):
            board.frame(frame.sent, frame.bits)
        if turn % 2:
            board.reset()
        else:
            board.frame(pair.frames.set("control", reset=1))
        pair.model.reset()
        if turn % 2 == 0:
            pair.model.frame(bytes(1))  # the frame that resets is whole
            board.frame(bytes(1))
        pair.load(network)
        received = pair.send(pair.beats.classify(counts))
        assert pair.beats.answer(received) == (trace.classes[0], trace.outputs[0].tolist())


@pytest.fixture(scope="module")
def fast():
    network = networks(1, shape=SMALL)[0]
    with Board(Build(network, Tree(), "chip")) as board:
        yield board, network


def test_a_beat_that_is_cut_anywhere(fast):
    """When chip select rises behind any bit of a beat, what is left is as the model says; the next beat is right."""
    board, network = fast
    counts = random_beats(np.random.default_rng(4), network, 2)
    trace = golden.run(network, counts)
    pair = Pair(board, network)
    whole = pair.beats.classify(counts[0])
    for bits in range(8 * len(whole) + 1):
        pair.send(whole, bits, bits)
        if bits % 2:
            pair.send(pair.frames.read("status", 3), what=bits)
        received = pair.send(pair.beats.classify(counts[1]), what=bits)
        assert pair.beats.answer(received) == (trace.classes[1], trace.outputs[1].tolist()), bits
        (causes,) = pair.frames.words(pair.send(pair.frames.read("error")))
        assert pair.frames.field("error", "frame", causes) == (0 < bits < pair.beats.counted)
        pair.send(pair.frames.write("error", pair.frames.full("error")))


def test_clocks_of_others_are_nothing(fast):
    """Neither does the core compute with them, nor is it forgotten how the last frame ended."""
    board, network = fast
    pair = Pair(board, network)
    pair.send(pair.frames.set("settings", interrupt_result=1))
    whole = pair.beats.classify(random_beats(np.random.default_rng(4), network, 1)[0])
    for bits in (pair.beats.counted, 20):
        pair.send(whole, bits)
        for level in (1, 0) * 50:
            board.pins(1, level, 1)
        assert board.irq == pair.model.irq == 0, "the core has computed"
        pair.send(pair.frames.read("status", 3), what=bits)
    pair.everything()


def test_reset_needs_no_clock(fast):
    """In the middle of a frame, too: its rest goes on, the registers are as after power-up from its next bit on."""
    board, network = fast
    pair = Pair(board, network)
    pair.send(pair.frames.write("settings", pair.frames.full("settings")))
    counts = random_beats(np.random.default_rng(4), network, 1)[0]
    pair.send(pair.beats.classify(counts))
    assert board.irq == 1
    board.reset()
    assert board.irq == 0
    pair.model.reset()
    pair.everything()


def test_pins(fast):
    """miso moves with the falling edge of sck, and is driven while the chip is selected, and then alone."""
    board, _ = fast
    board.reset()
    status = []
    assert board.miso is None
    board.pins(0, 0, 0)
    for _ in range(8):
        shown = board.miso
        status.append(shown)
        board.pins(0, 1, 0)
        assert board.miso == shown
        board.pins(0, 0, 0)
    assert status == [0, 1, 1, 0, 0, 0, 0, 0]  # present, weights_valid
    board.pins(1, 0, 0)
    assert board.miso is None


def test_chip_select_while_sck_is_high_counts_no_bit(fast):
    """A host that lets go of the chip too early, or too late, loses its frame and nothing else."""
    board, network = fast
    pair = Pair(board, network)
    for level in (1, 0, 1, 0):
        board.pins(0, level, 0)
    board.pins(0, 1, 0)
    board.pins(1, 1, 0)  # in the high phase of the third bit
    board.pins(1, 0, 0)
    pair.model.frame(bytes(1), 3)
    pair.everything()


@pytest.mark.parametrize("config", [Serial(4), Tree(), Serial(3, "ram")], ids=str)
def test_beats(config):
    network = networks(1, shape=SMALL)[0]
    counts = random_beats(np.random.default_rng(4), network, 5)
    latencies = config.cycles(network, golden.run(network, counts)) - network.inputs
    with Board(Build(network, config, "chip")) as board:
        pair = Pair(board, network)
        pair.load(network)
        pair.send(pair.frames.write("settings", pair.frames.full("settings")))
        for beat, latency in zip(counts, latencies.tolist(), strict=True):
            shortest = pair.beats.classify(beat, latency)
            received = pair.send(shortest)
            assert received[pair.beats.answered(latency)] & 0x80
            assert not any(byte & 0x80 for byte in received[1 : pair.beats.answered(latency)])
            assert pair.beats.answer(pair.send(pair.beats.fetch())) == pair.beats.answer(received)
            pair.send(pair.frames.read("status", 2))
            pair.send(pair.frames.set("status", result_valid=1))
        pair.everything()


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
