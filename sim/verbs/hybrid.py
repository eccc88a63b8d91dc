"""First layer on multi-bit inputs, or on spikes: accuracy, cycles, energy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import out, progress
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.verbs.options import DataOption, OutOption


def main(
    seeds: Annotated[int, typer.Option(min=2, help="How many are trained, from 0 on.")] = 5,
    data: DataOption = None,
    store: Annotated[Path, typer.Option(help="What is trained is kept here, and not trained again.")] = Path(
        "build/hybrid.sqlite"
    ),
    folder: OutOption = Path("build/results"),
) -> None:
    root = data_root(data)
    from sparrow_ecg.sim.report import hybrid as report
    from sparrow_ecg.sim.studies import hybrid as study
    from sparrow_ecg.sim.studies.store import Store

    kept, results, exact = Store(store), [], {}
    todo = list(study.pairs(seeds))
    for pair in progress(todo, f"{2 * len(todo)} networks"):
        networks = {name: study.trained(variant, kept, root) for name, variant in pair.variants.items()}
        hearts = study.hearts_of(networks, root)
        results.append(study.measure(pair, networks, hearts))
        if pair == study.Pair(7, 0):
            exact = study.through_rtl(networks, hearts)
    found = report.as_dict(results, exact)
    out.print(report.table(found))
    wrong = sum(exact.values())
    beats = len(hearts["hybrid"].counts)
    out.print(f"T = 7, seed 0, IF in the RTL, both first layers: {2 * beats - wrong} of {2 * beats} beats bit-exact")
    out.print(f"wrote {write_atomic(folder / 'hybrid.json', json.dumps(found, indent=1) + chr(10))}")
    raise typer.Exit(bool(wrong))
