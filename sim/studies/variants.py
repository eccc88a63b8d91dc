"""Networks trained for the sweep: a shipped recipe with one choice changed."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sparrow_ecg.model import console
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network, from_json
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.signals.ecg.splits import make_split
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


def train(variant: Variant, data: Path | None = None) -> dict[str, Any]:
    """The network of a variant, as the text of its file. Runs in a worker."""
    from sparrow_ecg.model.training.fit import fit

    beats = recorded(data_root(data))
    counts = variant.recipe.encoding.encode(beats)
    split = make_split(variant.split, beats, variant.seed)
    console.err.quiet = True  # a bar for each worker would be too many
    try:
        trained = fit(variant.label, variant.recipe, counts, beats, split, variant.seed)
    finally:
        console.err.quiet = False
    provenance = {"records": sorted(beats.codes), "split": variant.split, "seed": variant.seed}
    network = replace(trained, provenance=provenance)
    with tempfile.TemporaryDirectory() as folder:
        return {"network": network.save(Path(folder) / "network.json").read_text()}


def network(result: Mapping[str, Any]) -> Network:
    return from_json(result["network"])
