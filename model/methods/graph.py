"""A network as a graph of layers, in the order in which they are computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

INPUT = "input"
Fire = Callable[[str, torch.Tensor], torch.Tensor]


class Fires(nn.Module):
    """A place where neurons fire, one for each value."""


class Add(nn.Module):
    """The sum of values of one shape: a shortcut."""


class Concat(nn.Module):
    """Channels side by side."""


@dataclass(frozen=True)
class Node:
    """A layer, its name, and the names of what it takes in."""

    name: str
    layer: nn.Module
    inputs: tuple[str, ...]


class Graph(nn.Module):
    """Layers of torch (Conv2d, Linear, BatchNorm2d, AvgPool2d, Flatten) and the three above.

    shape: channels, height, width of what comes in. The last node's values are the network's answer.
    """

    def __init__(self, shape: tuple[int, int, int], nodes: list[Node]):
        super().__init__()
        self.shape, self.nodes = shape, nodes
        self.layers = nn.ModuleList(node.layer for node in nodes)

    @property
    def sites(self) -> list[str]:
        """Names of the nodes that fire, in order."""
        return [node.name for node in self.nodes if isinstance(node.layer, Fires)]

    def forward(self, x: torch.Tensor, fire: Fire) -> torch.Tensor:
        """The answer, [batch, classes]. x: [batch, *shape]. fire: what a site makes of its sums, given its name."""
        values = {INPUT: x}
        left = self.uses()
        for node in self.nodes:
            taken = [values[name] for name in node.inputs]
            match node.layer:
                case Fires():
                    values[node.name] = fire(node.name, *taken)
                case Add():
                    values[node.name] = torch.stack(taken).sum(0) if len(taken) > 2 else taken[0] + taken[1]
                case Concat():
                    values[node.name] = torch.cat(taken, 1)
                case _:
                    values[node.name] = node.layer(*taken)
            for name in node.inputs:  # memory for long networks
                left[name] -= 1
                if not left[name]:
                    del values[name]
        return values[self.nodes[-1].name]

    def uses(self) -> dict[str, int]:
        """By how many nodes each value is taken."""
        names = [name for node in self.nodes for name in node.inputs]
        return {name: names.count(name) for name in names}


def folded(graph: Graph) -> Graph:
    """The same network without BatchNorms: each is taken into the convolution before it. In evaluation mode."""
    gone: dict[str, str] = {}  # a BatchNorm, and what it was folded into
    nodes: dict[str, Node] = {}
    for node in graph.nodes:
        inputs = tuple(gone.get(name, name) for name in node.inputs)
        layer = node.layer
        if isinstance(layer, nn.BatchNorm2d):
            conv = nodes[inputs[0]]
            assert isinstance(conv.layer, nn.Conv2d)
            nodes[conv.name] = replace(conv, layer=fuse_conv_bn_eval(conv.layer.eval(), layer.eval()))
            gone[node.name] = inputs[0]
        else:
            nodes[node.name] = Node(node.name, layer, inputs)
    return Graph(graph.shape, list(nodes.values())).eval()


class Sketch:
    """A graph in the making: each call adds a layer to what came last, or to ``after``, and returns its name."""

    def __init__(self, shape: tuple[int, int, int]):
        self.shape, self.nodes = shape, list[Node]()
        self.channels = {INPUT: shape[0]}
        self.sides = {INPUT: shape[1]}
        self.last = INPUT

    def _add(self, layer: nn.Module, inputs: tuple[str, ...], channels: int, side: int) -> str:
        kind = type(layer).__name__.removesuffix("2d").lower()
        self.last = f"{kind}{sum(node.name.rstrip('0123456789') == kind for node in self.nodes)}"
        self.nodes.append(Node(self.last, layer, inputs))
        self.channels[self.last], self.sides[self.last] = channels, side
        return self.last

    def conv(
        self,
        out: int,
        kernel: int = 3,
        stride: int = 1,
        pad: int | None = None,
        depthwise: bool = False,
        after: str = "",
    ) -> str:
        """A convolution and its BatchNorm, which replaces its bias."""
        after = after or self.last
        channels, pad = self.channels[after], kernel // 2 if pad is None else pad
        side = (self.sides[after] + 2 * pad - kernel) // stride + 1
        layer = nn.Conv2d(channels, out, kernel, stride, pad, groups=channels if depthwise else 1, bias=False)
        return self._add(nn.BatchNorm2d(out), (self._add(layer, (after,), out, side),), out, side)

    def fire(self, after: str = "") -> str:
        after = after or self.last
        return self._add(Fires(), (after,), self.channels[after], self.sides[after])

    def pool(self, size: int = 2, after: str = "") -> str:
        after = after or self.last
        return self._add(nn.AvgPool2d(size), (after,), self.channels[after], self.sides[after] // size)

    def add(self, *inputs: str) -> str:
        return self._add(Add(), inputs, self.channels[inputs[0]], self.sides[inputs[0]])

    def concat(self, *inputs: str) -> str:
        return self._add(Concat(), inputs, sum(self.channels[name] for name in inputs), self.sides[inputs[0]])

    def flatten(self) -> str:
        width = self.channels[self.last] * self.sides[self.last] ** 2
        return self._add(nn.Flatten(), (self.last,), width, 1)

    def linear(self, out: int) -> str:
        return self._add(nn.Linear(self.channels[self.last], out), (self.last,), out, 1)

    def graph(self) -> Graph:
        return Graph(self.shape, self.nodes)
