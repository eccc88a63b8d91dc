"""Trained graphs as files: parameters only, in order, as float16; which layers they are of the recipe says."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import torch

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.methods.graph import Graph, folded
from sparrow_ecg.model.methods.recipes import Method, Recipe
from sparrow_ecg.model.methods.train import draw

SHIPPED = Path(__file__).parent / "shipped"


def path_of(folder: Path, dataset: str, method: str, seed: int) -> Path:
    return folder / f"{dataset}-{method}-{seed}.npz"


def seeds_of(folder: Path, dataset: str, method: str) -> list[int]:
    """Seeds of which there are files."""
    return sorted(int(path.stem.rpartition("-")[2]) for path in folder.glob(f"{dataset}-{method}-[0-9]*.npz"))


def save(graph: Graph, path: Path) -> Path:
    """A folded graph's parameters."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, *(value.detach().numpy().astype(np.float16) for value in graph.state_dict().values()))
    return write_atomic(path, buffer.getvalue())


def load(path: Path, recipe: Recipe, method: Method, shape: tuple[int, int, int], classes: int) -> Graph:
    """A folded graph. Raises InputError for a file that is not whole or is of another network."""
    graph = folded(draw(recipe, method, shape, classes))
    try:
        with np.load(path, allow_pickle=False) as file:
            values = [torch.tensor(file[name].astype(np.float32)) for name in file.files]
        graph.load_state_dict(dict(zip(graph.state_dict(), values, strict=True)))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file: train it first, with --train") from None
    except Exception as error:
        raise InputError(
            f"{path}: not the network of this recipe ({str(error).splitlines()[0]:.80}): train it again"
        ) from None
    return graph
