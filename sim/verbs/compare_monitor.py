"""Every sample of records through the monitor's RTL, against golden.

Front end and network: every detector state after every block; of every beat its time, interval, counts, potentials and
class. Exit status 1 when anything differs.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import counter, err, out, working
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.signals.ecg.records import available, data_root, read_record
from sparrow_ecg.model.verbs.options import DataOption, OutOption, record_names
from sparrow_ecg.sim.rtl.monitor import MonitorEngine
from sparrow_ecg.sim.rtl.monitor_compare import compare
from sparrow_ecg.sim.rtl.verilator import waveform_format
from sparrow_ecg.sim.verbs.options import RecordsOption

AROUND = 90  # blocks of a waveform before and after the one that is looked at: a second


@core_options("datapath", "lanes", "zero_skip", weights="rom")
def main(
    core: Build,
    records: RecordsOption = "",
    block: Annotated[
        int | None, typer.Option(min=0, help="Write the waveform around this block of the one record, and no more.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    data: DataOption = None,
    folder: OutOption = Path("build/results"),
) -> None:
    start = time.perf_counter()
    monitor = replace(core, top="monitor")
    names = record_names(records, data) or available(data_root(data))
    if block is not None:
        if len(names) != 1:
            raise InputError("--block: is of one record: name it with --records")
        return _wave(monitor, _codes(names[0], data), names[0], block)
    with working("reading records"):
        read = [(name, _codes(name, data)) for name in names]
    samples = sum(len(codes) for _, codes in read)
    with working("building the RTL with Verilator"):
        MonitorEngine(monitor)
    done = []
    began = time.perf_counter()
    with counter(f"{monitor.network.name}: {samples} samples of {len(names)} records", samples) as count:
        for each in compare(monitor, read, workers):
            done.append(each)
            count(each.samples)
            if each.first:
                err.print(str(each.first), style="red")
                err.print(
                    f"its waveform: sparrow compare-monitor --network {monitor.network.name} {monitor.config.options()}"
                    f" --records {each.record} --block {each.first.block}"
                )
    seconds = time.perf_counter() - began
    wrong = sum(each.wrong for each in done)
    report = {
        "network": monitor.network.name,
        "digest": monitor.network.digest,
        "config": monitor.config.as_dict(),
        "records": len(done),
        "samples": samples,
        "blocks": sum(each.blocks for each in done),
        "beats": sum(each.beats for each in done),
        "mismatches": wrong,
        "clocks": sum(each.clocks for each in done),
        "samples_per_second": samples / seconds,
        "seconds": time.perf_counter() - start,
        "first": [asdict(each.first) for each in done if each.first],
    }
    name = f"compare-monitor-{monitor.network.name}-{monitor.config.slug(monitor.network)}.json"
    out.print(f"wrote {write_atomic(folder / name, json.dumps(report, indent=1) + chr(10))}")
    out.print(
        f"{'bit-exact' if not wrong else f'NOT bit-exact, {wrong} blocks or beats differ'}: {samples} samples of"
        f" {len(done)} records, {report['blocks']} blocks, {report['beats']} beats;"
        f" {report['samples_per_second']:.0f} samples/s, {report['seconds']:.0f} s in all"
    )
    raise typer.Exit(bool(wrong))


def _codes(name: str, data: Path | None) -> np.ndarray:
    return read_record(data_root(data), name, in_parts=True).codes


def _wave(monitor: Build, codes: np.ndarray, record: str, block: int) -> None:
    kind = waveform_format()
    path = Path("build/waves") / f"monitor-{monitor.network.name}-{record}-{block}.{kind}"
    path.parent.mkdir(parents=True, exist_ok=True)
    first, last = (BLOCK * max(0, edge) for edge in (block - AROUND, block + AROUND))
    with working("building with Verilator, and recording"):
        MonitorEngine(monitor, waves=kind).run(codes[:last], wave=path, shown_from=first)
    out.print(f"{path}: record {record}, samples {first} to {min(last, len(codes))}")
