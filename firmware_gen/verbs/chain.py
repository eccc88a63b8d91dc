"""Write C99 from ADC samples to classes, for firmware without the chip.

It can be run on every record, against the golden models; and what it takes on a Cortex-M0 can be measured.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sparrow_ecg.firmware_gen.chain.check import Checked, check_records
from sparrow_ecg.firmware_gen.chain.cortex import Measured, measure
from sparrow_ecg.firmware_gen.chain.generate import folder_of, generate
from sparrow_ecg.firmware_gen.chain.library import Chain
from sparrow_ecg.firmware_gen.compile import FOLDER
from sparrow_ecg.model.console import out, progress, working
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE
from sparrow_ecg.model.signals.ecg.records import available, data_root
from sparrow_ecg.model.signals.ecg.synthetic import synthesize
from sparrow_ecg.model.signals.ecg.testset import SYNTHETIC
from sparrow_ecg.model.verbs.options import DataOption, NetworkOption, OutOption

RESULTS = Path("build/results")


def main(
    network: NetworkOption = "tiny",
    rate: Annotated[float, typer.Option(help="Samples a second, 125 to 1000.")] = SAMPLING_RATE,
    check: Annotated[
        bool, typer.Option("--check", help="Run every record through the compiled code, against the golden models.")
    ] = False,
    cortex: Annotated[
        bool, typer.Option("--cortex", help="Sizes, instructions and cycles on a Cortex-M0, by GCC and QEMU.")
    ] = False,
    data: DataOption = None,
    folder: OutOption = FOLDER,
) -> None:
    net = Network.load(network)
    target = folder_of(net, folder)
    for path in generate(net, target, rate):
        out.print(f"{path}: {path.stat().st_size} bytes")
    about = {"network": net.name, "digest": net.digest, "rate": rate}
    if check:
        chain = Chain(net, target, rate)
        source, checked = _checked(chain, data)
        _told(source, checked)
        _write(f"chain-{net.name}.json", {**about, "records": source, "state_bytes": chain.size, "checked": checked})
    if cortex:
        with working("running on a Cortex-M0 that is emulated"):
            measured = measure(net, rate)
        for each in measured:
            _tell(each)
        _write(f"chain-cortex-{net.name}.json", about | {each.level.strip("-"): asdict(each) for each in measured})


def _checked(chain: Chain, data: Path | None) -> tuple[str, Checked]:
    """Where the records are from, generated ones in place of none, and how many were the same."""
    try:
        root = data_root(data)
        source, names = "recorded", available(root)
    except InputError:
        if data is not None:
            raise
        root = SYNTHETIC
        source, names = "generated", synthesize(root, records=4)
    return source, check_records(chain, root, progress(names, "running records"))


def _told(source: str, checked: Checked) -> None:
    out.print(
        f"bit-exact: {checked.records} {source} records, {checked.samples} samples, {checked.beats} beats"
        f" ({checked.judged} classified): every count, potential, class and time"
    )
    out.print(f"{checked.samples / checked.seconds / 1e6:.1f} million samples a second in C,", end=" ")
    out.print(f"{checked.samples / checked.golden_seconds / 1e6:.2f} million by the golden models")


def _tell(measured: Measured) -> None:
    size, instructions, cycles = measured.size, measured.instructions, measured.cycles
    out.print(
        f"Cortex-M0, {measured.level}: flash {size.code} code + {size.tables} tables, RAM {size.state} state +"
        f" at most {size.stack} stack; a sample takes {instructions.mean:.0f} instructions on average and"
        f" {instructions.most} at most, about {cycles.mean:.0f} and {cycles.most} cycles"
    )


def _write(name: str, result: Mapping[str, Any]) -> None:
    content = {key: asdict(value) if isinstance(value, Checked) else value for key, value in result.items()}
    path = write_atomic(RESULTS / name, json.dumps(content, indent=1) + "\n")
    out.print(f"{path}")
