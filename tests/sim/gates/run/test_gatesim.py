"""Gates against the golden model, and our gate simulator against Verilator on the library's own cell models."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.gated import Gated
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.gates.design import Design
from sparrow_ecg.sim.gates.energy import measurement
from sparrow_ecg.sim.gates.energy.net_activity import NetActivity
from sparrow_ecg.sim.gates.netlist import netlist as netlists
from sparrow_ecg.sim.gates.netlist import synthesis
from sparrow_ecg.sim.gates.netlist.checks import clock_pins
from sparrow_ecg.sim.gates.netlist.synthesis import Flow
from sparrow_ecg.sim.gates.run import gatesim
from sparrow_ecg.sim.gates.run.beats import NoResult
from sparrow_ecg.sim.gates.run.gatesim import SLEEP, GateSimulator
from sparrow_ecg.sim.rtl.verilator import build as compiled
from sparrow_ecg.sim.tools import run_yosys
from tests.support import convolving
from tests.support.cells import libraries

CONFIGS = [
    (Serial(lanes=3), Flow()),
    (Serial(lanes=3), Flow(flat=False)),
    (Serial(lanes=2, zero_skip=False), Flow(clock_gates=0)),
    (Serial(lanes=3, weights="ram"), Flow()),
    (Serial(lanes=5, neuron="if"), Flow()),
    (Tree(), Flow()),
    (Gated(Tree()), Flow()),
    (Gated(Serial(lanes=3)), Flow(flat=False)),
]


def designed(library, config: Serial, flow: Flow = Flow()) -> tuple[Design, np.ndarray]:
    rng = np.random.default_rng(7)
    network = random_network(rng, [7, 5, 3], steps=5, weight_bits=4, input_bits=3)
    build = Build(network, config)
    module = synthesis.synthesise(build, library, flow)
    return Design(build, library, flow, module), random_beats(rng, network, 150)


def toggles(design: Design, counts: np.ndarray, part: str | None = None) -> np.ndarray:
    """Rises and falls of every net without delays, int64[2, nets]; in a part, or in all."""
    pieces = design.simulator.pieces(counts, design.timing.delays, measurement.step_of(design.timing))
    return sum(np.array(NetActivity(p.snapshots).toggles) for p in pieces if part in (None, p.part))


@libraries("sky130")
@pytest.mark.parametrize(("config", "flow"), CONFIGS)
def test_bit_exact_with_and_without_delays(library, config, flow):
    design, counts = designed(library, config, flow)
    run, mismatched = measurement.check(design, counts)
    assert mismatched == 0
    assert measurement.annotated(design) == 1
    assert measurement.check(design, counts, delayed=True)[1] == 0
    clocks, phases, beats = sorted(design.netlist.clock_nets), 0, 0
    for piece in design.simulator.pieces(counts, design.timing.delays, design.timing.period / 400):
        assert piece.settled <= design.timing.period * 1.1
        rises, falls = NetActivity(piece.snapshots).toggles
        assert (piece.moves[0][clocks] == rises[clocks]).all()
        assert sum(piece.moves).sum() >= (rises + falls).sum()  # glitches on top of what zero delays show
        phases += np.bitwise_count(piece.snapshots.active).sum()
        beats += piece.beats
    assert phases == 2 * (run.cycles + config.rest).sum()
    assert beats == len(counts)


@libraries("sky130")
def test_what_moves_in_pieces_of_a_beat_is_all_that_moves(library, monkeypatch):
    design, counts = designed(library, Tree())

    def moves() -> dict[str, np.ndarray]:
        found = defaultdict(lambda: np.zeros((4, design.netlist.nets), np.int64))
        for piece in design.simulator.pieces(counts, design.timing.delays, measurement.step_of(design.timing)):
            found[piece.part] += [*piece.moves, *NetActivity(piece.snapshots).toggles]
        return dict(found)

    at_once = moves()
    monkeypatch.setattr(gatesim, "PIECE", 5 * 16 * design.netlist.nets)
    some_cycles = moves()
    assert some_cycles.keys() == at_once.keys() == {"input", "layer_0", "layer_1"}
    assert all((some_cycles[part] == each).all() for part, each in at_once.items())


@libraries("sky130")
def test_a_picture_in_gates(library, monkeypatch):
    """Bit-exact, and its energy by layers, of which no piece is a whole picture."""
    build = convolving.build()
    design = Design(build, library, Flow(), synthesis.synthesise(build, library, Flow()))
    counts = random_beats(np.random.default_rng(3), build.network, 5)
    assert measurement.check(design, counts)[1] == 0
    monkeypatch.setattr(gatesim, "PIECE", 50 * 16 * design.netlist.nets)
    measured = measurement.energy(design, counts)
    assert set(measured.parts) == {"input", *(f"layer_{k}" for k in range(build.geometry.layers))}
    assert all(part.total() > 0 for part in measured.parts.values())
    cycles = (build.cycles(build.golden(counts)) + build.config.rest).sum()
    assert measured.energy.cycles == cycles
    monkeypatch.setattr(gatesim, "STRETCH", 20)
    sampled = measurement.sampled(design, counts, 4)
    assert sampled.energy.cycles == pytest.approx(cycles / 4, rel=0.1)
    assert sampled.energy.total() / sampled.beats == pytest.approx(measured.energy.total() / 5, rel=0.1)


@libraries("sky130")
def test_a_netlist_that_says_nothing(library):
    design, counts = designed(library, Tree())
    with pytest.raises(NoResult, match="no result for beat 0 within 5 cycles"):
        design.simulator.run(counts, limit=5)


@libraries("sky130")
@pytest.mark.parametrize("config", [Serial(lanes=3), Tree()])
def test_with_the_clock_tree(library, config):
    """Delays of the clock among them, every beat is right if the inputs change when the constraints have it. Where they
    change with the clock's edge, before it has reached the flip-flops, beats are wrong: those hold one too late.
    """
    without, counts = designed(library, config)
    design = replace(without, corners=(library,))
    assert design.violations == []
    assert measurement.check(design, counts)[1] == 0
    assert measurement.check(design, counts, delayed=True)[1] == 0
    timing, clocks = design.timing, sorted(design.netlist.clock_nets)
    assert len(clocks) > len(without.netlist.clock_nets)
    for piece in design.simulator.pieces(counts, timing.delays, measurement.step_of(timing)):
        seen = NetActivity(piece.snapshots).toggles
        assert all((moved[clocks] == edges[clocks]).all() for moved, edges in zip(piece.moves, seen, strict=True))

    latencies = [timing.arrivals[net][0] for *_, net in clock_pins(design.netlist)]
    trace = golden.run(design.network, counts, config.neuron)

    def wrong(inputs_after: float) -> int:
        simulator = GateSimulator(design.netlist, design.build, inputs_after)
        run = simulator.run(counts, timing.delays, measurement.step_of(timing))
        return int((run.potentials != trace.outputs).any(axis=1).sum())

    assert wrong(0.0) > 0
    assert wrong(1.2 * max(latencies)) == 0


@libraries("nangate45", "asap7", "ihp130")
def test_bit_exact_on_other_libraries(library):
    for config in (Serial(lanes=3), Tree()):
        design, counts = designed(library, config)
        assert measurement.check(design, counts)[1] == 0
        measured = measurement.energy(design, counts)
        assert 0 < measured.zero_delay.total() <= measured.energy.total()


@libraries("sky130")
def test_a_wrong_gate_is_seen(library):
    design, counts = designed(library, Serial(lanes=3))
    netlist = design.netlist
    k = next(k for k, i in enumerate(netlist.instances) if i.cell.name.endswith("__nand2_1"))
    broken = list(netlist.instances)
    broken[k] = replace(broken[k], cell=library.cells["sky130_fd_sc_hd__nor2_1"])
    design.__dict__["simulator"] = GateSimulator(replace(netlist, instances=broken), design.build)
    assert measurement.check(design, counts)[1] > 0


@libraries("sky130")
def test_state_is_lost_in_every_sleep(library):
    """Every register of the core moves at random there, and but for the switch's none that is always on."""
    design, counts = designed(library, Gated(Tree()))
    rises, falls = toggles(design, counts, SLEEP)
    held = {inside: [] for inside in (True, False)}
    for each in design.netlist.flip_flops:
        held[each.block == "core"].append((rises + falls)[each.outputs].sum())
    assert all(held[True])
    assert (
        sorted(map(bool, held[False])) == [False] + [True] * 3
    )  # not isolation; the switch, and the wake-up's counter
    unreset = re.sub(r"(core\.core  core \((?s:.*?)\.isolate\()isolate\)", r"\g<1>1'h0)", design.build.verilog)
    assert unreset != design.build.verilog
    build = design.build.edited(unreset)
    broken = Design(build, library, Flow(), synthesis.synthesise(build, library, Flow()))
    assert measurement.check(broken, counts)[1] > 0


