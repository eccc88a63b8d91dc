"""Training a network in torch, on the CPU, until it is integers.

First with floats: `[Linear -> BatchNorm -> clamp and quantise to T levels -> Dropout] x L -> Linear`. Then BatchNorm is
folded away, each layer gets a threshold that is a power of two, and training goes on with integer weights and biases
and the firing of the golden model itself: a forward pass in floats that hold integers exactly, gradients straight
through the rounding. So what is validated here, is what the hardware computes, bit for bit. A sparse network loses its
smallest weights meanwhile, few at a time: hardware that builds weights as wires leaves zeros out.

A seed decides the split and every random number of training. The checkpoint is the best on the validation part; the
test part is looked at once, when training is over.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
import torch
import wfdb
from torch import nn
from torch.nn import functional

from sparrow_ecg.model.console import progress
from sparrow_ecg.model.conversion.ssf import best_threshold, fold, scale
from sparrow_ecg.model.metrics import SCORES, evaluate
from sparrow_ecg.model.network import Dense, Firing, Network, golden
from sparrow_ecg.model.signals.ecg.beats import CLASSES, Beats
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.signals.ecg.splits import Split, make_split

EXACT = 1 << 24  # float32 holds every integer up to here
TRAINING = ("epochs", "batch", "rates", "headroom", "dropout", "weight_decay", "sparsity")  # not of a network
PRUNED = 0.5  # fraction of the integer epochs after which a sparse network has all its zeros
SETTLED = 0.6  # and after which a checkpoint may be taken


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a network, but for the beats and the seed.

    hidden:         neurons of each hidden layer.
    steps:          the time window T.
    weight_bits:    width of a weight.
    epochs:         epochs with floats, and then with integers.
    batch:          beats in a batch.
    rates:          highest learning rate of either part; it rises to there, and falls to 0.
    headroom:       bits by which weights are finer than the least squared rounding error asks for.
    dropout:        probability that a hidden count is dropped, with floats.
    weight_decay:   of AdamW.
    sparsity:       fraction of each hidden layer's weights that is held at zero.
    """

    encoding: Encoding
    hidden: tuple[int, ...]
    steps: int
    weight_bits: int
    epochs: tuple[int, int]
    batch: int
    rates: tuple[float, float]
    headroom: int = 0
    dropout: float = 0.0
    weight_decay: float = 1e-4
    sparsity: float = 0.0


RHYTHM = ("previous", "following", "mean", "range")
RECIPES = {
    "tiny": Recipe(
        encoding=Encoding(before=48, block=8, blocks=16, input_bits=4, features=RHYTHM),
        hidden=(14,),
        steps=7,
        weight_bits=5,
        epochs=(60, 60),
        batch=512,
        rates=(0.02, 0.01),
        headroom=1,
        sparsity=0.4,
    ),
    "frugal": Recipe(
        encoding=Encoding(before=96, block=4, blocks=64, input_bits=5, features=RHYTHM),
        hidden=(96, 24),
        steps=7,
        weight_bits=5,
        epochs=(60, 60),
        batch=512,
        rates=(0.015, 0.008),
        headroom=1,
        dropout=0.05,
        weight_decay=2e-2,
        sparsity=0.75,
    ),
    "accurate": Recipe(
        encoding=Encoding(before=96, block=4, blocks=64, input_bits=8, features=RHYTHM),
        hidden=(144, 48),
        steps=15,
        weight_bits=8,
        epochs=(40, 12),
        batch=1024,
        rates=(0.01, 0.002),
        dropout=0.1,
        weight_decay=5e-2,
    ),
    "reference": Recipe(
        encoding=Encoding(before=90, block=1, blocks=180, input_bits=8),
        hidden=(56, 56, 56),
        steps=15,
        weight_bits=8,
        epochs=(32, 12),
        batch=1024,
        rates=(0.01, 0.002),
    ),
}


