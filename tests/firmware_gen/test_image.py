"""The files of a weight image hold the same bytes, and the command line says what is wrong with one."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from sparrow_ecg.firmware_gen.image import intel_hex, write_image
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.network import Network

CONTENT = bytes(np.random.default_rng(0).integers(0, 256, 132, dtype=np.uint8))


def test_every_file_holds_the_same(tmp_path):
    binary, header, memory, intel = write_image(tmp_path, CONTENT, "some")
    assert binary.read_bytes() == CONTENT
    body = header.read_text().split("{")[1].split("}")[0]
    assert bytes(int(number, 16) for number in body.split(",")) == CONTENT
    assert b"".join(bytes.fromhex(word) for word in memory.read_text().split()) == CONTENT
    assert intel.read_text() == intel_hex(CONTENT)


@pytest.mark.parametrize("size", [1, 132, 0x10000, 0x10000 + 20])
def test_intel_hex(size):
    """Read back by the format's own rules: its rows, addresses and checksums."""
    content = (CONTENT * (size // 100 + 1))[:size]
    found, high = bytearray(size), 0
    for line in intel_hex(content).splitlines():
        row = bytes.fromhex(line[1:])
        assert sum(row) % 256 == 0
        length, address, kind = row[0], int.from_bytes(row[1:3], "big"), row[3]
        if kind == 4:
            high = int.from_bytes(row[4:6], "big") << 16
        elif kind == 0:
            found[high + address : high + address + length] = row[4:-1]
    assert row[3] == 1
    assert found == content


def run(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "sparrow_ecg.firmware_gen", *map(str, arguments)], capture_output=True, text=True
    )


def test_command_line(tmp_path):
    assert run("image", "--out", tmp_path).returncode == 0
    file = tmp_path / "ecg_weights.bin"
    assert run("check-image", file).returncode == 0
    lanes = Serial.usual(Network.load("tiny"))["lanes"] - 1
    for arguments, message in (
        ((file, "--lanes", lanes), "made for geometry"),
        ((tmp_path / "absent.bin",), "no such file"),
    ):
        refused = run("check-image", *arguments)
        assert refused.returncode == 2
        assert message in refused.stderr
        assert len(refused.stderr.splitlines()) == 1
    refused = run("image", "--network", "accurate", "--chip", "tiny", "--out", tmp_path)
    assert refused.returncode == 2
    assert "but this chip is built for" in refused.stderr
