"""The cocotb regression through cocotb-test; ``make cosim`` plays more of it."""

from __future__ import annotations

from collections import Counter

import pytest

from sparrow_ecg.sim.rtl.benches.farm import Member, every_config, random_members
from sparrow_ecg.sim.rtl.benches.scenarios import SCENARIOS
from sparrow_ecg.sim.rtl.regression import Outcome, regress, small_network

FARMS = {"every config": every_config(small_network()), "random networks": random_members(1, 5)}


@pytest.mark.parametrize("members", list(FARMS.values()), ids=list(FARMS))
def test_every_scenario_on_every_core(members: list[Member]) -> None:
    outcomes = regress(members)
    assert [outcome for outcome in outcomes if outcome.fault] == []
    played = Counter(outcome.member.name for outcome in outcomes)
    assert played == Counter({member.name: len(SCENARIOS) for member in members})


def test_configs_are_the_cross_product() -> None:
    configs = [member.config for member in FARMS["every config"]]
    serial = {(c.lanes, c.weights, c.neuron, c.zero_skip) for c in configs if c.datapath == "serial"}
    assert len(serial) == len(configs) - 1 == 3 * 2 * 2 * 2


def test_a_core_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check can fail: one core's argmax lets the last of equals win, and nothing else is blamed."""
    members = FARMS["every config"][:2]
    whole = Member.verilog
    wrong = members[1]

    def verilog(member: Member, name: str) -> str:
        text = whole(member, name)
        return text.replace("$signed(potential) > $signed(best)", "1") if member is wrong else text

    monkeypatch.setattr(Member, "verilog", verilog)
    outcomes: list[Outcome] = regress(members)
    faults = [outcome for outcome in outcomes if outcome.fault]
    assert {outcome.member.name for outcome in faults} == {wrong.name}
    assert "class, beat" in str(faults[0].fault)
