"""What is asked of a netlist's time, the same for our own timing, for the simulator, and as SDC for other tools."""

from __future__ import annotations

from dataclasses import dataclass

from sparrow_ecg.sim.gates.library.pdks import Pdk


@dataclass(frozen=True)
class Constraints:
    """One clock, ``clk``, whose rising edges are ``period`` ns apart.

    uncertainty:  ns by which an edge may come too early for the next one, and too late for its own.
    inputs:       when they change after the rising edge at the pin ``clk``: earliest and latest, of the period.
    outputs:      how long before the next edge they have to be steady, of the period.
    slew:         transition of the clock and of the inputs at the pins, in ns.
    """

    period: float
    uncertainty: float
    slew: float
    inputs: tuple[float, float] = (0.1, 0.2)
    outputs: float = 0.2

    @classmethod
    def of(cls, pdk: Pdk, clock_mhz: float) -> Constraints:
        """As much uncertainty as the clock's edge takes."""
        return cls(period=1e3 / clock_mhz, uncertainty=pdk.slew, slew=pdk.slew)

    @property
    def input_times(self) -> tuple[float, float]:
        """Earliest and latest, in ns."""
        earliest, latest = self.inputs
        return earliest * self.period, latest * self.period

    def sdc(self) -> str:
        """The same in the words of other tools; times in ns."""
        earliest, latest = self.input_times
        inputs = "[all_inputs -no_clocks]"
        return "\n".join(
            [
                f"create_clock -name clk -period {self.period:g} [get_ports clk]",
                "set_propagated_clock [get_clocks clk]",
                f"set_clock_uncertainty {self.uncertainty:g} [get_clocks clk]",
                f"set_input_transition {self.slew:g} [all_inputs]",
                f"set_input_delay -min {earliest:g} -clock clk {inputs}",
                f"set_input_delay -max {latest:g} -clock clk {inputs}",
                f"set_output_delay {self.outputs * self.period:g} -clock clk [all_outputs]",
                "",
            ]
        )
