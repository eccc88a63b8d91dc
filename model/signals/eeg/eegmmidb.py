"""PhysioNet's EEG Motor Movement/Imagery Dataset: a fist opened and closed, or imagined to be, between rests.

Schalk et al., IEEE Trans. Biomedical Engineering 51(6):1034, 2004; EDF+, 64 electrodes at 160 Hz. It takes DEAP's place
where real EEG is wanted: the same electrodes, brought to the form of DEAP's preprocessed recordings (128 Hz, 4 to
45 Hz, common average).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from scipy.signal import butter, resample_poly, sosfiltfilt

from sparrow_ecg.model.console import progress
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.eeg.segments import ELECTRODES, RATE, Segments, join, spectra

RUNS = (3, 4, 7, 8, 11, 12)  # left or right fist, done (3, 7, 11) and imagined; in the others T1 and T2 are more
NATIVE_RATE = 160
TRIAL = 4 * RATE  # samples from the cue on; a cue lasts 4.1 s
SEGMENT = 2 * RATE
BAND = butter(4, (4, 45), "bandpass", fs=RATE, output="sos")
ANSWERS = {  # by annotation; fists are both answers
    "T0": {"rest-fist": 0, "left-right": -1},
    "T1": {"rest-fist": 1, "left-right": 0},
    "T2": {"rest-fist": 1, "left-right": 1},
}
CLASSES = {"rest-fist": ("rest", "fist"), "left-right": ("left", "right")}


def load(folder: Path, segment: int = SEGMENT) -> Segments:
    """The segments of all subjects in a folder, S001/S001R03.edf and so on.

    Raises InputError for what is missing, damaged or no recording.
    """
    files = [file for file in sorted(folder.glob("S*/S*R*.edf")) if _run(file) in RUNS]
    if not files:
        raise InputError(f"{folder}: no S001/S001R03.edf there: name the folder that holds eegmmidb/")
    return join("eegmmidb", "run", CLASSES, list(_trials(progress(files, "runs"), segment)))


def _run(file: Path) -> int:
    found = re.fullmatch(r"S\d+R(\d+)", file.stem)
    return int(found[1]) if found else 0


def _trials(files: Iterable[Path], segment: int) -> Iterator[tuple[np.ndarray, dict[str, int], int]]:
    for group, file in enumerate(files):
        signal, cues = read(file)
        for at, kind in cues:
            if at + TRIAL <= signal.shape[1]:  # not the one that the end of the run cuts off
                try:
                    yield spectra(signal[:, at : at + TRIAL], segment), ANSWERS[kind], group
                except InputError as error:
                    raise InputError(f"{file}, at {at / RATE:.1f} s: {error}: get the file again") from None


def read(path: Path) -> tuple[np.ndarray, list[tuple[int, str]]]:
    """A run in DEAP's form, float64[electrodes, samples], and its cues: where, in samples, and which, T0 to T2."""
    from edfio import read_edf  # of the extra `eeg`

    try:
        with warnings.catch_warnings(action="error"):  # of a file that is cut off
            file = read_edf(path)
        leads = {signal.label.strip(". ").upper(): signal for signal in file.signals}
        rates = {signal.sampling_frequency for signal in file.signals}
        codes = np.stack([signal.data for signal in file.signals])
        cues = [(note.onset, note.text) for note in file.annotations]
    except Exception as error:  # a damaged file may raise anything
        why = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(f"{path}: cannot be read as EDF+ ({why:.80}): get it again") from None
    missing = [name for name in ELECTRODES if name.upper() not in leads]
    if missing or rates != {NATIVE_RATE}:
        what = f"no electrode {', '.join(missing)}" if missing else f"a rate other than {NATIVE_RATE} Hz"
        raise InputError(f"{path}: {what}: no run of eegmmidb")
    if not cues or {kind for _, kind in cues} - set(ANSWERS):
        raise InputError(f"{path}: no cues, or others than T0, T1 and T2: no run of eegmmidb")
    names = list(leads)
    chosen = [names.index(name.upper()) for name in ELECTRODES]
    common = codes - codes.mean(0)
    signal = sosfiltfilt(BAND, resample_poly(common[chosen], RATE, NATIVE_RATE, axis=1), axis=1)
    return signal, [(round(onset * RATE), kind) for onset, kind in cues]
