"""The monitor chip in Verilator, through its pins, against the golden model of its registers."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.host.monitor_model import MonitorModel
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.hw.host.spi import LEAD
from sparrow_ecg.model.frontend.frontend import FrontEnd
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.signals.ecg.synthetic import generate
from sparrow_ecg.sim.rtl.monitor_board import MonitorBoard
from sparrow_ecg.sim.rtl.monitor_traffic import MonitorTraffic
from sparrow_ecg.sim.rtl.verilator import lint
from tests.support.beats_of_all import inclined

NETWORK = inclined()
FRAMES = 3000
ECG = generate("monitor", 60).codes
FLAT = np.full(400, 1500)  # samples: long enough for the lead to be off


@pytest.fixture(scope="module")
def opened():
    with MonitorBoard(Build(NETWORK, Serial(2), "monitor_chip")) as board:
        yield board


class Pair:
    """A board and its model, after a reset."""

    def __init__(self, board: MonitorBoard):
        self.board, self.model = board, MonitorModel(board.controller)
        self.frames = Protocol(board.controller.map)
        board.play(ECG[:0])
        board.timing()
        board.reset()

    def frame(self, sent: bytes, bits: int | None = None) -> bytes:
        """What both answer."""
        received = self.board.frame(sent, bits)
        assert received == self.model.frame(sent, bits)
        self.board.settle()
        assert self.board.irq == self.model.irq
        return received

    def words(self, sent: bytes) -> list[int]:
        return self.frames.words(self.frame(sent)).tolist()

    def play(self, codes: np.ndarray) -> None:
        self.board.play(codes)
        self.board.listen()
        for code in codes.tolist():
            self.model.sample(code)
        assert self.board.irq == self.model.irq

    def same(self) -> None:
        """Everything that there is to read."""
        self.frame(self.frames.read("id", 127))


@pytest.fixture
def pair(opened) -> Pair:
    return Pair(opened)


def test_random_and_mutated_frames(pair):
    """Between them samples come: of hearts, and of a lead that is off."""
    rng = np.random.default_rng(0)
    codes, at = np.concatenate([ECG, FLAT, ECG[:5000]]), 0
    told = 0
    for n, frame in enumerate(islice(MonitorTraffic(pair.board.controller, seed=1), FRAMES)):
        if n % 50 == 0:
            high, low, jitter = (int(x) for x in rng.integers([2, 2, 0], [5, 5, 1 << 16]))
            pair.board.timing(high, low, LEAD + int(rng.integers(3)), jitter, always=False)
        if rng.integers(8) == 0:
            before = pair.model.told
            length = int(rng.integers(1, 700))
            pair.play(codes[at : at + length])
            at = (at + length) % (len(codes) - 700)
            told += pair.model.told - before
        if pair.model.events and rng.integers(3) == 0:
            pair.frame(pair.frames.set("done", sequence=pair.model.events[0].sequence))
        pair.frame(frame.sent, frame.bits)
        pair.frame(pair.frames.read("status", 2))
        if n % 100 == 99:
            pair.same()
    assert told > 200
    assert pair.board.left == 0


@pytest.mark.parametrize("keep_newest", [0, 1], ids=["oldest", "newest"])
def test_a_host_that_is_late(pair, keep_newest):
    """It reads nothing for a minute; then the beats that were kept are there, whole, and the loss is told."""
    f, depth = pair.frames, pair.board.controller.depth
    pair.frame(f.set("settings", keep_newest=keep_newest))
    pair.play(ECG)
    told = pair.model.told
    assert told > 3 * depth
    assert pair.words(f.read("beats_lost")) == [told - depth]
    read = []
    while f.field("event", "valid", (event := pair.words(f.read("event", 2)))[0]):
        read.append(f.field("event", "sequence", event[0]))
        pair.frame(f.set("done", sequence=read[-1]))
    assert read == ([0, *range(told - depth + 1, told)] if keep_newest else list(range(depth)))
    pair.same()


def test_a_host_that_stops_in_the_middle_of_a_frame(pair):
    """Whatever is cut, the event stays; a frame that is sent again does no harm."""
    f = pair.frames
    pair.play(ECG[:3000])
    look, done = f.read("event", 2), f.set("done", sequence=0)
    first, second = pair.model.events[:2]
    whole = pair.words(look)
    for bits in range(0, 8 * len(look), 3):
        pair.frame(look, bits)
        assert pair.model.events[0] == first
    for bits in range(8 * len(done)):
        pair.frame(done, bits)
        assert pair.model.events[0] == first
    assert pair.words(look) == whole
    for _ in range(3):  # as if no answer had come to the first
        pair.frame(done)
        assert pair.model.events[0] == second


def test_an_event_that_comes_while_its_registers_are_read(opened):
    """Beats come at every moment of a frame: what is read is nothing, or one of them."""
    pair = Pair(opened)
    board, f = pair.board, pair.frames
    for code in ECG.tolist():
        pair.model.sample(code)
    heard = {}  # by sequence
    board.play(ECG)
    while board.left:
        words = f.words(board.frame(f.read("event", 2)))
        if f.field("event", "valid", int(words[0])):
            sequence = f.field("event", "sequence", int(words[0]))
            heard[sequence] = f.field("beat", "peak", int(words[1])), f.field("beat", "previous", int(words[1]))
            board.frame(f.set("done", sequence=sequence))
    expected = FrontEnd(NETWORK.encoding).run(ECG)
    intervals = expected.rhythm[:, 0] // 4
    assert heard == {k: (peak // 4, intervals[k]) for k, peak in enumerate(expected.peak.tolist())}


CAUSES = ["beat", "n", "s", "v", "f", "unclassified", "lead_off", "lead_on", "fast", "slow"]


def test_causes(pair):
    """Each cause by itself raises the interrupt, when it is due and enabled, until it is cleared."""
    f = pair.frames
    pair.frame(f.set("limits", shortest=60, longest=90))
    seen = set()
    for start in range(0, len(ECG), 900):
        pair.play(ECG[start : start + 900] if start != 9000 else FLAT)
        caused = pair.words(f.read("cause"))[0]
        for cause in CAUSES:
            bit = f.word("cause", **{cause: 1})
            pair.frame(f.write("mask", bit))
            assert pair.board.irq == bool(caused & bit)
            seen |= {cause} if caused & bit else set()
            pair.frame(f.write("cause", bit))
            assert pair.board.irq == 0
    assert seen == set(CAUSES)


def test_limits(pair):
    """An interval that is just the limit is not beyond it."""
    f, start, beyond = pair.frames, 0, set()
    told = FrontEnd(NETWORK.encoding).run(ECG)
    for n, (block, interval) in enumerate(zip(told.block.tolist(), (told.rhythm[:, 0] // 4).tolist(), strict=True)):
        shortest, longest = interval + (n % 3 == 1), interval - (n % 3 == 2)
        if shortest > 255:
            continue
        pair.frame(f.set("limits", shortest=shortest, longest=longest))
        pair.frame(f.write("cause", f.full("cause")))
        pair.play(ECG[start : 4 * block + 8])
        start = 4 * block + 8
        cause = pair.words(f.read("cause"))[0]
        assert [f.field("cause", name, cause) for name in ("fast", "slow")] == [n % 3 == 1, n % 3 == 2]
        beyond.add(n % 3)
    assert beyond == {0, 1, 2}


def test_a_beat_that_is_not_judged_has_no_class(pair):
    """Whatever the core answered to the beat before: the lead goes off after beats of every class."""
    f = pair.frames
    told = FrontEnd(NETWORK.encoding).run(ECG)
    classes = golden.run(NETWORK, told.counts).classes
    for klass in range(NETWORK.outputs):
        pair.frame(f.set("control", reset=1))
        end = 4 * int(told.block[np.flatnonzero(classes == klass)[0]]) + 40  # when the next one is known
        pair.frame(f.set("settings", keep_newest=1))
        pair.play(np.concatenate([ECG[:end], np.full_like(FLAT, ECG[end - 1])]))
        assert pair.model.events[-1].judged == 0
        assert pair.model.events[-2].klass == klass
        for event in list(pair.model.events):
            pair.frame(f.read("event", 2))
            pair.frame(f.set("done", sequence=event.sequence))


def test_classes_are_those_of_the_network(pair):
    heard = FrontEnd(NETWORK.encoding).run(ECG)
    classes = golden.run(NETWORK, heard.counts).classes
    f, read = pair.frames, []
    for start in range(0, len(ECG), 1000):
        pair.play(ECG[start : start + 1000])
        while pair.model.events:
            event = pair.words(f.read("event"))[0]
            read.append(f.field("event", "klass", event) if f.field("event", "judged", event) else None)
            pair.frame(f.set("done", sequence=f.field("event", "sequence", event)))
    expected = [int(k) if judged else None for k, judged in zip(classes, heard.judged, strict=True)]
    assert read == expected


def test_no_sample_is_lost_at_the_usual_clock(opened):
    """Even twice as fast; but too fast it is told, and counted."""
    pair = Pair(opened)
    board, f = pair.board, pair.frames
    board.play(ECG[:7200], period=board.period // 2)
    board.listen()
    assert f.words(board.frame(f.read("samples_lost")))[0] == 0
    board.play(ECG[:7200], period=4)
    board.listen()
    lost = f.words(board.frame(f.read("samples_lost")))[0]
    assert lost > 100
    board.frame(f.set("mask", enabled=f.word("cause", sample_lost=1)))
    assert board.irq
    blocks = f.words(board.frame(f.read("time")))[0]
    assert blocks == (2 * 7200 - lost) // 4
    board.frame(f.set("control", clear=1))
    assert f.words(board.frame(f.read("samples_lost")))[0] == 0


def test_samples_from_the_host(pair):
    """In place of a converter: as fast as SPI can be."""
    f = pair.frames
    for start in range(0, 7200, 50):
        pair.frame(f.write("sample", *ECG[start : start + 50].tolist()))
    assert len(pair.model.events) > 3
    pair.same()


def test_the_clock_stands_still_between_samples(pair):
    """It is asked for in a small part of the time; that all is as it must be, all other tests show."""
    board = pair.board
    cycles, clocked = board.cycles, board.clocked
    pair.play(ECG[:7200])
    assert board.clocked - clocked < (board.cycles - cycles) / 10
    assert not board.clock_request


def test_the_same_with_a_clock_that_runs(pair):
    pair.board.timing(always=True)
    pair.play(ECG[:7200])
    pair.same()


@pytest.mark.parametrize("host", ["spi", "apb"])
def test_lint_clean(host):
    assert lint(Build(NETWORK, Serial(2), "monitor_chip", host).verilog) == []
