"""Drives one core of a farm, cycle by cycle, and holds whatever it does against the golden model."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import numpy as np
from cocotb.triggers import FallingEdge

from sparrow_ecg.hw.build import Build
from sparrow_ecg.model.network import Network
from sparrow_ecg.sim.rtl.benches import covered
from sparrow_ecg.sim.rtl.benches.farm import (
    COUNT_AT,
    COUNT_READY,
    COUNT_VALID,
    IMAGE_AT,
    IMAGE_READY,
    IMAGE_VALID,
    RESET,
    RESULT_AT,
    RESULT_READY,
    RESULT_VALID,
)


class Fault(AssertionError):
    """The core did something wrong. ``check``: which check says so. ``beat``: the beat that it was at."""

    def __init__(self, check: str, beat: int, detail: str):
        self.check, self.beat = check, beat
        super().__init__(f"{check}, beat {beat}: {detail}")


class CorePlayer:
    """Plays to one core of a farm. Offers are never taken back; ``random`` decides stalls, so that runs repeat.

    loading: since the last reset no whole image has come in.
    covered: how often there was what `covered.goals` names. phase: of the core, in the last cycle.
    """

    def __init__(self, dut: Any, index: int, member: Build, seed: int = 0):
        self.dut, self.index, self.member = dut, index, member
        self.random = random.Random(seed)
        self.rng = np.random.default_rng([seed, index])
        self.clocks = 0
        self.loading = True
        self.rested = 0  # cycles since a result was taken, or a reset
        self.covered: Counter[str] = Counter()
        self.phase = covered.PHASES[0]

    async def cycle(self, drive: int) -> int:
        """One clock cycle with these inputs; what the core showed at its rising edge."""
        self.dut.drive.value = drive
        await FallingEdge(self.dut.clk)
        self.clocks += 1
        return self.dut.seen.value.to_unsigned()

    async def reset(self, cycles: int = 1) -> None:
        """Reset, with rubbish on all other inputs. Makes this core the one that is driven."""
        self.dut.member.value = self.index
        self.covered[f"reset in: {self.phase}"] += 1
        for _ in range(cycles):
            await self.cycle(RESET | self.random.getrandbits(COUNT_AT + 8) & ~RESET)
        self.loading = True
        self.rested = self.member.config.rest

    async def play(
        self,
        counts: np.ndarray,
        *,
        stalls: float = 0.0,
        pressure: float = 0.0,
        image: bytes = b"",
        waiting: int | None = None,
        network: Network | None = None,
        cycles: int | None = None,
    ) -> None:
        """Feed beats back to back, and check every answer, its time, and the manners of both streams.

        counts:   int64[beats, inputs].
        stalls:   probability that a cycle offers no count (or byte of the image), when none is on offer.
        pressure: probability that a cycle takes no result.
        image:    is loaded first.
        waiting:  the first byte of another image, which is offered all the time, and must wait until all is done.
        network:  the network that is in the core, if not the member's own.
        cycles:   stop there, in the middle of whatever goes on.

        Raises `Fault`.
        """
        streams = _Streams(self, counts, image, waiting, network)
        highest = self.member.network.count_max(0)
        self.covered.update(f"inputs of a beat: {covered.inputs(beat, highest)}" for beat in counts.tolist())
        played = 0
        while streams.answered < len(counts) and (cycles is None or played < cycles):
            streams.check(await self.cycle(streams.offer(stalls, pressure)))
            played += 1


class _Streams:
    """The streams of a core while beats are played: each cycle, something is offered, and what was seen is checked.

    sent, answered: counts that the core has taken, and results that were taken from it.
    elapsed: cycles since the first count of the beat was offered to the core at rest.
    stalled: those of them that the player made it wait.
    quiet:   cycles in which nothing has moved.
    held:    a result that was shown, and not taken.
    """

    def __init__(
        self, player: CorePlayer, counts: np.ndarray, image: bytes, waiting: int | None, network: Network | None
    ):
        self.player, self.member, self.random = player, player.member, player.random
        self.trace = self.member.golden(counts, network)
        self.cycles = self.member.cycles(self.trace, network).tolist()
        self.patience = 64 + 4 * max(self.cycles)
        self.inputs = self.member.network.inputs
        self.counts, self.bytes_left, self.waiting = counts.ravel().tolist(), list(image)[::-1], waiting
        # Counts may wait for an image; they must not overtake its first byte.
        self.may_count = not self.bytes_left or player.loading
        self.sent = self.answered = self.elapsed = self.stalled = self.quiet = 0
        self.offers_count = self.offers_byte = self.takes_result = False
        self.held: int | None = None

    def offer(self, stalls: float, pressure: float) -> int:
        """What to drive in the next cycle; see `CorePlayer.play`."""
        draw = self.random.random
        self.offers_byte = bool(self.bytes_left) and (self.offers_byte or draw() >= stalls)
        waits = self.may_count and self.sent < len(self.counts)
        self.offers_count = waits and (self.offers_count or draw() >= stalls)
        self.takes_result = draw() >= pressure
        drive = RESULT_READY if self.takes_result else 0
        if self.offers_count:
            drive |= COUNT_VALID | self.counts[self.sent] << COUNT_AT
        else:
            drive |= self.random.getrandbits(3) << COUNT_AT
        if self.offers_byte:
            drive |= IMAGE_VALID | self.bytes_left[-1] << IMAGE_AT
        elif self.waiting is not None:
            drive |= IMAGE_VALID | self.waiting << IMAGE_AT
        else:
            drive |= self.random.getrandbits(8) << IMAGE_AT
        return drive

    def check(self, seen: int) -> None:
        """What the core showed at the end of that cycle. Raises `Fault`."""
        self._cover(seen)
        self._count_time()
        if seen & IMAGE_READY:
            self._byte_taken()
        if self.offers_count and seen & COUNT_READY:
            self._count_taken()
        result = seen >> RESULT_AT if seen & RESULT_VALID else None
        if self.held is not None and result != self.held:
            raise self._fault("protocol", "a result changes, or goes, before it is taken")
        self.held = result
        if result is not None:
            self._result_shown(result)
        elif self.quiet > self.patience:
            raise self._fault("hang", f"nothing moves for {self.quiet} cycles")

    def _cover(self, seen: int) -> None:
        """What goes on in this cycle, before it changes anything."""
        player = self.player
        count = covered.STREAM[self.offers_count * (1 + bool(seen & COUNT_READY))]
        answer = covered.ANSWER[bool(seen & RESULT_VALID) * (1 + self.takes_result)]
        player.covered[f"counts, answer: {count}, {answer}"] += 1
        if self.bytes_left:
            player.covered[f"image: {covered.STREAM[self.offers_byte * (1 + bool(seen & IMAGE_READY))]}"] += 1
        elif self.waiting is not None:
            player.covered["image: offered during a beat"] += 1
        into = self.sent - self.answered * self.inputs
        between, counts, computing, result = covered.PHASES
        player.phase = "image" if self.bytes_left else counts if into else between
        if into == self.inputs:
            player.phase = result if seen & RESULT_VALID else computing

    def _count_time(self) -> None:
        self.quiet += 1
        self.player.rested += 1
        if self.elapsed or (self.offers_count and self.player.rested > self.member.config.rest and not self.bytes_left):
            self.elapsed += 1
        if self.answered * self.inputs < self.sent < (self.answered + 1) * self.inputs:
            self.stalled += not self.offers_count

    def _byte_taken(self) -> None:
        if self.waiting is not None:
            raise self._fault("protocol", "a byte of an image is taken in the middle of a beat")
        if self.offers_byte:
            self.bytes_left.pop()
            self.offers_byte, self.quiet, self.may_count = False, 0, True
            self.player.loading = bool(self.bytes_left)

    def _count_taken(self) -> None:
        if self.bytes_left:
            raise self._fault("protocol", f"a count is taken with {len(self.bytes_left)} image bytes to come")
        self.sent += 1
        self.offers_count, self.quiet = False, 0

    def _result_shown(self, result: int) -> None:
        complete = (self.answered + 1) * self.inputs
        if self.sent != complete:
            raise self._fault("protocol", f"a result after {self.sent} counts, not {complete}")
        if not self.takes_result:
            self.stalled += 1
            self.quiet = 0
            return
        self._check_answer(result)
        taken, expected = self.elapsed - self.stalled, self.cycles[self.answered]
        if taken != expected:
            raise self._fault("cycles", f"{taken} cycles, not {expected}")
        self.answered, self.held, self.quiet = self.answered + 1, None, 0
        self.elapsed = self.stalled = self.player.rested = 0

    def _check_answer(self, result: int) -> None:
        geometry, beat = self.member.geometry, self.answered
        bits, mask = geometry.potential_bits, (1 << geometry.potential_bits) - 1
        expected, klass = self.trace.outputs[beat].tolist(), int(self.trace.classes[beat])
        words = [result >> (geometry.class_bits + i * bits) & mask for i in range(len(expected))]
        potentials = [word - (word >> (bits - 1) << bits) for word in words]
        for i, (seen, wanted) in enumerate(zip(potentials, expected, strict=True)):
            if seen != wanted:
                raise self._fault("potential", f"output {i}: {seen}, not {wanted}")
        seen = result & ((1 << geometry.class_bits) - 1)
        if seen != klass:
            raise self._fault("class", f"{seen}, not {klass}, of potentials {potentials}")

    def _fault(self, check: str, detail: str) -> Fault:
        return Fault(check, self.answered, detail)
