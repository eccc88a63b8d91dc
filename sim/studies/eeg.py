"""EEG: the thesis's network, and one for our RTL, on splits that leak and splits that do not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from sparrow_ecg.model import console
from sparrow_ecg.model.methods import eeg
from sparrow_ecg.model.methods.integers import Spiking
from sparrow_ecg.model.methods.simulate import at_once, macs, step_by_step
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.signals.eeg.segments import Segments
from sparrow_ecg.model.signals.eeg.splits import EegSplit, parts, units
from sparrow_ecg.model.signals.images.pictures import Pictures
from sparrow_ecg.model.training import counts
from sparrow_ecg.sim.studies.sources import sources
from sparrow_ecg.sim.studies.store import Store

FEW = 32  # segments whose spikes are counted for energy
AT_ONCE = 16  # segments that IF's hundred steps are simulated of together
SHADES = 8 - counts.EEG.encoding.input_bits  # bits of a pixel that the RTL's network does not see


@dataclass(frozen=True)
class Lesson:
    """One part of one split, that trains and tests all networks of a question."""

    question: str
    split: EegSplit
    seed: int
    part: int

    @property
    def label(self) -> str:
        return f"{self.question}, {self.split}, seed {self.seed}, part {self.part}"


def lessons(segments: Segments, splits: Sequence[EegSplit], seeds: int) -> Iterator[Lesson]:
    """All of them, split by split and seed by seed. Every run tests in turn; else the first part does, which is another
    with each seed.
    """
    for split in splits:
        every = split == "group" and segments.grouped == "run"
        for seed in range(seeds):
            for question in segments.classes:
                number = len(list(parts(segments, question, split, seed))) if every else 1
                yield from (Lesson(question, split, seed, part) for part in range(number))


def learn(lesson: Lesson, segments: Segments, transfer: bool, store: Store) -> dict[str, Any]:
    """What `_learn` gives; done once, and kept."""
    content = [segments.digest, transfer, vars(lesson), sources(_learn)]
    key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return store.read(key) or store.write(key, _learn(lesson, segments, transfer))


def _learn(lesson: Lesson, segments: Segments, transfer: bool) -> dict[str, Any]:
    """JSON-ready. test: the segments that test. answers: what each network says of them, 0 or 1.

    cnn:      the thesis's network with rectifiers, in floats.
    snn:      after CQ, T = 100, in integers, SSF.
    transfer: the SNN whose CNN learned the other question first, from segments that do not test here.
    chip:     the dense network for the RTL.
    chance:   share of the test segments whose class is that of most that train.
    network, work: for one lesson of each question, see `_is_shown`: the chip's file, and what `work` gives.
    """
    train, test = _part(lesson, segments)
    labels, pixels = segments.labels[lesson.question], segments.pixels
    learned, asked = Pictures(pixels[train], labels[train], 2), pixels[test]
    with quietly():
        cnn, snn = eeg.learn(learned, lesson.seed)
        answers = {"cnn": eeg.answers(cnn, asked), "snn": at_once(snn, asked).classes[-1].tolist()}
        if transfer:
            (other,) = (each for each in segments.classes if each != lesson.question)
            unit = units(segments, lesson.split)
            free = np.flatnonzero((segments.labels[other] >= 0) & ~np.isin(unit, unit[test]))
            start, _ = eeg.learn(Pictures(pixels[free], segments.labels[other][free], 2), lesson.seed)
            moved = eeg.learn(learned, lesson.seed, start)[1]
            answers["transfer"] = at_once(moved, asked).classes[-1].tolist()
        name = f"{segments.name} {lesson.question}"
        classes = segments.classes[lesson.question]
        chip = counts.fit(name, counts.EEG, shades(pixels[train]), labels[train], classes, lesson.seed)
    answers["chip"] = golden.run(chip, shades(asked)).classes.tolist()
    majority = int(labels[train].mean() > 0.5)
    shown = _is_shown(lesson)
    return {
        "test": test.tolist(),
        "answers": answers,
        "chance": float((labels[test] == majority).mean()),
        "network": chip.text() if shown else None,
        "work": work(snn, asked[:FEW], labels[test][:FEW]) if shown else None,
    }


def _is_shown(lesson: Lesson) -> bool:
    """Whether its networks are those that energy and RTL are shown of: none is chosen by what it scores."""
    return (lesson.split, lesson.seed, lesson.part) == ("group", 0, 0)


def convolutions(lesson: Lesson, segments: Segments, store: Store) -> dict[str, Any]:
    """The thesis's layers for the RTL, trained on what trains in a lesson: ``network``, its file. Kept, too."""
    content = ["convolutions", segments.digest, vars(lesson), sources(_convolutions)]
    key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return store.read(key) or store.write(key, _convolutions(lesson, segments))


def _convolutions(lesson: Lesson, segments: Segments) -> dict[str, Any]:
    train, _ = _part(lesson, segments)
    learned = Pictures(segments.pixels[train], segments.labels[lesson.question][train], 2)
    name, classes = f"{segments.name} {lesson.question} convolutions", segments.classes[lesson.question]
    with quietly():
        return {"network": eeg.for_rtl(learned, lesson.seed, name, classes).text()}


def _part(lesson: Lesson, segments: Segments) -> tuple[np.ndarray, np.ndarray]:
    return list(parts(segments, lesson.question, lesson.split, lesson.seed))[lesson.part]


def shades(pixels: np.ndarray) -> np.ndarray:
    """Counts of the RTL's network: the highest bits of each pixel, int64[n, 1024]."""
    return (pixels.reshape(len(pixels), -1) >> SHADES).astype(np.int64)


@contextmanager
def quietly() -> Iterator[None]:
    """Three bars for each of a hundred trainings would be too many."""
    console.err.quiet = True
    try:
        yield
    finally:
        console.err.quiet = False


def work(network: Spiking, pixels: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """What each layer with weights does for a picture, on the average of some; and how IF answers these, beside SSF.

    Hundred steps of IF take seconds a picture, so that it is asked of few.
    """
    whole = at_once(network, pixels)
    runs = [step_by_step(network, some, "if") for some in np.array_split(pixels, -(-len(pixels) // AT_ONCE))]
    fired = np.concatenate([run.classes[-1] for run in runs])
    neurons = iter([int(count[0].numel()) for count in whole.counts.values()])
    layers = [
        {
            "name": name,
            "macs": products,
            "active": whole.active[name],
            "spiking": sum(run.active[name] for run in runs) / len(runs),
            "neurons": next(neurons, 0),
        }
        for name, products in macs(network, pixels.shape[1:]).items()
    ]
    right = {"ssf": int((whole.classes[-1] == labels).sum()), "if": int((fired == labels).sum())}
    return {"layers": layers, "segments": len(pixels), "right": right, "same": int((fired == whole.classes[-1]).sum())}
