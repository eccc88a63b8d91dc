"""Cycles by Arm's table, of the instructions that ran; and, where the tools are, the chain on an emulated Cortex-M0."""

from __future__ import annotations

import pytest

from sparrow_ecg.firmware_gen.chain import cortex
from sparrow_ecg.firmware_gen.chain.cortex import costs, measure, missing, per_call
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network

DISASSEMBLY = """
00000010 <ecg_chain_push>:
  10:\tpush\t{r4, r5, lr}
  12:\tldr\tr2, [pc, #8]\t@ (1c <x>)
  14:\tldmia\tr3!, {r0, r1}
  16:\tmuls\tr5, r0
  18:\tbne.n\t1c <ecg_chain_push+0xc>
  1a:\tmovs\tr0, #1
  1c:\tbl\t30 <memset>
  20:\tb.n\t22 <ecg_chain_push+0x12>
  22:\tpop\t{r4, r5, pc}

00000030 <memset>:
  30:\tbx\tlr

00000040 <main>:
  40:\tbl\t10 <ecg_chain_push>
  44:\tnop\t\t@ (mov r8, r8)
"""
BODY = [0x1C, 0x30, 0x20, 0x22]
CYCLES = 4 + 3 + 3 + (4 + 3)


def test_cycles_are_those_of_the_table() -> None:
    cost = costs(DISASSEMBLY)
    expected = {0x10: 4, 0x12: 2, 0x14: 3, 0x16: 1, 0x1A: 1, 0x1C: 4, 0x20: 3, 0x22: 7, 0x30: 3, 0x40: 4, 0x44: 1}
    assert {address: most for address, (_, most) in cost.items() if address != 0x18} == expected
    assert cost[0x18] == (1, 3)


def test_a_branch_over_one_instruction_is_taken() -> None:
    start = [0x40, 0x10, 0x12, 0x14, 0x16, 0x18]
    calls = per_call([*start, 0x1A, *BODY, 0x44, *start, *BODY, 0x44], costs(DISASSEMBLY), 0x10, lambda a: a >= 0x40)
    head = 4 + 2 + 3 + 1
    assert calls.tolist() == [[10, head + 1 + 1 + CYCLES], [9, head + 3 + CYCLES]]


def test_without_the_tools_it_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cortex.shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="apt install gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm"):
        measure(Network.load("tiny"))


@pytest.mark.skipif(bool(missing()), reason=f"needs {' and '.join(missing())}")
def test_on_a_cortex_m0_it_tells_the_same_in_few_bytes() -> None:
    small, fast = measure(Network.load("tiny"), seconds=6)
    assert (small.level, fast.level) == cortex.LEVELS
    for each in (small, fast):
        assert each.size.code + each.size.tables < 4096
        assert each.size.state < 256
        assert each.instructions.mean < each.cycles.mean < 300
        assert each.instructions.mean < each.instructions.most < each.cycles.most
    assert small.size.code < fast.size.code


@pytest.mark.skipif(bool(missing()), reason=f"needs {' and '.join(missing())}")
def test_a_wrong_answer_on_a_cortex_m0_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = cortex.decide

    def wrong(*arguments):
        decisions = right(*arguments)
        decisions.potentials[decisions.judged.nonzero()[0][0], 1] += 1
        return decisions

    monkeypatch.setattr(cortex, "decide", wrong)
    with pytest.raises(cortex.VerificationError, match="golden model"):
        measure(Network.load("tiny"), seconds=4)
