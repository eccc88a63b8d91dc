from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.rtl.cocotb_engine import CocotbEngine
from sparrow_ecg.sim.rtl.engine import Engine, Hang
from sparrow_ecg.sim.rtl.harness import BLOCK

CONFIGS = [
    Serial(4),
    Serial(3, "ram", "if", False),
    Tree(),
]
# A tree of a larger one takes the compiler long.
NETWORK = random_network(np.random.default_rng(5), (7, 4, 3, 3), steps=7, weight_bits=3, input_bits=4)
BEATS = random_beats(np.random.default_rng(6), NETWORK, BLOCK + 100)  # more than a block for one worker


@cache
def engine(config: Serial) -> Engine:
    return Engine(Build(NETWORK, config))


@cache
def expected(config: Serial):
    return Build(NETWORK, config).golden(BEATS)


def check(result, config, beats=slice(None), cycles=True):
    trace = expected(config)
    assert (result.classes == trace.classes[beats]).all()
    assert (result.potentials == trace.outputs[beats]).all()
    if cycles:
        assert (result.cycles == config.cycles(NETWORK, trace)[beats]).all()
    assert result.clocks > result.cycles.sum()


@pytest.mark.parametrize("config", CONFIGS, ids=str)
@pytest.mark.parametrize("workers", [1, 2])
def test_library_is_bit_exact(config, workers):
    done = []
    result = engine(config).run(BEATS, done.append, workers=workers)
    check(result, config)
    assert sum(done) == len(BEATS)
    assert result.activity is None


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_stalls_change_nothing_but_cycles(config):
    results = [engine(config).run(BEATS, stall=seed) for seed in (1, 2)]
    for result in results:
        check(result, config, cycles=False)
        assert (result.cycles >= config.cycles(NETWORK, expected(config))).all()
    assert (results[0].cycles != results[1].cycles).any()
    assert (results[0].cycles == engine(config).run(BEATS, stall=1).cycles).all()


def test_few_beats():
    config = CONFIGS[0]
    check(engine(config).run(BEATS[:1]), config, slice(1))
    nothing = engine(config).run(BEATS[:0])
    assert nothing.classes.shape == (0,)
    assert nothing.potentials.shape == (0, NETWORK.outputs)


def test_cocotb_says_the_same():
    """Both front ends, with the clock in C++ and in HDL, agree in everything, with the same stalls too."""
    config, done = CONFIGS[1], []
    other = CocotbEngine(Build(NETWORK, config))
    check(other.run(BEATS, done.append), config)
    assert sum(done) == len(BEATS)
    stalled, same = other.run(BEATS, stall=3), engine(config).run(BEATS, stall=3, workers=1)
    check(stalled, config, cycles=False)
    assert (stalled.cycles == same.cycles).all()
    other.limit = 50  # too few cycles for a beat
    with pytest.raises(Hang, match="no result for beat"):
        other.run(BEATS)


@pytest.mark.parametrize("config", CONFIGS[:2], ids=str)
def test_activity(config):
    probed = Engine(Build(NETWORK, config), activity=True)
    result = probed.run(BEATS)
    check(result, config)
    trace, activity = expected(config), result.activity
    layers = range(len(NETWORK.layers))
    for k in layers:
        stored = (trace.counts[k] > 0).sum(axis=1) if config.zero_skip else NETWORK.shape[k]
        assert (activity["input_store" if k == 0 else "event_store"][:, max(k - 1, 0)] == stored).all()
        assert (activity["bias_read"][:, k] == NETWORK.shape[k + 1]).all()
        if k:
            assert (activity["spikes"][:, k - 1] == trace.counts[k].sum(axis=1)).all()
    assert (activity["output_compare"] == [0] * layers[-1] + [NETWORK.outputs]).all()
    assert (activity["accumulate"] == activity["weight_read"]).all()
    stalled = probed.run(BEATS[:50], stall=1).activity
    assert all((stalled[name] == activity[name][:50]).all() for name in activity)


@pytest.mark.parametrize("config", CONFIGS[:2], ids=str)
def test_leavers_are_the_golden_trace(config):
    trace = expected(config)
    leavers = Engine(Build(NETWORK, config), activity=True).leavers(BEATS[3:8])
    at = [(leaver.layer, leaver.neuron) for leaver in leavers]
    assert at == [(k, i) for k, layer in enumerate(NETWORK.layers) for i in range(layer.outputs)]
    for leaver in leavers:
        assert leaver.potential == trace.potentials[leaver.layer][7, leaver.neuron]
        if NETWORK.layers[leaver.layer].firing:
            assert leaver.fired == trace.counts[leaver.layer + 1][7, leaver.neuron]
    # the last neuron leaves in the cycle before the result
    assert leavers[-1].cycle == config.cycles(NETWORK, trace)[7] - 1


def test_longest_beat():
    config = CONFIGS[1]
    assert engine(config).run(BEATS).cycles.max() <= config.longest(NETWORK)


def test_a_core_that_hangs_is_noticed():
    core = Build(NETWORK, CONFIGS[0])
    deaf = core.verilog.replace("assign counts__ready = ", "assign counts__ready = 1'h0 & ")
    assert deaf != core.verilog
    with pytest.raises(Hang, match="no result for beat 0"):
        Engine(core.edited(deaf)).run(BEATS[:3])


def test_waveform(tmp_path: Path):
    path = tmp_path / "beat.vcd"
    assert Engine(Build(NETWORK, CONFIGS[0]), waves="vcd").record(BEATS[3:4], path)
    text = path.read_text()
    assert "counts__payload" in text
    assert text.rstrip().rsplit("#", 1)[1].split()[0].isdigit()
