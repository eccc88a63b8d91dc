"""A generator of ECG with beats of the classes N, S, V and F, for where no recorded ECG is at hand.

It shows that the way from a WFDB record to the class of a beat works. It is no model of any patient, and no
accuracy is to be claimed from it. The model, with its numbers in the constants below:

* A beat is a sum of Gaussian waves P, Q, R, S and T (as in McSharry et al., IEEE Trans. Biomed. Eng. 50(3),
  2003, but without its differential equations). Each record scales the waves, and each beat a little more.
* The interval between normal beats varies with respiration and at random; S, V and F come singly.
* S comes early, with a P wave that is inverted and closer; the rhythm goes on from there.
* V comes early, is wide, has no P wave, and its T wave opposes its R wave. The pause after it compensates:
  the next beat comes when it would have come without V.
* F is a blend of N and V, hardly early.
* The baseline wanders with respiration and more slowly; mains hum and white noise are added.
* It is sampled as MIT-BIH is, 360 Hz, 11-bit codes, 200 per mV, about 1024, or in another form.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.form import NATIVE, Form
from sparrow_ecg.model.signals.ecg.records import PREFERRED_LEAD, Record

SHORTEST = 3  # seconds, so that there are a few beats

# P, Q, R, S, T: amplitude in mV, centre in ms after the R peak, standard deviation in ms
WAVES = {
    "N": ((0.15, -165, 22), (-0.12, -32, 9), (1.20, 0, 11), (-0.25, 32, 11), (0.30, 270, 48)),
    "S": ((-0.10, -125, 16), (-0.12, -32, 9), (1.15, 0, 11), (-0.25, 32, 11), (0.25, 255, 45)),
    "V": ((0.00, -165, 22), (-0.15, -90, 25), (1.50, 0, 36), (-0.60, 95, 40), (-0.40, 300, 65)),
}
REACH = (-0.5, 0.7)  # seconds around the peak in which a beat's waves are summed
RECORD_SCALE, BEAT_SCALE = 0.15, 0.05  # standard deviation of the factors on the amplitudes
BLEND = (0.35, 0.65)  # range of the share of N in F

NORMAL_INTERVAL = (0.75, 0.95)  # seconds, drawn for each record
RESPIRATION = 0.25  # Hz
FREQUENCY = {"N": 0.70, "S": 0.11, "V": 0.11, "F": 0.08}  # of the beat after a normal one
EARLY = {
    "N": (1.0, 1.0),
    "S": (0.60, 0.80),
    "V": (0.55, 0.75),
    "F": (0.90, 1.0),
}  # share of a normal interval

# Baseline and mains: amplitude in mV and frequency in Hz; white noise in mV
DISTURBANCES = ((0.08, RESPIRATION), (0.12, 0.05), (0.004, 60.0))
NOISE = 0.01

SYMBOL = {"N": "N", "S": "A", "V": "V", "F": "F"}  # MIT-BIH's annotation of each class


def generate(name: str, seconds: float = 300, seed: int = 0, form: Form = NATIVE, lead: str = PREFERRED_LEAD) -> Record:
    """A record of one lead; the same arguments give the same record. Refused: under `SHORTEST` seconds.

    form: of a whole number of samples a second. In each it is the same ECG, but for its noise, and for its R peaks,
          which are on samples.
    """
    if seconds < SHORTEST:
        raise InputError(f"synthetic record {name}: {seconds:g} s is too short: ask for {SHORTEST} s or more")
    rng = np.random.default_rng([seed, *name.encode()])
    times, classes = _rhythm(seconds, rng)
    peaks = np.rint(times * form.rate).astype(np.int64)
    samples = round(seconds * form.rate)
    signal = _waves(samples, form.rate, peaks, classes, rng) + _disturbances(samples, form.rate, rng)
    low = form.zero - 2 ** (form.bits - 1)
    codes = np.clip(np.rint(form.zero + form.gain * signal), low, low + 2**form.bits - 1).astype(np.int64)
    symbols = tuple(SYMBOL[name] for name in classes)
    return Record(name, int(form.rate), lead, codes, form.zero, form.bits, peaks, symbols)


def write_record(record: Record, folder: Path, comment: str, gain: float = NATIVE.gain) -> None:
    """Write a record as WFDB: header, signal, annotations; whole, or not to be found. gain: its codes per mV.

    The signal is in format 212 up to 12 bits, else in 16.
    """
    import wfdb

    folder.mkdir(parents=True, exist_ok=True)
    signal = wfdb.Record(
        record_name=record.name, fs=record.fs, comments=[comment], sig_name=[record.lead], units=["mV"],
        fmt=["212" if record.bits <= 12 else "16"], file_name=[f"{record.name}.dat"], adc_gain=[float(gain)],
        baseline=[record.zero], adc_res=[record.bits], adc_zero=[record.zero], block_size=[0],
        d_signal=record.codes[:, None],
    )  # fmt: skip
    signal.set_d_features()
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as draft:
        signal.wrsamp(write_dir=draft)
        wfdb.wrann(record.name, "atr", record.peaks, list(record.symbols), write_dir=draft)
        for suffix in (".dat", ".atr", ".hea"):  # a record is found by its header, so that goes last
            os.replace(Path(draft, record.name + suffix), folder / (record.name + suffix))


def synthesize(folder: Path, records: int = 2, seconds: float = 300, seed: int = 0) -> tuple[str, ...]:
    """Write records ``synthetic1``, ``synthetic2``, ... to a folder, and return their names."""
    names = tuple(f"synthetic{number}" for number in range(1, records + 1))
    for name in names:
        write_record(generate(name, seconds, seed), folder, f"Synthetic ECG, not of a person; seed {seed}")
    return names


def _rhythm(seconds: float, rng: np.random.Generator) -> tuple[np.ndarray, list[str]]:
    """Times in seconds, float[beats], and classes of the beats of a record."""
    normal = rng.uniform(*NORMAL_INTERVAL)
    times, classes, pause = [normal], ["N"], 0.0
    while True:
        name = str(rng.choice(list(FREQUENCY), p=list(FREQUENCY.values()))) if classes[-1] == "N" else "N"
        variation = 0.04 * np.sin(2 * np.pi * RESPIRATION * times[-1]) + 0.02 * rng.standard_normal()
        interval = normal * (1 + variation)
        early = interval * (1 - rng.uniform(*EARLY[name]))
        following = times[-1] + interval - early + pause
        if following > seconds - 0.5:
            return np.array(times), classes
        times.append(following)
        classes.append(name)
        pause = early if name == "V" else 0.0


def _waves(samples: int, rate: float, peaks: np.ndarray, classes: list[str], rng: np.random.Generator) -> np.ndarray:
    """The beats' waves in mV, float[samples]."""
    reach = np.arange(*(round(limit * rate) for limit in REACH))
    milliseconds = 1000 * reach / rate
    pulses = {
        name: np.stack([size * np.exp(-(((milliseconds - centre) / width) ** 2) / 2) for size, centre, width in waves])
        for name, waves in WAVES.items()
    }  # float[5, reach] of each class
    record_scale = rng.normal(1, RECORD_SCALE, 5)
    signal = np.zeros(samples)
    for peak, name in zip(peaks, classes, strict=True):
        scale = record_scale * rng.normal(1, BEAT_SCALE, 5)
        share = rng.uniform(*BLEND)
        blend = share * pulses["N"] + (1 - share) * pulses["V"] if name == "F" else pulses[name]
        at = peak + reach
        inside = (at >= 0) & (at < samples)
        signal[at[inside]] += (scale @ blend)[inside]
    return signal


def _disturbances(samples: int, rate: float, rng: np.random.Generator) -> np.ndarray:
    """Baseline wander, hum and noise in mV, float[samples]."""
    turns = 2 * np.pi * np.arange(samples) / rate
    waves = [size * np.sin(frequency * turns + rng.uniform(0, 2 * np.pi)) for size, frequency in DISTURBANCES]
    return sum(waves) + NOISE * rng.standard_normal(samples)
