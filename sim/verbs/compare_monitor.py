"""Every sample of records through the monitor's RTL, against golden.

Front end and network: every detector state after every block; of every beat its time, interval, counts, potentials and
class. Scores are of what the RTL told. Exit status 1 when anything differs.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.catalog import choose
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import counter, err, out, working
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.scoring import ec57
from sparrow_ecg.model.signals.ecg.abused import abuse
from sparrow_ecg.model.signals.ecg.mitdb import DS2, PACED
from sparrow_ecg.model.signals.ecg.records import Record, available, data_root, read_record
from sparrow_ecg.model.signals.ecg.splits import TESTING
from sparrow_ecg.model.signals.ecg.synthetic import generate
from sparrow_ecg.model.verbs.options import DataOption, OutOption, SeedOption, record_names
from sparrow_ecg.sim.rtl import told
from sparrow_ecg.sim.rtl.monitor import MonitorEngine
from sparrow_ecg.sim.rtl.monitor_compare import Compared, compare
from sparrow_ecg.sim.rtl.verilator import waveform_format
from sparrow_ecg.sim.verbs.options import RecordsOption

AROUND = 90  # blocks of a waveform before and after the one that is looked at: a second


@core_options("datapath", "lanes", "zero_skip", "skip_bits", network="watch", top="monitor", weights="rom")
def main(
    core: Build,
    records: RecordsOption = "",
    block: Annotated[
        int | None, typer.Option(min=0, help="Write the waveform around this block of the one record, and no more.")
    ] = None,
    fuzz: Annotated[float, typer.Option(min=0, help="Hours of generated ECG in which all goes wrong, instead.")] = 0,
    seed: SeedOption = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    data: DataOption = None,
    folder: OutOption = Path("build/results"),
) -> None:
    start = time.perf_counter()
    monitor = replace(core, top="monitor")
    if fuzz:
        with working("generating ECG"):
            read = [_abused(number) for number in range(seed, seed + max(1, round(6 * fuzz)))]
    else:
        names = record_names(records, data) or available(data_root(data))
        with working("reading records"):
            read = [_read(name, data) for name in names]
    if block is not None:
        if len(read) != 1:
            raise InputError("--block: is of one record: name it with --records")
        return _wave(monitor, read[0].codes, read[0].name, block)
    samples = sum(len(record.codes) for record in read)
    with working("building the RTL with Verilator"):
        MonitorEngine(monitor)
    done = []
    began = time.perf_counter()
    with counter(f"{monitor.network.name}: {samples} samples of {len(read)} records", samples) as count:
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
    scores = _scores(monitor.network, done)
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
        "longest_work": max(each.longest for each in done),
        "samples_per_second": samples / seconds,
        "seconds": time.perf_counter() - start,
        **scores["all"],
        "splits": scores,
        "first": [asdict(each.first) for each in done if each.first],
    }
    if not fuzz:
        _show(scores)
    name = f"monitor-{monitor.network.name}{'-fuzz' if fuzz else ''}"
    if core.config != choose(core.network, top=core.top):
        name += f"-{core.config.slug(core.network)}"
    out.print(f"wrote {write_atomic(folder / f'{name}.json', json.dumps(report, indent=1) + chr(10))}")
    out.print(
        f"{'bit-exact' if not wrong else f'NOT bit-exact, {wrong} blocks or beats differ'}: {samples} samples of"
        f" {len(done)} records, {report['blocks']} blocks, {report['beats']} beats;"
        f" {report['samples_per_second']:.0f} samples/s, {report['seconds']:.0f} s in all; at most"
        f" {report['longest_work']} cycles of work on a block",
        style="bold",
    )
    raise typer.Exit(bool(wrong))


def _scores(network: Network, done: list[Compared]) -> dict[str, Any]:
    """By what is scored: all records, whole; and what tests the network, if it is known."""
    beside = {each.record: each.beside for each in done}
    parts = {"all": beside}
    match network.provenance.get("split"):
        case "time":
            parts["time"] = {
                each.record: told.after(each.beside, each.samples * TESTING // 100)
                for each in done
                if each.record not in PACED
            }
        case "inter" | "inter+svdb":
            parts["inter"] = {name: beside[name] for name in DS2 if name in beside}
    return {name: _score(records) for name, records in parts.items() if records}


def _score(records: dict[str, ec57.Compared]) -> dict[str, Any]:
    found = ec57.score(records, learning=0, each=True)
    lowest = min(found["records"].items(), key=lambda item: min(value or 0 for value in item[1]["QRS"].values()))
    return {
        "qrs_se": found["QRS"]["Se"],
        "qrs_ppv": found["QRS"]["+P"],
        "peak_within_2": found["peak_within"]["all"],
        "end_to_end_accuracy": found["accuracy"],
        "missed": found["missed"],
        "extra": found["extra"],
        "worst_record": {"record": lowest[0], **lowest[1]["QRS"]},
        **{name: found[name] for name in ("VEB", "SVEB", "per_class")},
        "peak_within_2_of": found["peak_within"],
    }


def _show(scores: dict[str, Any]) -> None:
    for name, found in scores.items():
        worst = found["worst_record"]
        out.print(
            f"{name}: QRS Se {found['qrs_se']:.2%}, +P {found['qrs_ppv']:.2%} (record {worst['record']}:"
            f" {worst['Se']:.2%}, {worst['+P']:.2%}); {found['peak_within_2']:.1%} of peaks within 2 samples;"
            f" {found['end_to_end_accuracy']:.2%} of N, S, V and F right from end to end"
            + ("" if name != "all" else ", most of which have trained the network")
        )


def _abused(seed: int) -> Record:
    """Ten minutes of it."""
    record = generate(f"abused-{seed}", seconds=600, seed=seed)
    return replace(record, codes=abuse(record.codes, seed))


def _read(name: str, data: Path | None) -> Record:
    return read_record(data_root(data), name, in_parts=True)


def _wave(monitor: Build, codes: np.ndarray, record: str, block: int) -> None:
    kind = waveform_format()
    path = Path("build/waves") / f"monitor-{monitor.network.name}-{record}-{block}.{kind}"
    path.parent.mkdir(parents=True, exist_ok=True)
    first, last = (BLOCK * max(0, edge) for edge in (block - AROUND, block + AROUND))
    with working("building with Verilator, and recording"):
        MonitorEngine(monitor, waves=kind).run(codes[:last], wave=path, shown_from=first)
    out.print(f"{path}: record {record}, samples {first} to {min(last, len(codes))}")
