"""The chip's netlist, used through its pins, against the golden model and against its RTL in Verilator."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.hw.host.beats import BeatFrames
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.gates.design import Design
from sparrow_ecg.sim.gates.energy import measurement
from sparrow_ecg.sim.gates.energy.net_activity import NetActivity
from sparrow_ecg.sim.gates.netlist import synthesis
from sparrow_ecg.sim.gates.run.chipsim import CS_N, MOSI, ONES, PARTS, SCK, ChipSimulator, Microcontroller, frame
from sparrow_ecg.sim.rtl.board import Board
from tests.support.cells import libraries

CONFIGS = [
    Tree(),
    Serial(lanes=3),
    Serial(lanes=3, weights="ram"),
    Serial(lanes=5, neuron="if"),
]


def designed(library, config: Serial, inputs: int = 7, beats: int = 100) -> tuple[Design, np.ndarray]:
    rng = np.random.default_rng(7)
    network = random_network(rng, [inputs, 5, 3], steps=5, weight_bits=4, input_bits=3)
    build = Build(network, config, "chip")
    module = synthesis.synthesise(build, library)
    return Design(build, library, synthesis.Flow(), module), random_beats(rng, network, beats)


@libraries("sky130")
@pytest.mark.parametrize("config", CONFIGS)
def test_bit_exact_through_the_pins(library, config):
    design, counts = designed(library, config)
    assert measurement.check(design, counts)[1] == 0  # classes, potentials, cycles
    assert measurement.annotated(design) == 1


@libraries("nangate45")
def test_bit_exact_when_the_counts_fill_whole_bytes(library):
    design, counts = designed(library, Serial(lanes=3), inputs=8)
    assert measurement.check(design, counts)[1] == 0


@libraries("sky130")
@pytest.mark.parametrize("block", ["core", "host"])
def test_a_wrong_gate_is_seen(library, block):
    design, counts = designed(library, CONFIGS[0])
    broken = list(design.netlist.instances)
    k = next(k for k, i in enumerate(broken) if i.block == block and i.cell.name.endswith("__nand2_1"))
    broken[k] = replace(broken[k], cell=library.cells["sky130_fd_sc_hd__nor2_1"])
    simulator = ChipSimulator(replace(design.netlist, instances=broken), Microcontroller(design.build))
    design.__dict__["simulator"] = simulator
    assert measurement.check(design, counts)[1] > 0


class Noisy(Microcontroller):
    """A wire on which the highest bit of lane 5's first count flips."""

    def classify(self, counts: np.ndarray) -> np.ndarray:
        pins = super().classify(counts)
        pins[8, MOSI] ^= np.uint64(1 << 5)
        return pins


@libraries("sky130")
def test_what_the_clock_reaches_while_nothing_happens(library):
    """A gate for each block, and what knows of a frame that has begun, of a reset, and of the bit that goes out."""
    design, _ = designed(library, CONFIGS[0])
    sinks = design.netlist.sinks[design.netlist.clock]
    found = Counter((instance.block, instance.cell.gate is not None) for instance, _ in sinks)
    gates = {("host", True): 1, ("controller", True): 1, ("core", True): 1}
    assert found == gates | {("host", False): 2, ("top", False): 1}


@libraries("sky130")
def test_a_corrupted_frame_is_seen(library):
    design, counts = designed(library, CONFIGS[0], beats=64)
    design.__dict__["simulator"] = ChipSimulator(design.netlist, Noisy(design.build))
    run, mismatched = measurement.check(design, counts)
    flipped = counts[5].copy()
    flipped[0] ^= 1 << design.network.input_bits - 1
    design.__dict__["simulator"] = ChipSimulator(design.netlist, Microcontroller(design.build))
    assert mismatched == 1
    assert (run.potentials[5] == design.simulator.run(np.tile(flipped, (64, 1))).potentials[0]).all()


@libraries("sky130")
def test_a_beat_takes_the_clocks_that_the_cycle_model_says(library):
    """Those of its frame in the RTL, which ends where the model says that the answer does."""
    design, counts = designed(library, CONFIGS[1], beats=64)
    pieces = list(design.simulator.pieces(counts, {}, 1.0))
    latencies = design.build.cycles(design.build.golden(counts)) - design.network.inputs
    with Board(design.build) as board:
        beats = BeatFrames.of(board.controller)
        before = board.clocks
        for beat, latency in zip(counts, latencies.tolist(), strict=True):
            assert beats.answer(board.frame(beats.classify(beat, latency)))[0] >= 0
        clock = design.netlist.clock
        clocks = sum(int(NetActivity(piece.snapshots).toggles[0][clock]) for piece in pieces)
        assert len(set(latencies.tolist())) > 1
        assert clocks == board.clocks - before
    for piece in pieces:  # nothing moves in a lane that is not counted as active
        moved = np.bitwise_or.reduce(piece.snapshots.nets[1:] ^ piece.snapshots.nets[:-1], axis=1)
        assert not (moved & ~piece.snapshots.active[1:]).any()
    assert sum(piece.beats for piece in pieces) == len(counts)


@libraries("sky130")
def test_energy_by_part_and_block(library):
    design, counts = designed(library, CONFIGS[0], beats=64)
    measured = measurement.energy(design, counts)
    assert measured.settled <= design.timing.period * 1.1
    assert measured.zero_delay.total() <= measured.energy.total()
    summary = measurement.summary(design, measured, 4)
    assert tuple(summary["layers_nj"]) == PARTS
    assert {"core", "controller", "host"} <= set(summary["blocks_nj"])
    for part in ("layers_nj", "blocks_nj"):
        total = sum(sum(kinds.values()) for kinds in summary[part].values())
        assert total == pytest.approx(summary["energy_per_beat_nj"], rel=1e-9)


@libraries("sky130")
def test_the_core_in_the_chip_is_the_core_alone(library):
    design, _ = designed(library, CONFIGS[0])
    core = replace(design.build, top="core")
    alone = Design(core, library, synthesis.Flow(), synthesis.synthesise(core, library)).describe()
    inside = design.describe()["blocks"]["core"]
    assert inside["registers"] == alone["registers"]
    assert inside["area_um2"] == pytest.approx(alone["area_um2"], rel=0.02)


def test_a_frame_on_its_way():
    content = np.tile(np.array([0xA5, 0x0F], np.uint8), (64, 1))
    content[3] = 0
    pins = frame(content)
    clocked = pins[:, SCK] == ONES
    assert clocked.sum() == 16
    assert not pins[clocked, CS_N].any()
    assert pins[-1, CS_N] == ONES
    sent = pins[clocked, MOSI]
    assert [int(word == ONES ^ np.uint64(8)) for word in sent] == [int(bit) for bit in f"{0xA50F:016b}"]
