"""The thesis's network for EEG: trained with rectifiers, made spiking by CQ with a window of 100 steps."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch

from sparrow_ecg.model.methods import hardware, train
from sparrow_ecg.model.methods.activations import rectify
from sparrow_ecg.model.methods.graph import Graph
from sparrow_ecg.model.methods.integers import FULL, Spiking, convert
from sparrow_ecg.model.methods.recipes import Method, Recipe
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.images.pictures import Pictures

SHAPE = (1, 32, 32)
CQ = Method("CQ, T = 100", steps=100, levels=100)
RTL = Method("VR-encoding, T = 15, r = 15", steps=15, levels=15, coding="spikes", expanded=True)  # inputs are spikes
# Layers and T are the thesis's; epochs and rates are ours, and were set before any test segment was looked at.
RECIPE = Recipe("eeg", (10, 3), (2e-3, 5e-4), batch=32, weight_decay=1e-2, crops=0, methods={"cq": CQ})


def learn(pictures: Pictures, seed: int, start: Graph | None = None, method: Method = CQ) -> tuple[Graph, Spiking]:
    """The network with rectifiers, and what a method makes of it. start: one that learned another question."""
    with tempfile.TemporaryDirectory() as folder:
        floats = train.floats(RECIPE, pictures, seed, Path(folder), start)
        staged = train.staged(floats, method, RECIPE, pictures, seed, Path(folder), "staged")
    form = method.steps, method.levels, method.coding, method.weight_bits
    return floats, convert(staged, *form, shifts=method is RTL)


def for_rtl(pictures: Pictures, seed: int, name: str, classes: tuple[str, ...]) -> Network:
    """The thesis's layers as the RTL has them, trained like the others: T = 15, SSF, thresholds that are shifts."""
    return hardware.network_of(learn(pictures, seed, method=RTL)[1], SHAPE, name, classes, {"seed": seed})


def answers(cnn: Graph, pixels: np.ndarray) -> list[int]:
    """What a network with rectifiers says of pictures, uint8[n, 1, height, width]."""
    with torch.no_grad():
        return cnn(torch.tensor(pixels, dtype=torch.float32) / FULL, rectify).argmax(1).tolist()
