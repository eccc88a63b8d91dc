"""ECG records in WFDB format: where they are, which lead is read, and what is refused as damaged.

A record is kept as the codes of its analogue-to-digital converter: integers, from the file to the chip. wfdb,
with pandas behind it, takes longer to import than most of what does without: it is imported where a file is read.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.mitdb import CLASS_OF_SYMBOL, DATABASE, RESOLUTION, SAMPLING_RATE

# Not every record has MLII, or has it first, so a lead is taken by its name: the first of these.
LEADS = ("MLII", "V5", "V2", "V1", "V4")

# What counts as a damaged lead. In MIT-BIH the longest run of one code is 265 samples (0.74 s, saturated,
# record 116) and 10 samples elsewhere; at most 0.14 % of the samples of a lead saturate (116 again).
LONGEST_RUN = 2 * SAMPLING_RATE  # samples that may hold one code
MOST_SATURATED = 0.01  # fraction of the samples that may sit at either end of the converter's range
SHORTEST_RECORD = SAMPLING_RATE  # samples: one second, more than the window of a beat

AGAIN = "download it again with `make data`, or leave the record out"


@dataclass(frozen=True, eq=False)
class Record:
    """One lead of one record, and its annotated beats.

    codes:   int64[samples], with ``zero - 2**(bits - 1) <= code < zero + 2**(bits - 1)``
    peaks:   int64[beats], strictly increasing sample indices of the annotated beats of all AAMI classes
    symbols: the annotation symbol of each of these beats
    """

    name: str
    fs: int
    lead: str
    codes: np.ndarray
    zero: int
    bits: int
    peaks: np.ndarray
    symbols: tuple[str, ...]


def data_root(path: Path | None = None) -> Path:
    """The folder with the records: ``path``, else ``$ECG_DATA``, else ``data``; refused if it has none.

    The records are in its folder ``mitdb``, or in the folder itself.
    """
    root = path or Path(os.environ.get("ECG_DATA") or "data")
    if not available(root):
        raise InputError(
            f"no ECG records in {root}: `make data` downloads MIT-BIH into data/; if you have it elsewhere,"
            " name the folder that holds mitdb/ with --data or in ECG_DATA"
        )
    return root


def folder(root: Path) -> Path:
    """Where the records of a data root are."""
    return root / DATABASE if (root / DATABASE).is_dir() else root


def available(root: Path) -> tuple[str, ...]:
    """The names of the records in a data root, sorted."""
    return tuple(sorted(header.stem for header in folder(root).glob("*.hea")))


def read_record(root: Path, name: str, lead: str | None = None) -> Record:
    """Read one lead of a record, and its beats.

    lead: the name of the lead; without it, the first of `LEADS` that the record has.
    Raises `InputError` for missing or damaged files, a sampling rate or resolution that is not MIT-BIH's,
    a missing lead, invalid samples, a flat or saturated lead, less than a second, beats out of order.
    """
    path = folder(root) / name
    header = _read_header(path)
    index = _find_lead(path, header, lead)
    zero = header.adc_zero[index] or 0  # WFDB's default
    codes = _read_codes(path, header, index, zero)
    peaks, symbols = _read_beats(path, len(codes))
    return Record(name, SAMPLING_RATE, header.sig_name[index], codes, zero, RESOLUTION, peaks, symbols)


def _read_header(path: Path) -> Any:
    """The header of a record, once it is known that its files are there and that the rate is ours."""
    for suffix in (".hea", ".atr"):
        _require(path.with_name(path.name + suffix), path)
    import wfdb

    try:
        header = wfdb.rdheader(str(path))
        rate, files = float(header.fs), header.file_name
    except Exception as error:  # wfdb meets a damaged header with whatever its parser runs into
        raise InputError(f"record {path}: {path.name}.hea is no WFDB header ({_line(error)}): {AGAIN}") from error
    if rate != SAMPLING_RATE:
        raise InputError(
            f"record {path}: sampled at {rate:g} Hz, not {SAMPLING_RATE} Hz: resample it first, for example"
            f" with `xform -i {path.name} -H -f {SAMPLING_RATE} -o NEW -a atr` of the WFDB software package"
        )
    for file in set(files or ()):
        _require(path.with_name(file), path)
    return header


def _find_lead(path: Path, header: Any, lead: str | None) -> int:
    """Which of the signals to read, by its lead's name; its converter must be ours."""
    names = [name or "unnamed" for name in header.sig_name or ()]
    chosen = lead or next((name for name in LEADS if name in names), None)
    if chosen not in names:
        raise InputError(
            f"record {path}: has no lead {lead or ' or '.join(LEADS)}, but"
            f" {', '.join(names) or 'none'}: choose one of its leads, or leave the record out"
        )
    index = names.index(chosen)
    if header.adc_res[index] != RESOLUTION:
        raise InputError(
            f"record {path}: lead {chosen} has codes of {header.adc_res[index]} bits, not {RESOLUTION}:"
            f" rescale it to {RESOLUTION} bits first, or leave the record out"
        )
    return index


