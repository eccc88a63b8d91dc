"""What a conversion costs, on pictures that chose nothing: accuracy, spikes, operations."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from sparrow_ecg.model.console import progress
from sparrow_ecg.model.methods.activations import rectify
from sparrow_ecg.model.methods.graph import Graph
from sparrow_ecg.model.methods.integers import Spiking, convert
from sparrow_ecg.model.methods.recipes import Method
from sparrow_ecg.model.methods.simulate import at_once, macs, step_by_step
from sparrow_ecg.model.methods.train import accuracy
from sparrow_ecg.model.methods.tuning import ceilings, tune
from sparrow_ecg.model.signals.images.pictures import Pictures

TUNING = 512  # training pictures that ceilings and thresholds are set on
AT_ONCE = 250  # pictures that are simulated together


def spiking(graph: Graph, method: Method, train: Pictures) -> Spiking:
    """The network in integers, as SSF fires it. train: pictures that ceilings are set on, where there are some."""
    bounds = None if method.staged else ceilings(graph, train.pixels[:TUNING])
    return convert(graph, method.steps, method.levels, method.coding, method.weight_bits, bounds)


def measure(name: str, graph: Graph, method: Method, train: Pictures, test: Pictures, longest: int) -> dict[str, Any]:
    """JSON-ready. Accuracies are shares of the test pictures:

    float:     the network as it was trained for this method, with what its last stage fires, and float weights.
    quantised: in integers, weights of n bits, the counts of a window at once: SSF in closed form.
    ssf:       the same step by step; ``equal``: whether every count of every site is that of the closed form.
    if:        integrate and fire after each step, up to ``longest`` where pixels come in as currents.
    loss:      ``quantised`` less ``if`` at the method's own T.
    sites:     of each, spikes a picture and sparsity (share of steps in which a neuron does not spike) under SSF, and
               the mean absolute difference of IF's counts from SSF's.
    operations: multiply-accumulates of a picture; and in their place, for SSF, products of a weight and a count that is
               not zero, for IF additions of a weight, the first layer's on currents in either.
    """
    network = spiking(graph, method, train)
    for_if = tune(network, train.pixels[:TUNING]) if method.tuned else network
    window = max(longest, method.steps) if method.coding == "analog" else method.steps
    right = np.zeros(2, np.int64)
    by_step = np.zeros(window, np.int64)
    sites: dict[str, np.ndarray] = {}
    active = {"ssf": Counter[str](), "if": Counter[str]()}
    equal = True
    for start in progress(range(0, len(test), AT_ONCE), f"{name}, {len(test)} pictures"):
        part = test.take(slice(start, start + AT_ONCE))
        with torch.no_grad():
            whole = at_once(network, part.pixels)
            steps = step_by_step(network, part.pixels, "ssf")
            fired = step_by_step(for_if, part.pixels, "if")
            late = fired if window <= method.steps else step_by_step(replace(for_if, steps=window), part.pixels, "if")
        right += [int((run.classes[-1] == part.labels).sum()) for run in (whole, steps)]
        by_step += (late.classes == part.labels).sum(axis=1)
        equal &= torch.equal(whole.answers[-1], steps.answers[-1])
        for site, count in whole.counts.items():
            equal &= torch.equal(count, steps.counts[site])
            off = (fired.counts[site] - count).abs()
            sums = np.array([float(count.double().sum()), float(off.double().sum()), count.numel()])
            sites[site] = sites.get(site, np.zeros(3)) + sums
        for neuron, run in (("ssf", whole), ("if", fired)):
            active[neuron].update({layer: share * len(part) / len(test) for layer, share in run.active.items()})
    share = 1 / len(test)
    at_t = {str(t): float(right_then * share) for t, right_then in enumerate(by_step, 1)}
    work = macs(network, test.pixels.shape[1:])
    times = {"ssf": 1, "if": method.steps}
    return {
        "method": method.text,
        "steps": method.steps,
        "levels": method.levels,
        "weight_bits": method.weight_bits,
        "images": len(test),
        "float": accuracy(graph, method.stages[-1] if method.stages else rectify, method, test),
        "quantised": float(right[0] * share),
        "ssf": float(right[1] * share),
        "equal": bool(equal),
        "if": at_t,
        "loss": float(right[0] * share) - at_t[str(method.steps)],
        "sites": {
            site: {
                "spikes": count / len(test),
                "sparsity": 1 - count / size / method.steps,
                "deviation": off / size,
            }
            for site, (count, off, size) in sites.items()
        },
        "operations": {"macs": sum(work.values())}
        | {
            neuron: sum(work[layer] * share * times[neuron] for layer, share in shares.items())
            for neuron, shares in active.items()
        },
    }
