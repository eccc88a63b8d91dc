"""Energy of an activity under three architectures; docs/ENERGY-FORMULAS.md has the same in words.

Each is a price list for the same counted operations:

spatial:      what the core is. Sums stay in the lanes; weights, biases, events and the potentials that
              IF keeps from step to step lie in SRAM; words move one hop between neighbours; clock cycles, and
              tables of weights in logic, cost what the price list says.
classical:    one processing element, SRAM and DRAM. Each synaptic operation fetches its operand too, and
              reads and writes its partial sum in SRAM; words come from DRAM, one for ``dram_reuse`` dense
              synapses.
neuromorphic: many cores on a network on chip. Each event is a message to every core of the next layer, and
              each synaptic operation reads and writes a potential.
"""

from __future__ import annotations

from dataclasses import dataclass

from sparrow_ecg.hw.core import schedule
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.sim.energy.operations import Activity
from sparrow_ecg.sim.energy.technologies import Technology

ARCHITECTURES = ("spatial", "neuromorphic", "classical")


@dataclass(frozen=True)
class PricedEnergy:
    """pJ per beat: for each layer, a mapping from the class of operation."""

    layers: tuple[dict[str, float], ...]

    @property
    def by_operation(self) -> dict[str, float]:
        return {name: sum(layer[name] for layer in self.layers) for name in self.layers[0]}

    @property
    def by_layer(self) -> tuple[float, ...]:
        return tuple(sum(layer.values()) for layer in self.layers)

    @property
    def total(self) -> float:
        return sum(self.by_layer)


@dataclass(frozen=True)
class Widths:
    """Widths of layer k's words, in units of 8 bits.

    count: an input count; with IF behind the first layer, the single bit of a spike.
    event: a word of the list of inputs: index (with zero skip), and count or spike train of T bits.
    fetch: what one read of that list brings; of a spike train, the bit of this step alone.
    message: the same on a network on chip; an IF spike is its address alone.
    potential: the sum in a lane. state: the potential that IF keeps; wider by T in the first layer.
    """

    weight: float
    count: float
    event: float
    fetch: float
    message: float
    potential: float
    state: float


def widths(network: Network, activity: Activity, k: int) -> Widths:
    """Widths derived from the network, as the core has them."""
    spiking = activity.neuron == "if" and k > 0
    index = (network.layers[k].inputs - 1).bit_length() if activity.zero_skip else 0
    count = network.count_max(k).bit_length()
    potential = network.accumulator_bits(k)
    state = potential + (network.steps.bit_length() if activity.neuron == "if" and k == 0 else 0)
    payload = int(not activity.zero_skip) if spiking else count
    return Widths(
        weight=network.weight_bits / 8,
        count=(1 if spiking else count) / 8,
        event=(index + (network.steps if spiking else count)) / 8,
        fetch=(index + (1 if spiking else count)) / 8,
        message=max(1, index + payload) / 8,
        potential=potential / 8,
        state=state / 8,
    )


def energy(network: Network, activity: Activity, technology: Technology, architecture: str = "spatial") -> PricedEnergy:
    """pJ per beat of an activity of ``network``, counted or predicted, under one of `ARCHITECTURES`."""
    if architecture not in ARCHITECTURES:
        raise ValueError(f"architecture {architecture!r} is not one of {', '.join(ARCHITECTURES)}")
    if network.convolves and (technology.pj("cycle") or technology.pj("table")):
        raise InputError(
            f"technology {technology.name}: its cycles and tables are the serial core's, which has no maps"
        )
    price = {"spatial": _spatial, "classical": _classical, "neuromorphic": _neuromorphic}[architecture]
    layers = []
    for k in range(len(activity.layers)):
        common = _common(network, activity, technology, k)
        both = {**common, **price(network, activity, technology, k, common)}
        layers.append({name: pj / activity.beats for name, pj in both.items()})
    return PricedEnergy(tuple(layers))