def _read_codes(path: Path, header: Any, index: int, zero: int) -> np.ndarray:
    """The codes of one signal, int64[samples], after all checks of contents."""
    where = f"record {path}, lead {header.sig_name[index]}"
    file = header.file_name[index]
    import wfdb

    try:
        codes = wfdb.rdrecord(str(path), channels=[index], physical=False).d_signal[:, 0].astype(np.int64)
    except Exception as error:  # as above: wfdb has no error of its own for a short or damaged file
        raise InputError(
            f"{where}: {file} is damaged, or shorter than {path.name}.hea says ({_line(error)}): {AGAIN}"
        ) from error
    if len(codes) < SHORTEST_RECORD:
        raise InputError(f"{where}: only {len(codes)} samples, too short for one beat: give at least {SHORTEST_RECORD}")
    low = zero - 2 ** (RESOLUTION - 1)
    high = low + 2**RESOLUTION - 1
    invalid = np.flatnonzero((codes < low) | (codes > high))  # WFDB's mark of a missing sample (NaN) is one
    if len(invalid):
        raise InputError(
            f"{where}: {len(invalid)} of {len(codes)} samples are missing or outside {low}..{high}, the first"
            f" at sample {invalid[0]}: fill or cut the gap, or choose another lead or record"
        )
    checksum = header.checksum[index]
    if checksum is not None and (int(codes.sum()) - checksum) % 2**16:
        raise InputError(f"{where}: the checksum in {path.name}.hea is not that of {file}: {AGAIN}")
    _check_alive(codes, low, high, where)
    return codes


def _check_alive(codes: np.ndarray, low: int, high: int, where: str) -> None:
    """Refuse a lead that is flat or saturated, in the sense of the constants above."""
    bounds = np.concatenate([[0], np.flatnonzero(np.diff(codes)) + 1, [len(codes)]])
    longest = int(np.diff(bounds).argmax())
    start, length = int(bounds[longest]), int(bounds[longest + 1] - bounds[longest])
    saturated = float(np.isin(codes, (low, high)).mean())
    held = length > LONGEST_RUN or length == len(codes)
    run = f"code {codes[start]} for {length / SAMPLING_RATE:.1f} s from sample {start}"
    advice = "check the electrode, or choose another lead or record"
    if saturated > MOST_SATURATED or (held and codes[start] in (low, high)):
        raise InputError(
            f"{where}: saturated: {saturated:.1%} of the samples are {low} or {high} (allowed"
            f" {MOST_SATURATED:.0%}), longest {run}: {advice}"
        )
    if held:
        raise InputError(f"{where}: flat: {run} (allowed {LONGEST_RUN / SAMPLING_RATE:g} s): {advice}")


def _read_beats(path: Path, samples: int) -> tuple[np.ndarray, tuple[str, ...]]:
    """Peaks, int64[beats], and symbols of the annotated beats."""
    file = path.with_name(path.name + ".atr")
    import wfdb

    try:
        complete = file.read_bytes().endswith(b"\0\0")  # the mark at the end of the format
        annotation = wfdb.rdann(str(path), "atr")
    except Exception as error:  # as above
        raise InputError(f"record {path}: {file.name} is damaged ({_line(error)}): {AGAIN}") from error
    found = [index for index, symbol in enumerate(annotation.symbol) if symbol in CLASS_OF_SYMBOL]
    peaks = np.asarray(annotation.sample, np.int64)[found]
    if not complete or (np.diff(peaks) <= 0).any() or (peaks < 0).any():
        raise InputError(f"record {path}: {file.name} is cut off, or its beats are out of order: {AGAIN}")
    if not found:
        raise InputError(f"record {path}: {file.name} has no beats: annotate it, or leave the record out")
    if peaks[-1] >= samples:
        raise InputError(
            f"record {path}: {file.name} has a beat at sample {peaks[-1]}, after the end of the signal"
            f" ({samples} samples): {AGAIN}"
        )
    return peaks, tuple(annotation.symbol[index] for index in found)


def _require(file: Path, record: Path) -> None:
    """Refuse a record of which a file is missing."""
    if not file.is_file():
        raise InputError(
            f"record {record}: {file.name} is missing: `make data` downloads MIT-BIH; otherwise correct the"
            " record's name or the data root (--data, ECG_DATA)"
        )


def _line(error: Exception) -> str:
    """What a library said, on one line."""
    return " ".join(str(error).split())[:100] or type(error).__name__
