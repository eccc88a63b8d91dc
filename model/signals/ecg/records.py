"""ECG records in WFDB format: where they are, which lead is read, and what is refused as damaged.

A record is kept as the codes of an analogue-to-digital converter: integers, from the file to the chip. They are those
of the file where it is digitised as MIT-BIH is; any other form is brought to it (``form``), and the record says from
where. wfdb, with pandas behind it, takes longer to import than most of what does without: it is imported where a file
is read.
"""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.form import GAINS, NATIVE, RATES, Form
from sparrow_ecg.model.signals.ecg.mitdb import CLASS_OF_SYMBOL, DATABASE, GAIN, SAMPLING_RATE

PREFERRED_LEAD = "MLII"  # in MIT-BIH it is the first lead of most records, the second of one, and absent in two

# What counts as a damaged lead. In MIT-BIH the longest run of one code is 265 samples (0.74 s, saturated,
# record 116) and 10 samples elsewhere; at most 0.14 % of the samples of a lead saturate (116 again).
LONGEST_RUN = 2  # seconds that may hold one code
MOST_SATURATED = 0.01  # fraction of the samples that may sit at either end of the converter's range
MOST_DEAD = 0.5  # fraction of the samples that may do either, where that is allowed in parts
SHORTEST_RECORD = 1  # seconds, more than the window of a shipped network

# WFDB's defaults for what a header leaves out.
DEFAULT_GAIN = GAIN
DEFAULT_BITS = 12
PER_MILLIVOLT = {"mv": 1, "uv": 1000, "\u03bcv": 1000, "v": 0.001}  # of the units that a gain may be in, folded

# Bits that WFDB's formats store. Any other has 32 here, or no mark of a missing sample.
FORMAT_BITS = {"80": 8, "508": 8, "310": 10, "311": 10, "212": 12, "16": 16, "61": 16, "160": 16, "516": 16,
               "24": 24, "524": 24}  # fmt: skip

AGAIN = "download it again with `make data`, or leave the record out"


@dataclass(frozen=True, eq=False)
class Source:
    """What a record was in its file.

    form:         how the lead is digitised there.
    gain_missing: whether the header has no gain, and `DEFAULT_GAIN` was taken.
    peaks:        int64[beats], the annotated beats of the record in the file's sample numbers.
    dead:         fraction of the samples in which the lead is flat or saturated.
    """

    form: Form
    gain_missing: bool
    peaks: np.ndarray
    dead: float


@dataclass(frozen=True, eq=False)
class Record:
    """One lead of one record, and its annotated beats.

    codes:   int64[samples], with ``zero - 2**(bits - 1) <= code < zero + 2**(bits - 1)``
    peaks:   int64[beats], strictly increasing sample indices of the annotated beats of all AAMI classes
    symbols: the annotation symbol of each of these beats
    source:  what it was in the file that it was read from
    flutter: first and last sample of each stretch of ventricular flutter or fibrillation, where no beats are annotated
    """

    name: str
    fs: int
    lead: str
    codes: np.ndarray
    zero: int
    bits: int
    peaks: np.ndarray
    symbols: tuple[str, ...]
    source: Source | None = None
    flutter: tuple[tuple[int, int], ...] = ()


def named_root(path: Path | None = None) -> Path:
    """The data root, whatever is in it: ``path``, else ``$ECG_DATA``, else ``data``."""
    return path or Path(os.environ.get("ECG_DATA") or "data")


def data_root(path: Path | None = None) -> Path:
    """The folder with the records, in its folder ``mitdb`` or in itself; refused if it has none."""
    root = named_root(path)
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


