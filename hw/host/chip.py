"""The chip: a core, its registers, and the interface through which a microcontroller or a bus uses them."""

from __future__ import annotations

from amaranth.back import verilog
from amaranth.hdl import Module, ResetInserter, ResetSignal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.host.apb import ApbSlave
from sparrow_ecg.hw.host.controller import Controller
from sparrow_ecg.hw.host.spi import SpiSlave
from sparrow_ecg.hw.options import Host
from sparrow_ecg.hw.verilog import Verilog, describe, ports
from sparrow_ecg.model.network.network import Network

INNER = {"bus", "status", "frame_error", "active"}  # ports of a host interface that are no pins


class Chip(wiring.Component):
    """A core behind SPI (``cs_n``, ``sck``, ``mosi``, ``miso``, ``miso_enable``) or APB3.

    irq:           high while an enabled interrupt is pending.
    clock_request: the clock is needed; it may stand still while this is low. Chip select raises it at once.
    """

    def __init__(self, network: Network, config: CoreConfig, host: Host = "spi"):
        self.host = SpiSlave() if host == "spi" else ApbSlave()
        self.controller = Controller(network, config)
        members = self.host.signature.members.items()
        self.pins = {name: member for name, member in members if name not in INNER}
        super().__init__(self.pins | {"irq": Out(1), "clock_request": Out(1)})

    def elaborate(self, platform) -> Module:
        m = Module()
        host, controller = self.host, self.controller
        m.submodules.host = host
        m.submodules.controller = ResetInserter(controller.reset)(controller)
        wiring.connect(m, host.bus, controller.bus)
        for name, member in self.pins.items():
            pin, inner = getattr(self, name), getattr(host, name)
            m.d.comb += inner.eq(pin) if member.flow == In else pin.eq(inner)
        selected = self.psel if isinstance(host, ApbSlave) else ~self.cs_n
        m.d.comb += [
            self.irq.eq(controller.irq),
            self.clock_request.eq(selected | host.active | controller.working | ResetSignal()),
        ]
        if isinstance(host, SpiSlave):
            m.d.comb += [host.status.eq(controller.status), controller.frame_error.eq(host.frame_error)]
        return m


def generate_chip(network: Network, config: CoreConfig, host: Host = "spi") -> Verilog:
    """Verilog of the module ``chip``. What its metadata says of the core is found inside ``core_path``."""
    chip = Chip(network, config, host)
    text = verilog.convert(chip, name="chip", emit_src=False)
    controller = chip.controller
    metadata = describe(controller.core) | {
        "top": "chip",
        "host": host,
        "core_path": "controller.core",
        "ports": ports(chip),
        "image_bytes": controller.image.size if controller.image else 0,
    }
    return Verilog(text, metadata, controller.geometry)
