"""A record through the monitor's RTL: beats, scores, power, a page.

Every sample goes through front end and core, and all that they do is compared with the golden model. Writes the chip's
beats as WFDB annotations, and one page to look at, which works without network.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import err, out, working
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.frontend.blocks import BLOCK, LAG
from sparrow_ecg.model.frontend.detector import CLEAR, LONGEST
from sparrow_ecg.model.frontend.frontend import FrontEnd
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.scoring import ec57
from sparrow_ecg.model.scoring.table import table
from sparrow_ecg.model.signals.ecg.annotations import write_detected
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE
from sparrow_ecg.model.signals.ecg.records import available, data_root, named_root, read_record
from sparrow_ecg.model.signals.ecg.synthetic import synthesize
from sparrow_ecg.model.verbs.options import DataOption, OutOption
from sparrow_ecg.sim.report.html.monitor import write_page
from sparrow_ecg.sim.report.html.monitored import Monitored, Power
from sparrow_ecg.sim.report.html.scores import score_tables
from sparrow_ecg.sim.rtl import told
from sparrow_ecg.sim.rtl.monitor import MonitorEngine
from sparrow_ecg.sim.rtl.monitor_compare import differences

GENERATED = "generated ECG, no record of a person: no score counts"
SECONDS = 300  # of generated ECG


@core_options("datapath", "lanes", "zero_skip", "skip_bits", network="watch", top="monitor", weights="rom")
def main(
    core: Build,
    record: Annotated[str, typer.Option(help="Name of the record.")] = "119",
    lead: Annotated[
        str | None, typer.Option(help="Of the record, by name or by place; else MLII or the first.")
    ] = None,
    results: Annotated[Path, typer.Option(help="Folder with what `gatepower-monitor` measured.")] = Path(
        "build/results"
    ),
    data: DataOption = None,
    folder: OutOption = Path("build/monitor"),
) -> None:
    network, note = core.network, ""
    with tempfile.TemporaryDirectory() as made:
        root = data or data_root_or_none()
        if root is None:
            note, record = GENERATED, synthesize(Path(made), records=1, seconds=SECONDS)[0]
            root = Path(made)
            err.print(f"note: no records here, so this is {note}")
        heart = read_record(data_root(root), record, lead, in_parts=True)
    monitor = replace(core, top="monitor")
    front = FrontEnd.of(network, monitor.rate)
    with working("building the RTL with Verilator"):
        engine = MonitorEngine(monitor)
    with working(f"record {record}: {len(heart.codes)} samples through RTL and golden model"):
        seen = engine.run(heart.codes)
        heard = front.run(heart.codes, probed=True)
        wrong, first = differences(front, record, heard, golden.run(network, heard.counts, core.config.neuron), seen)
    compared = {record: told.compared(front, heart, seen)}
    whole, standard = (ec57.score(compared, learning=seconds) for seconds in (0, 300))
    out.print(table(whole, f"record {record}, lead {heart.lead}, whole{': ' + note if note else ''}"))
    if len(heart.codes) > 600 * heart.fs:
        out.print(table(standard, f"record {record} without its first five minutes, as EC57 has it"))
    events = told.events(front, heart, seen)
    samples, classes = told.samples(front, seen), told.classes(seen)
    minutes = len(heart.codes) / heart.fs / 60
    out.print(
        f"{len(samples)} beats told in {minutes:.1f} minutes, {int((seen.judged == 0).sum())} of them not classified;"
        f" the lead was off {len(events)} times"
    )
    power, facts = _power(results, monitor, minutes), _facts(monitor, engine)
    folder.mkdir(parents=True, exist_ok=True)
    out.print(f"wrote {write_detected(folder, heart, samples, classes, events)}")
    page = Monitored(
        heart,
        samples,
        classes,
        np.where(seen.previous == LONGEST, 0, seen.previous * BLOCK),
        f"{network.name}, {monitor.config}",
        events=events,
        tables=score_tables(whole),
        power=power,
        facts=facts,
        note=note,
    )
    out.print(f"wrote {write_page(folder / 'index.html', page)}")
    if first:
        raise VerificationError(f"the RTL differs from the golden model in {wrong} blocks or beats: first {first}")
    out.print("bit-exact: every block's state and every beat of the RTL are those of the golden model", style="bold")


def data_root_or_none() -> Path | None:
    """Where records are; None where there are none."""
    root = named_root()
    return root if available(root) else None


def _power(results: Path, monitor: Build, minutes: float) -> Power | None:
    """What was measured of this very network and core, if it was; says so, or how to measure it."""
    paths = results.glob(f"gatepower-monitor-{monitor.network.name}-*.json")
    for path in sorted(paths, key=lambda path: len(path.name)):  # what is usual has the shortest name
        measured: dict[str, Any] = json.loads(path.read_text())
        if (measured["digest"], measured["config"]) != (monitor.network.digest, monitor.config.as_dict()):
            continue
        average = measured["average_power_nw"]["25"]
        conditions = (
            f"{measured['pdk']} {measured['corner']}, gate level before layout, at"
            f" {measured['beats_a_minute']:.0f} beats a minute of many records; leakage in, pads and converter not"
        )
        out.print(
            f"average power {average:.1f} nW, so {average * minutes * 60 / 1000:.1f} uJ for this record: {conditions}"
        )
        return Power([(name, sum(kinds.values())) for name, kinds in measured["blocks"].items()], conditions)
    out.print(
        f"power: not measured yet: sparrow gatepower-monitor -n {monitor.network.name} {monitor.config.options()}"
    )
    return None


def _facts(monitor: Build, engine: MonitorEngine) -> list[tuple[str, str]]:
    network = monitor.network
    front = FrontEnd.of(network, monitor.rate)
    return [
        ("network", f"{network.name}, {'-'.join(map(str, network.shape))}, T = {network.steps}"),
        ("weights", f"{network.synapses}, {network.nonzero_synapses} of them not zero, {network.weight_bits} bits"),
        ("trained on", str(network.provenance.get("split", "unknown"))),
        ("core", str(monitor.config)),
        ("samples", f"{monitor.rate:g} a second, 11 bits, 200 codes per mV"),
        ("memory of the front end", f"{front.depth} sums of four samples"),
        ("a beat is told", f"{(CLEAR + LAG) * BLOCK / SAMPLING_RATE:.2f} s after the R peak of the next one"),
    ]
