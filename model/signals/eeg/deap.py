"""DEAP's preprocessed recordings, from a user's folder: s01.dat to s32.dat. They may not be passed on.

Koelstra et al., IEEE Trans. Affective Computing 3(1):18, 2012. The files are pickles, and a pickle may run anything
when it is loaded. Here nothing is admitted but what rebuilds numpy's arrays; a file that asks for more is refused.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy._core.multiarray import _reconstruct  # type: ignore[attr-defined]

from sparrow_ecg.model.console import progress
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.eeg.segments import ELECTRODES, Segments, join, spectra

CHANNELS, SAMPLES, RATINGS = 40, 8064, 4  # of a trial: the first 32 channels are EEG
BASELINE = 384  # samples before the video
SEGMENT = 768  # samples: 6 s, ten of a trial
QUESTIONS = {"valence": 0, "arousal": 1}  # columns of the ratings, 1 to 9
CLASSES = dict.fromkeys(QUESTIONS, ("low", "high"))
HIGH = 5.0  # a rating above it


def _bytes(text: str, encoding: str) -> bytes:
    """What Python 3 puts around an array's bytes in an old pickle."""
    if encoding != "latin1":
        raise pickle.UnpicklingError("it has text that is no array's")
    return text.encode("latin1")


ADMITTED: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("_codecs", "encode"): _bytes,
}


class _Arrays(pickle.Unpickler):
    """Containers, numbers, text, and arrays."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        try:
            return ADMITTED[module_name, global_name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module_name}.{global_name}, which no array needs") from None


def load(folder: Path, segment: int = SEGMENT) -> Segments:
    """The segments of all subjects in a folder. Raises InputError for what is missing, damaged or no recording."""
    files = sorted(folder.glob("s[0-9][0-9].dat"))
    if not files:
        raise InputError(f"{folder}: no s01.dat there: name the folder that holds deap/ with DEAP's preprocessed files")
    return join("deap", "subject", CLASSES, list(_trials(progress(files, "subjects"), segment)))


def _trials(files: Iterable[Path], segment: int) -> Iterator[tuple[np.ndarray, dict[str, int], int]]:
    for file in files:
        data, ratings = read(file)
        for number, (trial, rated) in enumerate(zip(data, ratings, strict=True), 1):
            try:
                pictures = spectra(trial[: len(ELECTRODES), BASELINE:].astype(np.float64), segment)
            except InputError as error:
                raise InputError(f"{file}, trial {number}: {error}: get the file again") from None
            yield pictures, {name: int(rated[at] > HIGH) for name, at in QUESTIONS.items()}, int(file.stem[1:])


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """A subject's trials, float[trials, 40, 8064], and ratings, float[trials, 4]; trials are 40 in DEAP."""
    try:
        with path.open("rb") as file:
            content = _Arrays(file, encoding="latin1").load()
    except Exception as error:  # a damaged pickle may raise anything
        why = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(f"{path}: no recording of DEAP ({why:.80}): get it again") from None
    data, ratings = _array(path, content, "data", CHANNELS, SAMPLES), _array(path, content, "labels", RATINGS)
    if len(data) != len(ratings) or not ((ratings >= 1) & (ratings <= 9)).all():
        raise InputError(f"{path}: {len(data)} trials need as many ratings, each in 1 to 9: get it again")
    return data, ratings


def _array(path: Path, content: Any, name: str, *shape: int) -> np.ndarray:
    array = content.get(name) if isinstance(content, dict) else None
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f" or array.shape[1:] != shape or not len(array):
        raise InputError(f"{path}: {name} are no floats[trials, {', '.join(map(str, shape))}]: get it again")
    return array