@libraries("sky130")
def test_toggles_as_verilator_counts_them(library):
    design, counts = designed(library, Serial(lanes=3))
    beat = counts[:1]
    rises, falls = toggles(design, beat)
    seen = _verilator(design, beat[0])
    assert (seen[2:, 0] == rises[2:]).all()
    assert (seen[2:, 1] == falls[2:]).all()


def _verilator(design: Design, beat: np.ndarray) -> np.ndarray:
    """Rises and falls of every net while the second of two equal beats runs, int64[nets, 2]."""
    netlist = design.netlist
    text = netlists.verilog(netlist)
    nets = ", ".join(f"n{net}" for net in reversed(range(netlist.nets)))
    head, rest = text.split(");\n", 1)
    text = f"{head}, nets);\n  output [{netlist.nets - 1}:0] nets;\n" + rest.replace(
        "endmodule", f"  assign nets = {{{nets}}};\nendmodule"
    )
    bits = {port["name"]: port["bits"] for port in design.build.describe()["ports"]}
    values = ", ".join(f"{bits['counts__payload']}'d{count}" for count in reversed(beat.tolist()))
    bench = f"""module bench;
  localparam N = {netlist.nets}, INPUTS = {len(beat)};
  logic clk = 0, rst = 1, valid = 0, taken, given; logic [{bits["counts__payload"] - 1}:0] payload = 0;
  wire [{bits["counts__payload"] * len(beat) - 1}:0] beat = {{{values}}};
  wire ready, done; wire [{bits["result__payload"] - 1}:0] result; wire [N-1:0] nets;
  logic [N-1:0] past; int rises[N], falls[N], position = 0, beats = 0, results = 0; bit active = 0;
  core dut (.clk, .rst, .counts__valid(valid), .counts__ready(ready), .counts__payload(payload),
            .result__valid(done), .result__ready(1'b1), .result__payload(result), .nets);
  task automatic compare();
    if (active) for (int i = 0; i < N; i++) begin
      if (~past[i] & nets[i]) rises[i]++;
      if (past[i] & ~nets[i]) falls[i]++;
    end
    past = nets;
  endtask
  initial begin
    for (int c = 0; c < 4; c++) begin clk = 0; #1; clk = 1; #1; end
    clk = 0; #1; clk = 1; #1; rst = 0; #1;
    clk = 0; #1; clk = 1; #1; valid = 1; payload = beat[0 +: {bits["counts__payload"]}]; #1;
    past = nets;
    while (results < 2) begin
      taken = valid & ready; given = done;
      if (taken && beats == 1 && position == 0) active = 1;
      if (taken) begin position++; if (position == INPUTS) begin position = 0; beats++; end end
      if (given) results++;
      clk = 0; #1; compare();
      clk = 1; #1;
      valid = beats < 2; if (valid) payload = beat[position * {bits["counts__payload"]} +: {bits["counts__payload"]}];
      #1; compare();
    end
    for (int i = 0; i < N; i++) $display("%0d %0d", rises[i], falls[i]);
    $finish;
  end
endmodule
"""
    gate, enable, clock, output = design.library.pdk.clock_gate  # Yosys makes no model of these
    models = f"""{_cell_models(design.library.paths)}
module {gate} (input {clock}, input {enable}, output {output});
  reg open; always_latch if (~{clock}) open = {enable};
  assign {output} = {clock} & open;
endmodule
"""
    flags = ("--binary", "--timing", "--top-module", "bench", "-Wno-fatal", "-Wno-lint", "-Wno-style", "-O3")
    program = compiled("gatebench", {"cells.v": models, "netlist.v": text, "bench.sv": bench}, flags, "bench")
    told = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    return np.array([line.split() for line in told.splitlines() if line[:1].isdigit()], np.int64)


def _cell_models(paths: tuple[Path, ...]) -> str:
    """Verilog of the cells, by Yosys from the same Liberty files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for k, path in enumerate(paths):
            (folder / f"{k}.lib").symlink_to(path)
        reads = [f"read_liberty -ignore_miss_func {k}.lib" for k in range(len(paths))]
        run_yosys("\n".join([*reads, "write_verilog -noattr cells.v", ""]), folder)
        return (folder / "cells.v").read_text()


@libraries("sky130")
def test_what_is_refused(library):
    design, counts = designed(library, Serial(lanes=3))
    with pytest.raises(InputError, match="no beats to measure"):
        measurement.energy(design, counts[:0])
    measured = measurement.energy(design, counts)
    with pytest.raises(InputError, match="clock 1e\\+06 MHz is faster than the longest path allows"):
        measurement.summary(design, measured, 1e6)
    summary = measurement.summary(design, measured, 4)
    for part in ("layers_nj", "blocks_nj"):
        total = sum(sum(kinds.values()) for kinds in summary[part].values())
        assert total == pytest.approx(summary["energy_per_beat_nj"], rel=1e-9)
