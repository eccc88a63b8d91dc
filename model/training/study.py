"""Networks of a recipe, each with its scores in its provenance: one, or those of several seeds and splits."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from sparrow_ecg.model.frontend.detected import detect
from sparrow_ecg.model.metrics import SCORES, evaluate
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.splits import WITHIN, Split, make_split
from sparrow_ecg.model.training.batches import views
from sparrow_ecg.model.training.fit import fit
from sparrow_ecg.model.training.recipes import RECIPES, Recipe

TRAINING = (  # what of a recipe is not of a network
    *("epochs", "batch", "rates", "headroom", "dropout", "weight_decay", "sparsity", "refit"),
)
TOOLS = ("numpy", "torch", "wfdb")


def train(name: str, beats: Beats, split_name: str, seeds: Sequence[int]) -> Iterator[Network]:
    """The network of that recipe for each seed, trained on the split of that name."""
    recipe = RECIPES[name].on(split_name)
    heard = detect(beats, recipe.encoding) if recipe.peaks == "detected" else None
    counts = heard.counts if heard else recipe.encoding.encode(beats)
    shown = None
    for seed in seeds:
        split = make_split(split_name, beats, seed)
        if heard:
            split = split.within(heard.judged)
        if recipe.drawing and (shown is None or split_name == "intra"):
            shown = views(recipe, beats, split)
        network = fit(name, recipe, counts, beats, split, seed, shown)
        yield replace(network, provenance=_provenance(network, recipe, counts, beats, split, seed))


def _provenance(
    network: Network, recipe: Recipe, counts: np.ndarray, beats: Beats, split: Split, seed: int
) -> dict[str, Any]:
    def scores(part: np.ndarray, records: np.ndarray | None = None) -> dict[str, Any]:
        return evaluate(beats.label[part], golden.run(network, counts[part]).classes, beats.classes, records)

    used = np.concatenate([split.train, split.validation, split.test])
    chosen = {} if recipe.learns_all else {"validation": scores(split.validation)}  # otherwise it has trained, too
    drawing = {"drawing": asdict(recipe.drawing)} if recipe.drawing else {}
    peaks = {"peaks": recipe.peaks} if recipe.peaks == "detected" else {}
    return {
        "records": sorted(set(beats.record[used].tolist())),
        "split": split.name,
        "seed": seed,
        **peaks,
        "recipe": {**{name: getattr(recipe, name) for name in TRAINING}, **drawing},
        "scores": {**chosen, "test": scores(split.test, None if split.name in WITHIN else beats.record[split.test])},
        "tools": {"python": platform.python_version(), **{tool: version(tool) for tool in TOOLS}},
    }


def study(name: str, beats: Beats, seeds: int, folder: Path) -> Network:
    """The network of seed 0, with what its recipe gives with other seeds, and on other splits.

    For patients that train, too, it is that of `intra`, and one network of `inter` goes with it. Others give networks
    of every seed on several splits: a recipe with a drawing is for strangers, on `inter` and `inter+svdb`, whose seed 0
    it is; one that hears beats with the front end, on `inter`, `intra` and `time`, likewise.
    Every network is written to ``folder``. None is chosen: seed 0 it is, whatever the others score.
    """
    recipe = RECIPES[name]
    main = "inter+svdb" if recipe.drawing else "time" if recipe.peaks == "detected" else "intra"
    both = main != "intra"
    networks = list(train(name, beats, main, range(seeds)))
    others = list(train(name, beats, "inter", range(seeds if both else 1)))
    if main == "time":
        others += train(name, beats, "intra", range(seeds))
    for network in (*networks, *others):
        network.save(folder / f"{name}-{network.provenance['split']}-{network.provenance['seed']}.json")
    summary = _spread([network.provenance["scores"] for network in networks])
    provenance = {**networks[0].provenance, "seeds": summary}
    if not both:
        provenance["inter"] = others[0].provenance["scores"]
    return replace(networks[0], provenance=provenance)


def _spread(scores: list[dict[str, Any]]) -> dict[str, Any]:
    """Accuracies over the seeds, and the mean of each class's scores on the test part."""

    def spread(part: str) -> dict[str, Any]:
        values = [score[part]["accuracy"] for score in scores]
        return {"mean": float(np.mean(values)), "deviation": float(np.std(values, ddof=1)), "each": values}

    def mean(class_name: str, score: str) -> float | None:
        values = [each["test"]["per_class"][class_name][score] for each in scores]
        return None if None in values else float(np.mean(values))

    per_class = {name: {score: mean(name, score) for score in SCORES} for name in scores[0]["test"]["per_class"]}
    parts = [part for part in ("validation", "test") if part in scores[0]]
    return {**{part: spread(part) for part in parts}, "test_per_class": per_class}
