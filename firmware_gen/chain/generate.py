"""All C files of a network's chain, in one folder."""

from __future__ import annotations

from pathlib import Path

from sparrow_ecg.firmware_gen.chain.headers import front_end, network_header, tables_header
from sparrow_ecg.firmware_gen.compile import FOLDER
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE

SOURCES = Path(__file__).resolve().parents[1] / "c" / "chain"


def folder_of(network: Network, root: Path = FOLDER) -> Path:
    return root / network.name / "chain"


def generate(network: Network, folder: Path, rate: float = SAMPLING_RATE) -> list[Path]:
    """Write the C code for samples of a rate; returns the paths. Raises InputError for a network that it is not for."""
    front = front_end(network, rate)
    return [
        *(write_atomic(folder / path.name, path.read_text()) for path in sorted(SOURCES.glob("*.[ch]"))),
        write_atomic(folder / "ecg_chain_network.h", network_header(network, front)),
        write_atomic(folder / "ecg_chain_tables.h", tables_header(network, front)),
    ]
