"""A heartbeat monitor: front end and core. Samples come in, classified beats go out."""

from __future__ import annotations

from typing import ClassVar

from amaranth.hdl import Module
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.frontend.frontend import BEAT, TIME_BITS, FrontEndRtl
from sparrow_ecg.hw.geometry import Geometry
from sparrow_ecg.hw.ports import result_layout
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.frontend.frontend import FrontEnd
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.mitdb import RESOLUTION


def beat_layout(geometry: Geometry) -> data.StructLayout:
    """What is told of a beat: `BEAT`, and the core's result, which is of no beat where ``judged`` is 0."""
    return data.StructLayout({"beat": BEAT, "result": result_layout(geometry)})


class Monitor(wiring.Component):
    """samples: codes of 11 bits. beats: see `beat_layout`, each when the next one is known.
    off:        whether the lead is off, flat or saturated.
    block:      blocks since reset, counted round.
    clock_request: the clock is needed; it may stand still while this is low.

    Raises InputError for a network whose inputs the front end does not make, or whose weights come in at run time.
    """

    core_path: ClassVar[tuple[str, ...]] = ("core",)
    beside: ClassVar[tuple[str, ...]] = (
        "front.ticker front.conveyor front.quality front.detector front.shaper front.rhythm front".split()
    )

    def __init__(self, network: Network, config: CoreConfig, rate: float):
        if config.loadable:
            raise InputError("the monitor has no host to load weights from: choose --weights rom")
        self.front = FrontEndRtl(FrontEnd(network.encoding, rate))
        self.core = config.core(network, hosted=True)
        super().__init__(
            {
                "samples": In(stream.Signature(RESOLUTION)),
                "beats": Out(stream.Signature(beat_layout(self.core.geometry))),
                "off": Out(1),
                "block": Out(TIME_BITS),
                "clock_request": Out(1),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        m.submodules.front = front = self.front
        m.submodules.core = core = self.core
        wiring.connect(m, wiring.flipped(self.samples), front.samples)
        wiring.connect(m, front.counts, core.counts)
        told, judged = front.beats, front.beats.payload.judged
        m.d.comb += [
            core.restart.eq(front.restart),
            self.beats.valid.eq(told.valid & (~judged | core.result.valid)),
            self.beats.payload.beat.eq(told.payload),
            self.beats.payload.result.eq(core.result.payload),
            told.ready.eq(self.beats.ready & self.beats.valid),
            core.result.ready.eq(told.valid & judged & self.beats.ready),
            self.off.eq(front.off),
            self.block.eq(front.block),
            self.clock_request.eq(self.samples.valid | front.busy),
        ]
        return m
