"""Many cores in one simulation: Verilator's compile time is spent once, not once for each config."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

import numpy as np
from amaranth.back import verilog

from sparrow_ecg.hw.config import CoreConfig, Geometry
from sparrow_ecg.hw.core.tables import CoreImage
from sparrow_ecg.hw.verilog import build
from sparrow_ecg.model.console import write_atomic
from sparrow_ecg.model.network.golden import Trace, integrate_and_fire, ssf
from sparrow_ecg.model.network.network import Network, from_json
from sparrow_ecg.sim.rtl.benches.networks import DrawnWeights, random_network
from sparrow_ecg.sim.rtl.verilator import build_folder

# Of the bus ``drive``: where each input of the core that is at work lies.
RESET, COUNT_VALID, IMAGE_VALID, RESULT_READY = (1 << bit for bit in range(4))
IMAGE_AT, COUNT_AT, DRIVE_BITS = 4, 12, 28
# Of the bus ``seen``: what the core showed at the last rising edge of the clock.
COUNT_READY, IMAGE_READY, RESULT_VALID = (1 << bit for bit in range(3))
RESULT_AT = 3

LONGEST = 3000  # cycles of a beat of a random network: Python sees 50,000 cycles a second


@dataclass(frozen=True)
class Member:
    """A core of the farm: a network on a config."""

    network: Network
    config: CoreConfig

    @property
    def name(self) -> str:
        shape = "-".join(map(str, self.network.shape))
        config = self.config
        if config.datapath == "tree":
            return f"tree {shape}"
        skip = "skip" if config.zero_skip else "noskip"
        return f"{config.weights} {config.neuron} {skip} lanes={config.lanes} {shape}"

    @cached_property
    def geometry(self) -> Geometry:
        return Geometry.of(self.network, self.config)

    @property
    def class_bits(self) -> int:
        return max((self.network.outputs - 1).bit_length(), 1)

    @property
    def result_bits(self) -> int:
        return self.class_bits + self.network.outputs * self.geometry.potential_bits

    def image(self, network: Network | None = None) -> bytes:
        """What loads a network, by default its own, into a ``ram`` core; nothing for others."""
        if self.config.weights == "rom":
            return b""
        return CoreImage(self.geometry, self.config).of(network or self.network)

    def golden(self, counts: np.ndarray, network: Network | None = None) -> Trace:
        return (ssf if self.config.neuron == "ssf" else integrate_and_fire)(network or self.network, counts)

    def verilog(self, name: str, emit_src: bool = False) -> str:
        return verilog.convert(build(self.network, self.config), name=name, emit_src=emit_src)


def every_config(network: Network, few: int = 2) -> list[Member]:
    """The cross product of configs: one lane, a few, as many as neurons; rom, ram; SSF, IF; with and without skip."""
    lanes = sorted({1, min(few, max(network.shape[1:])), max(network.shape[1:])})
    kinds = product(lanes, ("rom", "ram"), ("ssf", "if"), (True, False))
    serial = [CoreConfig(n, weights, neuron, skip) for n, weights, neuron, skip in kinds]  # type: ignore[arg-type]
    return [Member(network, config) for config in (*serial, CoreConfig(1, datapath="tree"))]


def random_members(seed: int, size: int) -> list[Member]:
    """Random networks of 1 to 3 layers of 1 to 40, each on a random config on which a beat is not too long."""
    rng = np.random.default_rng(seed)
    kinds: tuple[DrawnWeights, ...] = ("random", "extreme", "sparse")
    members = []
    for i in range(size):
        network = random_network(rng, weights=kinds[i % len(kinds)])
        choices = every_config(network, few=int(rng.integers(1, max(network.shape[1:]) + 1)))
        full = np.full((1, network.inputs), network.count_max(0))
        short = [member for member in choices if member.config.cycles(network, member.golden(full))[0] <= LONGEST]
        members.append(short[int(rng.integers(len(short)))])
    return members


def farm(members: Sequence[Member], cores: Iterable[str] | None = None) -> str:
    """Verilog of module ``farm``: the core that ``member`` chooses is driven and seen, the others sleep.

    Buses are read and written once a cycle, at the falling edge of ``clk``, so nothing races. ``cores``: Verilog
    of each member's core, whose module is ``core_<position>``; by default as it is generated.
    """
    cores = cores or (member.verilog(f"core_{i}") for i, member in enumerate(members))
    seen_bits = RESULT_AT + max(member.result_bits for member in members)
    instances, cases = "", ""
    for i, member in enumerate(members):
        bits = member.geometry.input_bits
        ports = {
            "clk": f"clk & (member == {i})",
            "rst": "drive[0]",
            "counts__payload": f"drive[{COUNT_AT} +: {bits}]",
            "counts__valid": "drive[1]",
            "counts__ready": f"counts_ready_{i}",
            "result__payload": f"result_{i}",
            "result__valid": f"result_valid_{i}",
            "result__ready": "drive[3]",
        }
        if member.config.weights == "ram":
            ports |= {
                "image__payload": f"drive[{IMAGE_AT} +: 8]",
                "image__valid": "drive[2]",
                "image__ready": f"image_ready_{i}",
            }
        connected = ", ".join(f".{port}({signal})" for port, signal in ports.items())
        instances += f"""
  wire counts_ready_{i}, result_valid_{i};
  wire image_ready_{i}{"" if "image__ready" in ports else " = 0"};
  wire [{member.result_bits - 1}:0] result_{i};
  core_{i} core_{i}({connected});
"""
        cases += f"      {i}: seen <= {{result_{i}, result_valid_{i}, image_ready_{i}, counts_ready_{i}}};\n"
    return f"""module farm;
  reg clk /*verilator public_flat_rw*/ = 0;
  reg [15:0] member /*verilator public_flat_rw*/ = 0;
  reg [15:0] mutant /*verilator public_flat_rw*/ = 0;
  reg [{DRIVE_BITS - 1}:0] drive /*verilator public_flat_rw*/ = 0;
  reg [{seen_bits - 1}:0] seen /*verilator public_flat_rd*/ = 0;
{instances}
  always @(posedge clk)
    case (member)
{cases}    endcase
endmodule

""" + "\n".join(cores)


def save(members: Sequence[Member], text: str) -> Path:
    """Write a farm's Verilog, and what its bench must know, into a folder that belongs to this text; returns that."""
    folder = build_folder() / "cache" / f"farm-{hashlib.sha256(text.encode()).hexdigest()[:20]}"
    folder.mkdir(parents=True, exist_ok=True)
    for i, member in enumerate(members):
        member.network.save(folder / f"network_{i}.json")
    (folder / "members.json").write_text(json.dumps([asdict(member.config) for member in members]))
    if not (folder / "farm.v").exists():  # Verilator goes by its time
        write_atomic(folder / "farm.v", text)
    return folder


def load(folder: Path) -> list[Member]:
    """The members that were saved in a folder."""
    configs = json.loads((folder / "members.json").read_text())
    texts = ((folder / f"network_{i}.json").read_text() for i in range(len(configs)))
    return [Member(from_json(text), CoreConfig(**config)) for text, config in zip(texts, configs, strict=True)]
