"""What is asked of a netlist's time, the same for our own timing, for the simulator, and as SDC for other tools."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sparrow_ecg.hw.build import Top
from sparrow_ecg.sim.gates.library.pdks import Pdk


@dataclass(frozen=True)
class Constraints:
    """One clock, at the pin ``clock``, whose rising edges are ``period`` ns apart, and its falling ones half way.

    uncertainty:  ns by which an edge may come too early for the next one, and too late for its own.
    inputs:       when they change after an edge at the pin: earliest and latest, of the period.
    falling:      they change after the falling edge.
    outputs:      how long before the next edge they have to be steady, of the period.
    slew:         transition of the clock and of the inputs at the pins, in ns.
    clock:        the pin's name.
    """

    period: float
    uncertainty: float
    slew: float
    inputs: tuple[float, float] = (0.1, 0.2)
    falling: bool = False
    outputs: float = 0.2
    clock: str = "clk"

    @classmethod
    def of(cls, pdk: Pdk, clock_mhz: float, top: Top = "core") -> Constraints:
        """As much uncertainty as the clock's edge takes. A core's streams come of the same clock; at the pins of what
        has a host or a converter around it, all changes with the falling edge.
        """
        asked = cls(1e3 / clock_mhz, pdk.slew, pdk.slew)
        if top == "core":
            return asked
        return replace(asked, inputs=(0.0, 0.25), falling=True, clock="sck" if top == "chip" else "clk")

    @property
    def input_times(self) -> tuple[float, float]:
        """Earliest and latest, in ns."""
        earliest, latest = self.inputs
        return earliest * self.period, latest * self.period

    def sdc(self) -> str:
        """The same in the words of other tools; times in ns."""
        earliest, latest = self.input_times
        clock, inputs, edge = self.clock, "[all_inputs -no_clocks]", " -clock_fall" * self.falling
        return "\n".join(
            [
                f"create_clock -name {clock} -period {self.period:g} [get_ports {clock}]",
                f"set_propagated_clock [get_clocks {clock}]",
                f"set_clock_uncertainty {self.uncertainty:g} [get_clocks {clock}]",
                f"set_input_transition {self.slew:g} [all_inputs]",
                f"set_input_delay -min {earliest:g} -clock {clock}{edge} {inputs}",
                f"set_input_delay -max {latest:g} -clock {clock}{edge} {inputs}",
                # other tools take the uncertainty off an output, too
                f"set_output_delay {self.outputs * self.period - self.uncertainty:g} -clock {clock} [all_outputs]",
                "",
            ]
        )
