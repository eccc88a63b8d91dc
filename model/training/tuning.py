"""Patient tuning: a trained network goes on learning on a patient's first labelled beats. Needs torch.

The integers of the network learn as in `model.training.training`: the forward pass is the golden model's own
arithmetic, gradients go straight through the rounding. Thresholds, T and all widths stay as they are, so that the
tuned network fits the same chip. Beats of other people are learned again beside the patient's, so that classes which
the patient did not show in five minutes are not forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from sparrow_ecg.model.network import Dense, Network
from sparrow_ecg.model.training.training import Floor, rounded


@dataclass(frozen=True)
class Tuning:
    """How a patient's network is tuned. Chosen on validation records of DS1, whose rests were scored, not on DS2.

    epochs: passes over the patient's beats.
    others: beats of other people in each pass, for each of the patient's.
    batch:  beats in a batch.
    rate:   of AdamW, in units of the standard deviation of a layer's weights; it falls to 0.
    """

    epochs: int = 40
    others: float = 1.0
    batch: int = 64
    rate: float = 0.05


class TunableNetwork(nn.Module):
    """A `Network` whose integers learn: takes counts, float32[beats, inputs], gives the output potentials."""

    def __init__(self, network: Network):
        super().__init__()
        self.network = network
        self.limit = 1 << (network.weight_bits - 1)
        # Both are kept in units in which learning steps of one size suit them.
        self.units = [float(layer.weights.std()) or 1.0 for layer in network.layers]
        self.reach = [unit * network.count_max(k) for k, unit in enumerate(self.units)]
        pairs = list(zip(network.layers, self.units, self.reach, strict=True))
        self.weights = nn.ParameterList(torch.tensor(layer.weights / unit).float() for layer, unit, _ in pairs)
        self.biases = nn.ParameterList(torch.tensor(layer.biases / reach).float() for layer, _, reach in pairs)

    def integers(self, k: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Weights and biases of a layer; biases stay within those of all layers, which the chip is known to hold."""
        weights = rounded((self.weights[k] * self.units[k]).clamp(-self.limit, self.limit - 1))
        biases = np.concatenate([layer.biases for layer in self.network.layers])
        return weights, rounded((self.biases[k] * self.reach[k]).clamp(int(biases.min()), int(biases.max())))

    def forward(self, counts: torch.Tensor) -> torch.Tensor:
        for k, layer in enumerate(self.network.layers):
            counts = functional.linear(counts, *self.integers(k))
            if layer.firing:
                counts = Floor.apply(counts * 2.0**-layer.firing.threshold_log2, layer.firing.steps)
        return counts

    def tuned(self, name: str) -> Network:
        layers = []
        for k, layer in enumerate(self.network.layers):
            weights, biases = (x.detach().numpy().astype(np.int64) for x in self.integers(k))
            layers.append(Dense(weights, biases, layer.firing))
        return replace(self.network, name=name, layers=tuple(layers))


def tune(
    network: Network,
    name: str,
    patient: tuple[np.ndarray, np.ndarray],
    others: tuple[np.ndarray, np.ndarray],
    tuning: Tuning = Tuning(),
    seed: int = 0,
) -> Network:
    """The network, tuned. ``patient`` and ``others``: counts int64[beats, inputs] and labels int64[beats]."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = TunableNetwork(network)
    with torch.no_grad():
        temperature = float(model(torch.tensor(others[0][:4096]).float()).std()) / 3 or 1.0
    optimizer = torch.optim.AdamW(model.parameters(), lr=tuning.rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, tuning.epochs)
    drawn = round(tuning.others * len(patient[1]))
    for _ in range(tuning.epochs):
        chosen = rng.integers(len(others[1]), size=drawn)
        counts = torch.tensor(np.concatenate([patient[0], others[0][chosen]])).float()
        labels = torch.tensor(np.concatenate([patient[1], others[1][chosen]]))
        for batch in torch.randperm(len(labels)).split(tuning.batch):
            optimizer.zero_grad()
            functional.cross_entropy(model(counts[batch]) / temperature, labels[batch]).backward()
            optimizer.step()
        schedule.step()
    return model.tuned(name)
