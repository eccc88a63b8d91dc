"""The core as Verilog, and beside it a JSON file that says what is in it, so that nobody guesses names."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from amaranth.back import verilog
from amaranth.hdl import Shape
from amaranth.lib import wiring

from sparrow_ecg.hw.config import CoreConfig, Geometry
from sparrow_ecg.hw.core.serial import SerialCore
from sparrow_ecg.hw.core.tables import CoreImage
from sparrow_ecg.hw.core.tree import TreeCore
from sparrow_ecg.hw.ports import result_layout
from sparrow_ecg.model.console import InputError, write_atomic
from sparrow_ecg.model.network.network import Network

TOP = "core"


@dataclass(frozen=True)
class Verilog:
    """Verilog text of a core, its metadata (see `describe`), and the widths that it fixes."""

    text: str
    metadata: dict[str, Any]
    geometry: Geometry

    def save(self, folder: Path, name: str) -> tuple[Path, Path]:
        """Write ``name.v`` and ``name.json`` into a folder."""
        described = json.dumps(self.metadata, indent=2) + "\n"
        return write_atomic(folder / f"{name}.v", self.text), write_atomic(folder / f"{name}.json", described)


def build(network: Network, config: CoreConfig) -> SerialCore | TreeCore:
    """The component that a config asks for."""
    return TreeCore(network, config) if config.datapath == "tree" else SerialCore(network, config)


def generate(network: Network, config: CoreConfig) -> Verilog:
    """The same network and config give the same bytes."""
    core = build(network, config)
    text = verilog.convert(core, name=TOP, emit_src=False)
    return Verilog(text, describe(core), core.geometry)


def generate_top(network: Network, config: CoreConfig, top: str = TOP, host: str = "spi") -> Verilog:
    """The core, or with ``top="chip"`` the chip. Raises InputError when the chip's register compiler is missing."""
    if top == TOP:
        return generate(network, config)
    if not find_spec("systemrdl"):
        raise InputError("the chip needs SystemRDL: `pip install -e '.[firmware]'`")
    return import_module("sparrow_ecg.hw.host.chip").generate_chip(network, config, host)


def ports(top: wiring.Component) -> list[dict[str, Any]]:
    """Name, direction and bits of each port of the Verilog module."""
    listed = [("clk", "in", 1), ("rst", "in", 1)] + [
        ("__".join(map(str, path)), member.flow.name.lower(), Shape.cast(member.shape).width)
        for path, member, _ in top.signature.flatten(top)
    ]
    return [{"name": name, "direction": direction, "bits": bits} for name, direction, bits in listed]


def describe(core: SerialCore | TreeCore) -> dict[str, Any]:
    """Ports, result fields, memories, probes (names inside the top module), network and config."""
    network, config, g = core.network, core.config, core.geometry
    fields = {str(key): {"offset": field.offset, "bits": field.width} for key, field in result_layout(g)}
    image = CoreImage(g, config)
    names = ("thresholds", "biases", "weights")
    return {
        "top": TOP,
        "network": {
            "name": network.name,
            "digest": network.digest,
            "shape": list(network.shape),
            "steps": network.steps,
            "classes": list(network.classes),
        },
        "config": asdict(config),
        "geometry": asdict(g),
        "ports": ports(core),
        "result": fields,
        "tables": [
            {"name": name, "words": words, "bits": bits}
            for name, (words, bits) in zip(names, image.sections, strict=True)
        ],
        "image_bytes": image.size if config.weights == "ram" else 0,
        "probe_layer": core.layer.name,
        "probes": {
            name: {"signal": signal.name, "bits": len(signal), "count": count}
            for name, (signal, count) in core.probes.items()
        },
        "watch": [signal.name for signal in getattr(core, "watch", ())],
    }
