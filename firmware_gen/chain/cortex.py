"""What the chain takes on an Arm Cortex-M0: bytes by the cross compiler, instructions by an emulator, cycles by Arm's
table.

QEMU runs the program, of which every instruction is known by its address, and counts no cycles. Cycles are summed from
the table of the Cortex-M0's manual (ARM DDI 0432C, table 3-1), for memory without wait states and the multiplier that
takes one cycle: an estimate, in which flash that is slower than the core, and interrupts, are not.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sparrow_ecg.firmware_gen.chain.decisions import Decisions, at_rate, decide
from sparrow_ecg.firmware_gen.chain.generate import SOURCES, generate
from sparrow_ecg.firmware_gen.chain.headers import front_end
from sparrow_ecg.firmware_gen.chain.library import DEFINED
from sparrow_ecg.firmware_gen.compile import compile_c, compilers
from sparrow_ecg.firmware_gen.text import array
from sparrow_ecg.model.errors import InputError, VerificationError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE
from sparrow_ecg.model.signals.ecg.synthetic import generate as generate_ecg

COMPILER, EMULATOR = "arm-none-eabi-gcc", "qemu-system-arm"
PACKAGES = {COMPILER: "gcc-arm-none-eabi libnewlib-arm-none-eabi", EMULATOR: "qemu-system-arm"}  # of Debian
BARE = SOURCES.parent / "cortex"
LEVELS = ("-Os", "-O2")
SECONDS = 30  # of generated ECG
ENTRY = "ecg_chain_push"
OUTSIDE = ("main", "reset", "ecg_chain_init")  # what calls it, and what comes before
TAKEN = 3  # cycles of a branch that is taken
BRANCH = 2  # bytes of one that may be taken or not


@dataclass(frozen=True)
class Size:
    """Bytes: ``code`` and ``tables`` in flash, ``state`` in RAM (the struct), and at most ``stack`` beside it."""

    code: int
    tables: int
    state: int
    stack: int


@dataclass(frozen=True)
class Work:
    """Instructions, or cycles, of a sample: on average and at most."""

    mean: float
    most: int


@dataclass(frozen=True)
class Measured:
    level: str
    size: Size
    instructions: Work
    cycles: Work


def missing() -> list[str]:
    """Programs that a measurement needs and this machine has not."""
    return [program for program in PACKAGES if not shutil.which(program)]


def measure(network: Network, rate: float = SAMPLING_RATE, seconds: float = SECONDS) -> list[Measured]:
    """At each level of optimisation, on generated ECG, once the beats are those of the golden model.

    Raises InputError without the tools, and VerificationError for a beat that is not the golden model's.
    """
    if lacking := missing():
        raise InputError(
            f"no {', '.join(lacking)}: on Debian `apt install {' '.join(PACKAGES[name] for name in lacking)}`"
        )
    front = front_end(network, rate)
    codes = at_rate(generate_ecg("cortex", seconds).codes, front.ticks)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate(network, folder, rate)
        for path in BARE.iterdir():
            shutil.copy(path, folder)
        write_atomic(folder / "ecg_chain_samples.h", samples_header(codes, decide(network, front, codes)))
        return [_measure(folder, level, len(codes)) for level in LEVELS]


def samples_header(codes: np.ndarray, answers: Decisions) -> str:
    """Samples, and the beats that they have by the golden model."""
    classes = np.where(answers.judged, answers.classes, DEFINED["UNJUDGED"])
    lines = [
        "/* Generated. */",
        f"#define ECG_CHAIN_GIVEN {len(codes)}u",
        f"#define ECG_CHAIN_ANSWERS {len(classes)}u",
        "",
        *array("uint16_t", "ecg_chain_samples", codes.tolist()),
        *array("uint32_t", "ecg_chain_peaks", answers.peak.tolist()),
        *array("uint8_t", "ecg_chain_classes", classes.tolist()),
        *array("int32_t", "ecg_chain_potentials", answers.potentials.ravel().tolist()),
    ]
    return "\n".join(lines)


def _measure(folder: Path, level: str, samples: int) -> Measured:
    command = [word for word in compilers()[COMPILER] if word != "-ffreestanding"]
    compile_c(command, folder, level, "-fstack-usage", "-c", "-o", "ecg_chain.o", "ecg_chain.c")
    linked = ("-nostartfiles", "-T", "ecg_chain_m0.ld", "-o", "m0.elf")
    compile_c(command, folder, level, *linked, "ecg_chain_m0.c", "ecg_chain.o")
    elf = folder / "m0.elf"
    cost = costs(_said("arm-none-eabi-objdump", "-d", "--no-show-raw-insn", elf))
    per_sample = per_call(trace(elf), cost, *_outside(elf))
    if len(per_sample) != samples:
        raise VerificationError(f"{samples} samples, but the emulator ran {len(per_sample)}")
    instructions, cycles = (Work(float(column.mean()), int(column.max())) for column in per_sample.T)
    return Measured(level, size(folder), instructions, cycles)


def size(folder: Path) -> Size:
    """Of ``ecg_chain.o`` and its stack usage, and of the state in ``m0.elf``."""
    sections = dict(re.findall(r"^(\.\w+)\S*\s+(\d+)", _said("arm-none-eabi-size", "-A", folder / "ecg_chain.o"), re.M))
    frames = [int(line.split("\t")[1]) for line in (folder / "ecg_chain.su").read_text().splitlines()]
    state = next(length for _, length, name in symbols(folder / "m0.elf") if name == "chain")
    return Size(int(sections[".text"]), int(sections.get(".rodata", 0)), state, sum(frames))


def symbols(elf: Path) -> Iterator[tuple[int, int, str]]:
    """Address, size and name of each."""
    for line in _said("arm-none-eabi-nm", "-S", elf).splitlines():
        if found := re.fullmatch(r"([0-9a-f]+) ([0-9a-f]+) \w (\w+)", line):
            yield int(found[1], 16), int(found[2], 16), found[3]


def _outside(elf: Path) -> tuple[int, Callable[[int], bool]]:
    """Where a sample's work begins, and what is none of it."""
    known = {name: range(start, start + length) for start, length, name in symbols(elf)}
    others = [known[name] for name in OUTSIDE if name in known]
    return known[ENTRY].start, lambda address: any(address in other for other in others)


