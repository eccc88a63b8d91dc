"""The command line ``sparrow``, and ``python -m model``, ``hw``, ``firmware_gen`` and ``sim``, which are parts of it.

A verb is a module of a package's folder ``verbs``: its function ``main`` is what is run, its docstring the help; it is
imported when it is called. Nothing that takes long to import is imported here before `run` watches over it: Ctrl-C is
said in one line from the start.
"""

from __future__ import annotations

import signal
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from typer import Typer

PACKAGES = {
    "model": "Records, training, and what a network scores.",
    "hw": "Amaranth RTL of the chip, and its Verilog.",
    "firmware_gen": "Firmware for the chip: driver, weight images, documentation.",
    "sim": "The RTL in simulation: bit-exactness, activity, energy.",
}
HELPERS = ("__init__", "options")  # in folders of verbs, but no verbs
INTERRUPTED = 128 + signal.SIGINT


@cache
def verbs(package: str | None = None) -> dict[str, tuple[str, Path]]:
    """Module and file of each verb, by its name; of all packages, or of one."""
    found = {}
    for name in (package,) if package else PACKAGES:
        for path in sorted((Path(__file__).parent / str(name) / "verbs").glob("*.py")):
            if path.stem not in HELPERS:
                found[path.stem.replace("_", "-")] = (f"sparrow_ecg.{name}.verbs.{path.stem}", path)
    return found


def app(name: str) -> Typer:
    """The command line of one verb."""
    from typer import Typer

    module, _ = verbs()[name]
    verb = import_module(module)
    made = Typer(add_completion=False, pretty_exceptions_enable=False)
    made.command(name, help=verb.__doc__)(verb.main)
    return made


def _interrupt(*_: object) -> NoReturn:
    import logging  # takes a while to import

    logging.disable()  # what libraries have to say about being interrupted
    raise KeyboardInterrupt


def run(package: str | None = None) -> NoReturn:
    """Run the verbs of all packages, or of one, and end the process."""
    signal.signal(signal.SIGINT, _interrupt)
    try:
        status = import_module("sparrow_ecg.commands").run(package=package)  # takes long, and imports this module
    except KeyboardInterrupt:  # while importing; `commands.run` sees to the rest
        print("interrupted", file=sys.stderr)
        status = INTERRUPTED
    if status == INTERRUPTED:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # once more, while Python ends: no word about it
    sys.exit(status)


def main() -> NoReturn:
    """The entry point ``sparrow``."""
    run()
