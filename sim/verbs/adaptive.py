"""Tune to each DS2 patient, load through the driver, classify on the RTL.

The first five minutes of a record tune, the rest tests.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table

from sparrow_ecg.firmware_gen.compile import shared_library
from sparrow_ecg.firmware_gen.driver import Driver
from sparrow_ecg.firmware_gen.generate import generate
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import out, progress
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.metrics import SCORES, evaluate
from sparrow_ecg.model.network.network import Network
from sparrow_ecg.model.signals.ecg.mitdb import DS2
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.signals.ecg.splits import make_split
from sparrow_ecg.model.signals.ecg.testset import encoding_of, read_all
from sparrow_ecg.model.verbs.options import DataOption, NetworkOption, OutOption
from sparrow_ecg.sim.rtl.board import Board
from sparrow_ecg.sim.rtl.firmware import transport
from sparrow_ecg.sim.studies.adaptive import FOLDER, on_chip, trained_on_ds1


@core_options("lanes", network=None, weights="ram")
def main(
    core: Callable[[Network], Build],
    network: NetworkOption = "tiny",
    base: Annotated[str | None, typer.Option(help="Tune this network; by default one is trained on DS1.")] = None,
    records: Annotated[str, typer.Option(help="DS2 records, by comma; by default all.")] = "",
    seed: Annotated[int, typer.Option(help="Of training and tuning.")] = 0,
    data: DataOption = None,
    folder: OutOption = Path("build/results"),
) -> None:
    try:
        from sparrow_ecg.model.training.tuning import Tuning, tune
    except ImportError:
        raise InputError("tuning needs torch: `pip install -e '.[train]'`") from None
    chosen = tuple(filter(None, records.split(","))) or DS2
    if strangers := sorted(set(chosen) - set(DS2)):
        raise InputError(f"record {', '.join(strangers)}: not in DS2; give some of {', '.join(DS2)}")
    beats = read_all(data_root(data))
    split = make_split("adaptive", beats, seed)
    others = np.setdiff1d(split.train, split.tune)
    net = Network.load(base) if base else trained_on_ds1(network, beats, seed)
    counts, chip = encoding_of(net).encode(beats), replace(core(net), top="chip")
    generate(chip, FOLDER / "firmware")
    seconds = 0.0
    classes: dict[str, list[np.ndarray]] = {"before": [], "after": []}
    tested: list[np.ndarray] = []
    with Board(chip) as board:
        driver = Driver(shared_library(FOLDER / "firmware"), transport(board))
        driver.open()
        driver.reset()
        for record in progress(list(chosen), "tune, load, classify"):
            mine, rest = (part[beats.record[part] == record] for part in (split.tune, split.test))
            started = time.perf_counter()
            tuned = tune(
                net,
                f"{net.name}-{record}",
                (counts[mine], beats.label[mine]),
                (counts[others], beats.label[others]),
                seed=seed,
            )
            seconds += time.perf_counter() - started
            for when, candidate in (("before", net), ("after", tuned)):
                classes[when].append(on_chip(driver, chip, candidate, counts[rest]))
            tested.append(rest)
        clocks = board.clocked
    judged = np.concatenate(tested)
    scores = {
        when: evaluate(beats.label[judged], np.concatenate(answers), beats.record[judged])
        for when, answers in classes.items()
    }
    report: dict[str, Any] = {
        "network": net.name,
        "digest": net.digest,
        "provenance": {key: net.provenance.get(key) for key in ("split", "seed")},
        "records": list(chosen),
        "tuning": asdict(Tuning()) | {"seconds_per_patient": seconds / len(chosen)},
        "beats": len(judged),
        "simulated_cycles": clocks,
        **scores,
    }
    _show(scores)
    out.print(
        f"{len(judged)} beats of {len(chosen)} patients, before and after, all potentials on the RTL as in the golden"
        f" model; tuning takes {seconds / len(chosen):.1f} s a patient",
        soft_wrap=True,
    )
    out.print(write_atomic(folder / f"adaptive-{net.name}.json", json.dumps(report, indent=1) + "\n"))


def _show(scores: dict[str, Any]) -> None:
    table = Table("class", "beats", *(f"{score} {when}" for score in SCORES for when in scores))
    for name, counted in scores["before"]["per_class"].items():
        cells = [scores[when]["per_class"][name][score] for score in SCORES for when in scores]
        table.add_row(name, str(counted["count"]), *("-" if cell is None else f"{100 * cell:.1f}" for cell in cells))
    table.add_row("accuracy", "", *(f"{100 * scores[when]['accuracy']:.2f}" for when in scores))
    out.print(table)
