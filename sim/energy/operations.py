"""Operations of a run: predicted from the network and its spike counts, or counted in the RTL.

The two must agree exactly. A bench counts the core's probes without knowing what they mean: set bits in
each clock cycle, or the value for a probe that is to be summed, by layer. `from_probes` is the one place that
turns them into operations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np

from sparrow_ecg.hw.core import passes, schedule
from sparrow_ecg.model.network import Convolution, Network
from sparrow_ecg.model.network.golden import NEURONS, Neuron, Trace


@dataclass(frozen=True)
class Operations:
    """What one layer did, summed over beats. A lane without a neuron in the last group counts nothing.

    weight_reads:      weights fetched, one for each active lane and event; of a convolution, an event of each window.
    bias_reads:        biases loaded into a lane.
    multiplies:        products of a weight and a count.
    adds:              additions to a lane's potential, or of what it fired to a square that is pooled.
    compares:          firing decisions (SSF: the shift and clamp of one neuron; IF: one for each neuron and
                       step; output layer: one step of the argmax for each neuron).
    subtracts:         threshold subtractions after a spike (IF).
    state_reads:       potentials fetched to start a time step (IF, hidden layers).
    state_writes:      potentials put back at the end of a time step (IF, hidden layers).
    activation_reads:  words read from this layer's input list; one read serves all lanes.
    activation_writes: words written to this layer's input list (by the layer before, or by the input port).
    spikes:            spikes that this layer emitted: the sum of its counts.
    """

    weight_reads: int = 0
    bias_reads: int = 0
    multiplies: int = 0
    adds: int = 0
    compares: int = 0
    subtracts: int = 0
    state_reads: int = 0
    state_writes: int = 0
    activation_reads: int = 0
    activation_writes: int = 0
    spikes: int = 0

    def __add__(self, other: Operations) -> Operations:
        return Operations(**{name: getattr(self, name) + getattr(other, name) for name in COUNTERS})

    @property
    def hops(self) -> int:
        """Words that moved one hop between the list of events and the lanes."""
        return self.activation_reads + self.activation_writes


COUNTERS = tuple(field.name for field in fields(Operations))

POOL = "pool"  # of a core that pools, too
_BOTH = ("input_store", "event_read", "bias_read", "weight_read", "accumulate", "compare", "event_store")
PROBES: dict[Neuron, tuple[str, ...]] = {
    "ssf": (*_BOTH, "output_compare", "spikes"),
    "if": (*_BOTH, "output_compare", "spikes", "integrate"),
}


@dataclass(frozen=True)
class Activity:
    """Operations of each layer over ``beats`` beats, on a core with these neurons, lanes and zero skip."""

    neuron: Neuron
    zero_skip: bool
    lanes: int
    beats: int
    layers: tuple[Operations, ...]

    def __post_init__(self) -> None:
        if self.neuron not in NEURONS or self.lanes < 1 or self.beats < 1:
            raise ValueError(f"neuron {self.neuron!r}, {self.lanes} lanes, {self.beats} beats")

    @property
    def total(self) -> Operations:
        return sum(self.layers, Operations())

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        rows = [{**asdict(n), "hops": n.hops} for n in (*self.layers, self.total)]
        return {**asdict(self), "layers": rows[:-1], "total": rows[-1]}


def from_probes(counted: Sequence[Mapping[str, int]], like: Activity) -> Activity:
    """Operations from what a bench counted on the core's probes: for each layer, a count by `PROBES` name.

    Neurons, lanes, zero skip and beats are those of ``like``. Missing or unknown probes raise ValueError.
    """
    for k, row in enumerate(counted):
        if set(row) - {POOL} != set(PROBES[like.neuron]):
            wrong = ", ".join(sorted(set(row) - {POOL} ^ set(PROBES[like.neuron])))
            raise ValueError(f"layer {k}: probes missing or unknown: {wrong}")
    layers = []
    for k, row in enumerate(counted):
        spiking = like.neuron == "if"
        neuron_steps = int(row["compare"]) if spiking else 0
        operations = Operations(
            weight_reads=int(row["weight_read"]),
            bias_reads=int(row["bias_read"]),
            multiplies=0 if spiking and k > 0 else int(row["accumulate"]),  # a spike only gates its weight
            adds=int(row["accumulate"]) + int(row.get("integrate", 0)) + int(row.get(POOL, 0)),
            compares=int(row["compare"]) + int(row["output_compare"]),
            subtracts=int(row["spikes"]) if spiking else 0,
            state_reads=neuron_steps,
            state_writes=neuron_steps,
            activation_reads=int(row["event_read"]),
            activation_writes=int(row["input_store"]) + (int(counted[k - 1]["event_store"]) if k else 0),
            spikes=int(row["spikes"]),
        )
        layers.append(operations)
    return replace(like, layers=tuple(layers))


def mismatches(predicted: Activity, counted: Activity) -> list[str]:
    """One line for each count that differs; an empty list when the two agree exactly."""
    if len(predicted.layers) != len(counted.layers) or predicted.beats != counted.beats:
        sizes = [f"{len(a.layers)} layers of {a.beats} beats" for a in (predicted, counted)]
        return [f"predicted {sizes[0]}, counted {sizes[1]}"]
    return [
        f"layer {k} {name}: predicted {getattr(p, name)}, counted {getattr(c, name)}"
        for k, (p, c) in enumerate(zip(predicted.layers, counted.layers, strict=True))
        for name in COUNTERS
        if getattr(p, name) != getattr(c, name)
    ]


def predict(
    network: Network, trace: Trace, *, neuron: Neuron = "ssf", zero_skip: bool = True, lanes: int = 1
) -> Activity:
    """What the core must do for the beats of ``trace``, the golden trace of the same kind of neuron."""
    beats = len(trace.counts[0])
    layer = _ssf_layer if neuron == "ssf" else _if_layer
    layers = tuple(layer(network, trace, k, zero_skip, lanes) for k in range(len(network.layers)))
    return Activity(neuron, zero_skip, lanes, beats, layers)


def _ssf_layer(network: Network, trace: Trace, k: int, zero_skip: bool, lanes: int) -> Operations:
    """Each event is read once for every group of lanes, and multiplied once by a weight of each neuron; of a
    convolution, in each window and for each channel.
    """
    layer, beats = network.layers[k], len(trace.classes)
    channels, neurons = len(layer.weights), beats * layer.neurons
    stored = events = int(schedule.events(network, trace, k, zero_skip).sum())
    if network.convolves:
        seen = trace.counts[k] if zero_skip else np.ones_like(trace.counts[k])
        events = int(passes.events(list(passes.passes(network))[k], seen)[0].sum())
    pooling = layer.pooling if isinstance(layer, Convolution) else None
    squares = beats * layer.outputs if pooling and pooling.firing else 0  # that fire
    return Operations(
        weight_reads=events * channels,
        bias_reads=neurons,
        multiplies=events * channels,
        adds=events * channels + neurons * bool(pooling),
        compares=neurons + squares,
        activation_reads=events * len(schedule.group_sizes(channels, lanes)),
        activation_writes=stored,
        spikes=_emitted(network, trace, k),
    )


def _if_layer(network: Network, trace: Trace, k: int, zero_skip: bool, lanes: int) -> Operations:
    """The first layer sums once as SSF does, then steps; later ones read the weights again at every step."""
    hidden = network.layers[k].firing is not None
    neuron_steps = network.steps * len(trace.counts[k]) * network.layers[k].outputs if hidden else 0
    once = _ssf_layer(network, trace, k, zero_skip, lanes)
    reads = int(schedule.word_reads(network, trace, k, "if", zero_skip).sum()) * network.layers[k].outputs
    return Operations(
        weight_reads=reads,
        bias_reads=once.bias_reads,
        multiplies=once.multiplies if k == 0 else 0,
        adds=reads + (neuron_steps if k == 0 else 0),
        compares=neuron_steps if hidden else once.compares,
        subtracts=once.spikes,
        state_reads=neuron_steps,
        state_writes=neuron_steps,
        activation_reads=once.activation_reads * schedule.passes(network, k, "if"),
        activation_writes=once.activation_writes,
        spikes=once.spikes,
    )


def _emitted(network: Network, trace: Trace, k: int) -> int:
    return int(trace.counts[k + 1].sum()) if network.layers[k].firing else 0
