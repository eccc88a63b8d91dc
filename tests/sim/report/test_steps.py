"""The commands that fill signoff.json: they are real ones, a right one is not run again, a wrong one is told."""

from __future__ import annotations

import sys
from pathlib import Path

from typer.testing import CliRunner

from sparrow_ecg.cli import app
from sparrow_ecg.model.network import NETWORKS, Network
from sparrow_ecg.sim.report.steps import Step, left, steps


def test_every_shipped_network_has_its_power_and_every_command_its_options() -> None:
    found = list(steps())
    assert len({step.name for step in found}) == len(found)
    networks = {path.stem for path in NETWORKS.glob("*.json")}
    digests = {Network.load(name).digest[:8] for name in networks}
    assert {step.name.split("-")[-1] for step in found if step.name.startswith("power-")} == {*digests, "gated"}
    assert {step.arguments[2] for step in found if step.name.startswith("power-")} == networks
    gated = {step.arguments[2]: step.arguments for step in found if step.name.endswith("-gated")}
    assert "tree" in gated["tiny"]  # least when switched off: docs/ENERGY.md
    assert "mac" in gated["frugal"]
    for step in found:
        verb, *options = step.arguments
        said = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(app(verb), [*options, "--help"])
        assert said.exit_code == 0, step
        assert {option for option in options if option.startswith("--")} <= set(said.output.split()), step


def test_what_was_right_is_not_left_and_what_failed_is(tmp_path: Path) -> None:
    right, wrong = Step("upsets", 1, ("0",)), Step("formal", 1, ("3",))
    program = (sys.executable, "-c", "import sys; print('said', *sys.argv[2:]); sys.exit(int(sys.argv[1]))")
    assert right.run(tmp_path, program) == ""
    assert wrong.run(tmp_path, program) == f"said --out {tmp_path}"
    assert right.log(tmp_path).read_text() == f"said --out {tmp_path}\n"
    names = [step.name for step in left(tmp_path)]
    assert "formal" in names
    assert "upsets" not in names
