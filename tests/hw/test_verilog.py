"""The Verilog is always the same, and its metadata tells the truth about it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.core.tables import CoreImage
from sparrow_ecg.hw.verilog import Verilog, generate
from sparrow_ecg.model.network.network import Network
from sparrow_ecg.sim.rtl.benches.networks import random_network

CONFIGS = [CoreConfig(2, *rest) for rest in product(("rom", "ram"), ("ssf", "if"), (True, False))]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def network() -> Network:
    return random_network(np.random.default_rng(1), (6, 5, 3), steps=7, weight_bits=4, input_bits=3)


@pytest.fixture(scope="module", params=CONFIGS, ids=str)
def generated(request: pytest.FixtureRequest, network: Network) -> tuple[CoreConfig, Verilog]:
    return request.param, generate(network, request.param)


def test_same_bytes_again(generated: tuple[CoreConfig, Verilog], network: Network) -> None:
    config, verilog = generated
    again = generate(network, config)
    assert again.text == verilog.text
    assert again.metadata == verilog.metadata


@pytest.mark.parametrize("hash_seed", ["1", "271"])
def test_same_bytes_in_another_process(tmp_path: Path, network: Network, hash_seed: str) -> None:
    path = network.save(tmp_path / "network.json")
    script = (
        "import hashlib, json, sys; from sparrow_ecg.hw.config import *; from sparrow_ecg.hw.verilog import generate;"
        "from sparrow_ecg.model.network.network import Network; n = Network.load(sys.argv[1]);"
        "made = [generate(n, CoreConfig(2, *rest)) for rest in (('rom', 'ssf'), ('ram', 'if'))];"
        "print(hashlib.sha256(''.join(v.text + json.dumps(v.metadata) for v in made).encode()).hexdigest())"
    )
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    told = subprocess.run(
        [sys.executable, "-c", script, str(path)], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    made = [generate(network, CoreConfig(2, *rest)) for rest in (("rom", "ssf"), ("ram", "if"))]
    here = "".join(verilog.text + json.dumps(verilog.metadata) for verilog in made)
    assert told.stdout.strip() == hashlib.sha256(here.encode()).hexdigest()


def top_module(text: str) -> str:
    return re.search(r"^module core\(.*?^endmodule", text, re.MULTILINE | re.DOTALL)[0]


def declared(text: str, kind: str) -> dict[str, int]:
    """Bits of each name that is declared in the module as this kind."""
    found = re.findall(
        rf"^  {kind} (?:wire |reg )?(?:signed )?(?:\[(\d+):0\] )?(\w+)(?: = [^;]+)?;", text, re.MULTILINE
    )
    return {name: int(high or 0) + 1 for high, name in found}


def test_ports_are_those_of_the_verilog(generated: tuple[CoreConfig, Verilog]) -> None:
    _, verilog = generated
    top = top_module(verilog.text)
    described = {direction: {} for direction in ("in", "out")}
    for port in verilog.metadata["ports"]:
        described[port["direction"]][port["name"]] = port["bits"]
    assert described == {"in": declared(top, "input"), "out": declared(top, "output")}


def test_probes_are_in_the_verilog(generated: tuple[CoreConfig, Verilog]) -> None:
    _, verilog = generated
    top = top_module(verilog.text)
    signals = declared(top, "wire") | declared(top, "reg")
    assert verilog.metadata["probe_layer"] in signals
    for name, probe in verilog.metadata["probes"].items():
        assert signals[probe["signal"]] == probe["bits"], name
        assert probe["count"] in ("ones", "sum")


def test_metadata_of_network_and_config(generated: tuple[CoreConfig, Verilog], network: Network) -> None:
    config, verilog = generated
    metadata = json.loads(json.dumps(verilog.metadata))
    assert metadata["network"]["digest"] == network.digest
    assert CoreConfig(**metadata["config"]) == config
    fields = metadata["result"]
    total = sum(field["bits"] for field in fields.values())
    assert [port["bits"] for port in metadata["ports"] if port["name"] == "result__payload"] == [total]
    image = CoreImage(verilog.geometry, config).of(network) if config.weights == "ram" else b""
    assert metadata["image_bytes"] == len(image)
    assert [(table["words"], table["name"]) for table in metadata["tables"]] == [
        (1, "thresholds"),
        (5, "biases"),
        (3 * 6 + 2 * 5, "weights"),
    ]


def test_saved_whole_beside_each_other(tmp_path: Path, network: Network) -> None:
    verilog = generate(network, CONFIGS[0])
    text, metadata = verilog.save(tmp_path / "new", "core")
    assert text.read_text() == verilog.text
    assert json.loads(metadata.read_text()) == json.loads(json.dumps(verilog.metadata))
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["core.json", "core.v"]
