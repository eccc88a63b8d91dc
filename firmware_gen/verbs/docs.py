"""Renew the generated part of docs/HOST.md from the register map."""

from __future__ import annotations

from typing import Annotated

import typer

from sparrow_ecg.firmware_gen.host import refresh
from sparrow_ecg.hw.host.registers.map import MapParameters, compile_map
from sparrow_ecg.model.console import out
from sparrow_ecg.model.errors import VerificationError


def main(
    only_check: Annotated[bool, typer.Option("--check", help="Fail if it is stale, and write nothing.")] = False,
) -> None:
    stale = refresh(compile_map(MapParameters()), write=not only_check)
    if stale and only_check:
        raise VerificationError("docs/HOST.md: its registers are stale; run `sparrow docs`")
    out.print(f"docs/HOST.md: {'renewed' if stale else 'fresh'}")
