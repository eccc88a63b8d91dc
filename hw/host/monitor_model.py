"""Golden model of the monitor chip: samples and frames go in; answers, interrupt and beats come out."""

from __future__ import annotations

from copy import copy, deepcopy
from dataclasses import dataclass

import numpy as np

from sparrow_ecg.hw.frontend.frontend import TIME_BITS
from sparrow_ecg.hw.host.monitor_controller import MonitorController
from sparrow_ecg.hw.host.spi_model import SpiModel
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.frontend.stream import Stream
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.signals.ecg.mitdb import RESOLUTION


@dataclass(frozen=True)
class Event:
    """A beat, as the registers EVENT and BEAT say it."""

    klass: int
    judged: int
    sequence: int
    peak: int
    previous: int


def record_events(controller: MonitorController, codes: np.ndarray) -> list[Event]:
    """The beats of a recording, int64[samples], by front end and golden model, a record at a time."""
    heard = controller.monitor.front.front.run(codes)
    classes = golden.run(controller.network, heard.counts, controller.config.neuron).classes * heard.judged
    sequence, peaks = np.arange(len(classes)) % 256, heard.peak // BLOCK % (1 << TIME_BITS)
    fields = classes, heard.judged, sequence, peaks, heard.rhythm[:, 0] // BLOCK
    return [Event(*map(int, event)) for event in zip(*fields, strict=True)]


class MonitorModel(SpiModel):
    """Untimed: what a sample begins comes to its end before anything else happens. So no sample is ever lost.

    controller: whose registers and build are modelled; nothing of its logic is used.
    """

    def __init__(self, controller: MonitorController):
        self.controller = controller
        self.front = controller.monitor.front.front
        super().__init__(controller.map)
        self.reset()

    def __copy__(self) -> MonitorModel:
        """One that goes its own way from here."""
        other = object.__new__(MonitorModel)
        own = {"registers": copy(self.registers), "stream": deepcopy(self.stream), "events": list(self.events)}
        other.__dict__ |= self.__dict__ | own
        return other

    def reset(self) -> None:
        """The reset pin, or CONTROL.reset."""
        self.stream = Stream(self.front)
        self.events: list[Event] = []
        self.told = 0
        self.registers.reset()
        self.registers.values |= self.controller.built
        self._update()

    @property
    def irq(self) -> int:
        return int(self.registers.word("cause") & self.registers.values["mask_enabled"] != 0)

    def sample(self, code: int) -> None:
        for event in self.hear(code):
            self.tell(event)

    def hear(self, code: int) -> list[Event]:
        """What a sample does but for the beats that are to be told then."""
        state = self.stream.state
        was_off = state.quality.off
        found = []
        for beat, counts in self.stream.push(code):
            klass = 0 if counts is None else self._classify(counts)
            peak = beat.peak // BLOCK % (1 << TIME_BITS)
            found.append(Event(klass, int(counts is not None), self.told % 256, peak, beat.rhythm[0] // BLOCK))
            self.told += 1
        if state.quality.off != was_off:
            self.error("lead_off" if state.quality.off else "lead_on")
        self._update()
        return found

    def _classify(self, counts: list[int]) -> int:
        trace = golden.run(self.controller.network, np.array([counts]), self.controller.config.neuron)
        return int(trace.classes[0])

    def tell(self, event: Event) -> None:
        """A beat becomes an event."""
        values = self.registers.values
        names = [name for name, number in self.controller.classes.items() if number == event.klass]
        for cause, due in (
            ("beat", True),
            (names[0] if event.judged else "unclassified", True),
            ("fast", event.previous < values["limits_shortest"]),
            ("slow", event.previous > values["limits_longest"]),
            ("overflow", len(self.events) == self.controller.depth),
        ):
            values[f"cause_{cause}"] |= int(due)
        if len(self.events) < self.controller.depth:
            self.events.append(event)
        else:
            self.registers.add("beats_lost_count", 1)
            if values["settings_keep_newest"]:
                self.events = [self.events[0], *self.events[2:], event]
        self._update()

    def read(self, address: int) -> int:
        value = self.registers.peek(address)
        cause, _ = self.registers.read(address)
        if cause:
            self.error(cause)
        return value

    def write(self, address: int, word: int) -> None:
        cause, told = self.registers.write(address, word)
        if cause:
            self.error(cause)
        elif "control_reset" in told:
            self.reset()
        elif "done" in told and self.events and self.events[0].sequence == word % 256:
            del self.events[0]
        elif "sample" in told:
            self.sample(word % (1 << RESOLUTION))
        self._update()

    def error(self, cause: str) -> None:
        self.registers.values[f"cause_{cause}"] = 1
        self._update()

    def _update(self) -> None:
        """What the controller drives."""
        values, oldest = self.registers.values, self.events[0] if self.events else None
        event = vars(oldest or Event(0, 0, 0, 0, 0))
        off = int(self.stream.state.quality.off)
        values |= {
            **{f"event_{name}": event[name] for name in ("klass", "judged", "sequence")},
            **{f"beat_{name}": event[name] for name in ("peak", "previous")},
            "event_valid": int(oldest is not None),
            "event_waiting": len(self.events),
            "time_block": self.stream.state.block % (1 << TIME_BITS),
            "status_event": int(oldest is not None),
            "status_interrupt": self.irq,
            "status_lead_off": off,
            "status_full": int(len(self.events) == self.controller.depth),
        }