class Floor(torch.autograd.Function):
    """``clamp(floor(x), 0, steps)``, with the gradient of the clamp alone."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, steps: int) -> torch.Tensor:
        ctx.save_for_backward((x >= 0) & (x < steps + 1))
        return x.floor().clamp(0, steps)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        (inside,) = ctx.saved_tensors
        return gradients[0] * inside, None


def rounded(x: torch.Tensor) -> torch.Tensor:
    """The nearest integers, with the gradient of x."""
    return x + (x.round() - x).detach()


class Spikes(nn.Module):
    """An activation in 0..1, clamped and quantised to T levels."""

    def __init__(self, steps: int):
        super().__init__()
        self.steps = steps

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return Floor.apply(x * self.steps, self.steps) / self.steps


def float_network(recipe: Recipe) -> nn.Sequential:
    """Takes activations in 0..1, float32[beats, inputs], and gives logits, float32[beats, classes]."""
    modules: list[nn.Module] = []
    width = recipe.encoding.inputs
    for neurons in recipe.hidden:
        linear, normal = nn.Linear(width, neurons, bias=False), nn.BatchNorm1d(neurons)
        nn.init.kaiming_normal_(linear.weight)
        nn.init.constant_(normal.weight, 0.25)  # so that most sums start between the clamps
        nn.init.constant_(normal.bias, 0.4)
        modules += [linear, normal, Spikes(recipe.steps), nn.Dropout(recipe.dropout)]
        width = neurons
    return nn.Sequential(*modules, nn.Linear(width, len(CLASSES)))


class IntegerLayer(nn.Module):
    """A layer of `Network` whose integers still learn. The real weights behind them are its parameters.

    Takes counts in 0..count_max and gives potentials: float32 tensors that hold integers, as `golden` has them.
    """

    def __init__(self, weights: np.ndarray, biases: np.ndarray, recipe: Recipe, count_max: int):
        super().__init__()
        self.threshold_log2 = best_threshold(weights, recipe.weight_bits, recipe.steps, count_max, recipe.headroom)
        self.scale = scale(self.threshold_log2, recipe.steps, count_max)
        self.count_max = count_max
        self.limit = 1 << (recipe.weight_bits - 1)
        self.weight = nn.Parameter(torch.tensor(weights, dtype=torch.float32))
        self.bias = nn.Parameter(torch.tensor(biases, dtype=torch.float32))
        self.register_buffer("kept", torch.ones_like(self.weight))

    def prune(self, fraction: float) -> None:
        """Hold that fraction of the weights, the smallest, at zero. They learn no more, and keep their size.

        So one that was pruned comes back at the next call if enough others have become smaller.
        """
        smallest = self.weight.detach().abs().flatten().argsort()[: round(fraction * self.weight.numel())]
        self.kept.fill_(1).view(-1)[smallest] = 0

    def integers(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Weights and biases, integers in float32."""
        weights = (self.weight * self.scale).clamp(-self.limit, self.limit - 1)
        return rounded(weights) * self.kept, rounded(self.bias * (self.scale * self.count_max))

    def forward(self, counts: torch.Tensor) -> torch.Tensor:
        return functional.linear(counts, *self.integers())

    def layer(self, firing: Firing | None) -> Dense:
        weights, biases = (x.detach().numpy().astype(np.int64) for x in self.integers())
        layer = Dense(weights, biases, firing)
        if max(map(abs, layer.bounds(self.count_max))) >= EXACT:
            raise ValueError(f"potentials beyond {EXACT}: float32 does not train this layer exactly")
        return layer


class IntegerNetwork(nn.Module):
    """A `Network` that still learns: takes counts, gives the output layer's potentials."""

    def __init__(self, trained: nn.Sequential, recipe: Recipe):
        super().__init__()
        self.recipe = recipe
        count_max = (1 << recipe.encoding.input_bits) - 1
        layers = []
        for weights, biases in _folded(trained):
            layers.append(IntegerLayer(weights, biases, recipe, count_max))
            count_max = recipe.steps
        self.layers = nn.ModuleList(layers)

    def forward(self, counts: torch.Tensor) -> torch.Tensor:
        for layer in self.layers[:-1]:
            counts = Floor.apply(layer(counts) * 2.0**-layer.threshold_log2, self.recipe.steps)
        return self.layers[-1](counts)

    def prune(self, epochs: float) -> None:
        """Hidden layers as sparse as they are to be when that fraction of the integer epochs is over.

        Most zeros come early, when the learning rate is high: Zhu and Gupta, "To prune, or not to prune", 2017.
        """
        left = max(0.0, 1 - epochs / PRUNED)
        for layer in self.layers[:-1]:
            layer.prune(self.recipe.sparsity * (1 - left**3))

    def logits(self, counts: torch.Tensor) -> torch.Tensor:
        """The potentials in the unit of the float network."""
        last = self.layers[-1]
        return self(counts) / (last.scale * last.count_max)

    def network(self, name: str, provenance: dict[str, Any]) -> Network:
        firings = [Firing(layer.threshold_log2, self.recipe.steps) for layer in self.layers[:-1]]
        layers = tuple(layer.layer(firing) for layer, firing in zip(self.layers, [*firings, None], strict=True))
        recipe = self.recipe
        return Network(name, recipe.encoding, layers, recipe.steps, recipe.weight_bits, CLASSES, provenance)


