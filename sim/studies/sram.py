"""What stands beside a core's SRAM macros: the rest of the core, from gate-level figures that were made before."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.network import Network

REST_PDK = "ihp130"  # standard cells of the macros' process
TABLES = ("biases", "weights")  # in the order of an image's sections, and the names of their blocks


def rest(folder: Path, network: Network, config: Serial) -> dict[str, Any] | None:
    """The same core without its tables, from the gate-level figures of its ``rom`` build on the same process: that
    build's blocks other than the tables. None when ``gatepower`` has not made them for this network and config, in
    blocks of their own (``--no-flat``).

    The ``ram`` build's wider potentials and its loader are not in it.
    """
    for path in sorted(folder.glob(f"gatepower-{network.name}-{REST_PDK}*.json")):
        made = json.loads(path.read_text())
        if made["digest"] != network.digest or made["config"] != replace(config, weights="rom").as_dict():
            continue
        if made["flow"]["flat"]:  # whose gates belong to no block for sure
            continue
        others = [kinds for name, kinds in made["blocks_nj"].items() if name not in TABLES]
        leakage = sum(kinds["leakage"] for kinds in others)
        dynamic = sum(sum(kinds.values()) for kinds in others) - leakage
        seconds = made["cycles_per_beat"] / (made["clock_mhz"] * 1e6)
        return {
            "from": path.name,
            "beats": made["beats"],
            "clock_mhz": made["clock_mhz"],
            "energy_nj_per_beat": dynamic,
            "leakage_nj_per_beat": leakage,
            "leakage_nw": leakage / seconds,
            "rom_tables_nj_per_beat": made["energy_per_beat_nj"] - dynamic - leakage,
        }
    return None
