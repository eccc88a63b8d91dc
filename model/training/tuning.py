"""Patient tuning: a trained network goes on learning on a patient's first labelled beats. Needs torch.

The integers of the network learn as in `model.training.integers`. Thresholds, T and all widths stay as
they are, so that the tuned network fits the same chip. Beats of other people are learned again beside the patient's,
so that classes which the patient did not show in five minutes are not forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch.nn import functional

from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.training.integers import IntegerLayer, IntegerNetwork
from sparrow_ecg.model.training.recipes import EACH


@dataclass(frozen=True)
class Tuning:
    """How a patient's network is tuned. Chosen on validation records of DS1, whose rests were scored, not on DS2.

    epochs:  passes over the patient's beats.
    others:  beats of other people in each pass, for each of the patient's.
    batch:   beats in a batch.
    rate:    of AdamW, in units of the standard deviation of a layer's weights; it falls to 0.
    balance: the patient's beats of a class are drawn as often as its number to the power of 1 - ``balance`` says; at 0
             each is shown once in a pass.
    noise:   standard deviation of what is added to a count.
    """

    epochs: int = 40
    others: float = 1.0
    batch: int = 64
    rate: float = 0.05
    balance: float = 0.0
    noise: float = 0.0


# A stranger's `mindful`, chosen on records of DS1 and svdb that its networks had not seen.
PATIENT = Tuning(epochs=60, others=2.0, rate=0.007, balance=0.5, noise=1.0)

# The same on all beats of a record that nobody has labelled: there are more of them.
ITSELF = replace(PATIENT, epochs=10)


def sampled(labels: np.ndarray, records: np.ndarray) -> np.ndarray:
    """Positions of other people's beats, up to `EACH` of each class in a record, drawn; always the same.

    labels: int64[beats]. records: str[beats].
    """
    rng, chosen = np.random.default_rng(0), []
    for name in np.unique(records):
        for label, most in enumerate(EACH):
            group = np.flatnonzero((records == name) & (labels == label))
            chosen.append(rng.choice(group, min(len(group), most), replace=False))
    return np.concatenate(chosen)


def tunable(network: Network) -> IntegerNetwork:
    """The network's own integers, about to learn on.

    Its real weights are in units in which learning steps of one size suit every layer. Biases stay within those of all
    layers, which the chip is known to hold.
    """
    biases = np.concatenate([layer.biases for layer in network.layers])
    bias_range = int(biases.min()), int(biases.max())
    layers = []
    for k, layer in enumerate(network.layers):
        unit, count_max = float(layer.weights.std()) or 1.0, network.count_max(k)
        real = layer.weights / unit, layer.biases / (unit * count_max)
        layers.append(IntegerLayer(*real, unit, count_max, network.weight_bits, layer.firing, bias_range))
    return IntegerNetwork(layers)


def unit(network: Network, counts: np.ndarray) -> float:
    """Of potentials, so that they are good logits: a third of their deviation over beats, int64[beats, inputs]."""
    return float(torch.tensor(golden.run(network, counts[:4096]).outputs).float().std()) / 3 or 1.0


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
    model = tunable(network)
    temperature = unit(network, others[0])
    optimizer = torch.optim.AdamW(model.parameters(), lr=tuning.rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, tuning.epochs)
    beats, top = len(patient[1]), (1 << network.input_bits) - 1
    often = np.bincount(patient[1])[patient[1]] ** -tuning.balance
    for _ in range(tuning.epochs):
        mine = rng.choice(beats, beats, p=often / often.sum()) if tuning.balance else np.arange(beats)
        chosen = rng.integers(len(others[1]), size=round(tuning.others * beats))
        counts = torch.tensor(np.concatenate([patient[0][mine], others[0][chosen]])).float()
        labels = torch.tensor(np.concatenate([patient[1][mine], others[1][chosen]]))
        if tuning.noise:
            counts = (counts + tuning.noise * torch.randn(counts.shape)).round_().clamp_(0, top)
        for batch in torch.randperm(len(labels)).split(tuning.batch):
            optimizer.zero_grad()
            functional.cross_entropy(model(counts[batch]) / temperature, labels[batch]).backward()
            optimizer.step()
        schedule.step()
    return replace(network, name=name, layers=model.dense())
