"""The folder of a chain."""

from pathlib import Path

from sparrow_ecg.firmware_gen.chain.generate import SOURCES, folder_of, generate
from sparrow_ecg.model.network import Network


def test_everything_that_is_included_is_there(tmp_path: Path) -> None:
    network = Network.load("tiny")
    written = generate(network, folder_of(network, tmp_path), 500)
    assert {path.parent for path in written} == {tmp_path / "tiny" / "chain"}
    names = {path.name for path in written}
    assert names == {path.name for path in SOURCES.iterdir()} | {"ecg_chain_network.h", "ecg_chain_tables.h"}
    included = {
        line.split('"')[1] for path in written for line in path.read_text().splitlines() if '#include "' in line
    }
    assert included <= names
