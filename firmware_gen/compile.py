"""Compiles the generated C: the flags that it must pass, and shared libraries for this machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from sparrow_ecg.model.errors import InputError

FOLDER = Path("build/firmware")  # where it is generated
DRIVER = ("ecg_port.c", "ecg_driver.c", "ecg_example.c")
STRICT = ("-std=c99", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Wconversion", "-Wshadow")


def compilers() -> dict[str, list[str]]:
    """What can compile here, by name: gcc, clang, Arm's gcc, and gcc for 32 bits (which needs no libraries)."""
    known = {
        "gcc": ["gcc"],
        "clang": ["clang"],
        "arm-none-eabi-gcc": ["arm-none-eabi-gcc", "-mcpu=cortex-m0", "-mthumb", "-ffreestanding"],
        "gcc -m32": ["gcc", "-m32", "-ffreestanding"],
    }
    return {name: command for name, command in known.items() if shutil.which(command[0])}


def compile_c(command: list[str], folder: Path, *more: str) -> str:
    """Run a compiler in the folder of the generated files. Raises InputError with the first line it complains in."""
    done = subprocess.run([*command, *STRICT, *more], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        first = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr[:200])
        raise InputError(f"{command[0]} refuses what is in {folder}: {first}")
    return done.stderr


def shared_library(folder: Path, *sources: str, name: str = "ecg.so") -> Path:
    """Sources in a folder as a shared library, by default those of driver and example."""
    command = next(iter(compilers().values()), None)
    if not command:
        raise InputError("no C compiler: install gcc or clang")
    compile_c(command, folder, "-shared", "-fPIC", "-o", name, *(sources or DRIVER))
    return folder / name
