"""Play the cocotb regression on every kind of core, bit for bit.

Stalls, back-pressure, resets and extremes.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from sparrow_ecg.hw.build import Build
from sparrow_ecg.model.console import err, out, working
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.verbs.options import OutOption, SeedOption
from sparrow_ecg.sim.mutation.designs import DESIGNS
from sparrow_ecg.sim.mutation.pins import Pins
from sparrow_ecg.sim.mutation.second import Second
from sparrow_ecg.sim.rtl import regression
from sparrow_ecg.sim.rtl.benches import covered, farm
from sparrow_ecg.sim.rtl.benches.scenarios import SCENARIOS


def main(
    network: Annotated[
        str | None, typer.Option("--network", "-n", help="Every config of this network only (a name or a .json file).")
    ] = None,
    seed: SeedOption = 0,
    farms: Annotated[int, typer.Option(help="How many times eight random networks on random configs.", min=0)] = 3,
    second: Annotated[bool, typer.Option("--second", help="On another simulator, chips and monitor, too.")] = False,
    folder: OutOption = Path("build/results"),
) -> None:
    if second:
        _second()
        return
    if network:
        given = Network.load(network)
        batches = [(f"every config of {given.name}", farm.every_config(given, few=4))]
    else:
        batches = [("every config of a small network", farm.every_config(regression.small_network()))]
        for i in range(farms):
            batches.append((f"random networks, seed {seed + i}", farm.random_members(seed + i, 8)))
        if farms:
            batches.append((f"random networks with convolutions, seed {seed}", farm.random_pictures(seed, 4)))
    outcomes = []
    for title, members in batches:
        out.print(f"{title}: {len(members)} cores, {len(SCENARIOS)} scenarios each")
        with working("building and playing"):
            found = regression.regress(members, seed, _Reporter(members))
        outcomes += found
    _covered(outcomes, folder)
    faults = [outcome for outcome in outcomes if outcome.fault]
    for outcome in faults:
        err.print(f"{farm.name(outcome.member)}: {outcome.scenario}: {outcome.fault}")
    cores = len({id(outcome.member) for outcome in outcomes})
    out.print(
        f"{len(outcomes) - len(faults)} of {len(outcomes)} runs on {cores} cores are right, to the bit and the cycle"
    )
    if faults:
        raise typer.Exit(1)


def _covered(outcomes: Sequence[regression.Outcome], folder: Path) -> None:
    """What was going on, and how often, by kind of core; what never was is a hole."""
    kinds: dict[str, tuple[Build, Counter[str]]] = {}
    for outcome in outcomes:
        config = outcome.member.config
        kind = f"{config.datapath}, {config.weights}" + (", power gated" if config.power_gated else "")
        kinds.setdefault(kind, (outcome.member, Counter()))[1].update(outcome.covered)
    table = Table("core", "goals", "reached", "holes", title="what went on at once")
    result = {}
    for kind, (member, seen) in sorted(kinds.items()):
        wanted, holes = covered.goals(member), covered.holes(member, seen)
        table.add_row(kind, str(len(wanted)), str(len(wanted) - len(holes)), "; ".join(holes) or "none")
        result[kind] = {"reached": {goal: seen[goal] for goal in wanted if seen[goal]}, "holes": holes}
    out.print(table)
    path = write_atomic(folder / "signoff" / "coverage.json", json.dumps(result, indent=1) + "\n")
    out.print(f"wrote {path}")


def _second() -> None:
    """Raises what a session raises when an answer is wrong."""
    for name, design in DESIGNS.items():
        with working(f"{name}: building and playing"):
            build = design.make()
            with Second(build) as simulator:
                pins = Pins(simulator)
                design.play(pins, build, 1)
        out.print(f"{name}: every answer right in Yosys' cxxrtl, in {pins.count:,} rows of pins")


class _Reporter:
    """Prints a line for each member when its last scenario is over."""

    def __init__(self, members: Sequence[Build]):
        self.members = members
        self.results: dict[int, list[str]] = {}

    def __call__(self, line: str) -> None:
        found = re.search(r"core/index=(\d+)/scenario=\w+ (passed|failed)", line)
        if not found:
            return
        results = self.results.setdefault(int(found[1]), [])
        results.append(found[2])
        if len(results) == len(SCENARIOS):
            verdict = "right" if set(results) == {"passed"} else f"WRONG in {results.count('failed')} scenarios"
            done = f"{len(self.results)}/{len(self.members)}"
            out.print(f"  {done:>6}  {farm.name(self.members[int(found[1])])}: {verdict}")
