"""Names of a netlist, and the block that each says."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.gates.netlist.blocks import Blocks
from sparrow_ecg.sim.tools import BuildError

NETWORK = random_network(np.random.default_rng(7), (7, 5, 3), steps=5, weight_bits=4, input_bits=3)


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("lane_2.potential", "lane_2"),
        ("lane_2.adder.sum", "lane_2"),
        (r"\lane_0.$add$core.v:12$3", "lane_0"),
        (r"events_1.\memory[3]", "events_1"),
        ("probe_layer", "top"),
        ("$abc$123", "top"),
    ],
)
def test_of_a_core(name: str, block: str) -> None:
    assert Blocks(Build(NETWORK, Serial(3))).of(name) == block


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("host.bit", "host"),
        ("controller.registers.settings", "controller"),
        ("controller.core.lane_2.potential", "core"),
        ("controller.core.phase", "core"),
        ("controller.state", "controller"),
        ("miso", "top"),
    ],
)
def test_of_a_chip(name: str, block: str) -> None:
    assert Blocks(Build(NETWORK, Serial(3), "chip")).of(name) == block


@pytest.mark.parametrize(("config", "name"), [(Serial(3), "lane_3.potential"), (Tree(), "lanes_0.potential")])
def test_a_block_that_the_design_has_not(config, name: str) -> None:
    with pytest.raises(BuildError, match=f"{name} is in none of the design's blocks: "):
        Blocks(Build(NETWORK, config)).of(name)
