"""Drives one core of a farm, cycle by cycle, and holds whatever it does against the golden model."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from cocotb.triggers import FallingEdge

from sparrow_ecg.hw.build import Build
from sparrow_ecg.model.network import Network
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
    """Streams of one core. Offers are never taken back; ``random`` decides stalls, so that runs repeat."""

    def __init__(self, dut: Any, index: int, member: Build, seed: int = 0):
        self.dut, self.index, self.member = dut, index, member
        self.random = random.Random(seed)
        self.rng = np.random.default_rng([seed, index])
        self.clocks = 0

    async def cycle(self, drive: int) -> int:
        """One clock cycle with these inputs; what the core showed at its rising edge."""
        self.dut.drive.value = drive
        await FallingEdge(self.dut.clk)
        self.clocks += 1
        return self.dut.seen.value.to_unsigned()

    async def reset(self, cycles: int = 1) -> None:
        """Reset, with rubbish on all other inputs. Makes this core the one that is driven."""
        self.dut.member.value = self.index
        for _ in range(cycles):
            await self.cycle(RESET | self.random.getrandbits(COUNT_AT + 8) & ~RESET)

    async def play(
        self,
        counts: np.ndarray,
        *,
        stalls: float = 0.0,
        pressure: float = 0.0,
        image: bytes | None = None,
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
        trace = self.member.golden(counts, network)
        expected_cycles = self.member.cycles(trace, network).tolist()
        patience = 64 + 4 * max(expected_cycles)
        inputs, beats = self.member.network.inputs, len(counts)
        flat, bytes_left = counts.ravel().tolist(), list(image or b"")[::-1]
        fresh = not bytes_left or self.loading  # counts may wait for an image; they must not overtake its first byte
        sent = answered = elapsed = stalled = quiet = now = 0
        offers_count = offers_byte = False
        held: int | None = None  # a result that was shown, and not taken

        while answered < beats and (cycles is None or now < cycles):
            offers_byte = bool(bytes_left) and (offers_byte or self.random.random() >= stalls)
            offers_count = fresh and sent < len(flat) and (offers_count or self.random.random() >= stalls)
            takes_result = self.random.random() >= pressure
            drive = RESULT_READY if takes_result else 0
            drive |= COUNT_VALID | flat[sent] << COUNT_AT if offers_count else self.random.getrandbits(3) << COUNT_AT
            if offers_byte or waiting is not None:
                drive |= IMAGE_VALID | (bytes_left[-1] if offers_byte else waiting or 0) << IMAGE_AT
            seen = await self.cycle(drive)
            if waiting is not None and seen & IMAGE_READY:
                raise Fault("protocol", answered, "a byte of an image is taken in the middle of a beat")
            now += 1
            quiet += 1
            if sent % inputs or sent > answered * inputs:
                elapsed += 1
                if sent < (answered + 1) * inputs:
                    stalled += not offers_count

            if offers_byte and seen & IMAGE_READY:
                bytes_left.pop()
                offers_byte, quiet, fresh = False, 0, True
                self.loading = bool(bytes_left)
            if offers_count and seen & COUNT_READY:
                if bytes_left:
                    raise Fault("protocol", answered, f"a count is taken with {len(bytes_left)} image bytes to come")
                if sent == answered * inputs:
                    elapsed, stalled = 1, 0
                sent += 1
                offers_count, quiet = False, 0
            result = seen >> RESULT_AT if seen & RESULT_VALID else None
            if held is not None and result != held:
                raise Fault("protocol", answered, "a result changes, or goes, before it is taken")
            held = result
            if result is None:
                if quiet > patience:
                    raise Fault("hang", answered, f"nothing moves for {quiet} cycles")
                continue
            if sent != (answered + 1) * inputs:
                raise Fault("protocol", answered, f"a result after {sent} counts, not {(answered + 1) * inputs}")
            if not takes_result:
                stalled += 1
                quiet = 0
                continue
            self._check(result, answered, trace.outputs[answered], int(trace.classes[answered]))
            if elapsed - stalled != expected_cycles[answered]:
                raise Fault("cycles", answered, f"{elapsed - stalled} cycles, not {expected_cycles[answered]}")
            answered, held, quiet = answered + 1, None, 0

    loading = True  # since the last reset, no whole image has come in

    def _check(self, result: int, beat: int, expected: np.ndarray, klass: int) -> None:
        bits, mask = self.member.geometry.potential_bits, (1 << self.member.geometry.potential_bits) - 1
        words = [result >> (self.member.geometry.class_bits + i * bits) & mask for i in range(len(expected))]
        potentials = [word - (word >> (bits - 1) << bits) for word in words]
        for i, (seen, wanted) in enumerate(zip(potentials, expected.tolist(), strict=True)):
            if seen != wanted:
                raise Fault("potential", beat, f"output {i}: {seen}, not {wanted}")
        seen = result & ((1 << self.member.geometry.class_bits) - 1)
        if seen != klass:
            raise Fault("class", beat, f"{seen}, not {klass}, of potentials {potentials}")
