"""Renew the parts of the docs that are made from register maps."""

from __future__ import annotations

from typing import Annotated

import typer

from sparrow_ecg.firmware_gen.host import PAGES, refresh
from sparrow_ecg.model.console import out
from sparrow_ecg.model.errors import VerificationError


def main(
    only_check: Annotated[bool, typer.Option("--check", help="Fail if one is stale, and write nothing.")] = False,
) -> None:
    stale = [page.document.name for page in PAGES if refresh(page, write=not only_check)]
    if stale and only_check:
        raise VerificationError(f"docs/{stale[0]}: its registers are stale; run `sparrow docs`")
    for page in PAGES:
        out.print(f"docs/{page.document.name}: {'renewed' if page.document.name in stale else 'fresh'}")
