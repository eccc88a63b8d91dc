"""The fields of the instruction at a place of the programs, each a table of constants in logic."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Module, Signal, Value

from sparrow_ecg.hw.core.tables import look_up
from sparrow_ecg.hw.frontend.relative.instruction import A, B, Down, How, Instruction, When, Word
from sparrow_ecg.model.signals.ecg.relative.usual import BLOCKS


def fields(m: Module, instructions: Sequence[Instruction], place: Value) -> dict[str, Signal]:
    """By name, and ``onward``: the block at which the next instruction begins."""
    found = {
        "how": Signal(How),
        "a": Signal(A),
        "b": Signal(B),
        "down": Signal(range(max(Down) + 1)),
        "word": Signal(Word),
        "when": Signal(When),
        "keep": Signal(),
        "load": Signal(),
        "walks": Signal(),
        "last": Signal(range(BLOCKS)),
        "offset": Signal(offsets(instructions)),
        "finer": Signal(2),
    }
    for name, signal in found.items():
        look_up(m, [int(getattr(each, name)) for each in instructions], place, signal)
    found["onward"] = onward = Signal(range(BLOCKS))
    look_up(m, _onward(instructions), place, onward)
    return found


def offsets(instructions: Sequence[Instruction]) -> range:
    """From the least to the most."""
    told = [each.offset for each in instructions]
    return range(min(told), max(told) + 1)


def _onward(instructions: Sequence[Instruction]) -> list[int]:
    """For each instruction where the next one begins; where that does not walk, the position stays."""
    found, position = [], 0
    for each, following in zip(instructions, [*instructions[1:], Instruction(How.NOTHING)], strict=True):
        position = each.last if each.walks else position
        position = following.first if following.walks else position
        found.append(position)
    return found
