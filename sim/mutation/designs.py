"""What is broken on purpose: each design, how it is played to, and how many mutants of it there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.hw.host.registers.map import registers
from sparrow_ecg.model.network import Network
from sparrow_ecg.sim.mutation.pins import Pins
from sparrow_ecg.sim.mutation.sessions import chip, core, monitor, monitor_chip
from sparrow_ecg.sim.rtl.mutants import broken_cores


@dataclass(frozen=True)
class Design:
    """make:  the build. play: to its pins, checking all; the number says how long.
    mutants: how many.
    scales:  of sessions: what survives one is played the next.
    guards:  outputs that no check looks at but while another is high, or low if that begins with ``~``.
    watched: of the build, signals inside that checks look at, too.
    together: registers of which a proof needs all values that they have at once.
    """

    make: Callable[[], Build]
    play: Callable[[Pins, Build, int], None]
    mutants: int
    scales: tuple[int, ...] = (1, 8)
    guards: dict[str, str] = field(default_factory=dict)
    watched: Callable[[Build], tuple[str, ...]] = lambda build: ()
    together: tuple[tuple[str, ...], ...] = ()


def near_their_end(build: Build, by: int = 500) -> Build:
    """The same chip, but that its counters are near their highest value after a reset: no session would get there."""
    controller = (build.chip if build.top == "chip" else build.monitor_chip).controller
    for register in registers(controller.map):
        for each in register.fields():
            if each.get_property("counter"):
                each.inst.properties["reset"] = (1 << each.width) - by
    return build


def every_bit() -> Network:
    """A small network of which nearly every bit reaches an output."""
    return broken_cores()[0].network


RESULT = {"result__payload": "result__valid"}
BEATS = {"beats__payload": "beats__valid", **dict.fromkeys(("off", "block", *monitor.WATCHED), "~clock_request")}
# An event is read at a place that its list has, and is of a neuron that there is.
LENGTHS = [f"events_{parity}.$signature__addr" for parity in (0, 1)]
LISTS = (
    *(("sequencer.fsm_state", "sequencer.layer", "sequencer.position", length) for length in LENGTHS),
    *(("sequencer.layer", "sequencer.neuron", length) for length in LENGTHS),
)
DESIGNS: dict[str, Design] = {
    "tree": Design(lambda: Build(Network.load("tiny"), Tree()), core.play, 700, guards=RESULT, watched=core.watched),
    "serial": Design(lambda: Build(every_bit(), Serial(3)), core.play, 400, guards=RESULT, watched=core.watched),
    "serial-ram": Design(
        lambda: Build(every_bit(), Serial(2, "ram", "if")),
        core.play,
        400,
        guards=RESULT,
        watched=core.watched,
        together=LISTS,
    ),
    "chip-tree": Design(lambda: near_their_end(Build(every_bit(), Tree(), "chip", "apb"), by=100), chip.play, 500),
    "chip-ram": Design(
        lambda: near_their_end(Build(every_bit(), Serial(1, "ram", "if"), "chip", "apb")),
        chip.play,
        500,
        scales=(1, 3),
    ),
    "monitor": Design(
        lambda: Build(Network.load("watch"), Serial(2), "monitor"),
        monitor.play,
        600,
        guards=BEATS,
        scales=(1, 6),
        watched=lambda build: monitor.WATCHED,
    ),
    "monitor-chip": Design(
        lambda: near_their_end(Build(Network.load("watch"), Serial(2), "monitor_chip", "apb"), by=100),
        monitor_chip.play,
        600,
        scales=(1, 6),
        guards=dict.fromkeys(monitor_chip.inside(), "~clock_request"),
        watched=lambda build: monitor_chip.inside(),
    ),
}
