"""The command line ``sparrow``, and ``python -m model``, ``hw``, ``firmware_gen`` and ``sim``, which are parts of it.

A verb is a module of a package's folder ``verbs``: its function ``main`` is what is run, its docstring the help. Help
on all verbs reads their first lines without importing them; a verb is imported when it is called.
"""

from __future__ import annotations

import ast
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from sparrow_ecg.model import console

PACKAGES = {
    "model": "Records, training, and what a network scores.",
    "hw": "Amaranth RTL of the chip, and its Verilog.",
    "firmware_gen": "Firmware for the chip: registers, driver, weight images, documentation.",
    "sim": "The RTL in simulation: bit-exactness, activity, energy.",
}
HELPERS = ("__init__", "options")  # in folders of verbs, but no verbs


@cache
def verbs(package: str | None = None) -> dict[str, tuple[str, Path]]:
    """Module and file of each verb, by its name; of all packages, or of one."""
    found = {}
    for name in (package,) if package else PACKAGES:
        for path in sorted((Path(__file__).parent / str(name) / "verbs").glob("*.py")):
            if path.stem not in HELPERS:
                found[path.stem.replace("_", "-")] = (f"sparrow_ecg.{name}.verbs.{path.stem}", path)
    return found


class Verbs(TyperGroup):
    """A group whose commands are imported when they are called."""

    package: str | None = None

    def list_commands(self, ctx: Any) -> list[str]:
        return list(verbs(self.package))

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        """For its line of help only: `resolve_command` has the verb itself."""
        if cmd_name not in verbs(self.package):
            return None
        _, path = verbs(self.package)[cmd_name]
        return TyperCommand(cmd_name, help=ast.get_docstring(ast.parse(path.read_text())))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, found, rest = super().resolve_command(ctx, args)
        return name, typer.main.get_command(app(name)) if name else found, rest


def app(name: str) -> typer.Typer:
    """The command line of one verb."""
    module, _ = verbs()[name]
    verb = import_module(module)
    made = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    made.command(name, help=verb.__doc__)(verb.main)
    return made


def group(package: str | None = None) -> TyperGroup:
    """All verbs, or those of a package."""
    kind: Any = type("PackageVerbs", (Verbs,), {"package": package})
    return kind(name=package or "sparrow", help=PACKAGES[package] if package else __doc__, no_args_is_help=True)


def run(package: str | None = None) -> NoReturn:
    console.run(group(package), f"python -m {package}" if package else "sparrow")


def main() -> NoReturn:
    """The entry point ``sparrow``."""
    run()
