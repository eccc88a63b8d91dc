"""The streams of a core, whatever is inside."""

from __future__ import annotations

from amaranth.hdl import signed
from amaranth.lib import data, stream
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.config import CoreConfig, Geometry


def result_layout(geometry: Geometry) -> data.StructLayout:
    """The class in the low bits, then the potential of every output."""
    outputs = geometry.shape[-1]
    potential = signed(geometry.potential_bits)
    return data.StructLayout({"klass": range(max(outputs, 2)), "potentials": data.ArrayLayout(potential, outputs)})


def core_ports(geometry: Geometry, config: CoreConfig) -> dict:
    """counts: the input counts of a beat, input 0 first; as many as the network has inputs are a beat.
    result: the class (``klass``) and the potential of every output, once a beat.
    image:  ``ram`` builds only: the bytes of `CoreImage.of`, needed after a reset before the first beat.
    """
    ports = {
        "counts": In(stream.Signature(geometry.input_bits)),
        "result": Out(stream.Signature(result_layout(geometry))),
    }
    if config.weights == "ram":
        ports["image"] = In(stream.Signature(8))
    return ports