def _common(network: Network, activity: Activity, t: Technology, k: int) -> dict[str, float]:
    """What every architecture pays for: fetched parameters, arithmetic, and the state of IF neurons."""
    n, w = activity.layers[k], widths(network, activity, k)
    return {
        "weight_reads": n.weight_reads * t.pj("weight") * w.weight,
        "bias_reads": n.bias_reads * t.pj("weight") * w.potential,
        "multiplies": n.multiplies * t.multiply.value * w.weight * w.count,
        "adds": (n.weight_reads * w.potential + (n.adds - n.weight_reads) * w.state) * t.add.value,
        "compares": n.compares * t.compare.value * w.state,
        "subtracts": n.subtracts * t.subtract.value * w.state,
        "state_reads": n.state_reads * t.pj("state") * w.state,
        "state_writes": n.state_writes * t.pj("state") * w.state,
    }


def _spatial(network: Network, activity: Activity, t: Technology, k: int, _: dict[str, float]) -> dict[str, float]:
    n, w = activity.layers[k], widths(network, activity, k)
    return {
        "activation_reads": n.activation_reads * t.sram.value * w.fetch,
        "activation_writes": n.activation_writes * t.sram.value * w.event,
        "hops": (n.activation_reads * w.fetch + n.activation_writes * w.event) * t.dense_hop.value,
        "dram": 0.0,
        "cycles": 0.0 if network.convolves else cycles(network, activity, k) * t.pj("cycle"),
        "tables": n.activation_reads * t.pj("table") * network.nonzero_synapses * w.weight / 1000,
    }


def cycles(network: Network, activity: Activity, k: int) -> int:
    """Clock cycles of the serial core in layer k over all beats; the input and the result count to the first layer.

    `Serial.cycles`, from the operations.
    """
    once = schedule.overhead(network, k, activity.lanes, activity.neuron) + (network.inputs + 1 if k == 0 else 0)
    return activity.layers[k].activation_reads + activity.beats * once


def _classical(
    network: Network, activity: Activity, t: Technology, k: int, common: dict[str, float]
) -> dict[str, float]:
    n, w = activity.layers[k], widths(network, activity, k)
    passes = 2 * network.steps / (1 + network.steps) if activity.neuron == "if" and k > 0 else 1
    layer = network.layers[k]
    fetches = layer.neurons * layer.weights.shape[1] * activity.beats * passes / t.dram_reuse.value
    return {
        **_with_partial_sums(n.weight_reads, t, w.potential, common),
        "activation_reads": n.weight_reads * t.sram.value * w.count,
        "activation_writes": n.activation_writes * t.sram.value * w.event,
        "hops": 0.0,
        "dram": fetches * (t.dram.value + t.sram.value) * w.weight,
        "cycles": 0.0,
        "tables": 0.0,
    }


def _neuromorphic(
    network: Network, activity: Activity, t: Technology, k: int, common: dict[str, float]
) -> dict[str, float]:
    n, w = activity.layers[k], widths(network, activity, k)
    messages = n.activation_writes
    if activity.neuron == "if" and k > 0:
        every_step = network.layers[k].inputs * network.steps * activity.beats
        messages = activity.layers[k - 1].spikes if activity.zero_skip else every_step
    cores = -(-network.layers[k].neurons // int(t.neurons_per_core.value))
    return {
        **_with_partial_sums(n.weight_reads, t, w.potential, common),
        "activation_reads": 0.0,
        "activation_writes": 0.0,
        "hops": messages * cores * t.sparse_hop.value * w.message,
        "dram": 0.0,
        "cycles": 0.0,
        "tables": 0.0,
    }


def _with_partial_sums(synaptic: int, t: Technology, width: float, common: dict[str, float]) -> dict[str, float]:
    """A potential read and written in SRAM for each synaptic operation, beside the state counted already."""
    access = synaptic * t.sram.value * width
    return {name: common[name] + access for name in ("state_reads", "state_writes")}