def read_record(root: Path, name: str, lead: str | None = None, in_parts: bool = False) -> Record:
    """Read one lead of a record, and its beats, in the networks' form.

    lead:     its name, or its place among the record's signals, from "0" on; without it, `PREFERRED_LEAD` if the
              record has that, else the first.
    in_parts: take a lead that is flat or saturated in some parts; ``source`` has how much of it is.
    Raises `InputError` for missing or damaged files, a missing lead, a rate, gain or unit that cannot be converted,
    invalid samples, a flat or saturated lead, less than a second, beats out of order or outside the signal, and none.
    """
    path = folder(root) / name
    header = _read_header(path)
    index = _find_lead(path, header, lead)
    form, gain_missing = _form(path, header, index)
    codes, dead = _read_codes(path, header, index, form, in_parts)
    annotated, symbols, flutter = _read_beats(path, len(codes), form.rate)
    shown = header.sig_name[index] or "unnamed"
    source = Source(form, gain_missing, annotated, dead)
    if form.native:
        peaks, zero = annotated, header.adc_zero[index] or 0  # WFDB's default
    else:
        codes, zero = form.convert(codes), NATIVE.zero
        clipped = _check_alive(codes, NATIVE, f"record {path}, lead {shown}, as 11 bits of 200 codes per mV", in_parts)
        source = Source(form, gain_missing, annotated, max(dead, clipped))
        peaks, flutter = form.convert_positions(annotated), form.convert_positions(flutter)
    peaks = np.minimum(peaks, len(codes) - 1)
    if (np.diff(peaks) <= 0).any():
        raise InputError(
            f"record {path}: {name}.atr has two beats within a sample of {SAMPLING_RATE} Hz: leave one out"
        )
    stretches = tuple((int(first), int(last)) for first, last in np.minimum(flutter, len(codes) - 1))
    return Record(name, SAMPLING_RATE, shown, codes, zero, NATIVE.bits, peaks, symbols, source, stretches)


def other_lead(root: Path, record: Record) -> str:
    """The name of the first lead that a record's files have beside the one that was read. Raises InputError if none."""
    path = folder(root) / record.name
    others = [name or "unnamed" for name in _read_header(path).sig_name if (name or "unnamed") != record.lead]
    if not others:
        raise InputError(
            f"record {path}: has no lead beside {record.lead}: leave it out, or take a network of one lead"
        )
    return others[0]


def _read_header(path: Path) -> Any:
    """The header of a record, once it is known that its files are there and that the rate is one of ours."""
    for suffix in (".hea", ".atr"):
        _require(path.with_name(path.name + suffix), path)
    import wfdb

    try:
        header = wfdb.rdheader(str(path))
        rate = float(header.fs)
        files = () if isinstance(header, wfdb.MultiRecord) else header.file_name
    except Exception as error:  # wfdb meets a damaged header with whatever its parser runs into
        raise InputError(f"record {path}: {path.name}.hea is no WFDB header ({_line(error)}): {AGAIN}") from error
    if isinstance(header, wfdb.MultiRecord):
        raise InputError(f"record {path}: is made of segments: give each as a record of its own, or leave it out")
    if not RATES[0] <= rate <= RATES[1]:
        raise InputError(
            f"record {path}: sampled at {rate:g} Hz, not at {RATES[0]} to {RATES[1]} Hz: resample it first, for example"
            f" with `xform -i {path.name} -H -f {SAMPLING_RATE} -o NEW -a atr` of the WFDB software package"
        )
    for file in set(files or ()):
        _require(path.with_name(file), path)
    return header


def _find_lead(path: Path, header: Any, lead: str | None) -> int:
    """Which of the signals to read: by its lead's name, else by its place."""
    names = [name or "unnamed" for name in header.sig_name or ()]
    if lead is None and names:
        return names.index(PREFERRED_LEAD) if PREFERRED_LEAD in names else 0
    if lead in names:
        return names.index(lead)
    if lead and re.fullmatch("[0-9]{1,4}", lead) and int(lead) < len(names):
        return int(lead)
    raise InputError(
        f"record {path}: has no lead {lead or PREFERRED_LEAD}, but {', '.join(names) or 'none'}: choose one of its"
        " leads by name, or by place from 0 on, or leave the record out"
    )


