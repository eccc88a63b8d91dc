"""What a chip says of its build; that it works is tested through its pins, in tests/sim/rtl/test_board.py."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.hw.host.controller import MOST_LAYERS, MOST_OUTPUTS, build_registers
from sparrow_ecg.hw.host.registers.map import ADDRESS_BITS, MapParameters, compile_map, number, register_at
from sparrow_ecg.model.network.drawn import random_network

MAP = compile_map(MapParameters())
NETWORK = random_network(np.random.default_rng(0), (6, 5, 3), steps=7, weight_bits=4, input_bits=4)


def test_build_says_what_the_datapath_says():
    serial, tree = Serial(3, "ram", "if"), Tree()
    said = build_registers(MAP, serial, serial.geometry(NETWORK))
    assert {name: value for name, value in said.items() if name.startswith("build_")} == {
        "build_lanes": 3,
        "build_ram": 1,
        "build_integrate": 1,
        "build_zero_skip": 1,
        "build_tree": 0,
    }
    assert (said["shape_0_neurons"], said["shape_2_neurons"], said["steps_steps"]) == (6, 3, 7)
    assert build_registers(MAP, tree, tree.geometry(NETWORK))["build_tree"] == 1


def test_a_datapath_that_says_what_no_field_holds():
    class Systolic(Tree):
        datapath = "systolic"
        built = {"tree": 0, "rows": 4}

    config = Systolic()
    with pytest.raises(KeyError, match="datapath systolic: the register BUILD has no field rows"):
        build_registers(MAP, config, config.geometry(NETWORK))


def test_the_limits_are_those_of_the_map():
    """As many sizes as lie between SHAPE and THRESHOLD, and potentials to the end of the addresses."""
    shape, threshold, potential = (
        number(register_at(MAP, name)) for name in ("SHAPE[0]", "THRESHOLD[0]", "POTENTIAL[0]")
    )
    assert threshold - shape == MOST_LAYERS + 1
    assert (1 << ADDRESS_BITS) - potential == MOST_OUTPUTS
