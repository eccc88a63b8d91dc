"""The chip's netlist, used through its pins, against the golden model and against its RTL in Verilator."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.gates.design import Design
from sparrow_ecg.sim.gates.energy import measurement
from sparrow_ecg.sim.gates.energy.net_activity import NetActivity
from sparrow_ecg.sim.gates.netlist import synthesis
from sparrow_ecg.sim.gates.run.chipsim import MOSI, ONES, PARTS, PERIOD, SCK, ChipSimulator, Frame, Microcontroller
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
def test_bit_exact_when_the_last_word_is_full(library):
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

    def start(self, counts: np.ndarray) -> Frame:
        frame = super().start(counts)
        bit = frame.sampled[8 + 32 + 8 - self.network.input_bits]
        frame.pins[bit - PERIOD // 2 + 1 : bit + PERIOD // 2 + 1, MOSI] ^= np.uint64(1 << 5)
        return frame


@libraries("sky130")
def test_what_the_clock_reaches_while_nothing_happens(library):
    """A gate for each block, and the flip-flops that sample the pins."""
    design, _ = designed(library, CONFIGS[0])
    sinks = design.netlist.sinks[design.netlist.inputs["clk"][0]]
    found = Counter((instance.block, instance.cell.gate is not None) for instance, _ in sinks)
    assert found == {("host", False): 7, ("host", True): 1, ("controller", True): 1, ("core", True): 1}


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
def test_the_clock_runs_as_long_as_the_rtl_asks_for_it(library):
    design, counts = designed(library, CONFIGS[1], beats=64)
    pieces = list(design.simulator.pieces(counts, {}, 1.0))
    with Board(design.build) as board:
        frames = Protocol(board.controller.map)
        board.frame(frames.set("settings", interrupt_result=1))
        before = board.clocked
        for beat in counts:
            board.frame(frames.start(beat))
            board.settle()
            board.frame(frames.read("result", 1 + design.network.outputs))
        clock = design.netlist.inputs["clk"][0]
        assert sum(NetActivity(piece.snapshots).toggles[0][clock] for piece in pieces) == board.clocked - before
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
    frame = Frame.of(content)
    rising = np.flatnonzero(np.diff(frame.pins[:, SCK] & np.uint64(1)) == 1)
    assert (rising == frame.sampled).all()
    sent = frame.pins[frame.sampled + 1, MOSI]
    assert [int(word == ONES ^ np.uint64(8)) for word in sent] == [int(bit) for bit in f"{0xA50F:016b}"]
