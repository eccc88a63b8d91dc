"""The design space, measured: which networks on which cores, and who is on the front."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparrow_ecg.model.console import err
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import NETWORKS, SEEDS, Network
from sparrow_ecg.sim.studies import variants
from sparrow_ecg.sim.studies.front import on_front
from sparrow_ecg.sim.studies.measure import measure
from sparrow_ecg.sim.studies.point import GATED, Measurement, Point
from sparrow_ecg.sim.studies.space import SMALL, Space, default, unique
from sparrow_ecg.sim.studies.store import Store
from sparrow_ecg.sim.studies.sweep import sweep


@dataclass(frozen=True, eq=False)
class Explored:
    """What a sweep found.

    done:   results of `measure`; failed: those that are errors.
    front:  of done, those that no other beats in accuracy and average power, least power first.
    areas:  in area and power.
    wide:   in accuracy, power and area.
    """

    how: Measurement
    done: tuple[dict[str, Any], ...]
    failed: tuple[dict[str, Any], ...]
    front: tuple[dict[str, Any], ...]
    areas: tuple[dict[str, Any], ...]
    wide: tuple[dict[str, Any], ...]

    @staticmethod
    def of(results: Sequence[dict[str, Any]], how: Measurement) -> Explored:
        done, failed = ([r for r in results if ("error" in r) == bad] for bad in (False, True))
        kinds = ("error rate", "power"), ("area", "power"), ("error rate", "power", "area")
        return Explored(how, tuple(done), tuple(failed), *(tuple(on_front(done, *kind)) for kind in kinds))


def explore(
    how: Measurement,
    names: Sequence[str] = (),
    choices: Mapping[str, Any] | None = None,
    *,
    store: Path,
    client: Any,
    data: Path | None,
    small: bool = False,
    train: bool = False,
    retry: bool = False,
) -> Explored:
    """Measure what the store has not yet.

    store:   the file of what is done.
    names:   of networks to explore; without them the default sweep.
    choices: of cores for them: fields of `Space`.
    data:    the workers' data root.
    small:   a few points only. train: also train variants of tiny, and explore them.
    Raises InputError when no core fits the choices.
    """
    kept = Store(store)
    varied = variants.variants("tiny", how.split) if train else []
    trained = sweep(varied, kept, variants.train, client, data, title="networks", retry=retry)
    others = [variants.network(result) for result in trained if "error" not in result]
    points = _points(how, names, choices or {}, others, small)
    if not points:
        raise InputError("no core fits these choices: take fewer lanes, or the datapath serial")
    err.print(f"{len(points)} points; each is kept in {store} once it is done")
    return Explored.of(sweep(points, kept, measure, client, data, retry=retry), how)


def _points(
    how: Measurement, names: Sequence[str], choices: Mapping[str, Any], others: Sequence[Network], small: bool
) -> list[Point]:
    if not (names or small):
        shipped, seeds = (_trained_on(how.split, folder.glob("*.json")) for folder in (NETWORKS, SEEDS))
        return default(shipped, [*seeds, *others], how)
    networks = [Network.load(name) for name in names or ["tiny"]] + list(others)
    spaces = SMALL if small else (Space(**{"clock_gates": (GATED,), **choices}),)
    return unique(point for space in spaces for point in space.points(networks, how))


def _trained_on(split: str, paths: Iterable[Path]) -> list[Network]:
    """Smallest first."""
    networks = [Network.load(str(path)) for path in sorted(paths)]
    return sorted(
        (n for n in networks if n.provenance.get("split") == split), key=lambda network: network.nonzero_synapses
    )
