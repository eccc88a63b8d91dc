"""Score the shipped networks on patients never seen, beside the goals.

Nothing is trained: the golden model runs every shipped seed on DS2; `adaptive` learns each patient in integers.
"""

from __future__ import annotations

import json
from pathlib import Path

from sparrow_ecg.model import strangers
from sparrow_ecg.model.console import out, progress
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.ecg.beats import read_beats
from sparrow_ecg.model.signals.ecg.mitdb import UNPACED
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.verbs.options import DataOption, OutOption


def main(data: DataOption = None, folder: OutOption = Path("build/results")) -> None:
    beats = read_beats(data_root(data), UNPACED, lambda names: progress(names, "reading records"), second=True)
    rows = {name: strangers.measure(name, beats) for name in progress(strangers.ROWS, "scoring")}
    out.print(strangers.table(rows))
    out.print(f"wrote {write_atomic(folder / 'strangers.json', json.dumps(rows, indent=1) + chr(10))}")
