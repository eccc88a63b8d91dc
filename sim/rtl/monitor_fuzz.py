"""Random frames to the monitor chip while samples come, against its golden model.

The model takes a sample, and a frame, as a whole; in the RTL they go on at the same time. So each answer must be one
that the model gives for some order of samples and of what a frame does: *possible* holds all models that explain what
was seen so far. Now and then the converter is stopped, and then every register and the interrupt must be the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import asdict, dataclass, field

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.monitor_model import Event, MonitorModel
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.hw.host.registers.map import number
from sparrow_ecg.hw.host.spi import LEAD
from sparrow_ecg.hw.host.spi_model import Access
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.signals.ecg.abused import abuse
from sparrow_ecg.model.signals.ecg.synthetic import generate
from sparrow_ecg.sim.rtl.monitor_board import MonitorBoard
from sparrow_ecg.sim.rtl.monitor_traffic import MonitorTraffic

EARLIER = 4  # samples before a frame whose work may go on when it begins: less than five, or one would be lost
LATE = 4000  # samples that come while a host that is late says nothing
EVERY = 100  # frames: all is compared
FAST = 2000  # samples that come too fast
SECONDS = 300  # of ECG


@dataclass
class Counts:
    """What was played. cut: frames that ended in the middle of something; stopped: in which the host paused; late:
    times that it said nothing for seconds. told: beats, at least. compared: times that all was. fast: samples that
    came faster than stated, and lost ones of these.
    """

    frames: int = 0
    cut: int = 0
    stopped: int = 0
    late: int = 0
    resets: int = 0
    samples: int = 0
    told: int = 0
    compared: int = 0
    fast: int = 0
    lost: int = 0


@dataclass(eq=False)
class Explained:
    """A model that has taken so many samples. due: beats of the last one, which are still to be told.
    reset: samples that it had taken when it was reset last: where in a block it is, which nobody sees, hangs on it.
    """

    model: MonitorModel
    taken: int
    due: list[Event] = field(default_factory=list)
    reset: int = 0

    def __copy__(self) -> Explained:
        return Explained(copy(self.model), self.taken, list(self.due), self.reset)

    def further(self, codes: np.ndarray) -> None:
        """A step of a sample: to tell a beat that was found in it, or to hear the next one."""
        if self.due:
            self.model.tell(self.due.pop(0))
        else:
            self.due = self.model.hear(int(codes[self.taken]))
            self.taken += 1

    def up_to(self, codes: np.ndarray, samples: int) -> None:
        """All that samples before this one do."""
        while self.taken < samples or self.due:
            self.further(codes)

    def steps(self, codes: np.ndarray, until: int, every: bool) -> Iterator[Explained]:
        """It, and what it becomes by samples before this one: where something else is to be seen, or at every step."""
        each, shown = copy(self), None
        while True:
            if every or each.visible != shown:
                shown = each.visible
                yield copy(each)
            if each.taken == until and not each.due:
                return
            each.further(codes)

    @property
    def visible(self) -> tuple:
        return tuple(self.model.registers.values.values()), tuple(self.model.events)

    def peek(self, access: Access) -> int:
        """What would go out."""
        registers = self.model.registers
        value = registers.word("status") if access.kind == "status" else registers.peek(access.address)
        return value % (1 << access.bits) >> access.bits - access.taken


class Fuzz:
    """A chip on a board, and what may be in it. codes: int64[samples], of a recording, played again and again."""

    def __init__(self, board: MonitorBoard, seed: int, codes: np.ndarray):
        self.board, self.seed, self.codes = board, seed, codes
        self.rng = np.random.default_rng(seed)
        self.frames = f = Protocol(board.controller.map)
        self.port, self.control, self.status = (number(f.registers[name]) for name in ("sample", "control", "status"))
        self.counts = Counts()
        board.reset()
        board.play(codes)
        self.possible = [Explained(MonitorModel(board.controller), 0)]
        self.told = 0  # when all was compared last

    def run(self, frames: int, progress: Callable[[int], None] = lambda frames: None) -> Counts:
        """Raises VerificationError at the first frame that nothing explains."""
        for n, (sent, bits) in enumerate(self._traffic(frames), 1):
            if n % 50 == 1:
                high, low, jitter = (int(x) for x in self.rng.integers([2, 2, 0], [5, 5, 1 << 16]))
                self.board.timing(high, low, LEAD + int(self.rng.integers(3)), jitter)
            self.frame(sent, bits)
            if n % EVERY == 0 or n == frames:
                self.still()
            if n % (5 * EVERY) == 0:
                self.late()
            if n % (20 * EVERY) == 0:
                self.too_fast()
            progress(1)
        self._again()
        return self.counts

    def _traffic(self, frames: int) -> Iterator[tuple[bytes, int]]:
        """Random frames, and now and then the acknowledgement of the beat that waits."""
        for _, frame in zip(range(frames), MonitorTraffic(self.board.controller, self.seed), strict=False):
            events = self.possible[0].model.events
            if events and self.rng.integers(3) == 0:
                done = self.frames.set("done", sequence=events[0].sequence)
                yield done, 8 * len(done)
            else:
                yield frame.sent, frame.bits

    def frame(self, sent: bytes, bits: int) -> None:
        """One frame, in which the host may stop for a while."""
        accesses = list(self.possible[0].model.accesses(sent, bits))
        alone = any(a.kind == "write" and a.address == self.port for a in accesses)  # samples of two sources would meet
        if alone:
            self.still()
        stop = 0, 0
        if bits > 8 and self.rng.integers(6) == 0:
            stop = int(self.rng.integers(bits // 8)), int(self.rng.integers(2000))
        before = self.arrived
        self.board.convert(not alone)
        received = int.from_bytes(self.board.frame(sent, bits, stop), "big") >> 8 * len(sent) - bits
        if alone:
            self.board.settle()
        self.board.convert(True)
        self._explain(accesses, received, max(0, before - EARLIER), sent)
        self.counts.frames += 1
        self.counts.stopped += stop[1] > 0
        self.counts.cut += any(access.kind == "cut" for access in accesses)
        self.counts.resets += any(self._resets(access) for access in accesses)

    def _explain(self, accesses: list[Access], received: int, taken: int, sent: bytes) -> None:
        """Keep the models that explain what came back, after steps of samples before each part of the frame.
        taken: samples whose work had ended when it began.
        """
        for each in self.possible:
            each.up_to(self.codes, taken)
        for access in accesses:
            seen, resets = access.found(received), self._resets(access)
            found: dict[tuple, Explained] = {}
            for each in self.possible:
                states = list(each.steps(self.codes, self.arrived, every=resets))
                for now, later in zip(states, [*states[1:], states[-1]], strict=True):
                    if self._matches(access, seen, now, later):
                        now.model.perform(access)
                        if resets:  # what was about to be told is gone, too
                            now.due, now.reset = [], now.taken
                        found.setdefault((now.visible, now.reset), now)
            if not found:
                raise VerificationError(
                    f"seed {self.seed}, frame {self.counts.frames}, {sent.hex()}: {access.kind} of address"
                    f" {access.address} gives {seen:x}, which no order of samples and frames explains; the golden model"
                    f" has {self.possible[0].peek(access):x} after {self.possible[0].taken} samples"
                )
            self.possible = list(found.values())

    def _matches(self, access: Access, seen: int, now: Explained, later: Explained) -> bool:
        """STATUS changes bit by bit: it may be between two steps."""
        if access.kind in ("write", "cut"):
            return True
        right = now.peek(access)
        if access.kind == "status" or access.address == self.status:
            return not (right ^ seen) & (later.peek(access) ^ seen)
        return right == seen

    def _resets(self, access: Access) -> bool:
        return access.kind == "write" and access.address == self.control and bool(access.word & 1)

    @property
    def arrived(self) -> int:
        return len(self.codes) - self.board.left

    def still(self) -> None:
        """The converter stops; all that can be read is the golden model's, and so is the interrupt."""
        board, everything = self.board, self.frames.read("id", 127)
        board.convert(False)
        board.settle()
        for each in self.possible:
            each.up_to(self.codes, self.arrived)
        received = board.frame(everything)
        answers = [each.model.frame(everything) for each in self.possible]
        board.settle()
        right = [
            each
            for each, answer in zip(self.possible, answers, strict=True)
            if answer == received and each.model.irq == board.irq
        ]
        if not right:
            words = [int(np.argmax(self.frames.words(a) != self.frames.words(received))) for a in answers]
            raise VerificationError(
                f"seed {self.seed}, after frame {self.counts.frames}: register {words[0]:#x} (or irq, {board.irq})"
                f" differs from those of the golden model, {len(answers)} of them"
            )
        self.possible = right  # more than one, where a reset may have been at more than one place in a block
        self.counts.compared += 1
        self.counts.told += right[0].model.told - (self.told if right[0].model.told >= self.told else 0)
        self.told = right[0].model.told
        if board.left < len(self.codes) // 4:
            self._again()
        board.convert(True)

    def _again(self) -> None:
        """The recording from its beginning."""
        self.counts.samples += self.arrived
        self.board.play(self.codes)
        for each in self.possible:
            each.reset -= each.taken
            each.taken = 0

    def late(self) -> None:
        """The host says nothing for a while."""
        self.board.run(LATE * self.board.period)
        self.still()
        self.counts.late += 1

    def too_fast(self) -> None:
        """Samples come faster than the chip can take them: those that are lost are told and counted, and after a reset
        all is as it must be.
        """
        board, f = self.board, self.frames
        self._again()
        board.convert(False)
        board.frame(f.set("control", clear=1))
        board.convert(True)
        streams = [each.model.stream for each in self.possible]
        expected = [BLOCK * stream.state.block + len(stream.taken) + FAST for stream in streams]
        board.play(self.codes[:FAST], period=int(self.rng.integers(2, 9)))
        board.listen()
        lost, causes, blocks = (
            int(f.words(board.frame(f.read(name)))[0]) for name in ("samples_lost", "cause", "time")
        )
        told = bool(lost) == bool(f.field("cause", "sample_lost", causes))
        if not told or blocks not in [(heard - lost) // BLOCK for heard in expected]:
            raise VerificationError(f"seed {self.seed}: {lost} of {FAST} fast samples lost, but {blocks} blocks")
        self.counts.fast += FAST
        self.counts.lost += lost
        board.frame(f.set("control", reset=1))
        self.possible = [Explained(MonitorModel(board.controller), 0)]
        board.play(self.codes)
        self.still()


def fuzz(chip: Build, frames: int, seed: int, progress: Callable[[int], None] = lambda frames: None) -> dict[str, int]:
    """So many random frames to a monitor chip; what was played. Raises VerificationError."""
    codes = abuse(generate(f"fuzz-{seed}", seconds=SECONDS, seed=seed).codes, seed)
    with MonitorBoard(chip) as board:
        return asdict(Fuzz(board, seed, codes).run(frames, progress))
