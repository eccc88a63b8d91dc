"""What is broken on purpose: each design, how it is played to, and how many mutants of it there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.hw.host.registers.map import registers
from sparrow_ecg.model.network import Network
from sparrow_ecg.sim.mutation.kept import Together
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
    together: registers of which a proof needs all values that they have at once, see `Kept`.
    focus:   by the number of a mutant, registers on which it depends what differs: so much does that there is no room
             for others.
    """

    make: Callable[[], Build]
    play: Callable[[Pins, Build, int], None]
    mutants: int
    scales: tuple[int, ...] = (1, 8)
    guards: dict[str, str] = field(default_factory=dict)
    watched: Callable[[Build], tuple[str, ...]] = lambda build: ()
    together: Together = ()
    focus: dict[int, tuple[str, ...]] = field(default_factory=dict)


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

FSM = "sequencer.fsm_state"
HIDDEN = 14  # neurons of `watch`, so many places has the list of what they fire


def monitored(within: str = "", shaped: str = "front.shaped") -> Together:
    """Of a monitor: each step is needed by those after it. within: of a chip that has one. shaped: whole name of that
    register; in a chip it is a bit of a word, at which nothing looks unasked.
    """
    step, found, lost, fsm = "front.step", "front.found", "front.lost_lead", "core.sequencer.fsm_state"
    position, layer = "core.sequencer.position", "core.sequencer.layer"
    taken, scaling, lengths = "front.shaper.position", "front.shaper.scaling", [f"core.{each}" for each in LENGTHS]
    waits: Together = (((step, shaped, "front.waiting"),),) if within else ()
    again: Together = () if within else ((),)  # which takes long, and is not needed in a chip
    steps: Together = (
        (),
        *waits,
        # A lost lead finds no beat. Rows of weights belong to groups.
        (
            (lost, found, step),
            (lost, "front.quality.count"),
            ("front.detector.learned",),
            ("core.sequencer.group", "core.sequencer.row"),
        ),
        # A shape is encoded once.
        ((step, shaped, found, "front.detector.age"),),
        # The core is where the front end believes it to be: it takes a count whenever one is offered.
        (
            (step, shaped, lost, fsm),
            (step, shaped, lost, position),
            (step, shaped, scaling, position),
            (step, scaling, taken),
            (scaling, taken, position),
            (step, "front.rhythm.position", position),
        ),
        # An event is read at a place that its list has, and is of a neuron that there is.
        ((fsm, layer, position, lengths[0]),),
        ((layer, "core.sequencer.neuron", lengths[1]), (fsm, layer, position, lengths[1])),
        *again,
        # The neurons whose events are in a list come one after the other.
        tuple((lengths[1], *(f"core.events_1.memory[{place}][{bit}]" for bit in range(5))) for place in range(HIDDEN)),
    )
    return tuple(
        tuple(tuple(name if name == shaped else f"{within}{name}" for name in names) for names in each)
        for each in steps
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
        together=((), LISTS, ()),
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
        together=monitored(),
        focus={367: tuple(f"core.{name}" for name in (FSM, "sequencer.layer", "sequencer.neuron"))},
    ),
    "monitor-chip": Design(
        lambda: near_their_end(Build(Network.load("watch"), Serial(2), "monitor_chip", "apb"), by=100),
        monitor_chip.play,
        600,
        scales=(1, 6),
        guards=dict.fromkeys(monitor_chip.inside(), "~clock_request"),
        watched=lambda build: monitor_chip.inside(),
        together=monitored("controller.monitor.", "controller.beats__payload[32]"),
        focus=dict.fromkeys(
            (163, 245), tuple(f"controller.monitor.core.{name}" for name in ("read$18", "sequencer.layer", FSM))
        ),
    ),
}
