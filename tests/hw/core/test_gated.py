"""A config that is power gated: chosen, written down, refused, and named."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sparrow_ecg.hw.build import HOSTED, Build
from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.core.catalog import choose, from_dict
from sparrow_ecg.hw.core.gated import Gated
from sparrow_ecg.hw.core.power import WAKE_CYCLES
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network.drawn import random_beats, random_network

NETWORK = random_network(np.random.default_rng(8), (6, 5, 3), steps=7, weight_bits=4, input_bits=4)


@pytest.mark.parametrize("config", [Tree(), Serial(2), Serial(3, neuron="if", zero_skip=False)], ids=str)
def test_all_but_power_is_the_other_config(config: CoreConfig) -> None:
    gated = Gated(config)
    assert from_dict(json.loads(json.dumps(gated.as_dict()))) == gated
    assert (gated.datapath, gated.weights, gated.neuron) == (config.datapath, config.weights, config.neuron)
    assert gated.slug(NETWORK) == f"{config.slug(NETWORK)}-power_gated"
    assert gated.options() == f"{config.options()} --power-gated"
    assert str(gated) == f"{config}, power gated"
    trace = Build(NETWORK, config).golden(random_beats(np.random.default_rng(1), NETWORK, 5))
    assert (gated.cycles(NETWORK, trace) == config.cycles(NETWORK, trace) + WAKE_CYCLES).all()
    assert (gated.weight_reads(NETWORK, trace) == config.weight_reads(NETWORK, trace)).all()


def test_chosen_by_an_option() -> None:
    assert choose(NETWORK, power_gated=True) == Gated(choose(NETWORK))
    assert choose(NETWORK, "serial", power_gated=True, lanes=2) == Gated(Serial(2))
    assert choose(NETWORK, power_gated=False) == choose(NETWORK)


def test_weights_that_each_sleep_would_lose_are_refused() -> None:
    with pytest.raises(InputError, match="power gated, with weights = ram: each sleep would lose them, give rom"):
        choose(NETWORK, power_gated=True, weights="ram")


@pytest.mark.parametrize("top", [*HOSTED, "monitor"])
def test_what_needs_its_core_all_the_time_is_refused(top: str) -> None:
    with pytest.raises(InputError, match="leave out --power-gated"):
        _ = Build(NETWORK, Gated(Tree()), top).component


def test_parts_are_found_behind_what_holds_the_core() -> None:
    alone, few = Build(NETWORK, Gated(Tree())), Build(NETWORK, Gated(Tree()), "few_pins")
    assert alone.apart == ("core.controller", "core.isolation", "core.core")
    assert few.apart == ("few_pins.core.controller", "few_pins.core.isolation", "few_pins.core.core")
    assert few.core_path == ("core", "core")
    assert [port["name"] for port in alone.describe()["ports"] if port["name"] == "clock_request"]
