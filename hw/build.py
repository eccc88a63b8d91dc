"""A core or chip as it is built: made once from network and config, and handed to whoever simulates or maps it."""

from __future__ import annotations

import json
import re
import warnings
from dataclasses import asdict, dataclass, replace
from functools import cached_property, reduce
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from amaranth.back import verilog
from amaranth.hdl import UnusedElaboratable

from sparrow_ecg.hw.config import CoreConfig, Host
from sparrow_ecg.hw.core.few_pins import FewPinCore
from sparrow_ecg.hw.core.power import PowerGated
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tables import CoreImage
from sparrow_ecg.hw.frontend.monitor import Monitor
from sparrow_ecg.hw.geometry import Geometry
from sparrow_ecg.hw.host.ads129x_monitor import Ads129xMonitor
from sparrow_ecg.hw.host.image import ChipImage
from sparrow_ecg.hw.ports import Core, port_list, result_layout
from sparrow_ecg.hw.upf import power_intent
from sparrow_ecg.model.errors import InputError, missing
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.golden import Trace
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE

if TYPE_CHECKING:
    from sparrow_ecg.hw.host.chip import BusChip, SpiChip
    from sparrow_ecg.hw.host.monitor_chip import MonitorChip

# A component may be made for what it says of itself alone, its ports or probes.
warnings.filterwarnings("ignore", category=UnusedElaboratable)

Top = Literal["core", "chip", "few_pins", "monitor", "monitor_chip", "monitor_ads129x"]
HOSTED = ("chip", "monitor_chip")  # have a host interface
SWITCHED = ("core", "few_pins")  # may have a core that is power gated


