"""What a conversion costs, on pictures that chose nothing: accuracy, spikes, operations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from sparrow_ecg.model.console import progress
from sparrow_ecg.model.methods.activations import rectify
from sparrow_ecg.model.methods.integers import Spiking
from sparrow_ecg.model.methods.recipes import LONGEST, Method
from sparrow_ecg.model.methods.simulate import at_once, batches, macs, step_by_step
from sparrow_ecg.model.methods.train import accuracy
from sparrow_ecg.model.methods.tuning import Trained
from sparrow_ecg.model.signals.images.pictures import Pictures

TOGETHER = 250  # pictures that are counted together in closed form


def measure(
    name: str, trained: Trained, method: Method, test: Pictures, simulated: int, longest: int = LONGEST
) -> dict[str, Any]:
    """JSON-ready. Accuracies are shares of the test pictures:

    float:     the network as it was trained for this method, with what its last stage fires, and float weights.
    quantised: in integers, weights of n bits, the counts of a window at once: SSF in closed form.
    ssf:       the same step by step; ``equal``: whether every count of every site is that of the closed form.
    if:        integrate and fire after each step, up to ``longest`` where pixels come in as currents.
    loss:      of what the closed form has right, the share that IF has not, at the network's T.
    sites:     of each, spikes a picture and sparsity (share of steps in which a neuron does not spike) under SSF, and
               the mean absolute difference of IF's counts from SSF's.
    operations: multiply-accumulates of a picture; and in their place, for SSF, products of a weight and a count that is
               not zero, for IF additions of a weight, the first layer's on currents in either.
    layers:    of each with weights its multiply-accumulates, the share of its inputs whose count is not zero under SSF
               (``active``), that of those that spike in a step under IF (``spiking``), and how many neurons fire before
               the next such layer.

    All but float and quantised are of ``simulated`` of the pictures, of each class alike: steps take time.
    """
    network = trained.spiking(method)
    for_if = trained.spiking(method, "if")
    window = max(longest, network.steps) if method.coding == "analog" else network.steps
    some = test.some(simulated)
    right = np.zeros(2, np.int64)
    by_step = np.zeros(window, np.int64)
    sites: dict[str, np.ndarray] = {}
    active = {"ssf": Counter[str](), "if": Counter[str]()}
    equal = True
    for part in progress(list(batches(some, window)), f"{name}, {len(some)} of {len(test)} pictures step by step"):
        whole = at_once(network, part.pixels)
        steps = step_by_step(network, part.pixels, "ssf")
        late = step_by_step(for_if, part.pixels, "if", window)
        right += [int((run.classes[-1] == part.labels).sum()) for run in (whole, steps)]
        by_step += (late.classes == part.labels).sum(axis=1)
        equal &= torch.equal(whole.answers[-1], steps.answers[-1])
        for site, count in whole.counts.items():
            equal &= torch.equal(count, steps.counts[site])
            off = (late.counts[site] - count).abs()
            sums = np.array([float(count.double().sum()), float(off.double().sum()), count.numel()])
            sites[site] = sites.get(site, np.zeros(3)) + sums
        for neuron, run in (("ssf", whole), ("if", late)):
            active[neuron].update({layer: share * len(part) / len(some) for layer, share in run.active.items()})
    share = 1 / len(some)
    at_t = {str(t): float(right_then * share) for t, right_then in enumerate(by_step, 1)}
    work = macs(network, test.pixels.shape[1:])
    times = {"ssf": 1, "if": network.steps}
    sizes = {site: int(size) // len(some) for site, (_, _, size) in sites.items()}
    neurons = behind(network, sizes)
    return {
        "method": method.text,
        "steps": network.steps,
        "levels": network.levels,
        "weight_bits": method.weight_bits,
        "images": len(test),
        "simulated": len(some),
        "float": accuracy(trained.graph, method.stages[-1] if method.stages else rectify, method, test),
        "quantised": closed(network, test),
        "ssf": float(right[1] * share),
        "equal": bool(equal),
        "if": at_t,
        "loss": float(right[0] * share) - at_t[str(network.steps)],
        "sites": {
            site: {
                "spikes": count / len(some),
                "sparsity": 1 - count / size / network.steps,
                "deviation": off / size,
            }
            for site, (count, off, size) in sites.items()
        },
        "operations": {"macs": sum(work.values())}
        | {
            neuron: sum(work[layer] * share * times[neuron] for layer, share in shares.items())
            for neuron, shares in active.items()
        },
        "layers": {
            layer: {
                "macs": products,
                "active": active["ssf"][layer],
                "spiking": active["if"][layer],
                "neurons": neurons[layer],
            }
            for layer, products in work.items()
        },
    }


def behind(network: Spiking, sizes: Mapping[str, int]) -> Counter[str]:
    """By layer with weights, the neurons of all sites up to the next one; sizes: of each site, in order."""
    found = Counter[str]()
    last = ""
    for layer in network.layers:
        if layer.weight is not None:
            last = layer.name
        elif layer.threshold is not None:
            found[last] += sizes[layer.name]
    return found


def closed(network: Spiking, test: Pictures) -> float:
    """The share of pictures that SSF gives their class."""
    found = 0
    for start in range(0, len(test), TOGETHER):
        part = test.take(slice(start, start + TOGETHER))
        found += int((at_once(network, part.pixels).classes[-1] == part.labels).sum())
    return found / len(test)
