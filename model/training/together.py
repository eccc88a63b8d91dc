"""Many networks trained at once: of recipes that differ in T and weight bits alone, from the same seed and batches.

A network of few neurons keeps torch busy with calls, not with arithmetic: 35 of them in one stack take a quarter of the
time that they take one by one. Each learns as `fit` has it: layers, both parts, pruning and the choice of a checkpoint
are the same, and no gradient goes from one network to another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from sparrow_ecg.model.console import progress
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.splits import Split
from sparrow_ecg.model.training.batches import Batch, Shuffled
from sparrow_ecg.model.training.denormals import flushed
from sparrow_ecg.model.training.fit import SETTLED, descend, sparsity_at
from sparrow_ecg.model.training.floats import Floor, float_network
from sparrow_ecg.model.training.integers import EXACT, IntegerNetwork, rounded, to_integers
from sparrow_ecg.model.training.recipes import Recipe


class Stack(nn.Module):
    """The parameters of modules of one shape, as one: float[networks, ...] by name; `returned` gives them back."""

    def __init__(self, members: Sequence[nn.Module], recipes: Sequence[Recipe]):
        super().__init__()
        self.members = list(members)
        parameters, buffers = torch.func.stack_module_state(self.members)
        self.stacked = {**{name: nn.Parameter(value.detach()) for name, value in parameters.items()}, **buffers}
        for name in parameters:
            self.register_parameter(name.replace(".", "_"), self.stacked[name])
        self.steps = _column(recipe.steps for recipe in recipes)

    def returned(self) -> list[nn.Module]:
        for k, member in enumerate(self.members):
            member.load_state_dict({name: value[k] for name, value in self.stacked.items()})
        return self.members


class FloatStack(Stack):
    """What `float_network` makes; from activations, float32[beats, inputs], logits, [networks, beats, classes]."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        s, last = self.stacked, len(self.members[0]) - 1
        x = x.expand(len(self.members), *x.shape)
        for linear in range(0, last, 4):
            normal = self.members[0][linear + 1]
            z = torch.bmm(x, s[f"{linear}.weight"].mT)
            mean, variance = z.mean(1), z.var(1, unbiased=False)
            with torch.no_grad():
                s[f"{linear + 1}.running_mean"].lerp_(mean, normal.momentum)
                s[f"{linear + 1}.running_var"].lerp_(variance * (z.shape[1] / (z.shape[1] - 1)), normal.momentum)
            gain = s[f"{linear + 1}.weight"] / (variance + normal.eps).sqrt()
            shift = s[f"{linear + 1}.bias"] - mean * gain
            x = Floor.apply((z * gain[:, None] + shift[:, None]) * self.steps, self.steps) / self.steps
        return torch.baddbmm(s[f"{last}.bias"][:, None], x, s[f"{last}.weight"].mT)


class IntegerStack(Stack):
    """`IntegerNetwork`s: takes counts, gives output potentials, float32[networks, beats, classes]."""

    members: list[IntegerNetwork]

    def __init__(self, members: Sequence[IntegerNetwork], recipes: Sequence[Recipe]):
        super().__init__(members, recipes)
        self.layers = range(len(members[0].layers))
        every = [[member.layers[k] for member in members] for k in self.layers]
        self.scales = [_column(layer.scale for layer in layers) for layers in every]
        self.count_max = [_column(layer.count_max for layer in layers) for layers in every]
        self.limit = _column(layer.limit for layer in every[0])
        self.thresholds = [_column(2.0**-layer.firing.threshold_log2 for layer in layers) for layers in every[:-1]]

    def forward(self, counts: torch.Tensor) -> torch.Tensor:
        x = counts.expand(len(self.members), *counts.shape)
        for k in self.layers:
            weight, bias, kept = (self.stacked[f"layers.{k}.{name}"] for name in ("weight", "bias", "kept"))
            weights = rounded((weight * self.scales[k]).clamp(-self.limit, self.limit - 1)) * kept
            biases = rounded((bias[:, None] * (self.scales[k] * self.count_max[k])).clamp(-EXACT, EXACT))
            x = torch.baddbmm(biases, x, weights.mT)
            if k < self.layers[-1]:
                x = Floor.apply(x * self.thresholds[k], self.steps)
        return x

    def logits(self, counts: torch.Tensor) -> torch.Tensor:
        """The output potentials in the unit of the real weights."""
        return self(counts) / (self.scales[-1] * self.count_max[-1])

    def prune(self, fraction: float) -> None:
        """As `IntegerNetwork.prune`."""
        for k in self.layers[:-1]:
            weight, kept = (self.stacked[f"layers.{k}.{name}"].detach() for name in ("weight", "kept"))
            smallest = weight.abs().flatten(1).argsort(1)[:, : round(fraction * weight[0].numel())]
            kept.fill_(1).flatten(1).scatter_(1, smallest, 0)


