"""The beats that a network is judged on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from sparrow_ecg.model.console import err, progress
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.beats import CLASSES, Beats, join, read_beats
from sparrow_ecg.model.signals.ecg.encoders import Encoder
from sparrow_ecg.model.signals.ecg.mitdb import DS2, UNPACED
from sparrow_ecg.model.signals.ecg.records import (
    DEFAULT_GAIN,
    MOST_SATURATED,
    PREFERRED_LEAD,
    Record,
    available,
    data_root,
    folder,
)
from sparrow_ecg.model.signals.ecg.splits import BETWEEN, make_split
from sparrow_ecg.model.signals.ecg.synthetic import synthesize

SYNTHETIC = Path("build/synthetic")
SVDB = "svdb"  # folder of the MIT-BIH Supraventricular Arrhythmia Database in a data root
LATE = 5  # seconds without an annotated beat, at a record's start, from which on it is told; MIT-BIH has 1.4 at most


@dataclass(frozen=True, eq=False)
class Heartbeats:
    """Test beats of a split, and the counts that a network is given for them.

    counts:    int64[beats, inputs].
    recorded:  every beat of the records read, those of other sets too: for pictures only.
    split:     the split's name; ``synthetic`` when the beats were generated, and no accuracy may be claimed.
    unseen:    whether the network was trained without these beats' part of the data, as its provenance says.
    """

    beats: Beats
    counts: np.ndarray
    recorded: Beats
    split: str
    unseen: bool


def encoding_of(network: Network) -> Encoder:
    """What makes its counts of beats.

    Raises InputError for a network that takes counts of no known origin, and for one whose answers would be taken for
    other classes: it may know more than those of the beats, but knows these first, and in their order.
    """
    if not isinstance(network.encoding, Encoder):
        raise InputError(f"network '{network.name}' takes counts that no encoder makes: give one for heartbeats")
    if network.classes[: len(CLASSES)] != CLASSES:
        raise InputError(
            f"network '{network.name}', field classes: {', '.join(network.classes)}, but those of heartbeats are"
            f" {', '.join(CLASSES)}, in that order: give the classes and the rows of the last layer in it"
        )
    return network.encoding


def _counts(network: Network, beats: Beats) -> np.ndarray:
    """What the network is given for beats: int64[beats, inputs]. Refused: a record that is shorter than its window."""
    encoding = encoding_of(network)
    window = encoding.before + encoding.after
    for name, record in beats.codes.items():
        if len(record.codes) < window:
            raise InputError(
                f"record {name}: has {len(record.codes)} samples of {record.fs} Hz, and the window of '{network.name}'"
                f" {window}: leave the record out, or choose another network"
            )
    return encoding.encode(beats)


def read_all(root: Path, show: bool = True) -> Beats:
    """The beats of all records of a data root, of MIT-BIH's without those with a pacemaker. show: a bar."""
    beats = read_beats(root, _unpaced(root), (lambda names: progress(names, "reading records")) if show else iter)
    _tell(list(beats.codes.values()))
    return beats


def _unpaced(root: Path) -> tuple[str, ...]:
    return UNPACED if set(UNPACED) <= set(available(root)) else available(root)


def read_training(root: Path, drawn: bool, svdb: bool) -> Beats:
    """The beats that a recipe learns from, and those that test it; a recipe with a drawing needs the second leads, and
    may learn from the supraventricular database, whose folder is beside MIT-BIH's.
    """
    if not drawn:
        return read_all(root)
    shown = lambda names: progress(names, "reading records")  # noqa: E731
    parts = [read_beats(root, _unpaced(root), shown, second=True)]
    if svdb:
        names = available(root / SVDB)
        if not names:
            raise InputError(f"no records in {root / SVDB}: put the supraventricular database there, or leave it out")
        parts.append(read_beats(root / SVDB, names, shown, in_parts=True, second=True))
    return join(parts)


def select(
    network: Network,
    split: str,
    beats: Beats,
    records: tuple[str, ...] = (),
    seed: int | None = None,
    part: Literal["test", "validation"] = "test",
) -> Heartbeats:
    """Of ``beats`` those that test, or those that validate.

    records: keep the beats of these only.
    seed:    by which `intra` is drawn, by default that with which the network was trained: with another one, most of
             the beats that test have trained it.
    """
    trained = network.provenance
    seed = trained.get("seed", 0) if seed is None else seed
    found: np.ndarray = getattr(make_split(split, beats, seed), part)
    if records:
        missing = sorted(set(records) - set(np.unique(beats.record[found])))
        if missing:
            raise InputError(f"split {split}: no {part} beats in record {', '.join(missing)}: choose others")
        found = found[np.isin(beats.record[found], records)]
    chosen = beats.select(found)
    if split == "intra":
        names = set(beats.codes)
        unseen = trained.get("split") == split and set(trained.get("records", names)) == names
        unseen &= trained.get("seed", 0) == seed
    elif split == "time" and trained.get("split") == split:
        unseen = part == "test"
    else:
        unseen = part == "test" and not trained_on(network) & set(chosen.record) and "split" in trained
    return Heartbeats(chosen, _counts(network, chosen), beats, split, unseen)


