"""SNN against quantised ANN: what the time window, the bits of a weight and the kind of neuron bring and cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import NETWORKS, Network, from_json
from sparrow_ecg.model.network.file import siblings
from sparrow_ecg.sim.energy.technologies import PAPER_V2
from sparrow_ecg.sim.studies import variants
from sparrow_ecg.sim.studies.measure import measure
from sparrow_ecg.sim.studies.point import Measurement, Point
from sparrow_ecg.sim.studies.space import Space, unique
from sparrow_ecg.sim.studies.store import Store
from sparrow_ecg.sim.studies.sweep import sweep
from sparrow_ecg.sim.studies.trial import Trial, evaluate
from sparrow_ecg.sim.studies.variants import Family, Variant

TREE = Space(datapaths=("tree",))
SERIAL = (Space(neurons=("ssf", "if")), Space(zero_skips=(False,)))  # SSF, IF, and the ANN that skips no zero
VALIDATED = ("accuracy", "validation", "ssf")  # where it stands in a result of `evaluate`
COST = ("energy_pj", PAPER_V2.name, "ssf", "spatial")  # likewise, by which a cell is recommended
MANY_SYNAPSES = 10_000  # that are not zero: a shipped network with more is left out

Cell = tuple[int, int]  # T, and bits of a weight


@dataclass(frozen=True)
class Grid:
    """What is trained: `tiny`'s recipe in another shape, with every T, weight width and seed.

    steps:   each 2^b - 1: the counts of SSF are all that activations of b bits can be.
    hidden:  two layers, since the counts of the first are the same for IF and SSF: with one there is no order.
    trees:   what is measured at gate level, as a tree. serial: on the serial core.
    """

    steps: tuple[int, ...] = (1, 3, 7, 15, 31)
    weight_bits: tuple[int, ...] = (2, 3, 4, 5, 6, 7, 8)
    seeds: int = 5
    hidden: tuple[int, ...] = (14, 8)
    epochs: tuple[int, int] = (12, 12)
    trees: tuple[Cell, ...] = (*product((1, 7, 31), (2, 4, 8)), (7, 6))
    serial: tuple[Cell, ...] = ((7, 4),)

    @property
    def cells(self) -> list[Cell]:
        return list(product(self.steps, self.weight_bits))

    def variant(self, cell: Cell, seed: int, split: str) -> Variant:
        changes = {"hidden": self.hidden, "epochs": self.epochs, "steps": cell[0], "weight_bits": cell[1]}
        return Variant("tiny", changes, seed, split)

    def families(self, split: str) -> list[Family]:
        """The whole grid for each seed, in the order of `cells`."""
        seeds = range(self.seeds)
        return [Family(tuple(self.variant(cell, seed, split) for cell in self.cells)) for seed in seeds]


SMALL = Grid((1, 3), (2, 4), 2, epochs=(2, 2), trees=((3, 4),), serial=((3, 4),))


@dataclass(frozen=True, eq=False)
class Trained:
    """The networks of one recipe, seed by seed, and what `evaluate` says of each."""

    networks: tuple[Network, ...]
    results: tuple[Mapping[str, Any], ...]

    def each(self, *where: str) -> list[float]:
        """A figure of each seed: by names, from `evaluate`'s result inwards."""
        found: list[Any] = list(self.results)
        for name in where:
            found = [result[name] for result in found]
        return found

    @cached_property
    def validated(self) -> float:
        return fmean(self.each(*VALIDATED))


@dataclass(frozen=True, eq=False)
class Tradeoffs:
    """What the study found.

    cells:   the networks of each cell.
    shipped: the networks of this package with two or more hidden layers, by name.
    gates:   results of `measure`: trees first. failed: those that are errors.
    """

    grid: Grid
    how: Measurement
    cells: Mapping[Cell, Trained]
    shipped: Mapping[str, Trained]
    gates: tuple[Mapping[str, Any], ...]
    failed: tuple[Mapping[str, Any], ...]

    @cached_property
    def recommended(self) -> Cell:
        """Of the cells that validate within the best one's deviation over seeds of its mean, that whose SSF costs least
        by formula. No test beat has a say.
        """
        best = max(self.cells.values(), key=lambda cell: cell.validated)
        least = best.validated - stdev(best.each(*VALIDATED))
        good = [name for name, cell in self.cells.items() if cell.validated >= least]
        return min(good, key=lambda name: fmean(self.cells[name].each(*COST)))


def explore(
    grid: Grid, how: Measurement, *, store: Path, client: Any, data: Path | None, retry: bool = False
) -> Tradeoffs:
    """Train, evaluate and measure what the store has not yet. data: the workers' data root.

    Raises InputError when a network could not be trained or evaluated.
    """
    kept = Store(store)

    def done(tasks: Sequence[Any], work: Any, title: str) -> list[dict[str, Any]]:
        return sweep(tasks, kept, work, client, data, title=title, retry=retry)

    def judged(networks: Sequence[Network]) -> dict[str, dict[str, Any]]:
        trials = [Trial(network, how.split) for network in networks]
        results = done(trials, evaluate, "trials")
        return {network.digest: _sound(result) for network, result in zip(networks, results, strict=True)}

    trained = done(grid.families(how.split), variants.train_together, "families of networks")
    families = [[from_json(text) for text in _sound(result)["networks"]] for result in trained]
    shipped = _shipped(how.split)
    found = judged([network for group in (*families, *shipped.values()) for network in group])

    def group(members: Sequence[Network]) -> Trained:
        return Trained(tuple(members), tuple(found[network.digest] for network in members))

    cells = {cell: group(networks) for cell, networks in zip(grid.cells, zip(*families, strict=True), strict=True)}
    points = _points(grid, cells, how)
    gates = done(points, measure, "cores")
    good, bad = ([result for result in gates if ("error" in result) == failed] for failed in (False, True))
    others = {name: group(members) for name, members in shipped.items()}
    return Tradeoffs(grid, how, cells, others, tuple(good), tuple(bad))


def _sound(result: dict[str, Any]) -> dict[str, Any]:
    if "error" in result:
        raise InputError(f"{result['label']}: {result['error'].splitlines()[0]}: run with --retry")
    return result


def _points(grid: Grid, cells: Mapping[Cell, Trained], how: Measurement) -> list[Point]:
    """Cores of seed 0."""
    wanted = [(TREE, grid.trees), *((space, grid.serial) for space in SERIAL)]
    return unique(
        point for space, some in wanted for cell in some for point in space.points([cells[cell].networks[0]], how)
    )


def _has_order(members: Sequence[Network]) -> bool:
    return bool(members) and len(members[0].layers) > 2 and members[0].nonzero_synapses <= MANY_SYNAPSES


def _shipped(split: str) -> dict[str, list[Network]]:
    """Networks that have an order of firing, with the seeds of that split, smallest first; without the largest, whose
    IF takes minutes in the golden model, and the monitor's, which learned at peaks that are not the annotated ones.
    """
    every = {path.stem: [Network.load(name) for name in siblings(path.stem, split)] for path in NETWORKS.glob("*.json")}
    deep = {
        name: members
        for name, members in every.items()
        if _has_order(members) and members[0].provenance.get("peaks") != "detected"
    }
    return dict(sorted(deep.items(), key=lambda item: item[1][0].nonzero_synapses))
