"""Renew the figures in README and docs from sim/report/results.json."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import out
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.sim.report import figures as figures_of


def main(
    collect: Annotated[bool, typer.Option("--collect", help="First take what is in --results.")] = False,
    only_check: Annotated[
        bool, typer.Option("--check", help="Fail if a figure in the text is stale, and leave the text alone.")
    ] = False,
    results: Annotated[Path, typer.Option(help="Where verbs left their results.")] = Path("build/results"),
) -> None:
    figures, texts = figures_of.load()
    if collect:
        known, figures = figures, figures_of.collect(figures, results, lambda line: out.print(line))
        for name, figure in figures.items():
            if figure.value != known[name].value:
                out.print(f"{name}: {figure.value:g} {figure.unit}, was {known[name].value:g}")
        out.print(figures_of.save(figures))
    for name in figures_of.outdated(figures):
        out.print(f"{name}: its network has changed since: run `{figures[name].command}`")
    stale = figures_of.check(figures, texts) if only_check else figures_of.renew(figures, texts)
    for found in stale:
        out.print(str(found))
    if figures_of.outdated(figures):
        raise VerificationError("figures of networks that have changed; measure, then `sparrow figures --collect`")
    if stale and only_check:
        raise VerificationError(f"{len(stale)} figures in the text are stale; run `sparrow figures`")
    taken = sum(figure.collected for figure in figures.values())
    verdict = f"{len(stale)} renewed" if stale else "all are in the text"
    out.print(f"{len(figures)} figures, {taken} of them collected from results: {verdict}")
