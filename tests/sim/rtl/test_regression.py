"""The cocotb regression through cocotb-test; ``make cosim`` plays more of it."""

from __future__ import annotations

from collections import Counter

import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.sim.rtl.benches.farm import every_config, name, random_members
from sparrow_ecg.sim.rtl.benches.scenarios import SCENARIOS
from sparrow_ecg.sim.rtl.regression import Outcome, regress, small_network

FARMS = {"every config": every_config(small_network()), "random networks": random_members(1, 5)}


@pytest.mark.parametrize("members", list(FARMS.values()), ids=list(FARMS))
def test_every_scenario_on_every_core(members: list[Build]) -> None:
    outcomes = regress(members)
    assert [outcome for outcome in outcomes if outcome.fault] == []
    played = Counter(name(outcome.member) for outcome in outcomes)
    assert played == Counter({name(member): len(SCENARIOS) for member in members})


def test_configs_are_the_cross_product() -> None:
    configs = [member.config for member in FARMS["every config"]]
    serial = {(c.lanes, c.weights, c.neuron, c.zero_skip) for c in configs if isinstance(c, Serial)}
    assert len(serial) == 3 * 2 * 2 * 2
    assert [config.datapath for config in configs if config.power_gated] == ["serial", "mac", "tree"]
    assert len(configs) == len(serial) + 1 + 3 + 3


def test_a_core_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check can fail: one core's argmax lets the last of equals win, and nothing else is blamed."""
    members = FARMS["every config"][:2]
    whole = Build.convert
    wrong = members[1]

    def convert(member: Build, name: str) -> str:
        text = whole(member, name)
        return text.replace("$signed(potential) > $signed(best)", "1") if member is wrong else text

    monkeypatch.setattr(Build, "convert", convert)
    outcomes: list[Outcome] = regress(members)
    faults = [outcome for outcome in outcomes if outcome.fault]
    assert {name(outcome.member) for outcome in faults} == {name(wrong)}
    assert "class, beat" in str(faults[0].fault)
