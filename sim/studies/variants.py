"""Networks trained for the sweep: a shipped recipe with one choice changed."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from sparrow_ecg.model import console
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network, from_json
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.signals.ecg.splits import Split, make_split
from sparrow_ecg.model.training.recipes import RECIPES, Recipe
from sparrow_ecg.sim.studies.hearts import recorded

# What is changed of the recipe; input_bits is the encoding's.
CHANGES: tuple[Mapping[str, Any], ...] = (
    {"input_bits": 2},
    {"input_bits": 3},
    {"steps": 3},
    {"steps": 15},
    {"weight_bits": 3},
    {"weight_bits": 4},
    {"hidden": (6,)},
    {"hidden": (10,)},
    {"hidden": (20,)},
    {"sparsity": 0.0},
    {"sparsity": 0.7},
)


@dataclass(frozen=True)
class Variant:
    """The recipe ``base`` with ``changes``, trained with a seed on a split."""

    base: str
    changes: Mapping[str, Any]
    seed: int = 0
    split: str = "intra"

    @property
    def recipe(self) -> Recipe:
        recipe, changes = RECIPES[self.base], dict(self.changes)
        encoding = replace(recipe.encoding, input_bits=changes.pop("input_bits", recipe.encoding.input_bits))
        return replace(recipe, encoding=encoding, **changes)

    @cached_property
    def key(self) -> str:
        """Of everything that decides the network but the code."""
        content = [asdict(self.recipe), self.seed, self.split]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:20]

    @property
    def label(self) -> str:
        what = ", ".join(
            f"{name} {'-'.join(map(str, value)) if isinstance(value, tuple) else value}"
            for name, value in self.changes.items()
        )
        return f"{self.base}, {what}"

    @property
    def cost(self) -> float:
        return 1.0

    def describe(self) -> dict[str, Any]:
        return asdict(self)


def variants(base: str, split: str, seed: int = 0, changes: Sequence[Mapping[str, Any]] = CHANGES) -> list[Variant]:
    """All that differ from the recipe itself. Raises InputError without such a recipe."""
    from sparrow_ecg.model.training import fit  # noqa: F401 (a worker needs torch, and the client says so at once)

    if base not in RECIPES:
        raise InputError(f"no recipe '{base}' to vary: choose one of {', '.join(RECIPES)}")
    every = [Variant(base, each, seed, split) for each in changes]
    return [variant for variant in every if variant.recipe != RECIPES[base]]


@dataclass(frozen=True)
class Family:
    """Variants of one recipe, seed and split that differ in T and weight bits alone: they train together."""

    members: tuple[Variant, ...]

    @cached_property
    def key(self) -> str:
        return hashlib.sha256(json.dumps([member.key for member in self.members]).encode()).hexdigest()[:20]

    @property
    def label(self) -> str:
        return f"{len(self.members)} of {self.members[0].base}, seed {self.members[0].seed}"

    @property
    def cost(self) -> float:
        return float(len(self.members))

    def describe(self) -> dict[str, Any]:
        return asdict(self)


def train(variant: Variant, data: Path | None = None) -> dict[str, Any]:
    """The network of a variant, as the text of its file. Runs in a worker."""
    from sparrow_ecg.model.training.fit import fit

    beats, counts, split = _material(variant, data)
    with _quietly():
        trained = fit(variant.label, variant.recipe, counts, beats, split, variant.seed)
    return {"network": _text(trained, variant, beats)}


def train_together(family: Family, data: Path | None = None) -> dict[str, Any]:
    """The networks of a family, likewise."""
    from sparrow_ecg.model.training.together import fit_together

    members = family.members
    beats, counts, split = _material(members[0], data)
    names, recipes = [member.label for member in members], [member.recipe for member in members]
    with _quietly():
        trained = fit_together(names, recipes, counts, beats, split, members[0].seed)
    return {"networks": [_text(each, member, beats) for each, member in zip(trained, members, strict=True)]}


def _material(variant: Variant, data: Path | None) -> tuple[Beats, np.ndarray, Split]:
    """All beats, their counts, and how they are split."""
    beats = recorded(data_root(data))
    return beats, variant.recipe.encoding.encode(beats), make_split(variant.split, beats, variant.seed)


@contextmanager
def _quietly() -> Iterator[None]:
    """A bar for each worker would be too many."""
    console.err.quiet = True
    try:
        yield
    finally:
        console.err.quiet = False


def _text(trained: Network, variant: Variant, beats: Beats) -> str:
    provenance = {"records": sorted(beats.codes), "split": variant.split, "seed": variant.seed}
    with tempfile.TemporaryDirectory() as folder:
        return replace(trained, provenance=provenance).save(Path(folder) / "network.json").read_text()


def network(result: Mapping[str, Any]) -> Network:
    return from_json(result["network"])
