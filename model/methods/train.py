"""Training in stages: rectifiers first, then what the method has sites fire. Resumes after an interruption."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.optim.lr_scheduler import LambdaLR, OneCycleLR

from sparrow_ecg.model.console import progress
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.methods.architectures import ARCHITECTURES
from sparrow_ecg.model.methods.graph import Fire, Graph, folded
from sparrow_ecg.model.methods.integers import FULL
from sparrow_ecg.model.methods.muon import Muon
from sparrow_ecg.model.methods.recipes import FIRST, Method, Recipe
from sparrow_ecg.model.methods.simulate import expand, expansion
from sparrow_ecg.model.signals.images.pictures import Pictures
from sparrow_ecg.model.training.denormals import flushed

SETTLING = 2
RISE = 0.1
SHOWN = 125  # pictures at once where nothing is learned


def seen(pixels: np.ndarray, method: Method | None) -> torch.Tensor:
    """What a float network sees of pictures: their pixels in 0..1, or their codes over the levels, float32."""
    bytes_ = torch.tensor(pixels, dtype=torch.float32)
    if method is None or method.coding == "analog":
        return bytes_ / FULL
    return torch.cat([expand(bytes_, r, method.steps) for r in expansion(method.levels, 3)], 1) / method.levels


def draw(recipe: Recipe, method: Method | None, shape: tuple[int, int, int], classes: int) -> Graph:
    """The network of a recipe, as a method wants it; untrained."""
    channels = shape[0] * (3 if method and method.expanded else 1)
    return ARCHITECTURES[recipe.architecture]((channels, *shape[1:]), classes, bool(method and method.pooled))


def label(recipe: Recipe, method: Method | None) -> str:
    """What decides a training, but for its seed and pictures."""
    return f"{recipe.training} {method}"


def floats(recipe: Recipe, pictures: Pictures, seed: int, kept: Path, start: Graph | None = None) -> Graph:
    """The network with rectifiers, trained; its progress is in ``kept``. start: a network to go on from (transfer)."""
    torch.manual_seed(seed)
    graph = draw(recipe, None, pictures.pixels.shape[1:], pictures.classes)
    if start:
        inherit(graph, start, 1.0)
    _stage(graph, FIRST, recipe, 0, None, pictures, seed, kept / f"float-{seed}.pt")
    return graph


def staged(graph: Graph, method: Method, recipe: Recipe, pictures: Pictures, seed: int, kept: Path, name: str) -> Graph:
    """A network that was trained with rectifiers, after the stages of a method; folded, in evaluation mode."""
    ceiling = method.ceiling / (recipe.headroom if method.staged and recipe.headroom else 1)
    mine = inherit(draw(recipe, method, pictures.pixels.shape[1:], pictures.classes), graph, ceiling)
    for k, fire in enumerate(method.stages):
        _stage(mine, fire, recipe, 1, method, pictures, seed, kept / f"{name}-{seed}-{k}.pt")
    if method.settled:
        _stage(mine, method.stages[-1], recipe, SETTLING, method, pictures, seed, kept / f"{name}-{seed}-settled.pt")
    return folded(mine)


def inherit(graph: Graph, parent: Graph, ceiling: float) -> Graph:
    """The graph, with the parameters of one of the same layers, for sites that fire up to ``ceiling`` in place of 1.

    Copies in a first layer share its weights.
    """
    theirs = list(parent.state_dict().values())
    with torch.no_grad():
        for mine, value in zip(graph.state_dict().values(), theirs, strict=True):
            copies = mine.shape[1] // value.shape[1] if mine.ndim == 4 and mine.shape != value.shape else 1
            mine.copy_(torch.cat([value / copies] * copies, 1) if copies > 1 else value)
        for layer in graph.layers:
            if isinstance(layer, nn.BatchNorm2d):
                layer.weight *= ceiling
                layer.bias *= ceiling
            elif isinstance(layer, nn.Linear):
                layer.weight /= ceiling
    return graph


@flushed()
def _stage(
    graph: Graph,
    fire: Fire,
    recipe: Recipe,
    part: int,
    method: Method | None,
    pictures: Pictures,
    seed: int,
    kept: Path,
) -> None:
    """Train in place; what is at ``kept`` is taken up, and written after each epoch.

    part: which of the recipe's epochs and rates; in `SETTLING` BatchNorm's statistics are held.
    """
    torch.set_num_threads(1)
    if recipe.mixed:
        graph.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    epochs = recipe.epochs[part] * (method.effort if method and part == 1 else 1)
    batch = recipe.batch
    training = _training(graph, recipe, part, epochs * (len(pictures) // batch) + 1)
    parts = {"graph": graph} | training
    of = label(recipe, method)
    start = _resume(kept, parts, of)
    graph.train(part != SETTLING)
    for epoch in progress(range(start, epochs), kept.stem):
        rng = np.random.default_rng([seed, part, epoch])
        torch.manual_seed(int(rng.integers(1 << 31)))
        for which in _shuffled(len(pictures), batch, rng):
            shown = seen(_moved(pictures.pixels[which], recipe.crops, rng), method)
            if recipe.mixed:
                shown = shown.contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16, enabled=recipe.mixed):
                answers = graph(shown, fire)
            labels = torch.tensor(pictures.labels[which])
            loss = functional.cross_entropy(answers.float(), labels, label_smoothing=recipe.smoothing)
            if not torch.isfinite(loss):
                raise InputError(f"{kept.stem}: the loss is no number in epoch {epoch}: give a lower rate")
            graph.zero_grad()
            loss.backward()
            for each in training.values():
                each.step()
        buffer = io.BytesIO()
        torch.save({"epoch": epoch + 1, "of": of} | {name: each.state_dict() for name, each in parts.items()}, buffer)
        write_atomic(kept, buffer.getvalue())
    graph.eval()


def _training(graph: Graph, recipe: Recipe, part: int, steps: int) -> dict[str, Any]:
    """Optimizers, each with its schedule behind it, by the names that files hold them under.

    Muon is for convolutions whose BatchNorm follows what they become; not when settling.
    """
    turned = [each for each in graph.parameters() if each.ndim == 4] if recipe.turning and part != SETTLING else []
    others = [each for each in graph.parameters() if each.ndim != 4 or not turned]
    rate = recipe.rates[part]
    adam = torch.optim.AdamW(others, lr=rate, weight_decay=recipe.weight_decay)
    if not turned:
        return {"optimizer": adam, "schedule": OneCycleLR(adam, rate, total_steps=steps)}
    muon = Muon(turned, lr=recipe.turning * rate)

    def height(step: int) -> float:
        """A straight rise in a tenth of the steps, and a straight fall to nothing."""
        return min((step + 1) / RISE / steps, (steps - step) / (1 - RISE) / steps)

    return {
        "optimizer": adam,
        "schedule": LambdaLR(adam, height),
        "muon": muon,
        "muon's schedule": LambdaLR(muon, height),
    }


def _resume(kept: Path, parts: dict, of: str) -> int:
    """The epoch to go on with. Raises InputError for a file that is of another training."""
    if not kept.is_file():
        return 0
    try:
        state = torch.load(kept, weights_only=True)
        if state["of"] != of:
            raise ValueError("it is of another recipe")
        for name, each in parts.items():
            each.load_state_dict(state[name])
        return state["epoch"]
    except Exception as error:
        raise InputError(f"{kept}: cannot be gone on with ({str(error).splitlines()[0]:.80}): remove it") from None


def _shuffled(n: int, batch: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    order = rng.permutation(n)
    for start in range(0, n - batch + 1, batch):
        yield order[start : start + batch]


def _moved(pixels: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """A batch shifted by up to so many pixels, zeros coming in, and mirrored half of the time."""
    if not most:
        return pixels
    side = pixels.shape[-1]
    wide = np.pad(pixels, [(0, 0), (0, 0), (most, most), (most, most)])
    down, right = rng.integers(0, 2 * most + 1, (2, len(pixels)))
    rows, columns = (at[:, None] + np.arange(side) for at in (down, right))
    columns = np.where(rng.random((len(pixels), 1)) < 0.5, columns[:, ::-1], columns)
    return wide[
        np.arange(len(pixels))[:, None, None, None],
        np.arange(pixels.shape[1])[:, None, None],
        rows[:, None, :, None],
        columns[:, None, None, :],
    ]


def accuracy(graph: Graph, fire: Fire, method: Method | None, pictures: Pictures) -> float:
    """Of the float network: the share of pictures that it gives their class."""
    right = 0
    with torch.no_grad():
        for start in range(0, len(pictures), SHOWN):
            part = pictures.take(slice(start, start + SHOWN))
            right += int((graph(seen(part.pixels, method), fire).argmax(1).numpy() == part.labels).sum())
    return right / len(pictures)
