"""The compiled C tells what the golden models tell: every beat, time, count, potential and class, whatever comes in."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.firmware_gen.chain.check import check, codes_of
from sparrow_ecg.firmware_gen.chain.decisions import at_rate
from sparrow_ecg.firmware_gen.chain.generate import SOURCES, generate
from sparrow_ecg.firmware_gen.chain.library import DEFINED, Chain
from sparrow_ecg.firmware_gen.compile import compile_c, compilers
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.frontend.frontend import HIGHEST, PROBES
from sparrow_ecg.model.frontend.stream import Stream
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.model.signals.ecg import synthetic
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.signals.ecg.records import read_record
from tests.support.examples import examples

TINY, FRUGAL = Network.load("tiny"), Network.load("frugal")
Compiled = Callable[[Network, float], Chain]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """The chain of a network at a rate, compiled once."""
    return cache(lambda network, rate=360: Chain(network, tmp_path_factory.mktemp("chain"), rate))


@pytest.mark.parametrize("rate", [125, 128, 250, 257.3, 360, 500, 1000])
@pytest.mark.parametrize("network", [TINY, FRUGAL], ids=["tiny", "frugal"])
def test_any_rate(compiled: Compiled, network: Network, rate: float) -> None:
    found = check(compiled(network, rate), synthetic.generate("a", seconds=30, seed=3).codes, f"{rate} Hz")
    assert found.judged > 20


@pytest.mark.parametrize("network", [TINY, FRUGAL], ids=["tiny", "frugal"])
def test_sample_by_sample(compiled: Compiled, network: Network) -> None:
    """Against the front end as hardware is, and the sample with which each beat is told."""
    chain = compiled(network, 250)
    codes = at_rate(synthetic.generate("b", seconds=30, seed=5).codes, chain.front.ticks)
    stream, told = Stream(chain.front), chain.run(codes)
    beats = [(sample, beat, counts) for sample, code in enumerate(codes.tolist()) for beat, counts in stream.push(code)]
    assert told.sample.tolist() == [sample for sample, _, _ in beats]
    assert told.peak.tolist() == [beat.peak for _, beat, _ in beats]
    assert told.rhythm.tolist() == [list(beat.rhythm) for _, beat, _ in beats]
    assert told.counts[told.judged].tolist() == [counts for _, _, counts in beats if counts]
    assert told.classes[told.judged].tolist() == golden.run(network, told.counts[told.judged]).classes.tolist()


def pulses(rng: np.random.Generator) -> np.ndarray:
    """Pulses of all heights on a quiet line, close and far apart: beats that are small, early, overdue and missed."""
    codes = 1000 + rng.integers(0, 4, 40000)
    at = 0
    while (at := at + int(rng.integers(80, 400) if rng.random() < 0.9 else rng.integers(900, 2500))) < len(codes):
        codes[at : at + int(rng.integers(2, 10))] += int(2 ** rng.uniform(3, 10))
    return codes


@examples(30)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["rails", "walk", "noise", "spikes", "flat", "off", "pulses"]))
def test_whatever_comes_in(compiled: Compiled, seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    noise = rng.integers(0, HIGHEST + 1, 8000)
    codes = {
        "rails": np.where(rng.random(8000) < 0.5, 0, HIGHEST),
        "walk": np.clip(1024 + np.cumsum(rng.integers(-40, 41, 8000)), 0, HIGHEST),
        "noise": noise,
        "spikes": np.where(rng.random(8000) < 0.01, noise, 1024 + noise % 8),
        "pulses": pulses(rng),
        "flat": np.where(np.arange(8000) // 700 % 2, 1000, 1000 + noise % 300),
        "off": np.where(
            np.arange(8000) // 2000 % 2, HIGHEST, synthetic.generate("c", seconds=30, seed=seed % 9).codes[:8000]
        ),
    }[kind]
    check(compiled(TINY if seed % 2 else FRUGAL, (360, 125)[seed // 2 % 2]), codes, f"{kind}, seed {seed}")


@pytest.mark.parametrize("kind", ["pulses", "off", "noise"])
def test_all_that_is_kept_after_every_block(compiled: Compiled, kind: str) -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(0, HIGHEST + 1, 4000) if kind == "noise" else pulses(rng)
    if kind == "off":
        codes[(np.arange(len(codes)) // 1000) % 3 == 2] = HIGHEST
    chain = compiled(FRUGAL, 360)
    state, beat = ctypes.create_string_buffer(chain.size), ctypes.create_string_buffer(64)
    names = [name for names in PROBES.values() for name in names]
    kept = (ctypes.c_int32 * len(names))()
    chain.library.ecg_chain_init(state)
    states = chain.front.run(codes, probed=True).states
    assert states is not None
    for block, expected in enumerate(states.tolist()):
        for code in codes[BLOCK * block : BLOCK * (block + 1)].tolist():
            chain.library.ecg_chain_push(state, code, beat)
        chain.library.ecg_chain_state(state, kept)
        assert dict(zip(names, kept, strict=True)) == dict(zip(names, expected, strict=True)), block


def test_a_lead_that_is_off_is_said(compiled: Compiled) -> None:
    codes = synthetic.generate("a", seconds=60, seed=5).codes.copy()
    codes[20 * 360 : 40 * 360] = HIGHEST
    assert check(compiled(TINY, 360), codes, "off").beats > 10
    off = compiled(TINY, 360).run(codes).off
    assert off.sum() == pytest.approx(20 * 360, abs=180)
    assert not off[: 20 * 360].any()


def other_networks() -> list[Network]:
    """Networks of forms that no shipped one has: no features, one layer, wide counts and weights, a deep one."""
    rng = np.random.default_rng(0)
    plain = Encoding(before=32, block=4, blocks=20, input_bits=6)
    long = Encoding(before=0, block=16, blocks=12, input_bits=8, features=("range", "mean"))
    return [
        replace(
            random_network(rng, shape, steps=steps, weight_bits=bits, input_bits=coding.input_bits), encoding=coding
        )
        for coding, shape, steps, bits in (
            (plain, (20, 3), 1, 4),
            (plain, (20, 9, 2), 1000, 12),
            (long, (14, 300, 7, 5, 3), 31, 6),
            (long, (14, 1), 5, 2),
        )
    ]


@pytest.mark.parametrize("network", other_networks(), ids=lambda network: "-".join(map(str, network.shape)))
def test_other_networks(compiled: Compiled, network: Network) -> None:
    codes = synthetic.generate("a", seconds=30, seed=8).codes
    assert check(compiled(network, 360), codes, "another network").judged > 20


def test_a_recorded_one(compiled: Compiled, mitdb: Path) -> None:
    codes = codes_of(read_record(mitdb, "207"))
    for network in (TINY, FRUGAL):
        assert check(compiled(network, 360), codes, "record 207").samples == 650000


def test_null_pointers_are_refused_and_high_codes_are_the_highest(compiled: Compiled) -> None:
    chain = compiled(TINY, 360)
    state, beat = ctypes.create_string_buffer(chain.size), ctypes.create_string_buffer(64)
    assert chain.library.ecg_chain_init(None) == DEFINED["ERROR"] == -1
    assert chain.library.ecg_chain_init(state) == 0
    assert chain.library.ecg_chain_push(None, 1, beat) == -1
    assert chain.library.ecg_chain_push(state, 1, None) == -1
    assert chain.library.ecg_chain_push(state, 1, beat) == 0
    codes = synthetic.generate("a", seconds=10, seed=5).codes.copy()
    codes[1000:1200] = 65535
    off = chain.run(codes).off
    assert off.any()
    assert off.tolist() == chain.run(np.minimum(codes, HIGHEST)).off.tolist()


def test_every_compiler_here_takes_it_without_a_warning(tmp_path: Path) -> None:
    for network in (TINY, *other_networks()):
        generate(network, tmp_path)
        for command in compilers().values():
            sources = {path.name for path in SOURCES.glob("*.c")}
            for source in sources - ({"ecg_chain_main.c"} if "-ffreestanding" in command else set()):
                compile_c(command, tmp_path, "-fsyntax-only", source)


def test_the_loop_of_the_document_compiles(tmp_path: Path) -> None:
    document = (Path(__file__).parents[3] / "docs" / "CHAIN.md").read_text()
    loop = re.findall(r"```c\n(.*?)```", document, re.DOTALL)
    assert len(loop) == 1
    generate(TINY, tmp_path)
    board = "#include <stdint.h>\nuint16_t next_sample(void);\nvoid warn_lead_off(void);\n"
    board += "void report(uint32_t peak, uint8_t klass, uint16_t rr);\n"
    (tmp_path / "loop.c").write_text(board + loop[0])
    compile_c(["gcc"], tmp_path, "-fsyntax-only", "loop.c")


def test_integers_only_no_heap_no_recursion_no_globals(tmp_path: Path) -> None:
    generate(FRUGAL, tmp_path)
    code = re.sub(r"/\*.*?\*/", "", (tmp_path / "ecg_chain.c").read_text(), flags=re.DOTALL)
    assert not re.search(r"\b(float|double|malloc|calloc)\b|[/%]", re.sub('#include ".*"', "", code))
    names = re.findall(r"^(?:static )?\w+ (\w+)\([^;]*?\)\n\{(.*?)^\}", code, re.MULTILINE | re.DOTALL)
    assert len(names) > 15
    for k, (name, _) in enumerate(names):  # each calls those above it only
        assert not [body for _, body in names[: k + 1] if re.search(rf"\b{name}\(", body)]
    command = compilers().get("arm-none-eabi-gcc", ["gcc"])
    compile_c(command, tmp_path, "-c", "-o", "chain.o", "ecg_chain.c")
    nm = shutil.which(command[0].replace("gcc", "nm")) or "nm"
    symbols = subprocess.run([nm, tmp_path / "chain.o"], capture_output=True, text=True, check=True).stdout
    kinds = {line.split()[-1]: line.split()[-2] for line in symbols.splitlines()}
    assert not [name for name, kind in kinds.items() if kind in "bBdDC"]
    assert {name for name, kind in kinds.items() if kind == "U"} <= {"memset", "memcpy", "__stack_chk_fail"}


def test_the_example(tmp_path: Path, compiled: Compiled) -> None:
    codes = synthetic.generate("a", seconds=20, seed=5).codes.copy()
    codes[4000:4500] = 0
    generate(TINY, tmp_path)
    compile_c(["gcc"], tmp_path, "-o", "chain", "ecg_chain.c", "ecg_chain_main.c")
    given = "\n".join(map(str, codes.tolist()))
    said = subprocess.run([tmp_path / "chain"], input=given, capture_output=True, text=True, check=True).stdout
    told = compiled(TINY, 360).run(codes)
    beats = [line for line in said.splitlines() if " beat " in line]
    assert beats == [
        f"{sample} beat peak {peak} rr {rhythm[0]} class {TINY.classes[klass] if judged else 'unjudged'}"
        for sample, peak, rhythm, klass, judged in zip(
            told.sample, told.peak, told.rhythm, told.classes, told.judged, strict=True
        )
    ]
    assert [line.split(maxsplit=1)[1] for line in said.splitlines() if " lead " in line] == ["lead off", "lead on"]
