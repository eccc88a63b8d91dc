from __future__ import annotations

import pytest

from sparrow_ecg.sim.formal.twins import alike
from sparrow_ecg.sim.rtl.mutants import Mutant

# The sum of the last two counts. Mutant 1 adds in the other order, 2 subtracts, 3 is wrong while nobody looks.
CORE = """module core_0(clk, rst, counts__payload, counts__valid, counts__ready,
    result__payload, result__valid, result__ready);
  input clk;
  input rst;
  input [1:0] counts__payload;
  input counts__valid;
  input result__ready;
  output counts__ready;
  output [2:0] result__payload;
  output result__valid;
  reg [1:0] first = 0, second = 0;
  reg [1:0] have = 0;
  assign counts__ready = have != 2;
  assign result__valid = have == 2;
  assign result__payload = (farm.mutant == 1) ? second + first
    : (farm.mutant == 2) ? first - second : (farm.mutant == 3) & ! result__valid ? 3'h7 : first + second;
  always @(posedge clk)
    if (rst) have <= 0;
    else if (result__valid) have <= result__ready ? 0 : have;
    else if (counts__valid) begin have <= have + 1; first <= counts__payload; second <= first; end
endmodule
"""


@pytest.mark.parametrize(("number", "expected"), [(1, True), (2, False), (3, True)])
def test_twins_are_alike_or_told_apart(number: int, expected: bool):
    assert alike(CORE, Mutant(number, 0, "core", "", "", ""), limit=60) is expected
