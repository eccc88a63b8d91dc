"""A netlist whose pins are played, in step with another one."""

from __future__ import annotations

import numpy as np

from sparrow_ecg.sim.gates.netlist.timing import analyse
from sparrow_ecg.sim.gates.run.compiled import Functions, ticks
from sparrow_ecg.sim.gates.run.played import Played
from tests.support.cells import libraries
from tests.support.wired import CLK, DATA, wired

ONES = np.uint64(2**64 - 1)


@libraries("sky130")
def test_one_that_follows_goes_on_while_the_clock_is_high(library):
    """Two flip-flops behind a clock buffer: a clock that was high before has not risen."""
    netlist = wired(
        library,
        [
            ("clkbuf_4", {"A": CLK, "X": 4}),
            ("dfxtp_1", {"CLK": 4, "D": DATA, "Q": 5}),
            ("dfxtp_1", {"CLK": 4, "D": 5, "Q": 6}),
        ],
        6,
    )
    functions, delays = Functions(library), ticks(analyse(netlist).delays, 0.01)
    clocks = np.array([ONES])
    one = np.array([[ONES]])
    with (
        Played(functions, netlist, [DATA], [5, 6]) as plain,
        Played(functions, netlist, [DATA], [5, 6], delays) as late,
    ):
        plain.play(0 * one, running=clocks)
        late.follow(plain)
        for expected in ([ONES, 0], [ONES, ONES]):
            assert plain.play(one, running=clocks).tolist() == [expected]
            assert late.play(one, running=clocks).tolist() == [expected]
