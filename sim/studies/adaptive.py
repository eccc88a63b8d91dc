"""Patient tuning, end to end: tune on a patient's first five minutes, load it through the driver, classify the rest.

The network is trained on DS1 alone. Each DS2 patient's is tuned in software, exported as a weight image for the same
chip, loaded by the C driver through the SPI pins, and judged by the RTL's own answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sparrow_ecg.firmware_gen.driver import Driver
from sparrow_ecg.hw.build import Build
from sparrow_ecg.model.console import progress
from sparrow_ecg.model.errors import InputError, missing
from sparrow_ecg.model.files import check_writable
from sparrow_ecg.model.metrics import evaluate
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.file import siblings, trained_for
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.mitdb import DS2
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.signals.ecg.splits import make_split
from sparrow_ecg.model.signals.ecg.testset import encoding_of, read_all
from sparrow_ecg.sim.rtl.firmware import classify, powered
from sparrow_ecg.sim.studies.sources import sources

if TYPE_CHECKING:
    from sparrow_ecg.model.training.tuning import Tuning

FOLDER = Path("build/adaptive")


@dataclass(frozen=True, eq=False)
class Patient:
    """One record of DS2.

    tested:  positions of the beats after its first five minutes, int64[beats].
    before, after: the classes that the RTL gave them, with the network of DS1 and with the patient's own, int64[beats].
    seconds: that tuning took.
    """

    tested: np.ndarray
    before: np.ndarray
    after: np.ndarray
    seconds: float


@dataclass(frozen=True, eq=False)
class Adaptation:
    """What tuning brings.

    network: of DS1. records: the patients. tuning: how. seconds: that it takes a patient, on average.
    beats:   that were judged. clocks: cycles of the chip's clock, for all.
    before, after: `evaluate` of the RTL's answers, without tuning and with it.
    """

    network: Network
    records: tuple[str, ...]
    tuning: Tuning
    seconds: float
    beats: int
    clocks: int
    before: dict[str, Any]
    after: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        network = self.network
        return {
            "network": network.name,
            "digest": network.digest,
            "provenance": {key: network.provenance.get(key) for key in ("split", "seed")},
            "records": list(self.records),
            "tuning": asdict(self.tuning) | {"seconds_per_patient": self.seconds},
            "beats": self.beats,
            "simulated_cycles": self.clocks,
            "before": self.before,
            "after": self.after,
        }


def adapt(
    core: Callable[[Network], Build],
    name: str,
    base: str | None = None,
    records: Sequence[str] = DS2,
    seed: int = 0,
    data: Path | None = None,
) -> Adaptation:
    """Tune, load and judge.

    core: what the networks run on; it must be one that loads them.
    name: of the recipe by which a network is trained on DS1, unless ``base``, a name or file, is tuned.

    Raises InputError for records that are not of DS2, and VerificationError when one potential is not the golden
    model's.
    """
    if strangers := sorted(set(records) - set(DS2)):
        raise InputError(f"record {', '.join(strangers)}: not in DS2; give some of {', '.join(DS2)}")
    try:
        from sparrow_ecg.model.training.tuning import Tuning
    except ImportError:
        raise InputError(missing("torch")) from None
    check_writable(FOLDER)
    beats = read_all(data_root(data))
    network = Network.load(base) if base else trained_on_ds1(name, beats, seed)
    chip = replace(core(network), top="chip")
    with powered(chip, FOLDER / "firmware") as (board, driver):
        driver.open()
        driver.reset()
        study = _Study(chip, driver, beats, seed)
        patients = [study.patient(record) for record in progress(list(records), "tune, load, classify")]
        clocks = board.clocks
    tested, before, after = (
        np.concatenate([getattr(patient, part) for patient in patients]) for part in ("tested", "before", "after")
    )
    labels, origins = beats.label[tested], beats.record[tested]
    return Adaptation(
        network,
        tuple(records),
        Tuning(),
        sum(patient.seconds for patient in patients) / len(patients),
        len(tested),
        clocks,
        evaluate(labels, before, beats.classes, origins),
        evaluate(labels, after, beats.classes, origins),
    )


class _Study:
    """A chip with its driver, and what its patients learn from."""

    def __init__(self, chip: Build, driver: Driver, beats: Beats, seed: int):
        self.chip, self.driver, self.beats, self.seed = chip, driver, beats, seed
        self.counts = encoding_of(chip.network).encode(beats)
        self.split = make_split("adaptive", beats, seed)
        self.others = np.setdiff1d(self.split.train, self.split.tune)

    def patient(self, record: str) -> Patient:
        from sparrow_ecg.model.training.tuning import tune

        network, counts, labels = self.chip.network, self.counts, self.beats.label
        mine, rest = (part[self.beats.record[part] == record] for part in (self.split.tune, self.split.test))
        own, other = ((counts[part], labels[part]) for part in (mine, self.others))
        started = time.perf_counter()
        tuned = tune(network, f"{network.name}-{record}", own, other, seed=self.seed)
        seconds = time.perf_counter() - started
        return Patient(rest, self._on_chip(network, rest), self._on_chip(tuned, rest), seconds)

    def _on_chip(self, network: Network, tested: np.ndarray) -> np.ndarray:
        """Classes that the RTL gives with this network loaded, int64[beats]."""
        self.driver.load(self.chip.image(network))
        counts = self.counts[tested]
        return classify(self.driver, network.name, counts, self.chip.golden(counts, network))


def trained_on_ds1(name: str, beats: Beats, seed: int) -> Network:
    """The network of that recipe, trained on the split `inter`: shipped, or kept for the next time."""
    if seed == 0 and siblings(name, "inter"):
        return Network.load(trained_for(name, "inter"))
    from sparrow_ecg.model.training.study import train

    path = FOLDER / f"{name}-inter-seed{seed}-{sources(train)}.json"  # recipes are in these sources
    if not path.exists():
        next(train(name, beats, "inter", [seed])).save(path)
    return Network.load(path)