def _form(path: Path, header: Any, index: int) -> tuple[Form, bool]:
    """How a signal is digitised, and whether its gain is missing; refused if it is in nothing like mV."""
    where = f"record {path}, lead {header.sig_name[index] or 'unnamed'}"
    units = (header.units[index] or "mV").casefold()
    if units not in PER_MILLIVOLT:
        raise InputError(f"{where}: is in {header.units[index]}, not in mV, uV or V: choose another lead")
    if (header.samps_per_frame[index] or 1) != 1:
        raise InputError(f"{where}: has several samples in a frame: give it a rate of its own, or choose another lead")
    missing = _gain_missing(path, index)
    gain = DEFAULT_GAIN if missing else header.adc_gain[index] * PER_MILLIVOLT[units]
    if not GAINS[0] <= abs(gain) <= GAINS[1]:
        raise InputError(
            f"{where}: {gain:g} codes per mV in {path.name}.hea, not {GAINS[0]} to {GAINS[1]}: correct it, or give 0"
            f" if it is not known (then {DEFAULT_GAIN} are assumed)"
        )
    bits = header.adc_res[index] or DEFAULT_BITS
    if bits > 32:
        raise InputError(f"{where}: has codes of {bits} bits, over 32: correct {path.name}.hea, or choose another lead")
    zero = header.baseline[index] or 0
    if abs(zero) >= 2**31:
        raise InputError(
            f"{where}: 0 mV is at code {zero}, over 32 bits: correct {path.name}.hea, or choose another lead"
        )
    return Form(_whole(float(header.fs)), _whole(float(gain)), bits, zero), missing


def _whole(value: float) -> float:
    """360 for 360.0, as it is to be written."""
    return int(value) if value.is_integer() else value


def _gain_missing(path: Path, index: int) -> bool:
    """Whether a signal's line in the header has no gain, or 0: wfdb gives the default for both, and does not say."""
    lines = path.with_name(path.name + ".hea").read_text(encoding="latin-1").splitlines()
    fields = [line.split() for line in lines if line.strip() and not line.lstrip().startswith("#")][1 + index]
    written = re.match(r"-?[\d.]+", fields[2]) if len(fields) > 2 else None
    return not written or not written[0].strip("-0.")


def _read_codes(path: Path, header: Any, index: int, form: Form, in_parts: bool) -> tuple[np.ndarray, float]:
    """The codes of one signal, int64[samples], as in the file, after all checks of contents; how much of it is dead."""
    where = f"record {path}, lead {header.sig_name[index] or 'unnamed'}"
    file = header.file_name[index]
    import wfdb

    try:
        codes = wfdb.rdrecord(str(path), channels=[index], physical=False).d_signal[:, 0].astype(np.int64)
    except Exception as error:  # as above: wfdb has no error of its own for a short or damaged file
        raise InputError(
            f"{where}: {file} is damaged, or shorter than {path.name}.hea says ({_line(error)}): {AGAIN}"
        ) from error
    shortest = math.ceil(SHORTEST_RECORD * form.rate)
    if len(codes) < shortest:
        raise InputError(f"{where}: only {len(codes)} samples, too short for one beat: give at least {shortest}")
    low, high = _range(header, index, form)
    invalid = np.flatnonzero((codes < low) | (codes > high))
    if len(invalid):
        raise InputError(
            f"{where}: {len(invalid)} of {len(codes)} samples are missing or outside {low}..{high}, the first"
            f" at sample {invalid[0]}: fill or cut the gap, or choose another lead or record"
        )
    checksum = header.checksum[index]
    if checksum is not None and (int(codes.sum()) - checksum) % 2**16:
        raise InputError(f"{where}: the checksum in {path.name}.hea is not that of {file}: {AGAIN}")
    converter = Form(form.rate, form.gain, form.bits, header.adc_zero[index] or 0)
    return codes, _check_alive(codes, converter, where, in_parts)


def _range(header: Any, index: int, form: Form) -> tuple[int, int]:
    """The lowest and highest code that is one; WFDB's mark of a missing sample (NaN) is below.

    MIT-BIH's converter has no code beyond its bits. Elsewhere the header's word is not taken for it: svdb says 10 bits
    and has codes of 11.
    """
    if form.native:
        low = (header.adc_zero[index] or 0) - 2 ** (form.bits - 1)
        return low, low + 2**form.bits - 1
    stored = FORMAT_BITS.get(header.fmt[index], 32)
    return 1 - 2 ** (stored - 1), 2 ** (stored - 1) - 1


