"""Score shipped networks' seeds on intra, beside their measured power.

Nothing is trained: the golden model runs the shipped networks, and powers are those of sim/report/results.json.
"""

from __future__ import annotations

import json
from pathlib import Path

from sparrow_ecg.model.console import out
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.signals.ecg.testset import read_all
from sparrow_ecg.model.verbs.options import DataOption, OutOption
from sparrow_ecg.sim.report import intra
from sparrow_ecg.sim.report.figures import shipped


def main(data: DataOption = None, folder: OutOption = Path("build/results")) -> None:
    beats, figures = read_all(data_root(data)), shipped()
    rows = [intra.row(name, beats, figures) for name in intra.networks()]
    out.print(intra.table(rows))
    content = {"split": intra.SPLIT, "networks": rows}
    out.print(f"wrote {write_atomic(folder / 'intra.json', json.dumps(content, indent=1) + chr(10))}")
