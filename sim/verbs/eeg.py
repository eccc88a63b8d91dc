"""Emotions or movements from EEG: accuracy, energy, and the RTL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import typer

from sparrow_ecg.model.console import counter, out
from sparrow_ecg.model.errors import InputError, missing
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.ecg.records import named_root
from sparrow_ecg.model.signals.images.pictures import Pictures
from sparrow_ecg.model.verbs.options import OutOption, each_of
from sparrow_ecg.sim.studies.store import Store

NOTES = {
    "deap": "",
    "eegmmidb": "real EEG in DEAP's place",
    "generated": "generated in DEAP's format: no accuracy to be claimed",
}
SPLITS: tuple[Literal["group", "trial", "segment"], ...] = ("group", "trial", "segment")
EVERY = [str(split) for split in SPLITS]


def main(
    dataset: Annotated[
        Literal["deap", "eegmmidb", "generated"], typer.Option(help="Whose recordings; DEAP's may not be passed on.")
    ] = "eegmmidb",
    split: Annotated[
        list[str], typer.Option(help="What is kept apart; may be repeated.", callback=each_of(SPLITS))
    ] = EVERY,
    seeds: Annotated[int, typer.Option(min=1, help="How many are trained, from 0 on.")] = 5,
    subjects: Annotated[int, typer.Option(min=2, max=32, help="How many are generated.")] = 4,
    trials: Annotated[int, typer.Option(min=2, help="Of each that is generated.")] = 6,
    effect: Annotated[
        float, typer.Option(min=0, help="Share by which a rating raises generated amplitudes; 0: not at all.")
    ] = 0.0,
    data: Annotated[Path | None, typer.Option(help="Folder that holds deap/ or eegmmidb/.", show_default=False)] = None,
    store: Annotated[Path, typer.Option(help="What is trained is kept here, and not trained again.")] = Path(
        "build/eeg.sqlite"
    ),
    folder: OutOption = Path("build/results"),
) -> None:
    try:  # slow to import
        from sparrow_ecg.model.methods.eeg import CQ
        from sparrow_ecg.model.signals.eeg import deap, eegmmidb, synthetic
        from sparrow_ecg.sim.report import eeg as report
        from sparrow_ecg.sim.studies import eeg as study
        from sparrow_ecg.sim.studies import eeg_hardware as hardware
    except ModuleNotFoundError as error:
        if error.name in ("scipy", "sklearn"):  # which other extras have, too
            raise InputError(missing(error.name, "eeg")) from None
        raise

    root = named_root(data)
    if dataset == "generated":
        made = Path("build/eeg") / f"{subjects}-{trials}-{effect:g}"
        segments = deap.load(synthetic.synthesize(made, subjects, trials, effect))
    else:
        segments = {"deap": deap, "eegmmidb": eegmmidb}[dataset].load(root / dataset)
    lessons = list(study.lessons(segments, [each for each in SPLITS if each in split], seeds))
    kept, done = Store(store), []
    with counter(f"{dataset}, {len(lessons)} lessons", len(lessons)) as advance:
        for lesson in lessons:
            done.append((lesson, study.learn(lesson, segments, dataset != "eegmmidb", kept)))
            advance(1)
    note = NOTES[dataset] + (f", effect {effect:g}" if dataset == "generated" else "")
    found: dict[str, Any] = {"dataset": dataset, "note": note, "seeds": seeds, "splits": report.scores(done, segments)}
    out.print(report.table(found))
    shown = {lesson.question: (lesson, each) for lesson, each in done if each["network"]}
    if shown:
        found["energy"] = {
            name: each["work"] | {"pj": hardware.energies(each["work"]["layers"], CQ.steps)}
            for name, (_, each) in shown.items()
        }
        out.print(report.energy_table(found))
    found["rtl"] = {}
    for name, (lesson, each) in shown.items():
        answered = np.flatnonzero(segments.labels[name] >= 0)
        asked = Pictures(segments.pixels[answered], segments.labels[name][answered], 2)
        tested = Pictures(segments.pixels[each["test"]], segments.labels[name][each["test"]], 2)
        convolved = study.convolutions(lesson, segments, kept)["network"]
        for kind, text, few in (("", each["network"], asked), ("-convolutions", convolved, tested)):
            path = write_atomic(Path("build/eeg") / f"{dataset}-{name}{kind}.json", text)
            with counter(f"{path}: {len(few)} segments through the RTL", len(few)) as advance:
                run = hardware.convolutions_through_rtl if kind else hardware.through_rtl
                ran = found["rtl"][name + kind] = run(text, few, advance)
            right = f"{len(few) - ran['mismatched_segments']} of {len(few)} segments bit-exact in the RTL"
            out.print(f"{path}, {ran['core']}: {right}, {ran['cycles_per_segment']:,.0f} cycles each")
    out.print(f"wrote {write_atomic(folder / f'eeg-{dataset}.json', json.dumps(found, indent=1) + chr(10))}")
    if any(ran["mismatched_segments"] or ran["mismatched_cycles"] for ran in found["rtl"].values()):
        raise typer.Exit(1)