def load(
    network: Network,
    split: str = "intra",
    data: Path | None = None,
    records: tuple[str, ...] = (),
    generate: bool = False,
    seed: int | None = None,
) -> Heartbeats:
    """The test beats of a split, read from a data root; see `select`. Says so when the network may have seen them.

    generate: use generated records when there is no data root, instead of raising InputError.
    """
    encoding_of(network)  # refuses, before records are read
    try:
        root = data_root(data)
    except InputError:
        if not generate or data is not None:
            raise
        beats = read_beats(SYNTHETIC, synthesize(SYNTHETIC, records=4))
        return Heartbeats(beats, _counts(network, beats), beats, "synthetic", True)
    hearts = select(network, split, read_all(root), records, seed)
    tell_seen(network, hearts)
    return hearts


def tell_seen(network: Network, hearts: Heartbeats) -> None:
    """Say on stderr when the network may have been trained with the beats that test it, or at other R peaks."""
    if network.provenance.get("peaks") == "detected":
        err.print(
            f"note: '{network.name}' was trained at R peaks of the front end, and these are those of the annotation:"
            " `sparrow wrist` scores it as it is meant"
        )
    if not hearts.unseen:
        err.print(
            f"note: '{network.name}' was trained on split {network.provenance.get('split', 'unknown')}, seed"
            f" {network.provenance.get('seed', 'unknown')}, so that test beats of this {hearts.split} may have been"
            " among its training beats: bit-exactness counts, accuracy does not"
        )


def load_folder(network: Network, records: Path, lead: str | None = None) -> Heartbeats:
    """All beats of all records of a folder, whatever database they are of: nothing is split.

    lead: as `read_record` has it. A lead that is flat or saturated in parts is judged there, too.
    Says on stderr what was taken and assumed, and what is known of the network's training records. ``unseen`` goes by
    their names.
    """
    encoding_of(network)  # refuses, before records are read
    names = available(records)
    if not names:
        raise InputError(f"no records in {records}: name a folder with WFDB records, .hea, .dat and .atr")
    beats = read_beats(records, names, lambda names: progress(names, "reading records"), lead, in_parts=True)
    _tell(list(beats.codes.values()))
    trained = trained_on(network)
    seen = [name for name in names if name in trained]
    who = f"'{network.name}' was trained on split {network.provenance.get('split', 'unknown')}"
    if not trained:
        err.print(f"note: which records have trained '{network.name}' is not known")
    elif seen:
        err.print(
            f"note: {who}, on records with the names {', '.join(seen)}: if these are the same, accuracy does not count"
        )
    else:
        err.print(f"note: {who}, on no record with the name of one of these")
    if absent := [name for label, name in enumerate(beats.classes) if label not in beats.label]:
        err.print(f"note: no beat of class {', '.join(absent)} here: there is no Se of it, and +P is 0 or none")
    return Heartbeats(beats, _counts(network, beats), beats, folder(records).resolve().name, bool(trained) and not seen)


def trained_on(network: Network) -> set[str]:
    """The names of the records that trained a network or chose its checkpoint, as its provenance says."""
    names = set(network.provenance.get("records", ()))
    return names - set(DS2) if network.provenance.get("split") in BETWEEN else names


def _tell(records: list[Record]) -> None:
    """Say what was taken and assumed where a record is not as the networks' own, each on one line."""
    other: dict[str, list[str]] = {}
    for record in records:
        if record.lead != PREFERRED_LEAD:
            other.setdefault(record.lead, []).append(record.name)
    if other:
        told = "; ".join(f"{lead} of {', '.join(names)}" for lead, names in other.items())
        err.print(f"note: another lead than {PREFERRED_LEAD} was taken: {told}")
    if late := [record for record in records if record.peaks[0] > LATE * record.fs]:
        told = ", ".join(f"{record.name} ({record.peaks[0] / record.fs:.1f} s)" for record in late)
        err.print(f"note: no beat is annotated in the first {LATE} s, so none is judged there: {told}")
    if alone := [record.name for record in records if len(record.peaks) == 1]:
        err.print(f"note: one beat, so no interval between beats: {', '.join(alone)}")
    sources = {record.name: record.source for record in records if record.source}
    if missing := [name for name, source in sources.items() if source.gain_missing]:
        err.print(f"note: no gain in the header, {DEFAULT_GAIN} codes per mV assumed: {', '.join(missing)}")
    if dead := [f"{name} ({source.dead:.1%})" for name, source in sources.items() if source.dead > MOST_SATURATED]:
        err.print(f"note: the lead is flat or saturated in parts: {', '.join(dead)}")
