"""Trained networks as files: parameters in order, as float16; which layers they are of the recipe says. Beside them T,
and, where the method has them, each site's ceiling and its channels' thresholds for IF.
"""

from __future__ import annotations

import io
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.methods.graph import folded
from sparrow_ecg.model.methods.recipes import Method, Recipe
from sparrow_ecg.model.methods.simulate import at_once
from sparrow_ecg.model.methods.train import draw
from sparrow_ecg.model.methods.tuning import Trained

SHIPPED = Path(__file__).parent / "shipped"
OF = "of"  # the array that says which training a network came from


def path_of(folder: Path, dataset: str, method: str, seed: int) -> Path:
    return folder / f"{dataset}-{method}-{seed}.npz"


def seeds_of(folder: Path, dataset: str, method: str) -> list[int]:
    """Seeds of which there are files."""
    stems = (path.stem.rpartition("-")[2] for path in folder.glob(f"{dataset}-{method}-[0-9]*.npz"))
    return sorted(int(stem) for stem in stems if stem.isdecimal())


def save(trained: Trained, path: Path, of: str = "") -> Path:
    """of: the training that it came from."""
    arrays = {"steps": np.array(trained.steps), OF: np.array(of)}
    for k, value in enumerate(trained.graph.state_dict().values()):
        arrays[f"arr_{k}"] = value.detach().numpy().astype(np.float16)
    arrays |= {f"ceiling {site}": np.array(each) for site, each in trained.ceilings.items()}
    arrays |= {f"threshold {site}": each.numpy().astype(np.int64) for site, each in trained.thresholds.items()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return write_atomic(path, buffer.getvalue())


def is_of(path: Path, of: str) -> bool:
    """Whether there is a file of just this training."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return str(file[OF]) == of
    except (OSError, ValueError, KeyError, BadZipFile):
        return False


def load(path: Path, recipe: Recipe, method: Method, shape: tuple[int, int, int], classes: int) -> Trained:
    """Raises InputError for a file that is not whole, is of another network, or holds what is no number."""
    graph = folded(draw(recipe, method, shape, classes))
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files if name != OF}
        if strange := [name for name, each in arrays.items() if not np.isfinite(each).all()]:
            raise ValueError(f"no number in {strange[0]}")
        values = [torch.tensor(each.astype(np.float32)) for name, each in arrays.items() if name.startswith("arr_")]
        graph.load_state_dict(dict(zip(graph.state_dict(), values, strict=True)))
        trained = Trained(
            graph,
            int(arrays["steps"]),
            {name: float(each) for name, each in _of(arrays, "ceiling").items()},
            {name: torch.tensor(each.astype(np.float64)) for name, each in _of(arrays, "threshold").items()},
        )
        _check(trained, method, shape)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file: train it first, with --train") from None
    except Exception as error:
        raise InputError(
            f"{path}: not the network of this recipe ({str(error).splitlines()[-1].strip():.80}): train it again"
        ) from None
    return trained


def _check(trained: Trained, method: Method, shape: tuple[int, int, int]) -> None:
    """Raises ValueError, RuntimeError or InputError for what cannot be simulated."""
    if trained.steps < 1 or any(float(each.min()) < 1 for each in trained.thresholds.values()):
        raise ValueError("T or a threshold is below 1")
    sites = trained.graph.sites
    for kind, found, needed in (
        ("ceilings", trained.ceilings, not method.staged),
        ("thresholds", trained.thresholds, method.tuned is not None),
    ):
        if sorted(found) != (sorted(sites) if needed else []):
            raise ValueError(f"{kind} of other sites")
    at_once(trained.spiking(method, "if"), np.zeros((1, *shape), np.uint8))  # of another width they do not broadcast


def _of(arrays: dict[str, np.ndarray], kind: str) -> dict[str, np.ndarray]:
    """By site, what of this kind is set."""
    return {name.removeprefix(f"{kind} "): each for name, each in arrays.items() if name.startswith(f"{kind} ")}
