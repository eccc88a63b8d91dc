"""Score the shipped networks on patients never seen, beside the goals.

No stranger trains: the golden model runs every shipped seed on DS2. What adapts learns each patient's first minutes,
and beats of DS1 and, where it is there, of the supraventricular database beside them.
"""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from sparrow_ecg.model import strangers
from sparrow_ecg.model.console import out, progress
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.ecg.beats import Beats, join, read_beats
from sparrow_ecg.model.signals.ecg.mitdb import UNPACED
from sparrow_ecg.model.signals.ecg.records import available, data_root
from sparrow_ecg.model.signals.ecg.testset import SVDB
from sparrow_ecg.model.verbs.options import DataOption, OutOption


def main(data: DataOption = None, folder: OutOption = Path("build/results")) -> None:
    root = data_root(data)
    beats = read_beats(root, UNPACED, lambda names: progress(names, "reading records"), second=True)
    if others := available(root / SVDB):
        beats = join([beats, read_beats(root / SVDB, others, in_parts=True, second=True)])
    else:
        out.print(f"no records in {root / SVDB}: those who adapt learn other people's beats from DS1 alone")
    # what takes longest first, so that no core works alone at the end
    names = sorted(strangers.ROWS, key=lambda name: -strangers.ROWS[name].leads * bool(strangers.ROWS[name].way))
    with ProcessPoolExecutor(initializer=_given, initargs=(beats,)) as pool:
        measured = pool.map(_measured, names)
        found = {name: next(measured) for name in progress(names, "scoring")}
    rows = {name: found[name] for name in strangers.ROWS}
    out.print(strangers.table(rows))
    out.print(f"wrote {write_atomic(folder / 'strangers.json', json.dumps(rows, indent=1) + chr(10))}")


def _given(beats: Beats) -> None:
    global _beats
    _beats = beats


_beats: Beats  # of this process, which got them once


def _measured(name: str) -> dict[str, Any]:
    return strangers.measure(name, _beats)
