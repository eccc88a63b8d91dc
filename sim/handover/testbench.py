"""A self-checking testbench in Verilog with vectors, for people without Python."""

from __future__ import annotations

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.model.network.drawn import random_beats

BEATS = 64

BENCH = """// Plays {beats} beats to {module}, with pauses and back-pressure, and compares each answer with
// the one computed from the network's integers: class and potentials, every bit. In this folder:
// $ iverilog -g2012 -o bench {module}_tb.v ../{module}.v && vvp bench
// $ verilator --binary --timing -Wno-fatal --top-module {module}_tb {module}_tb.v ../{module}.v && obj_dir/V{module}_tb
`timescale 1ns / 1ps
module {module}_tb;
  localparam BEATS = {beats}, INPUTS = {inputs}, LIMIT = {limit};

  reg [{counts}-1:0] counts [0:BEATS*INPUTS-1];
  reg [{result}-1:0] expected [0:BEATS-1];
  integer sent = 0, answered = 0, wrong = 0, cycles = 0;
  reg clk = 0, rst = 1, valid = 0, ready = 0;
  reg [{counts}-1:0] payload = 0;
  wire [{result}-1:0] answer;
  wire taken, there;

  {module} dut (
    .clk(clk), .rst(rst),
    .counts__payload(payload), .counts__valid(valid), .counts__ready(taken),
    .result__payload(answer), .result__valid(there), .result__ready(ready)
  );

  initial begin
    $readmemh("counts.hex", counts);
    $readmemh("expected.hex", expected);
  end

  always #{half} clk = ~clk;

  // Inputs change at the falling edge. What was offered stays until it is taken.
  always @(negedge clk) begin
    rst = cycles < 4;
    if (rst) valid = 0;
    else if (!valid && sent < BEATS * INPUTS) valid = $random;
    payload = valid ? counts[sent] : 0;
    ready = $random;
  end

  always @(posedge clk) begin
    cycles = cycles + 1;
    if (!rst && valid && taken) begin
      sent = sent + 1;
      valid <= 0;
    end
    if (!rst && there && ready) begin
      if (answer !== expected[answered]) begin
        wrong = wrong + 1;
        $display("beat %0d: %h, expected %h, class %0d", answered, answer, expected[answered],
          expected[answered][{klass}-1:0]);
      end
      answered = answered + 1;
    end
    if (answered == BEATS || cycles == LIMIT) begin
      if (wrong == 0 && answered == BEATS) $display("PASS: %0d beats, %0d cycles", answered, cycles);
      else begin
        $display("FAIL: %0d wrong, %0d of %0d beats answered in %0d cycles", wrong, answered, BEATS, cycles);
        $fatal(1);
      end
      $finish;
    end
  end
endmodule
"""


def files(build: Build, period: float, seed: int = 0) -> dict[str, str]:
    """The testbench and its vectors by name of file, for a core with its weights built in; clock period in ns.

    The beats are drawn; one is of zeros, one of the highest counts.
    """
    network, geometry = build.network, build.geometry
    drawn = random_beats(np.random.default_rng(seed), network, BEATS)
    trace = build.golden(drawn)
    fields = build.result
    klass, potential = fields["klass"]["bits"], geometry.potential_bits
    answers = [
        int(k) | sum((int(v) & ((1 << potential) - 1)) << (klass + i * potential) for i, v in enumerate(values))
        for k, values in zip(trace.classes, trace.outputs, strict=True)
    ]
    text = BENCH.format(
        module=build.module,
        beats=BEATS,
        inputs=network.inputs,
        counts=geometry.input_bits,
        result=klass + fields["potentials"]["bits"],
        klass=klass,
        limit=8 * BEATS * (build.longest + network.inputs + 8),
        half=f"{period / 2:g}",
    )
    return {
        f"{build.module}_tb.v": text,
        "counts.hex": "".join(f"{count:x}\n" for count in drawn.ravel().tolist()),
        "expected.hex": "".join(f"{answer:x}\n" for answer in answers),
    }
