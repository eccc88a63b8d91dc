"""DS2 from samples to classes, noise added: table and picture.

Baseline wander, muscle noise and electrode motion, generated, at 24, 12, 6 and 0 dB; the whole chain as generated C,
which is bit-exact with the golden models. Of every shipped seed that DS1 trained.
"""

from __future__ import annotations

import json
from pathlib import Path

from rich.table import Table

from sparrow_ecg.model.console import counter, out, working
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.file import siblings
from sparrow_ecg.model.signals.ecg.mitdb import DS2
from sparrow_ecg.model.signals.ecg.records import data_root, read_record
from sparrow_ecg.model.verbs.options import DataOption, NetworkOption, OutOption
from sparrow_ecg.sim.report import noise as picture
from sparrow_ecg.sim.studies import noise


def main(network: NetworkOption = "watch", data: DataOption = None, folder: OutOption = Path("build/results")) -> None:
    networks = [Network.load(name) for name in siblings(network, "inter")]
    with working("reading DS2"):
        root = data_root(data)
        records = {name: read_record(root, name, in_parts=True) for name in DS2}
    with counter("kinds and ratios of noise", noise.cases() * len(networks)) as done:
        rows = noise.study(networks, records, done)
    table = Table(
        "noise", "dB", *rows[0]["mean"], title=f"{network}, DS2, {len(networks)} seeds that DS1 trained, in %"
    )
    for row in rows:
        cells = [
            f"{100 * value:.1f}" + (f" ± {100 * row['deviation'][name]:.1f}" if row["deviation"] else "")
            for name, value in row["mean"].items()
        ]
        table.add_row(row["noise"] or "none", str(row["snr_db"]) if row["noise"] else "", *cells)
    out.print(table)
    digests = [each.digest for each in networks]
    text = json.dumps({"network": network, "digests": digests, "records": list(DS2), "rows": rows}, indent=1) + "\n"
    out.print(f"wrote {write_atomic(folder / f'noise-{network}.json', text)}")
    path = folder / f"noise-{network}.png"
    picture.draw(rows, f"{network}: DS2 from samples to classes, whole records, noise throughout", path)
    out.print(f"wrote {path}")
