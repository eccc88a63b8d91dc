"""The beats that a network is judged on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sparrow_ecg.model.console import InputError, err, progress
from sparrow_ecg.model.network.network import DirectCounts, Network
from sparrow_ecg.model.signals.ecg.beats import Beats, read_beats
from sparrow_ecg.model.signals.ecg.records import UNPACED, available, data_root
from sparrow_ecg.model.signals.ecg.splits import make_split
from sparrow_ecg.model.signals.ecg.synthetic import synthesize

SYNTHETIC = Path("build/synthetic")


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


def load(
    network: Network,
    split: str = "intra",
    data: Path | None = None,
    records: tuple[str, ...] = (),
    generate: bool = False,
) -> Heartbeats:
    """The test beats of a split; `intra` is drawn with the seed that the network was trained with.

    records:  keep the beats of these only.
    generate: use generated records when there is no data root, instead of raising InputError.
    """
    if isinstance(network.encoding, DirectCounts):
        raise InputError(f"network '{network.name}' takes counts that no encoder makes: give one for heartbeats")
    try:
        root = data_root(data)
    except InputError:
        if not generate or data is not None:
            raise
        names = synthesize(SYNTHETIC, records=4)
        beats = read_beats(SYNTHETIC, names)
        return Heartbeats(beats, network.encoding.encode(beats), beats, "synthetic", True)
    names = UNPACED if set(UNPACED) <= set(available(root)) else available(root)
    beats = read_beats(root, names, lambda names: progress(names, "reading records"))
    trained = network.provenance
    test = make_split(split, beats, trained.get("seed", 0)).test
    if records:
        missing = sorted(set(records) - set(np.unique(beats.record[test])))
        if missing:
            raise InputError(f"split {split}: no test beats in record {', '.join(missing)}: choose others")
        test = test[np.isin(beats.record[test], records)]
    unseen = trained.get("split") == split and set(trained.get("records", names)) == set(names)
    if not unseen:
        err.print(
            f"note: '{network.name}' was trained on split {trained.get('split', 'unknown')}, so that test beats of"
            f" {split} may have been among its training beats: bit-exactness counts, accuracy does not"
        )
    chosen = beats.select(test)
    return Heartbeats(chosen, network.encoding.encode(chosen), beats, split, unseen)