def _check_alive(codes: np.ndarray, form: Form, where: str, in_parts: bool) -> float:
    """The fraction of the samples in which a lead of that form is flat or saturated; refused if it is too much.

    At the most, no run is longer than `LONGEST_RUN` and `MOST_SATURATED` saturate, or `MOST_DEAD` do either in parts.
    """
    low = form.zero - 2 ** (form.bits - 1)
    high = low + 2**form.bits - 1
    bounds = np.concatenate([[0], np.flatnonzero(np.diff(codes)) + 1, [len(codes)]])
    runs = np.diff(bounds)
    at_end = np.isin(codes, (low, high))
    dead = float((at_end | np.repeat(runs > LONGEST_RUN * form.rate, runs)).mean())
    if in_parts and dead <= MOST_DEAD and len(runs) > 1:
        return dead
    longest = int(runs.argmax())
    start, length = int(bounds[longest]), int(runs[longest])
    saturated = float(at_end.mean())
    held = length > LONGEST_RUN * form.rate or length == len(codes)
    run = f"code {codes[start]} for {length / form.rate:.1f} s from sample {start}"
    advice = "check the electrode, or choose another lead or record"
    if saturated > MOST_SATURATED or (held and codes[start] in (low, high)):
        raise InputError(
            f"{where}: saturated: {saturated:.1%} of the samples are {low} or {high} (allowed"
            f" {MOST_SATURATED:.0%}), longest {run}: {advice}"
        )
    if held:
        raise InputError(f"{where}: flat: {run} (allowed {LONGEST_RUN:g} s): {advice}")
    return dead


def _read_beats(path: Path, samples: int, rate: float) -> tuple[np.ndarray, tuple[str, ...], np.ndarray]:
    """Peaks, int64[beats], in the file's sample numbers, symbols of the annotated beats, and `_stretches` of flutter.

    The end of the signal may be one of them, a sample after the last: record 860 of svdb has it.
    """
    file = path.with_name(path.name + ".atr")
    import wfdb

    try:
        complete = file.read_bytes().endswith(b"\0\0")  # the mark at the end of the format
        annotation = wfdb.rdann(str(path), "atr")
    except Exception as error:  # as above
        raise InputError(f"record {path}: {file.name} is damaged ({_line(error)}): {AGAIN}") from error
    if annotation.fs and annotation.fs != rate:
        raise InputError(
            f"record {path}: {file.name} counts {annotation.fs:g} a second, and the signal has {rate:g} samples:"
            " give annotations of the signal's samples"
        )
    found = [index for index, symbol in enumerate(annotation.symbol) if symbol in CLASS_OF_SYMBOL]
    peaks = np.asarray(annotation.sample, np.int64)[found]
    if not complete or (np.diff(peaks) <= 0).any() or (peaks < 0).any():
        raise InputError(f"record {path}: {file.name} is empty, cut off, or its beats are out of order: {AGAIN}")
    if not found:
        raise InputError(f"record {path}: {file.name} has no beats: annotate it, or leave the record out")
    if peaks[-1] > samples:
        raise InputError(
            f"record {path}: {file.name} has a beat at sample {peaks[-1]}, after the end of the signal"
            f" ({samples} samples): {AGAIN}"
        )
    return peaks, tuple(annotation.symbol[index] for index in found), _stretches(annotation, samples)


def _stretches(annotation: Any, samples: int) -> np.ndarray:
    """Flutter or fibrillation, int64[stretches, 2]: from each mark "[" to the next "]", else to the record's end."""
    at = {mark: annotation.sample[np.array(annotation.symbol) == mark] for mark in "[]"}
    ends = np.append(at["]"], samples - 1)
    return np.stack([at["["], ends[np.searchsorted(at["]"], at["["])]], axis=1).astype(np.int64)


def _require(file: Path, record: Path) -> None:
    """Refuse a record of which a file is missing."""
    if not file.is_file():
        told = ", and beats are taken from it: annotate the record" if file.suffix == ".atr" else ": correct its name"
        raise InputError(
            f"record {record}: {file.name} is missing{told}, leave it out, or name another data root (--data, ECG_DATA;"
            " `make data` downloads MIT-BIH)"
        )


def _line(error: Exception) -> str:
    """What a library said, on one line."""
    return " ".join(str(error).split())[:100] or type(error).__name__