class Repeated(Shuffled):
    """Batches whose labels come once for each network."""

    def __init__(self, counts: np.ndarray, labels: np.ndarray, batch: int, networks: int):
        super().__init__(counts, labels, batch)
        self.networks = networks

    def epoch(self) -> Iterator[Batch]:
        for counts, labels in super().epoch():
            yield counts, labels.repeat(self.networks)


@flushed()
def fit_together(
    names: Sequence[str], recipes: Sequence[Recipe], counts: np.ndarray, beats: Beats, split: Split, seed: int
) -> list[Network]:
    """As `fit`, a network for each recipe. Raises ValueError for recipes that differ in more than T and weight bits, or
    ask for what is not here: dropout, a drawing, or learning from the validation beats.
    """
    recipe = recipes[0]
    if {replace(each, steps=1, weight_bits=1) for each in recipes} != {replace(recipe, steps=1, weight_bits=1)}:
        raise ValueError("these recipes differ in more than steps and weight_bits")
    if recipe.dropout or recipe.learns_all:
        raise ValueError("networks with dropout, or that learn from validation beats, are trained one by one")
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    batches = Repeated(counts[split.train], beats.label[split.train], recipe.batch, len(recipes))
    seen = torch.tensor(counts[split.validation], dtype=torch.float32)
    truth = torch.tensor(beats.label[split.validation])
    epochs = iter(progress(range(sum(recipe.epochs)), f"{len(names)} networks, {split.name}, seed {seed}"))
    floats = FloatStack([float_network(each, len(beats.classes)) for each in recipes], recipes)
    unit = (1 << recipe.encoding.input_bits) - 1
    for _ in descend(floats, lambda x: floats(x / unit).flatten(0, 1), batches, recipe, 0, epochs):
        pass
    members = [to_integers(m.eval(), each) for m, each in zip(floats.returned(), recipes, strict=True)]
    integers = IntegerStack(members, recipes)
    best, kept = torch.full((len(recipes),), -1.0), {name: v.detach().clone() for name, v in integers.stacked.items()}
    for epoch in descend(integers, lambda x: integers.logits(x).flatten(0, 1), batches, recipe, 1, epochs):
        integers.prune(sparsity_at(recipe, epoch / recipe.epochs[1]))
        if epoch < SETTLED * recipe.epochs[1]:
            continue
        with torch.no_grad():
            accuracy = (integers(seen).argmax(dim=2) == truth).float().mean(dim=1)
            better = accuracy > best
            best = torch.where(better, accuracy, best)
            for name, value in integers.stacked.items():
                kept[name][better] = value[better]
    next(epochs, None)  # closes the bar
    integers.stacked = kept
    return [
        Network(name, each.encoding, member.dense(), each.steps, each.weight_bits, beats.classes, {})
        for name, each, member in zip(names, recipes, integers.returned(), strict=True)
    ]


def _column(values: Iterator[float]) -> torch.Tensor:
    return torch.tensor(list(values), dtype=torch.float32)[:, None, None]
