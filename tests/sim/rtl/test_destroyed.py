"""What a sleep destroys, and that it would be seen: without isolation, reset or supply a core is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.gated import Gated
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.rtl.destroyed import destroyed
from sparrow_ecg.sim.rtl.regression import regress

NETWORK = random_network(np.random.default_rng(3), (4, 3, 2), steps=3, weight_bits=3, input_bits=3)
CONFIGS = [Gated(Tree()), Gated(Serial(2)), Gated(Serial(2, neuron="if"))]


def edited(pattern: str, by: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        changed, times = re.subn(pattern, by, text)
        assert times == 1, pattern
        return changed

    return edit


MUTANTS = {
    "no isolation": edited(r"isolate \? \d+'h0+ : ", ""),
    "no reset after waking up": edited(r"(\.core  core \((?s:.*?)\.isolate\()isolate\)", r"\g<1>1'h0)"),
    "a wake-up too short": edited(r"(if \(wake\) begin\s+\S+ +)= 2'h3", r"\g<1>= 2'h2"),
    "off before the result is taken": edited(r"(assign sleep = isolated\[1\]) & result__ready", r"\g<1>"),
}  # fmt: skip


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_every_register_of_the_domain_and_no_other(config: Gated) -> None:
    build = Build(NETWORK, config)
    text = destroyed(build, build.verilog, "core")
    before, after = (re.split(r"(?m)^(?=module )", each) for each in (build.verilog, text))
    registers = lost = 0
    for whole, part in zip(before, after, strict=True):
        if re.match(r"module \\core\.core[. ]", whole):
            registers += len(re.findall(r"always @\(posedge clk\)", whole))
            lost += len(re.findall(r"(?m)^  end else begin\n    .* <= {\$urandom", part))
        elif not whole.startswith("module core("):
            assert part == whole
    assert registers == lost >= 5
    constants = re.findall(r"(?m)^ +\S*memory\S*\[\d+\] = .*$", build.verilog)
    assert constants == re.findall(r"(?m)^ +\S*memory\S*\[\d+\] = .*$", text)


def test_what_is_not_gated_stays() -> None:
    build = Build(NETWORK, Tree())
    assert destroyed(build, build.verilog, "core") == build.verilog


def test_what_is_broken_is_seen() -> None:
    """Cores as they are, and with mutants of power gating, through all scenarios: stalls, resets, back-pressure."""
    members = [Build(NETWORK, config) for config in (*CONFIGS[:2], *[CONFIGS[0]] * len(MUTANTS))]
    tree, serial = (member.convert("core_X") for member in members[:2])
    texts = [tree, serial, *(edit(tree) for edit in MUTANTS.values())]
    cores = [text.replace("core_X", f"core_{i}") for i, text in enumerate(texts)]
    outcomes = regress(members, cores=cores)
    wrong = {members.index(outcome.member) for outcome in outcomes if outcome.fault}
    assert wrong == set(range(2, len(members)))
