"""Many cores in one simulation: Verilator's compile time is spent once, not once for each config."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.core.catalog import DATAPATHS, FOR_PICTURES, from_dict
from sparrow_ecg.hw.core.gated import Gated
from sparrow_ecg.model.network import Network, from_json
from sparrow_ecg.model.network.drawn import DrawnWeights, random_convolutional, random_network
from sparrow_ecg.sim.cache import cached
from sparrow_ecg.sim.rtl.destroyed import destroyed

# Of the bus ``drive``: where each input of the core that is at work lies.
RESET, COUNT_VALID, IMAGE_VALID, RESULT_READY = (1 << bit for bit in range(4))
IMAGE_AT, COUNT_AT, DRIVE_BITS = 4, 12, 28
# Of the bus ``seen``: what the core showed at the last rising edge of the clock.
COUNT_READY, IMAGE_READY, RESULT_VALID = (1 << bit for bit in range(3))
RESULT_AT = 3

LONGEST = 3000  # cycles of a beat of a random network: Python sees 50,000 cycles a second


def name(member: Build) -> str:
    """In a line of a log."""
    return f"{member.config} {'-'.join(map(str, member.network.shape))}"


def result_bits(member: Build) -> int:
    return member.geometry.class_bits + member.network.outputs * member.geometry.potential_bits


def every_config(network: Network, few: int = 2) -> list[Build]:
    """A network on every kind of core that there is, and the first of each datapath power gated, too."""
    kinds = [list(kind.samples(network, few)) for kind in reversed(DATAPATHS.values())]
    configs: list[CoreConfig] = [config for kind in kinds for config in kind]
    return [Build(network, config) for config in [*configs, *(Gated(kind[0]) for kind in kinds)]]


def random_pictures(seed: int, size: int) -> list[Build]:
    """Random networks with convolutions, each on a random config."""
    rng = np.random.default_rng(seed)
    members = []
    for _ in range(size):
        network = random_convolutional(rng)
        configs = [config for kind in FOR_PICTURES.values() for config in kind.samples(network, 2)]
        members.append(Build(network, configs[int(rng.integers(len(configs)))]))
    return members


def random_members(seed: int, size: int) -> list[Build]:
    """Random networks of 1 to 3 layers of 1 to 40, each on a random config on which a beat is not too long."""
    rng = np.random.default_rng(seed)
    kinds: tuple[DrawnWeights, ...] = ("random", "extreme", "sparse")
    members = []
    for i in range(size):
        network = random_network(rng, weights=kinds[i % len(kinds)])
        choices = every_config(network, few=int(rng.integers(1, max(network.shape[1:]) + 1)))
        full = np.full((1, network.inputs), network.count_max(0))
        short = [member for member in choices if member.cycles(member.golden(full))[0] <= LONGEST]
        members.append(short[int(rng.integers(len(short)))])
    return members


def farm(members: Sequence[Build], cores: Iterable[str] | None = None) -> str:
    """Verilog of module ``farm``: the core that ``member`` chooses is driven and seen, the others sleep.

    Buses are read and written once a cycle, at the falling edge of ``clk``, so nothing races. ``cores``: Verilog
    of each member's core, whose module is ``core_<position>``; by default as it is generated. A power gated core
    forgets all in its sleep.
    """
    cores = cores or [member.convert(f"core_{i}") for i, member in enumerate(members)]
    cores = [destroyed(member, text, f"core_{i}") for i, (member, text) in enumerate(zip(members, cores, strict=True))]
    seen_bits = RESULT_AT + max(result_bits(member) for member in members)
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
        if member.images:
            ports |= {
                "image__payload": f"drive[{IMAGE_AT} +: 8]",
                "image__valid": "drive[2]",
                "image__ready": f"image_ready_{i}",
            }
        connected = ", ".join(f".{port}({signal})" for port, signal in ports.items())
        instances += f"""
  wire counts_ready_{i}, result_valid_{i};
  wire image_ready_{i}{"" if "image__ready" in ports else " = 0"};
  wire [{result_bits(member) - 1}:0] result_{i};
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


def save(members: Sequence[Build], text: str) -> Path:
    """Write a farm's Verilog, and what its bench must know, into a folder of their own; returns that. The Verilog keeps
    its time, which Verilator goes by.
    """
    configs = json.dumps([member.config.as_dict() for member in members])

    def make(folder: Path) -> None:
        for i, member in enumerate(members):
            member.network.save(folder / f"network_{i}.json")
        (folder / "members.json").write_text(configs)
        (folder / "farm.v").write_text(text)

    return cached("farm", [text, configs, *(member.network.digest for member in members)], make)


def load(folder: Path) -> list[Build]:
    """The members that were saved in a folder."""
    configs = json.loads((folder / "members.json").read_text())
    texts = ((folder / f"network_{i}.json").read_text() for i in range(len(configs)))
    return [Build(from_json(text), from_dict(config)) for text, config in zip(texts, configs, strict=True)]
