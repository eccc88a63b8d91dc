"""What a host sees of a monitor: beats that wait for it, causes of interrupts, and settings."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.frontend.frontend import BEAT
from sparrow_ecg.hw.frontend.monitor import Monitor
from sparrow_ecg.hw.host.events import DEPTH, EventFifo
from sparrow_ecg.hw.host.holder import Holder
from sparrow_ecg.hw.host.image import network_id
from sparrow_ecg.hw.host.registers.block import RegisterBlock
from sparrow_ecg.hw.host.registers.bus import RegisterBus
from sparrow_ecg.hw.host.registers.map import MonitorParameters, beat_classes, compile_map
from sparrow_ecg.hw.ports import result_layout
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.mitdb import RESOLUTION


class MonitorController(wiring.Component):
    """A `Monitor` and its registers.

    sample, arrives: in a cycle with ``arrives`` high, a sample comes: a code of 11 bits.
    The other ports are those of `Controller`.

    Raises InputError for a network that the monitor or the map has no place for, and for a depth as `EventFifo` does.
    """

    def __init__(self, network: Network, config: CoreConfig, rate: float, depth: int = DEPTH):
        self.network, self.config, self.rate, self.depth = network, config, rate, depth
        self.monitor = Monitor(network, config, rate)
        self.map = compile_map(MonitorParameters())
        self.classes = beat_classes(self.map)
        if [name.lower() for name in network.classes] != list(self.classes):
            raise InputError(
                f"network '{network.name}' has classes {', '.join(network.classes)}:"
                f" the monitor chip's registers name {', '.join(self.classes).upper()}"
            )
        self.built = {
            "build_depth": depth,
            "network_digest": network_id(network),
            "rate_millihertz": round(1000 * rate),
        }
        klass = result_layout(self.monitor.core.geometry)["klass"].shape
        self.event = data.StructLayout({"beat": BEAT, "klass": klass, "sequence": 8})
        self.events = EventFifo(self.event, depth)
        super().__init__(
            {
                "bus": In(RegisterBus()),
                "sample": In(RESOLUTION),
                "arrives": In(1),
                "frame_error": In(1),
                "status": Out(8),
                "irq": Out(1),
                "working": Out(1),
                "reset": Out(1),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        m.submodules.monitor = monitor = self.monitor
        m.submodules.registers = registers = RegisterBlock(self.map)
        m.submodules.events = events = self.events
        m.submodules.holder = holder = Holder(RESOLUTION)
        wiring.connect(m, wiring.flipped(self.bus), registers.bus)
        wiring.connect(m, holder.samples, monitor.samples)
        m.d.comb += [getattr(registers, name).eq(value) for name, value in self.built.items()]

        # Samples, from the port and from the host.
        lost = Signal()
        m.d.comb += [
            holder.arrives.eq(self.arrives | registers.sample_write),
            holder.sample.eq(Mux(self.arrives, self.sample, self.bus.write_data)),
            registers.sample_stall.eq(holder.waits),
            lost.eq(holder.lost | (self.arrives & registers.sample_write)),
        ]

        # Beats become events.
        told = monitor.beats
        beat = told.payload.beat
        klass = Mux(beat.judged, told.payload.result.klass, 0)
        sequence = Signal(8)
        taken = Signal()
        m.d.comb += [
            events.events.valid.eq(told.valid),
            events.events.payload.beat.eq(beat),
            events.events.payload.klass.eq(klass),
            events.events.payload.sequence.eq(sequence),
            events.keep_newest.eq(registers.settings_keep_newest),
            told.ready.eq(events.events.ready),
            taken.eq(told.valid & told.ready),
        ]
        with m.If(taken):
            m.d.sync += sequence.eq(sequence + 1)

        # Causes.
        off = Signal()
        m.d.comb += [
            registers.cause_beat_set.eq(taken),
            registers.cause_unclassified_set.eq(taken & ~beat.judged),
            registers.cause_fast_set.eq(taken & (beat.previous < registers.limits_shortest)),
            registers.cause_slow_set.eq(taken & (beat.previous > registers.limits_longest)),
            registers.cause_lead_off_set.eq(monitor.off & ~off),
            registers.cause_lead_on_set.eq(~monitor.off & off),
            registers.cause_sample_lost_set.eq(lost),
            registers.cause_overflow_set.eq(events.lost),
            registers.cause_frame_set.eq(self.frame_error),
            registers.cause_address_set.eq(registers.bad_address),
            registers.cause_access_set.eq(registers.bad_access),
            registers.beats_lost_count_add.eq(events.lost),
            registers.samples_lost_count_add.eq(lost),
        ]
        for name, number in self.classes.items():
            cause = getattr(registers, f"cause_{name}_set")
            m.d.comb += cause.eq(taken & beat.judged & (klass == number))
        with m.If(monitor.off != off):
            m.d.sync += off.eq(monitor.off)

        # What the host reads.
        oldest = events.oldest
        event = oldest.payload
        done = registers.done_write & (self.bus.write_data[: len(event.sequence)] == event.sequence)
        m.d.comb += [
            oldest.ready.eq(done),
            self.irq.eq((registers.value("CAUSE") & registers.mask_enabled).any()),
            registers.time_block.eq(monitor.block),
            registers.status_event.eq(oldest.valid),
            registers.status_interrupt.eq(self.irq),
            registers.status_lead_off.eq(monitor.off),
            registers.status_full.eq(events.full),
            self.status.eq(registers.value("STATUS")),
            self.reset.eq(registers.control_reset),
            self.working.eq(self.arrives | monitor.clock_request | events.busy | (monitor.off != off)),
        ]
        with m.If(oldest.valid):
            m.d.comb += [
                registers.event_klass.eq(event.klass),
                registers.event_judged.eq(event.beat.judged),
                registers.event_valid.eq(1),
                registers.event_sequence.eq(event.sequence),
                registers.event_waiting.eq(events.waiting),
                registers.beat_peak.eq(event.beat.peak),
                registers.beat_previous.eq(event.beat.previous),
            ]
        return m
