"""A monitor's netlist behind an ADS129x, in whose place bits are played: in every frame the same status, and 24 bits
of a number in the channel that is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.ads129x import AROUND, BEGIN, WORD, Ads129x
from sparrow_ecg.hw.host.ads129x_monitor import Ads129xMonitor
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE
from sparrow_ecg.sim.gates.netlist.netlist import Netlist
from sparrow_ecg.sim.gates.run.monitorsim import FEW, ONES, RESET, MonitorSimulator
from sparrow_ecg.sim.gates.run.played import Played

RATE = 250  # samples a second that such a converter is set to
PINS = ("rst", "drdy_n", "dout", "beats__ready")
RST, DRDY, DOUT, TAKE = range(len(PINS))
OFFSET = 20_000  # codes that electrodes are apart at most: 100 mV
BEFORE = AROUND - 1  # cycles of a frame before its first bit


def numbers(codes: np.ndarray, adapter: Ads129x, seed: int) -> np.ndarray:
    """What a converter would have made of a record, int64[samples], at `RATE`: between its samples on straight lines,
    with electrodes apart and with noise in the bits that the adapter drops.
    """
    rng = np.random.default_rng(seed)
    wanted = np.arange(0, len(codes) - 1, SAMPLING_RATE / RATE)
    between = np.interp(wanted, np.arange(len(codes)), codes) + rng.integers(-OFFSET, OFFSET)
    unit = 1 << adapter.shift
    return np.round(between * unit).astype(np.int64) + rng.integers(-unit // 2, unit // 2, len(wanted))


def frames(numbers: np.ndarray, adapter: Ads129x) -> np.ndarray:
    """Words of frames in which these numbers are, int64[samples, words]."""
    words = np.zeros((len(numbers), adapter.word + 1), np.int64)
    words[:, 0], words[:, -1] = BEGIN << WORD - 4, numbers
    return words


class ConverterPlayer(MonitorSimulator):
    """A netlist of a monitor with an adapter. It is given `numbers` in place of codes."""

    bits: ClassVar[int] = WORD

    def __init__(self, netlist: Netlist, monitor: Build):
        assert isinstance(monitor.component, Ads129xMonitor)
        self.adapter = monitor.component.adapter
        super().__init__(netlist, monitor)

    def _nets(self) -> tuple[list[int], list[int]]:
        nets = self.netlist.inputs | self.netlist.outputs
        watched = [nets["clock_request"][0], nets["beats__valid"][0], *nets["beats__payload"]]
        return [nets[name][0] for name in PINS], watched

    def _steps(self, player: Played, sample: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        """As of a monitor; sample: uint64[24], what the converter sends, a bit with each rising edge of ``sck``."""
        still = np.zeros((FEW, len(PINS)), np.uint64)
        still[:, [DRDY, TAKE]] = ONES
        if player.fresh:
            reset = np.repeat(still[:1], RESET, axis=0)
            reset[:, RST] = ONES
            yield "block", reset
        frame = np.repeat(still[:1], self.adapter.cycles, axis=0)
        frame[: BEFORE + 1, DRDY] = 0  # until sck falls for the first time
        status = np.array([ONES * (BEGIN >> k & 1) for k in reversed(range(4))], np.uint64)
        for first, word in ((0, status), (self.adapter.word, sample[::-1])):
            at = BEFORE + 2 * WORD * first
            frame[at : at + 2 * len(word), DOUT] = np.repeat(word, 2)
        yield "sample", frame
        yield from self._work(player, still)