@dataclass(frozen=True, eq=False)
class Build:
    """A network on a core, alone (``core``), behind registers and a host interface (``chip``), behind few pins, or
    behind a front end that takes samples (``monitor``), with registers and a host interface too (``monitor_chip``), or
    with what reads a converter before it (``monitor_ads129x``).

    rate:        samples a second, of a monitor, with a chip around it or without.
    replacement: other Verilog than what is generated, with the same ports: a mutant, for example.
    """

    network: Network
    config: CoreConfig
    top: Top = "core"
    host: Host = "spi"
    replacement: str | None = None
    rate: float = SAMPLING_RATE

    @cached_property
    def component(self) -> Core | PowerGated | FewPinCore | SpiChip | BusChip | Monitor | MonitorChip | Ads129xMonitor:
        """The top module. Raises InputError when the config does not suit, or the register compiler is missing."""
        if self.config.power_gated and self.top not in SWITCHED:
            raise InputError(f"top {self.top} needs its core while it would be off: leave out --power-gated")
        if self.top == "chip":
            return self.chip
        if self.top == "monitor_chip":
            return self.monitor_chip
        if self.top == "monitor":
            return Monitor(self.network, self.config, self.rate)
        if self.top == "monitor_ads129x":
            return Ads129xMonitor(self.network, self.config, self.rate)
        core = self.config.core(self.network)
        return FewPinCore(core) if self.top == "few_pins" else core

    @cached_property
    def chip(self) -> SpiChip | BusChip:
        """The chip, whatever the top."""
        _need_registers()
        from sparrow_ecg.hw.host.chip import BusChip, SpiChip

        return (SpiChip if self.host == "spi" else BusChip)(self.network, self.config)

    @cached_property
    def monitor_chip(self) -> MonitorChip:
        """The monitor chip, whatever the top."""
        _need_registers()
        from sparrow_ecg.hw.host.monitor_chip import MonitorChip

        return MonitorChip(self.network, self.config, self.rate, self.host)

    @cached_property
    def core_path(self) -> tuple[str, ...]:
        """Names of instances from the top to the core."""
        return tuple(name for holder in self._holders for name in holder.core_path)

    @cached_property
    def _holders(self) -> list[Any]:
        """The top, what in it holds the core, and so on; the core is the last."""
        holders: list[Any] = [self.component]
        while path := holders[-1].core_path:
            holders.append(reduce(getattr, path, holders[-1]))
        return holders

    @property
    def core(self) -> Core:
        return self._holders[-1]

    @cached_property
    def geometry(self) -> Geometry:
        return self.config.geometry(self.network)

    @cached_property
    def verilog(self) -> str:
        """The text of module ``top``: the same build gives the same bytes."""
        return self.convert(self.top) if self.replacement is None else self.replacement

    @property
    def module(self) -> str:
        """The name of the top module in what is handed out: two networks fit into one design, where two called ``core``
        would not.
        """
        return f"sparrow_{re.sub(r'[^0-9A-Za-z]+', '_', self.network.name)}_{self.top}"

    def convert(self, name: str, sources: bool = False) -> str:
        """The text under another name. sources: with the places in our code that it comes from."""
        return verilog.convert(self.component, name=name, emit_src=sources)

    def edited(self, text: str) -> Build:
        """The same with other Verilog."""
        return replace(self, replacement=text)

    @cached_property
    def images(self) -> CoreImage | ChipImage | None:
        """What makes images of networks for it; None if its weights are built in."""
        if not self.config.loadable:
            return None
        assert isinstance(self.config, Serial)
        return ChipImage(self.geometry, self.config) if self.top == "chip" else self.config.image(self.geometry)

    def image(self, network: Network | None = None) -> bytes:
        """What loads a network, by default its own; nothing where weights are built in.

        Raises InputError for a network that does not fit.
        """
        return self.images.of(network or self.network) if self.images else b""

    def golden(self, counts: np.ndarray, network: Network | None = None) -> Trace:
        """What it must answer to counts, integers[beats, inputs], with its own network or another one loaded."""
        return golden.run(network or self.network, counts, self.config.neuron)

    def cycles(self, trace: Trace, network: Network | None = None) -> np.ndarray:
        """Clock cycles of the core for each beat of a golden trace, int64[beats]."""
        return self.config.cycles(network or self.network, trace)

    @property
    def longest(self) -> int:
        """Cycles of the core for a beat whose every count is above zero."""
        return self.config.longest(self.network)

    @property
    def result(self) -> dict[str, dict[str, int]]:
        """Where class and potentials are in a result."""
        layout = result_layout(self.geometry)
        return {str(key): {"offset": field.offset, "bits": field.width} for key, field in layout}

    @property
    def core_module(self) -> str:
        """The name of the core's module."""
        return ".".join((self.top, *self.core_path))

    @property
    def apart(self) -> tuple[str, ...]:
        """Names of the modules to be told apart in synthesis, the core last."""
        path, names = [self.top], []
        for holder in self._holders:
            names += [".".join((*path, name)) for name in holder.beside]
            path += holder.core_path
        return (*names, self.core_module)

    @property
    def unread_resets(self) -> list[tuple[str, str]]:
        """Module and name of registers whose value after reset nobody reads: a memory may take their place."""
        paths = [path.split(".") for path in self.core.unread_resets]
        return [(".".join([self.core_module, *path[:-1]]), path[-1]) for path in paths]

    def describe(self) -> dict[str, Any]:
        """JSON-ready: ports, result fields, tables, blocks and probes (names inside the core), network and config."""
        network, config, core = self.network, self.config, self.core
        return {
            "top": self.top,
            "module": self.module,
            **({"host": self.host} if self.top in HOSTED else {}),
            "core_path": ".".join(self.core_path),
            "network": {
                "name": network.name,
                "digest": network.digest,
                "shape": list(network.shape),
                "steps": network.steps,
                "classes": list(network.classes),
            },
            "config": config.as_dict(),
            "geometry": asdict(self.geometry),
            "ports": port_list(self.component),
            "result": self.result,
            "tables": [
                {"name": name, "words": words, "bits": bits}
                for name, (words, bits) in config.tables(self.geometry).items()
            ],
            "image_bytes": self.images.size if self.images else 0,
            "blocks": {name: block.value for name, block in core.blocks.items()},
            "probe_layer": core.layer.name,
            "probes": {
                name: {"signal": signal.name, "bits": len(signal), "count": count}
                for name, (signal, count) in core.probes.items()
            },
            "watch": [signal.name for signal in core.watch],
        }

    def save(self, folder: Path, name: str) -> tuple[Path, Path]:
        """Write ``name.v``, of `module`, and ``name.json`` into a folder; of what is power gated ``name.upf``, too."""
        described = json.dumps(self.describe(), indent=2) + "\n"
        text = self.convert(self.module)
        if self.config.power_gated:
            write_atomic(folder / f"{name}.upf", power_intent(self.module, self.core_path))
        return write_atomic(folder / f"{name}.v", text), write_atomic(folder / f"{name}.json", described)


def _need_registers() -> None:
    """Raise InputError without the package of the extra `firmware` that compiles register maps."""
    if not find_spec("systemrdl"):
        raise InputError(f"the chip is made from its register map: {missing('systemrdl')}")
