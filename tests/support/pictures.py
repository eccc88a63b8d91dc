"""Small pictures whose classes can be told apart, and networks on them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from sparrow_ecg.model.methods.activations import clamp
from sparrow_ecg.model.methods.graph import Graph, Sketch, folded
from sparrow_ecg.model.signals.images.pictures import Pictures


def stripes(n: int, shape: tuple[int, int, int] = (1, 8, 8), classes: int = 4, seed: int = 0) -> Pictures:
    """Each class a direction of stripes, with noise."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, n)
    y, x = np.mgrid[: shape[1], : shape[2]]
    angle = np.pi * labels / classes
    wave = np.cos(np.cos(angle)[:, None, None] * x * 2 + np.sin(angle)[:, None, None] * y * 2)
    pixels = 127 + 90 * wave[:, None] + rng.normal(0, 25, (n, *shape))
    return Pictures(pixels.clip(0, 255).astype(np.uint8), labels, classes)


def as_mnist(root: Path, train: Pictures, test: Pictures) -> None:
    """Pictures as MNIST's four idx files below a data root."""
    (root / "mnist").mkdir(parents=True)
    for stem, part in (("train", train), ("t10k", test)):
        for kind, array in (("images-idx3", part.pixels[:, 0]), ("labels-idx1", part.labels.astype(np.uint8))):
            header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
            (root / "mnist" / f"{stem}-{kind}-ubyte").write_bytes(header + array.tobytes())


def briefly(graph: Graph, pictures: Pictures, steps: int = 3) -> Graph:
    """A graph after some steps of training with clamps, folded: its sites fire, and its statistics are real."""
    torch.set_num_threads(1)
    for layer in graph.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None  # the mean of all steps: there are too few for a running one
    optimizer = torch.optim.Adam(graph.parameters(), lr=1e-2)
    shown, labels = torch.tensor(pictures.pixels / 255, dtype=torch.float32), torch.tensor(pictures.labels)
    graph.train()
    for _ in range(steps):
        loss = functional.cross_entropy(graph(shown, clamp(1)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return folded(graph)


def small(shape: tuple[int, int, int] = (1, 8, 8), classes: int = 4) -> Graph:
    """Every kind of layer once: convolution, depthwise, pooling, shortcuts of both kinds, concatenation, flat end."""
    net = Sketch(shape)
    net.conv(4)
    first = net.fire()
    net.conv(4, depthwise=True)
    second = net.fire()
    net.concat(first, second)
    net.pool()
    before = net.fire()
    body = net.conv(8)
    net.add(body, before)
    after = net.fire()
    body, shortcut = net.conv(6, stride=2, after=after), net.conv(6, 1, 2, after=after)
    net.add(body, shortcut)
    net.fire()
    net.flatten()
    net.linear(classes)
    return net.graph()
