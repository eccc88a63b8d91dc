"""What each shipped network scores with every seed on `intra`, beside the least power that was measured of one."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from sparrow_ecg.model.metrics import evaluate
from sparrow_ecg.model.network import NETWORKS, Network, golden
from sparrow_ecg.model.network.file import siblings
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.testset import select
from sparrow_ecg.sim.report.figures import Figure

POWER, WARM, ENERGY = ".power", ".power_37", ".energy"  # how names of figures end, after the network's and the core's
SPLIT = "intra"
LIBRARY = "sky130"  # of every figure that is named so


def networks() -> list[str]:
    """The shipped names that were trained for it at annotated peaks: not one for strangers, nor the monitor's."""
    names = (path.stem for path in NETWORKS.glob("*.json") if siblings(path.stem, SPLIT))
    return sorted(name for name in names if Network.load(name).provenance.get("peaks") != "detected")


def accuracy(network: Network, beats: Beats) -> float:
    """On the test beats of the seed that trained it, of all ``beats``; in 0..1, by the golden model."""
    hearts = select(network, SPLIT, beats)
    found = golden.run(network, hearts.counts).classes
    return float(evaluate(hearts.beats.label, found, network.classes)["accuracy"])


def row(name: str, beats: Beats, figures: Mapping[str, Figure]) -> dict[str, Any]:
    """A shipped network: what it is, ``accuracies`` seed by seed, and the least power that was measured of a seed.

    ``average_nW`` is the power at 75 beats a minute and 25 C, leakage of all the time included, ``average_nW_37`` the
    same at 37 C, ``active_nJ`` the energy of a beat of the same core while active; each is None where it was not
    measured, and ``measured`` says of what they are.
    """
    network = Network.load(name)
    trained = siblings(name, SPLIT)
    networks = [Network.load(source) for source in trained]
    accuracies = [accuracy(each, beats) for each in networks]
    power = _measured((name, *trained), figures)
    beside = {end: figures.get(power.removesuffix(POWER) + end) if power else None for end in (POWER, WARM, ENERGY)}
    values = {end: figure.value if figure else None for end, figure in beside.items()}
    return {
        "name": name,
        "shape": list(network.shape),
        "weights": network.synapses,
        "nonzero": network.nonzero_synapses,
        "steps": network.steps,
        "weight_bits": network.weight_bits,
        "input_bits": network.input_bits,
        "seeds": [each.provenance["seed"] for each in networks],
        "accuracies": accuracies,
        "mean": statistics.fmean(accuracies),
        "deviation": statistics.stdev(accuracies),
        "average_nW": values[POWER],
        "average_nW_37": values[WARM],
        "active_nJ": values[ENERGY],
        "measured": _conditions(power, figures[power]) if power else None,
    }


def _measured(names: tuple[str, ...], figures: Mapping[str, Figure]) -> str | None:
    """The name of the least power that was measured of one of these networks."""
    found = [
        name
        for name, figure in figures.items()
        if name.endswith(POWER) and len(figure.sources) == 1 and figure.sources[0].network in names
    ]
    return min(found, key=lambda name: figures[name].value, default=None)


def _conditions(name: str, figure: Figure) -> dict[str, Any]:
    """Of which network a power is, on which core and under which conditions, with the command that gives it."""
    network = Network.load(figure.sources[0].network)
    return {
        "network": figure.sources[0].network,
        "seed": network.provenance["seed"],
        "digest": network.digest,
        "datapath": name.split(".")[1],
        "library": LIBRARY,
        "conditions": figure.given,
        "command": figure.command,
        "measured": figure.measured.isoformat(),
    }


def table(rows: list[dict[str, Any]]) -> Table:
    """Least power first; networks without one last."""
    columns = ("", "each seed, %", "mean ± dev.", "nW, 25 C", "37 C", "active nJ", "of")
    shown = Table(
        *columns,
        title=f"accuracy on {SPLIT}, and average power at 75 beats a minute, all in",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for found in sorted(rows, key=lambda row: row["average_nW"] or float("inf")):
        of = found["measured"]
        shown.add_row(
            found["name"],
            " ".join(f"{100 * value:.2f}" for value in found["accuracies"]),
            f"{100 * found['mean']:.3f}±{100 * found['deviation']:.3f}",
            *(
                "" if found[name] is None else f"{found[name]:.4g}"
                for name in ("average_nW", "average_nW_37", "active_nJ")
            ),
            f"{of['datapath']}, seed {of['seed']}" if of else "",
        )
    return shown
