"""Score the monitor's networks from samples on.

R peaks are those of the front end; missed and extra beats are wrong.

Nothing is trained: the golden models of front end and network run every shipped seed, on the last 20 % of every record,
on 20 % of the beats, shuffled, and on DS2. Beside it, what R peaks that are off cost.
"""

from __future__ import annotations

import json
from pathlib import Path

from sparrow_ecg.model import wrist
from sparrow_ecg.model.console import out, progress
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.signals.ecg.testset import read_all
from sparrow_ecg.model.verbs.options import DataOption, OutOption


def main(data: DataOption = None, folder: OutOption = Path("build/results")) -> None:
    beats = read_all(data_root(data))
    rows = [wrist.measure(*row, beats) for row in progress(wrist.ROWS, "listening")]
    shaken = [wrist.shaken(*row, beats) for row in progress(wrist.SHAKEN, "shaking")]
    for row in rows:
        out.print(wrist.table(row))
        out.print(wrist.table_of_losses(row))
    out.print(wrist.table_of_steps(rows))
    out.print(wrist.table_of_jitter(shaken))
    result = {"networks": rows, "jitter": shaken}
    out.print(f"wrote {write_atomic(folder / 'wrist.json', json.dumps(result, indent=1) + chr(10))}")