def costs(disassembly: str) -> dict[int, tuple[int, int]]:
    """By address of an instruction: cycles if the next one follows it in memory, and if it does not."""
    found = re.findall(r"^ +([0-9a-f]+):\t(\S+)(?:\t(.*))?$", disassembly, re.MULTILINE)
    return {int(address, 16): _cost(name.removesuffix(".n"), operands) for address, name, operands in found}


def _cost(name: str, operands: str) -> tuple[int, int]:
    listed = operands.partition("{")[2].partition("}")[0]
    registers = len(listed.split(","))
    if name == "pop" and "pc" in listed:
        return (4 + registers,) * 2
    if name in ("push", "pop") or name.startswith(("ldm", "stm")):
        return (1 + registers,) * 2
    if name.startswith(("ldr", "str")):
        return 2, 2
    if name == "bl":
        return 4, 4
    if name in ("b", "bx", "blx") or (name in ("mov", "add") and operands.startswith("pc")):
        return TAKEN, TAKEN
    if re.fullmatch("b(eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)", name):
        return 1, TAKEN
    return 1, 1


def trace(elf: Path) -> Iterator[int]:
    """Addresses of all instructions that the program runs, in their order. Raises VerificationError if it fails."""
    command = [EMULATOR, "-M", "microbit", "-display", "none", "-serial", "none", "-monitor", "none", "-semihosting"]
    command += ["-kernel", str(elf), "-singlestep", "-d", "exec,nochain"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL) as emulator:
        assert emulator.stderr
        for line in emulator.stderr:
            if line.startswith(b"Trace"):
                yield int(line.split(b"/", 2)[1], 16)
    if emulator.returncode:
        raise VerificationError("on the emulated Cortex-M0 the chain does not tell what the golden model tells")


def per_call(
    addresses: Iterable[int], cost: dict[int, tuple[int, int]], entry: int, outside: Callable[[int], bool]
) -> np.ndarray:
    """Instructions and cycles from each run of ``entry`` until something outside runs: int64[calls, 2]."""
    calls: list[list[int]] = []
    inside, before = False, -1
    is_outside = {address: outside(address) for address in cost}
    for address in addresses:
        if inside:
            calls[-1][1] += cost[before][address - before != BRANCH]
        if address == entry:
            calls.append([0, 0])
            inside = True
        elif inside and is_outside[address]:
            inside = False
        if inside:
            calls[-1][0] += 1
        before = address
    return np.array(calls, np.int64).reshape(-1, 2)


def _said(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
