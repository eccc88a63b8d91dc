"""A heartbeat monitor: front end and core. Samples come in, classified beats go out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from amaranth.hdl import Module, ResetSignal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.frontend import coders
from sparrow_ecg.hw.frontend.frontend import BEAT, TIME_BITS, FrontEndRtl
from sparrow_ecg.hw.geometry import Geometry
from sparrow_ecg.hw.ports import result_layout
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.frontend.frontend import FrontEnd
from sparrow_ecg.model.network import Network, golden
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

    def __init__(self, network: Network, config: CoreConfig, rate: float):
        if config.loadable:
            raise InputError("the monitor has no host to load weights from: choose --weights rom")
        self.network, self.config = network, config
        self.front = FrontEndRtl(FrontEnd.of(network, rate))
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

    @property
    def beside(self) -> tuple[str, ...]:
        return *(f"front.{name}" for name in coders.blocks(self.front.front)), "front"

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
            self.clock_request.eq(self.samples.valid | front.busy | ResetSignal()),
        ]
        return m


def decode(geometry: Geometry, bits: np.ndarray) -> dict[str, np.ndarray]:
    """The fields of beats, int64[beats], potentials int64[beats, outputs], of uint8[beats, bits], the lowest bit first;
    what is beyond `beat_layout` is not looked at.
    """
    layout = beat_layout(geometry)
    beat, result = layout["beat"], layout["result"]
    found = {str(name): _number(bits, beat.offset + field.offset, field.width) for name, field in beat.shape}
    klass, potentials = result.shape["klass"], result.shape["potentials"]
    found["klass"] = _number(bits, result.offset + klass.offset, klass.width)
    start, width = result.offset + potentials.offset, geometry.potential_bits
    sums = [_number(bits, start + i * width, width) for i in range(geometry.shape[-1])]
    found["potentials"] = np.stack([each - ((each >> (width - 1)) << width) for each in sums], axis=1)
    return found


def compare(monitor: Monitor, codes: np.ndarray, fields: Mapping[str, np.ndarray]) -> tuple[int, int]:
    """How many beats were told of codes, int64[samples], from reset on, and how many of them differ from the golden
    models' in time, interval, class or any potential; one too many or too few differs. fields: as of `decode`.
    """
    heard = monitor.front.front.run(codes)
    trace = golden.run(monitor.network, heard.counts, monitor.config.neuron)
    beats = min(len(heard.peak), len(fields["peak"]))
    judged = heard.judged[:beats]
    right = fields["peak"][:beats] == heard.peak[:beats] // BLOCK
    right &= fields["previous"][:beats] == heard.rhythm[:beats, 0] // BLOCK
    right &= fields["judged"][:beats] == judged
    same = fields["klass"][:beats] == trace.classes[:beats]
    same &= (fields["potentials"][:beats] == trace.outputs[:beats]).all(axis=1)
    right &= same | ~judged
    return len(fields["peak"]), int((~right).sum()) + abs(len(heard.peak) - len(fields["peak"]))


def _number(bits: np.ndarray, offset: int, width: int) -> np.ndarray:
    """The numbers in some columns, the lowest bit first: int64[rows]."""
    return bits[:, offset : offset + width].astype(np.int64) @ (1 << np.arange(width))
