"""The Verilog is always the same, and its metadata tells the truth about it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.catalog import from_dict
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.drawn import random_network

CONFIGS = [Serial(2, *rest) for rest in product(("rom", "ram"), ("ssf", "if"), (True, False))]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def network() -> Network:
    return random_network(np.random.default_rng(1), (6, 5, 3), steps=7, weight_bits=4, input_bits=3)


@pytest.fixture(scope="module", params=CONFIGS, ids=str)
def generated(request: pytest.FixtureRequest, network: Network) -> Build:
    return Build(network, request.param)


def test_same_bytes_again(generated: Build, network: Network) -> None:
    config, verilog = generated.config, generated
    again = Build(network, config)
    assert again.verilog == verilog.verilog
    assert again.describe() == verilog.describe()


@pytest.mark.parametrize("hash_seed", ["1", "271"])
def test_same_bytes_in_another_process(tmp_path: Path, network: Network, hash_seed: str) -> None:
    path = network.save(tmp_path / "network.json")
    script = (
        "import hashlib, json, sys; from sparrow_ecg.hw.build import Build;"
        "from sparrow_ecg.hw.core.serial import Serial;"
        "from sparrow_ecg.model.network import Network; n = Network.load(sys.argv[1]);"
        "made = [Build(n, Serial(2, *rest)) for rest in (('rom', 'ssf'), ('ram', 'if'))];"
        "print(hashlib.sha256(''.join(v.verilog + json.dumps(v.describe()) for v in made).encode()).hexdigest())"
    )
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    told = subprocess.run(
        [sys.executable, "-c", script, str(path)], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    made = [Build(network, Serial(2, *rest)) for rest in (("rom", "ssf"), ("ram", "if"))]
    here = "".join(verilog.verilog + json.dumps(verilog.describe()) for verilog in made)
    assert told.stdout.strip() == hashlib.sha256(here.encode()).hexdigest()


def top_module(text: str) -> str:
    return re.search(r"^module core\(.*?^endmodule", text, re.MULTILINE | re.DOTALL)[0]


def declared(text: str, kind: str) -> dict[str, int]:
    """Bits of each name that is declared in the module as this kind."""
    found = re.findall(
        rf"^  {kind} (?:wire |reg )?(?:signed )?(?:\[(\d+):0\] )?(\w+)(?: = [^;]+)?;", text, re.MULTILINE
    )
    return {name: int(high or 0) + 1 for high, name in found}


def test_ports_are_those_of_the_verilog(generated: Build) -> None:
    verilog = generated
    top = top_module(verilog.verilog)
    described = {direction: {} for direction in ("in", "out")}
    for port in verilog.describe()["ports"]:
        described[port["direction"]][port["name"]] = port["bits"]
    assert described == {"in": declared(top, "input"), "out": declared(top, "output")}


def test_probes_are_in_the_verilog(generated: Build) -> None:
    verilog = generated
    top = top_module(verilog.verilog)
    signals = declared(top, "wire") | declared(top, "reg")
    assert verilog.describe()["probe_layer"] in signals
    for name, probe in verilog.describe()["probes"].items():
        assert signals[probe["signal"]] == probe["bits"], name
        assert probe["count"] in ("ones", "sum")


def test_metadata_of_network_and_config(generated: Build, network: Network) -> None:
    config, verilog = generated.config, generated
    metadata = json.loads(json.dumps(verilog.describe()))
    assert metadata["network"]["digest"] == network.digest
    assert from_dict(metadata["config"]) == config
    fields = metadata["result"]
    total = sum(field["bits"] for field in fields.values())
    assert [port["bits"] for port in metadata["ports"] if port["name"] == "result__payload"] == [total]
    image = config.image(verilog.geometry).of(network) if config.weights == "ram" else b""
    assert metadata["image_bytes"] == len(image)
    assert [(table["words"], table["name"]) for table in metadata["tables"]] == [
        (1, "thresholds"),
        (5, "biases"),
        (3 * 6 + 2 * 5, "weights"),
    ]


def test_two_networks_share_no_module(network: Network) -> None:
    """So that both can be in one design."""
    texts = []
    for name in ("tiny", "frugal-intra-1"):
        build = Build(replace(network, name=name), CONFIGS[0])
        texts.append(build.convert(build.module))
    one, other = (set(re.findall(r"^module (\S+?)[ (]", text, re.MULTILINE)) for text in texts)
    assert "sparrow_frugal_intra_1_core" in other
    assert one & other == set()


def test_saved_whole_beside_each_other(tmp_path: Path, network: Network) -> None:
    verilog = Build(network, CONFIGS[0])
    text, metadata = verilog.save(tmp_path / "new", "core")
    module = re.compile(rf"\b{verilog.module}\b")
    assert module.sub("core", text.read_text()) == verilog.verilog  # nothing but the name
    assert json.loads(metadata.read_text()) == json.loads(json.dumps(verilog.describe()))
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["core.json", "core.v"]
