"""Tiny Tapeout: its test passes as they run it, and fails on a wrong answer; tiles hold what they are said to hold."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from cocotb_tools.runner import get_results, get_runner

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.handover import folder as handed
from sparrow_ecg.sim.handover import tinytapeout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("pyosys", reason="no pyosys: pip install -e .[silicon]")
    pytest.importorskip("systemrdl", reason="no register compiler: pip install -e .[firmware]")
    build = Build(random_network(np.random.default_rng(3), (4, 3, 2)), Serial(lanes=1), "chip")
    folder = tmp_path_factory.mktemp("project")
    for name, text in tinytapeout.files(build, handed.plain_verilog(build), 12_000).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def failures(project: Path, out: Path) -> int:
    runner = get_runner("icarus")
    sources = [*sorted((project / "src").glob("*.v")), project / "test" / "tb.v"]
    runner.build(sources=sources, hdl_toplevel="tb", build_dir=out)
    where = {"build_dir": out, "test_dir": project / "test", "results_xml": str(out / "results.xml")}
    with suppress(SystemExit):  # with which it ends when a test fails
        runner.test(hdl_toplevel="tb", test_module="test", **where)
    ran, failed = get_results(out / "results.xml")
    assert ran == 1
    return failed


@pytest.mark.skipif(not shutil.which("iverilog"), reason="no iverilog")
def test_its_own_test_passes_and_can_fail(project: Path, tmp_path: Path) -> None:
    assert failures(project, tmp_path / "good") == 0
    broken = tmp_path / "broken"
    shutil.copytree(project, broken)
    vectors = broken / "test" / "vectors.json"
    said = json.loads(vectors.read_text())
    received = bytearray.fromhex(said["beats"][-1]["received"])
    received[-1] ^= 0x80
    said["beats"][-1]["received"] = received.hex()
    vectors.write_text(json.dumps(said))
    assert failures(broken, tmp_path / "bad") == 1


def test_info_agrees_with_the_project(project: Path) -> None:
    info = (project / "info.yaml").read_text()
    top = re.search(r'top_module:  "(\w+)"', info)
    assert top
    assert re.search(rf"^module {top[1]} \($", (project / "src" / "project.v").read_text(), re.MULTILINE)
    assert {path.name for path in (project / "src").iterdir()} == set(re.findall(r'- "(\S+)"', info))
    assert len(re.findall(r"^  u(?:i|o|io)\[\d\]: ", info, re.MULTILINE)) == 24
    assert 'tiles: "1x2"' in info


@pytest.mark.parametrize(
    ("area", "size"), [(10_000, "1x1"), (11_000, "1x2"), (30_309, "2x2"), (46_000, "3x2"), (180_000, "8x2")]
)
def test_smallest_tiles(area: float, size: str) -> None:
    assert tinytapeout.tiles(area) == size
    width, height = tinytapeout.TILES[size]
    assert area <= tinytapeout.FILLED * width * height


def test_what_does_not_fit_is_said() -> None:
    with pytest.raises(InputError, match=r"200000 um2 of cells do not fit .* 8x2 tiles"):
        tinytapeout.tiles(200_000)