def _folded(trained: nn.Sequential) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Weights and biases of each layer, with the BatchNorm after it taken in."""
    modules = list(trained)
    for linear, normal in zip(modules[:-1:4], modules[1::4], strict=True):
        tensors = (linear.weight, normal.running_mean, normal.running_var + normal.eps, normal.weight, normal.bias)
        yield fold(*(tensor.detach().double().numpy() for tensor in tensors))
    yield modules[-1].weight.detach().double().numpy(), modules[-1].bias.detach().double().numpy()


def fit(
    recipe: Recipe, counts: np.ndarray, labels: np.ndarray, split: Split, seed: int, label: str = "training"
) -> IntegerNetwork:
    """Train on ``split.train``; the checkpoint is the best on ``split.validation``. One thread: deterministic.

    counts: int64[beats, inputs]; labels: int64[beats], of all beats that the split is of.
    """
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # the optimizer's averages for a pruned weight fade to denormals, which are slow
    torch.manual_seed(seed)
    train = torch.tensor(counts[split.train], dtype=torch.float32), torch.tensor(labels[split.train])
    check = torch.tensor(counts[split.validation], dtype=torch.float32), torch.tensor(labels[split.validation])
    epochs = iter(progress(range(sum(recipe.epochs)), label))
    model = float_network(recipe)
    unit = (1 << recipe.encoding.input_bits) - 1
    for _ in _descend(model, lambda x: model(x / unit), train, recipe, 0, epochs):
        pass
    model.eval()
    integers = IntegerNetwork(model, recipe)
    best, kept = -1.0, integers.state_dict()
    for epoch in _descend(integers, integers.logits, train, recipe, 1, epochs):
        integers.prune(epoch / recipe.epochs[1])
        if epoch < SETTLED * recipe.epochs[1]:
            continue
        with torch.no_grad():
            accuracy = float((integers(check[0]).argmax(dim=1) == check[1]).float().mean())
        if accuracy > best:
            best, kept = accuracy, {name: value.clone() for name, value in integers.state_dict().items()}
    next(epochs, None)  # closes the bar
    integers.load_state_dict(kept)
    return integers


def _descend(
    model: nn.Module,
    forward: Any,
    train: tuple[torch.Tensor, torch.Tensor],
    recipe: Recipe,
    part: int,
    epochs: Iterator,
) -> Iterator[int]:
    """Gradient descent over the epochs of one part of the recipe; yields after each, from 1 on."""
    counts, labels = train
    batch = min(recipe.batch, len(labels))
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=recipe.rates[part], betas=(0.9, 0.99), weight_decay=recipe.weight_decay, fused=True
    )
    steps = recipe.epochs[part] * (len(labels) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.rates[part], total_steps=steps + 1, pct_start=0.15)
    for epoch in range(recipe.epochs[part]):
        next(epochs)
        order = torch.randperm(len(labels))
        for start in range(0, len(labels) - batch + 1, batch):
            chosen = order[start : start + batch]
            loss = functional.cross_entropy(forward(counts[chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        yield epoch + 1


def train(name: str, beats: Beats, split_name: str, seed: int) -> Network:
    """The network of that recipe, trained on the split of that name, with its scores in its provenance."""
    recipe = RECIPES[name]
    counts = recipe.encoding.encode(beats)
    split = make_split(split_name, beats, seed)
    integers = fit(recipe, counts, beats.label, split, seed, f"{name}, {split_name}, seed {seed}")
    network = integers.network(name, {})
    return replace(network, provenance=_provenance(network, recipe, counts, beats, split, seed))


def _provenance(
    network: Network, recipe: Recipe, counts: np.ndarray, beats: Beats, split: Split, seed: int
) -> dict[str, Any]:
    def scores(part: np.ndarray, records: np.ndarray | None = None) -> dict[str, Any]:
        return evaluate(beats.label[part], golden.run(network, counts[part]).classes, records)

    return {
        "records": sorted(beats.codes),
        "split": split.name,
        "seed": seed,
        "recipe": {name: getattr(recipe, name) for name in TRAINING},
        "scores": {
            "validation": scores(split.validation),
            "test": scores(split.test, None if split.name == "intra" else beats.record[split.test]),
        },
        "tools": {
            "python": ".".join(map(str, sys.version_info[:3])),
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
            "torch": torch.__version__,
            "wfdb": wfdb.__version__,
        },
    }


def study(name: str, beats: Beats, seeds: int, folder: Path) -> Network:
    """The network of seed 0 on `intra`, with what its recipe gives with other seeds, and on `inter`.

    Every network is written to ``folder``. None is chosen: seed 0 it is, whatever the others score.
    """
    intra = [train(name, beats, "intra", seed) for seed in range(seeds)]
    inter = train(name, beats, "inter", 0)
    for network in (*intra, inter):
        network.save(folder / f"{name}-{network.provenance['split']}-{network.provenance['seed']}.json")
    summary = _spread([network.provenance["scores"] for network in intra])
    provenance = {**intra[0].provenance, "seeds": summary, "inter": inter.provenance["scores"]}
    return replace(intra[0], provenance=provenance)


def _spread(scores: list[dict[str, Any]]) -> dict[str, Any]:
    """Accuracies over the seeds, and the mean of each class's scores on the test part."""

    def spread(part: str) -> dict[str, Any]:
        values = [score[part]["accuracy"] for score in scores]
        return {"mean": float(np.mean(values)), "deviation": float(np.std(values, ddof=1)), "each": values}

    def mean(class_name: str, score: str) -> float | None:
        values = [each["test"]["per_class"][class_name][score] for each in scores]
        return None if None in values else float(np.mean(values))

    per_class = {name: {score: mean(name, score) for score in SCORES} for name in CLASSES}
    return {"validation": spread("validation"), "test": spread("test"), "test_per_class": per_class}
