"""Prove that the netlist which power is measured on is its RTL."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import TopOption, core_options
from sparrow_ecg.model.console import out, working
from sparrow_ecg.model.errors import InputError, VerificationError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.verbs.options import DataOption, OutOption
from sparrow_ecg.sim.formal import equivalence
from sparrow_ecg.sim.formal.cones import Cones
from sparrow_ecg.sim.gates.design import synthesise
from sparrow_ecg.sim.gates.library.pdks import GENERIC, liberty_root
from sparrow_ecg.sim.gates.netlist.synthesis import Flow
from sparrow_ecg.sim.verbs.options import CornerOption, MappingOption, PdkOption


@core_options()
def main(
    core: Build,
    pdk: PdkOption = "sky130",
    corner: CornerOption = None,
    top: TopOption = "core",
    mapping: MappingOption = Flow().mapping,
    broken: Annotated[bool, typer.Option("--broken", help="Exchange a NAND for a NOR: it must be found.")] = False,
    data: DataOption = None,
    folder: OutOption = Path("build/results"),
) -> None:
    if pdk == GENERIC:
        raise InputError("--pdk generic: power is measured on cells of a library: name one")
    build = replace(core, top=top)
    with working(f"{pdk}: mapping onto cells"):
        design = synthesise(build, pdk, liberty_root(data), corner, replace(Flow(), mapping=mapping))
    assert design.library
    name = f"{build.network.name}-{pdk}-{build.config.slug(build.network)}{'' if top == 'core' else f'-{top}'}"
    module = equivalence.exchanged(design.module) if broken else design.module
    with working("proving"):
        found = equivalence.equivalent(equivalence.of_rtl(build), Cones(module, design.library))
    if broken and found.differs:
        out.print(f"{name}: the NOR for a NAND is found, in {found.differs}")
        return
    if broken or found.differs:
        what = f"{found.differs} is not what the RTL has" if found.differs else "the NOR for a NAND is not found"
        raise VerificationError(f"{name}: {what}")
    out.print(f"{name}: {found.flip_flops} flip-flops, {found.cones} cones equal the RTL's, {found.seconds:.1f} s")
    proof = {f"equivalence-{name}": {"result": "proven", "seconds": round(found.seconds, 2)}}
    path = write_atomic(folder / "signoff" / f"proofs.equivalence-{name}.json", json.dumps(proof, indent=2) + "\n")
    out.print(f"wrote {path}")
