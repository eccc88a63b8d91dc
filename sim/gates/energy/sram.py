"""The weights and biases of a ``ram`` core in SRAM macros: which, and what they cost a beat.

A table of words is cut into banks, and each bank is as many macros side by side as its words are wide. Only the
bank that is addressed is accessed: the enables of the others are low. The core reads or loads a table, never both
in a cycle, so that one port serves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

import numpy as np

from sparrow_ecg.hw.core import schedule
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.golden import Trace
from sparrow_ecg.sim.gates.energy.average import HEART_HZ
from sparrow_ecg.sim.gates.library.macros import Macro

# What is as small as it gets: the silicon, or the mean power at 75 beats a minute, accesses and leakage all the time.
Goal = Literal["area", "power"]
GOALS: tuple[Goal, ...] = get_args(Goal)


@dataclass(frozen=True)
class Bank:
    """Words ``first`` to ``last`` (not included) of a table, in macros side by side."""

    first: int
    last: int
    macros: tuple[Macro, ...]

    @property
    def area_um2(self) -> float:
        return sum(macro.area_um2 for macro in self.macros)

    @property
    def leakage_nw(self) -> float:
        return sum(macro.leakage_nw for macro in self.macros)

    def energy_pj(self, reads: float, cycles: float) -> float:
        """Of the macros in ``cycles`` clock cycles, ``reads`` of them with a read."""
        return sum(macro.read_pj * reads + macro.idle_pj * (cycles - reads) for macro in self.macros)


def arrange(bits: int, reads: np.ndarray, macros: Sequence[Macro], goal: Goal) -> tuple[Bank, ...]:
    """Banks for a table of ``len(reads)`` words of ``bits``: the best of all cuts into banks as deep as a macro.

    reads: how often each word is read in a beat, float[words].
    goal:  what is to be least; the power's leakage is paid from beat to beat, so that its choice may access for more.
    """
    words = len(reads)
    before = np.concatenate([[0.0], np.cumsum(reads)])
    depths = sorted({macro.words for macro in macros})

    @cache
    def best(first: int) -> tuple[float, float, tuple[Bank, ...]]:
        """Price, area (between equal prices), and the banks from word ``first`` on."""
        if first >= words:
            return 0.0, 0.0, ()
        found = []
        for depth in depths:
            last = min(first + depth, words)
            read = float(before[last] - before[first])
            prices = {macro: _price(macro, read, goal) for macro in macros if macro.words >= depth}
            bank = Bank(first, last, _cover(bits, prices))
            price, area, rest = best(first + depth)
            own = sum(prices[macro] for macro in bank.macros)
            found.append((price + own, area + bank.area_um2, (bank, *rest)))
        return min(found, key=lambda choice: choice[:2])

    for first in range(words - words % depths[0], 0, -depths[0]):
        best(first)  # from the end, so that no recursion is deep
    return best(0)[2]


def _price(macro: Macro, reads: float, goal: Goal) -> float:
    """um2, or pJ a beat."""
    return macro.area_um2 if goal == "area" else macro.read_pj * reads + macro.leakage_nw * 1e3 / HEART_HZ


def _cover(bits: int, prices: dict[Macro, float]) -> tuple[Macro, ...]:
    """The cheapest macros that are together at least ``bits`` wide."""
    best: list[tuple[float, tuple[Macro, ...]]] = [(0.0, ())]
    for width in range(1, bits + 1):
        choices = []
        for macro, price in prices.items():
            so_far, row = best[max(0, width - macro.bits)]
            choices.append((so_far + price, (*row, macro)))
        best.append(min(choices, key=lambda choice: choice[0]))
    return best[bits][1]


def word_reads(network: Network, config: Serial, trace: Trace) -> tuple[np.ndarray, np.ndarray]:
    """How often each bias word and each weight word is read for the beats of ``trace``, int64[words] each.

    The words lie as `hw.core.tables` has them; `layer_reads` says the same of the RTL's own counts.
    """
    beats = len(trace.classes)
    biases, weights = [], []
    for k, layer in enumerate(network.layers):
        reads = schedule.word_reads(network, trace, k, config.neuron, config.zero_skip).sum(axis=0)
        groups = len(schedule.group_sizes(layer.outputs, config.lanes))
        biases.append(np.full(groups, beats))
        weights.append(np.tile(reads, groups))
    return np.concatenate(biases).astype(np.int64), np.concatenate(weights).astype(np.int64)


def layer_reads(network: Network, config: Serial, counted: Sequence[dict[str, int]]) -> tuple[int, int]:
    """Bias words and weight words read in all, from what the RTL's probes counted in each layer: set bits, one for
    each neuron of the group that a word serves. Every event reads one word for each group.
    """
    biases = weights = 0
    for layer, row in zip(network.layers, counted, strict=True):
        groups = len(schedule.group_sizes(layer.outputs, config.lanes))
        biases += row["bias_read"] * groups // layer.outputs
        weights += row["weight_read"] * groups // layer.outputs
    return biases, weights


def cost(banks: Sequence[Bank], reads: np.ndarray, cycles: float, clock_mhz: float) -> dict[str, Any]:
    """What a table costs a beat, JSON-ready. ``reads``: of each word in a beat; ``cycles``: of a beat.

    Leakage is given while the beat is computed, and as a power: a memory that keeps its weights leaks all the time.
    """
    rows = [(bank, float(reads[bank.first : bank.last].sum())) for bank in banks]
    leakage = sum(bank.leakage_nw for bank in banks)
    access = sum(bank.energy_pj(count, cycles) for bank, count in rows) * 1e-3
    return {
        "words": len(reads),
        "reads_per_beat": float(reads.sum()),
        "macros": _names(banks),
        "banks": len(banks),
        "bits_held": sum(macro.words * macro.bits for bank in banks for macro in bank.macros),
        "area_um2": sum(bank.area_um2 for bank in banks),
        "access_nj_per_beat": access,
        "leakage_nj_per_beat": leakage * cycles / clock_mhz * 1e-6,
        "leakage_nw": leakage,
        "power_at_75_bpm_nw": access * HEART_HZ + leakage,
        "load_nj": sum((bank.last - bank.first) * macro.write_pj for bank in banks for macro in bank.macros) * 1e-3,
    }


def _names(banks: Sequence[Bank]) -> dict[str, int]:
    """How many there are of each macro."""
    names = [macro.name for bank in banks for macro in bank.macros]
    return {name: names.count(name) for name in dict.fromkeys(names)}
