"""A patient's own output layer, learned from labelled beats in integers that a chip's firmware has, too.

Only sums, shifts, comparisons, saturation, and the products of weights with spike counts that the layer is made of; 32
bits hold all of it for networks such as ``anyone``. No random number: the same beats give the same network.

A pass goes over all beats. Where a beat's own class is not ahead of every other by a margin, its counts are added to
the weights of its class, and taken from those of the class that is highest of the others. Other people's beats, a few
of each class, are learned beside the patient's and count less, so that no class is forgotten that the patient did not
show; and every weight is drawn back to where it began. What is taken is the mean of the weights over the last half of
the passes. Hidden layers, thresholds, T and all widths stay as they are: it is a network for the same chip.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sparrow_ecg.model.network import Dense, Network, golden


@dataclass(frozen=True)
class Rule:
    """How a layer learns; all in powers of two. Chosen on records of DS1 that the network had not seen.

    passes:   there are 2**passes.
    fraction: bits after the point of weights while they learn, so that a step of one spike is 2**-fraction.
    margin:   potentials are to be ahead by 2**margin.
    others:   other people's beats count 2**-others of the patient's.
    back:     in each pass a weight moves by 2**-back of the way to where it began.
    bias:     a bias is the weight of a count that is always 2**bias; less than ``fraction``.
    """

    passes: int = 6
    fraction: int = 6
    margin: int = 8
    others: int = 4
    back: int = 6
    bias: int = 2


@dataclass(frozen=True, eq=False)
class Labelled:
    """Beats as the output layer sees them. counts: int64[beats, last hidden layer's neurons]. labels: int64[beats]."""

    counts: np.ndarray
    labels: np.ndarray

    def part(self, chosen: np.ndarray) -> Labelled:
        return Labelled(self.counts[chosen], self.labels[chosen])

    def cost(self, layer: Dense) -> int:
        """Beats that an output layer takes for another class, and once more those that are not of class 0, N."""
        wrong = golden.weighted_sum(layer, self.counts.T).argmax(axis=0) != self.labels
        return int(wrong.sum() + (wrong & (self.labels > 0)).sum())


def labelled(network: Network, counts: np.ndarray, labels: np.ndarray) -> Labelled:
    """counts: int64[beats, inputs], the network's own."""
    return Labelled(golden.run(network, counts).counts[-1], labels)


def evenly(labels: np.ndarray, records: np.ndarray, most: int = 64) -> np.ndarray:
    """Positions of up to ``most`` beats of each class, as many of each record where it has them, evenly over it.

    labels: int64[beats]. records: str[beats].
    """
    chosen = []
    for label in np.unique(labels):
        mine = labels == label
        groups = sorted((np.flatnonzero(mine & (records == name)) for name in np.unique(records[mine])), key=len)
        left = most
        for k, group in enumerate(groups):
            n = min(len(group), left // (len(groups) - k))
            chosen.append(group[np.arange(n) * len(group) // max(n, 1)])
            left -= n
    return np.concatenate(chosen)


def adapt(network: Network, counts: np.ndarray, labels: np.ndarray, others: Labelled, rule: Rule = Rule()) -> Network:
    """The network with an output layer of the patient's own; the network itself where `_is_safe` finds that no better.

    counts: int64[beats, inputs], of the patient's labelled beats in order of time. labels: int64[beats], indices into
    the network's classes. others: other people's beats, as `labelled` gives them for this network.
    """
    mine = labelled(network, counts, labels)
    layer = learned(network, mine, others, rule)
    if not _is_safe(network, layer, mine, others, rule):
        return network
    return replace(network, layers=(*network.layers[:-1], layer))


def _is_safe(network: Network, layer: Dense, mine: Labelled, others: Labelled, rule: Rule) -> bool:
    """The guard: what is learned costs no more on the patient's beats than the network's own layer does.

    Twice: on all beats with what all teach, and on every other beat with what those between them teach, both ways.
    """
    even = np.arange(len(mine.labels)) % 2 == 0
    halves = [(mine.part(half), mine.part(~half)) for half in (even, ~even)]
    held_out = sum(test.cost(learned(network, train, others, rule)) for train, test in halves)
    return max(held_out, mine.cost(layer)) <= mine.cost(network.layers[-1])


def learned(network: Network, mine: Labelled, others: Labelled, rule: Rule = Rule()) -> Dense:
    """The output layer that the rule makes of the network's own. Weights keep the network's width, biases the range of
    all its layers' biases, which the chip is known to hold.
    """
    own, limit = network.layers[-1], 1 << (network.weight_bits - 1)
    biases = np.concatenate([layer.biases for layer in network.layers])
    point = np.append(np.full(own.inputs, rule.fraction), rule.fraction - rule.bias)  # bits after it, by column
    low = np.append(np.full(own.inputs, -limit), biases.min()) << point
    high = np.append(np.full(own.inputs, limit - 1), biases.max()) << point
    start = np.column_stack([own.weights, own.biases]) << point

    counts = np.concatenate([mine.counts, others.counts])
    counts = np.column_stack([counts, np.full(len(counts), 1 << rule.bias)])
    labels = np.concatenate([mine.labels, others.labels])
    beats, patient = np.arange(len(labels)), len(mine.labels)
    rows, total = start, np.zeros_like(start)
    for step in range(1 << rule.passes):
        potentials = counts @ rows.T
        ahead = potentials[beats, labels]
        potentials[beats, labels] = np.iinfo(np.int64).min
        rival = potentials.argmax(axis=1)
        short = np.flatnonzero(ahead - potentials[beats, rival] < 1 << (rule.margin + rule.fraction))
        moves = np.zeros_like(potentials)
        moves[short, labels[short]], moves[short, rival[short]] = 1, -1
        pull = moves[:patient].T @ counts[:patient] + ((moves[patient:].T @ counts[patient:]) >> rule.others)
        rows = np.clip(rows + pull + ((start - rows) >> rule.back), low, high)
        if step >> (rule.passes - 1):
            total += rows
    places = point + rule.passes - 1
    rounded = (total + (1 << (places - 1))) >> places
    return Dense(rounded[:, :-1], rounded[:, -1], None)
