"""Which beats train, which choose, and which test. A set that tests never chooses anything.

intra:    beats of all records, 80 % to train and 20 % to test within each class, by seed. The same person is
          on both sides. Of the usual protocols this is the closest to SparrowSNN's, whose own split could not
          be read.
inter:    AAMI practice: the records DS1 train, the records DS2 test. One person gave a record to each, 201
          and 202, so that figures go with and without 202.
inter+svdb: as ``inter``, but records that are not of MIT-BIH train, too: the supraventricular database's.
time:     the first 80 % of every record train, of which the last tenth validates; its last 20 % tests. The same
          person is on both sides, as in `intra`, but what tests comes later, and is whole: beats that were missed
          and beats that are none can be counted in it.
adaptive: as ``inter``, but the first five minutes of each DS2 record train too, and only its rest tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.mitdb import DS1, DS2, RECORDS, SAMPLING_RATE
from sparrow_ecg.model.signals.ecg.records import Record

SPLITS = ("intra", "time", "inter", "inter+svdb", "adaptive")
WITHIN = ("intra", "time")  # those that test patients who have trained, too
BETWEEN = ("inter", "inter+svdb")  # those that test patients of whom nothing was seen

# DS1's records that validate in `inter` and `adaptive`: about a fifth of DS1's beats, and some of each
# class (S 213, V 634, F 34). Chosen by these counts alone, before anything was trained.
VALIDATION_RECORDS = ("114", "124", "205", "220", "223")

VALIDATING, TESTING = 72, 80  # percent of a record after which beats validate, and test, in `time`
TUNING = 5 * 60 * SAMPLING_RATE  # samples


@dataclass(frozen=True, eq=False)
class Split:
    """Positions in a `Beats`, each int64, sorted; train, validation and test share no beat.

    tune: the part of ``train`` that comes from the people in ``test``, for `adaptive`; empty otherwise.
    """

    name: str
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    tune: np.ndarray

    def within(self, mask: np.ndarray) -> Split:
        """The same split, of the beats where ``mask``, bool[beats], holds: no beat changes sides."""
        parts = (self.train, self.validation, self.test, self.tune)
        return Split(self.name, *(part[mask[part]] for part in parts))


def make_split(name: str, beats: Beats, seed: int = 0) -> Split:
    """The split of that name, the same for the same beats and seed (only `intra` depends on the seed).

    To look at some records only, split all beats first and then use `Split.within`: a split of fewer beats
    would test on others than those left out of training.
    Raises `InputError` for an unknown name, and for `inter` and `adaptive` without any beat to test on.
    """
    if name == "intra":
        return _intra(beats, seed)
    if name == "time":
        return _time(beats)
    if name not in SPLITS:
        raise InputError(f"split {name}: no such split: choose one of {', '.join(SPLITS)}")
    train, test = np.isin(beats.record, DS1), np.isin(beats.record, DS2)
    if name == "inter+svdb":
        train |= ~np.isin(beats.record, RECORDS)
    if not test.any():
        raise InputError(
            f"split {name}: none of the records {', '.join(beats.codes)} is in DS2 to test on: choose records"
            " of MIT-BIH, or the split intra"
        )
    validation = np.isin(beats.record, VALIDATION_RECORDS)
    tune = test & (beats.peak < TUNING) & (name == "adaptive")
    masks = (train & ~validation) | tune, validation, test & ~tune, tune
    return Split(name, *map(np.flatnonzero, masks))


def _intra(beats: Beats, seed: int) -> Split:
    """A fifth of each class tests, a tenth of the rest validates."""
    rng = np.random.default_rng(seed)
    everything = np.arange(len(beats))
    test = _draw(everything, beats.label, 0.2, rng)
    rest = np.setdiff1d(everything, test)
    validation = _draw(rest, beats.label, 0.1, rng)
    return Split("intra", np.setdiff1d(rest, validation), validation, test, np.array([], np.int64))


def later(record: np.ndarray, peak: np.ndarray, codes: Mapping[str, Record], percent: int) -> np.ndarray:
    """Whether each peak lies after that part of its record's samples: bool[n], of str[n] and int64[n]."""
    samples = np.array([len(codes[name].codes) for name in record.tolist()], np.int64)
    return 100 * peak >= percent * samples


def _time(beats: Beats) -> Split:
    """By how much of a record is over: `VALIDATING` percent, `TESTING` percent."""
    validation, test = (later(beats.record, beats.peak, beats.codes, percent) for percent in (VALIDATING, TESTING))
    parts = ~validation, validation & ~test, test, np.zeros(len(beats), bool)
    return Split("time", *map(np.flatnonzero, parts))


def _draw(positions: np.ndarray, label: np.ndarray, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """That fraction of the positions of each class, rounded, at random, sorted."""
    groups = [positions[label[positions] == value] for value in np.unique(label)]
    drawn = [rng.permutation(group)[: round(fraction * len(group))] for group in groups]
    return np.sort(np.concatenate(drawn))
