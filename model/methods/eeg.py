"""The thesis's network for EEG: trained with rectifiers, made spiking by CQ with a window of 100 steps."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch

from sparrow_ecg.model.methods import train
from sparrow_ecg.model.methods.activations import rectify
from sparrow_ecg.model.methods.graph import Graph
from sparrow_ecg.model.methods.integers import FULL, Spiking, convert
from sparrow_ecg.model.methods.recipes import Method, Recipe
from sparrow_ecg.model.signals.images.pictures import Pictures

CQ = Method("CQ, T = 100", steps=100, levels=100)
# Layers and T are the thesis's; epochs and rates are ours, and were set before any test segment was looked at.
RECIPE = Recipe("eeg", (10, 3), (2e-3, 5e-4), batch=32, weight_decay=1e-2, crops=0, methods={"cq": CQ})


def learn(pictures: Pictures, seed: int, start: Graph | None = None) -> tuple[Graph, Spiking]:
    """The network with rectifiers, and what CQ makes of it. start: one that learned another question."""
    with tempfile.TemporaryDirectory() as folder:
        floats = train.floats(RECIPE, pictures, seed, Path(folder), start)
        staged = train.staged(floats, CQ, RECIPE, pictures, seed, Path(folder), "cq")
    return floats, convert(staged, CQ.steps, CQ.levels, CQ.coding, CQ.weight_bits)


def answers(cnn: Graph, pixels: np.ndarray) -> list[int]:
    """What a network with rectifiers says of pictures, uint8[n, 1, height, width]."""
    with torch.no_grad():
        return cnn(torch.tensor(pixels, dtype=torch.float32) / FULL, rectify).argmax(1).tolist()
