"""All verbs as one command line: its help, and what it says of words that are no verb or no option of one."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

import sparrow_ecg
from sparrow_ecg.cli import INTERRUPTED, PACKAGES, app, verbs
from sparrow_ecg.model import console
from sparrow_ecg.model.errors import InputError

HELP = "A spiking heartbeat classifier, from ECG records to RTL, firmware and energy."


class Verbs(TyperGroup):
    """A group whose commands are imported when they are called."""

    package: str | None = None

    def list_commands(self, ctx: Any) -> list[str]:
        return list(verbs(self.package))

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        """For its line of help only, which is read without importing it: `resolve_command` has the verb itself."""
        if cmd_name not in verbs(self.package):
            return None
        module, path = verbs(self.package)[cmd_name]
        told = ast.get_docstring(ast.parse(path.read_text())) or ""
        package = module.split(".")[1]
        panel = None if self.package else f"{package}: {PACKAGES[package]}"
        return TyperCommand(cmd_name, help=told.partition("\n")[0], rich_help_panel=panel)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name not in verbs(self.package):
            close = get_close_matches(name, verbs(self.package))
            ctx.fail(f"No such command '{name}'.{f' Did you mean {close[0]}?' if close else ''}")
        return name, typer.main.get_command(app(name)), args[1:]


def group(package: str | None = None) -> TyperGroup:
    """All verbs, or those of a package."""
    kind = type("PackageVerbs", (Verbs,), {"package": package})
    told = PACKAGES[package] if package else HELP
    made = typer.Typer(name=package or "sparrow", cls=kind, help=told, no_args_is_help=True, add_completion=False)
    made.callback()(_before_any_verb)
    return typer.main.get_group(made)


def run(arguments: Sequence[str] | None = None, package: str | None = None) -> int:
    """Run a command line, by default this process's; returns the exit status, see `console.run`."""
    return console.run(lambda: _call(arguments, package))


def _call(arguments: Sequence[str] | None, package: str | None) -> int:
    try:
        status = int(group(package).main(args=arguments, standalone_mode=False) or 0)
    except typer.TyperException as error:
        said = " ".join(error.format_message().split()).rstrip(".")
        if not said:  # without a verb there is help, and no word
            return 2
        where = getattr(error, "ctx", None)
        raise InputError(f"{said}: see `{where.command_path} --help`" if where else said) from None
    if status == INTERRUPTED:  # typer has caught it
        raise KeyboardInterrupt
    return status


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sparrow-ecg {sparrow_ecg.__version__}")
        raise typer.Exit()


def _before_any_verb(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None: ...
