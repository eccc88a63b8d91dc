"""What is set from training pictures after training: ceilings of threshold balancing, T, thresholds of channels.

Nothing here sees a test picture. T is chosen on validation pictures, which trained nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import torch

from sparrow_ecg.model.methods.activations import rectify
from sparrow_ecg.model.methods.graph import Graph
from sparrow_ecg.model.methods.integers import FULL, Spiking, convert
from sparrow_ecg.model.methods.neurons import Neuron
from sparrow_ecg.model.methods.recipes import OUTLIERS, Method
from sparrow_ecg.model.methods.simulate import TOGETHER, Run, at_once, batches, step_by_step
from sparrow_ecg.model.methods.train import seen
from sparrow_ecg.model.signals.images.pictures import Pictures

CEILING = 512  # training pictures that ceilings are set on
TUNING = 128  # training pictures that thresholds are tuned on
CHOOSING = 1000  # validation pictures that T is chosen on
PASSES = 8
RATE = 0.1  # CQ+'s


@dataclass(frozen=True, eq=False)
class Trained:
    """A folded graph, and what was set after its training.

    steps:      T.
    ceilings:   of each site, the value that T spikes stand for; none where the method says it.
    thresholds: of sites' channels, as tuned for the method's neuron, in integers; none where they were not.
    """

    graph: Graph
    steps: int
    ceilings: Mapping[str, float] = field(default_factory=dict)
    thresholds: Mapping[str, torch.Tensor] = field(default_factory=dict)

    def spiking(self, method: Method, neuron: Neuron = "ssf") -> Spiking:
        """In integers, with the thresholds of a neuron: SSF's are IF's, too, but where IF has its own."""
        at = method.at(self.steps)
        network = convert(self.graph, at.steps, at.levels, at.coding, at.weight_bits, self.ceilings)
        return network.with_thresholds(self.thresholds) if method.tuned in ("ssf", neuron) else network


def finish(graph: Graph, method: Method, train: Pictures, validation: Pictures) -> Trained:
    """All of it, for a graph that is trained and folded. Its parameters become what files hold of them: float16."""
    graph.load_state_dict({name: value.half().float() for name, value in graph.state_dict().items()})
    trained = Trained(graph, method.steps, {} if method.staged else ceilings(graph, train.pixels[:CEILING]))
    tuning = train.pixels[:TUNING]
    longest = max(method.candidates, default=method.steps)
    trained = replace(trained, steps=longest)
    tuned = _tuned(trained, method, tuning) if method.tuned else trained
    steps = choose(tuned, method, validation.take(slice(0, CHOOSING))) if method.candidates else longest
    return tuned if steps == longest else _tuned(replace(trained, steps=steps), method, tuning)


def _tuned(trained: Trained, method: Method, pixels: np.ndarray) -> Trained:
    """With thresholds of channels: SSF's mean counts brought to the float network's, or IF's to those of SSF."""
    network = trained.spiking(method)
    if method.tuned == "ssf":
        network = tune(network, activity(trained.graph, method, pixels), lambda each: at_once(each, pixels))
    else:
        wanted = means(at_once(network, pixels))
        network = tune(network, wanted, lambda each: in_parts(each, pixels))
    return replace(trained, thresholds={site: network.threshold(site) for site in network.sites})


def choose(trained: Trained, method: Method, validation: Pictures) -> int:
    """Of the candidates, the T after which IF has most pictures right; the shortest of equals."""
    network = trained.spiking(method, "if")
    right = np.zeros(network.steps, np.int64)
    for part in batches(validation, network.steps):
        right += (step_by_step(network, part.pixels, "if").classes == part.labels).sum(axis=1)
    return max(sorted(method.candidates), key=lambda steps: right[steps - 1])


def ceilings(graph: Graph, pixels: np.ndarray) -> dict[str, float]:
    """Of each site, the activation that all but `OUTLIERS` of those on these pictures are below."""
    found = {}

    def record(name: str, x: torch.Tensor) -> torch.Tensor:
        fired = rectify(name, x)
        values = fired.flatten()
        found[name] = max(float(values.kthvalue(max(int((1 - OUTLIERS) * len(values)), 1)).values), 1e-6)
        return fired

    with torch.no_grad():
        graph(torch.tensor(pixels, dtype=torch.float32) / FULL, record)
    return found


def activity(graph: Graph, method: Method, pixels: np.ndarray) -> dict[str, torch.Tensor]:
    """Of each site and channel, the spikes that stand for what the float network fires in the mean."""
    found = {}

    def record(name: str, x: torch.Tensor) -> torch.Tensor:
        fired = method.stages[-1](name, x)
        found[name] = fired.double().mean(_others(fired)) * method.levels
        return fired

    with torch.no_grad():
        graph(seen(pixels, method), record)
    return found


def in_parts(network: Spiking, pixels: np.ndarray) -> Run:
    """What IF does, of so many pictures at once as caches hold; counts alone."""
    size = max(TOGETHER // network.steps, 1)
    runs = [step_by_step(network, pixels[k : k + size], "if") for k in range(0, len(pixels), size)]
    counts = {site: torch.cat([run.counts[site] for run in runs]) for site in network.sites}
    return Run(torch.empty(0), counts, {})


def means(run: Run) -> dict[str, torch.Tensor]:
    """Mean spikes of each site's channels."""
    return {site: count.double().mean(_others(count)) for site, count in run.counts.items()}


def _others(values: torch.Tensor) -> tuple[int, ...]:
    """All dimensions but the channels'."""
    return tuple(k for k in range(values.ndim) if k != 1)


def tune(network: Spiking, wanted: Mapping[str, torch.Tensor], run: Callable[[Spiking], Run]) -> Spiking:
    """Thresholds of channels moved until the mean counts of a run are those wanted. Integers at the end.

    In each pass ``theta_c -= 0.1 theta (wanted - mean count) / T``, theta being the site's as converted: CQ+'s rule,
    and VR-encoding's with another rate.
    """
    first = {name: network.threshold(name) for name in network.sites}
    thresholds = {name: first[name].expand(len(wanted[name])).clone() for name in first}
    for _ in range(PASSES):
        got = means(run(network.with_thresholds({name: each.round() for name, each in thresholds.items()})))
        for name, each in thresholds.items():
            each -= RATE * first[name] * (wanted[name] - got[name]) / network.steps
            each.clamp_(min=1)
    return network.with_thresholds({name: each.round() for name, each in thresholds.items()})
