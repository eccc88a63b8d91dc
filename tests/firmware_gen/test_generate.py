"""The whole folder of a chip's firmware."""

from __future__ import annotations

from copy import copy

import numpy as np
import pytest

from sparrow_ecg.firmware_gen.compile import DRIVER, compile_c, compilers
from sparrow_ecg.firmware_gen.generate import generate
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.network.drawn import random_network

HOSTILE = """*/ #error "no" /* // ??/ \\ '%s' \n} \r\0 \u202e \N{GRINNING FACE}"""


@pytest.mark.parametrize("config", [Serial(2), Serial(2, "ram")], ids=str)
def test_it_compiles_whatever_the_network_is_called(tmp_path, config):
    network = copy(random_network(np.random.default_rng(0), (3, 2), steps=3, weight_bits=3, input_bits=2))
    object.__setattr__(network, "name", HOSTILE)  # past whatever a network refuses
    generate(Build(network, config, "chip"), tmp_path)
    for command in compilers().values():
        for source in DRIVER:
            compile_c(command, tmp_path, "-fsyntax-only", source)
    assert (tmp_path / "ecg_weights.h").read_text().isascii()
