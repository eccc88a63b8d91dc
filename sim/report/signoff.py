"""What was shown of the designs, for scripts: ``signoff.json``, put together from the results of single verbs.

A part is what one kind of check has to say. `power` and `compared` are taken from the results of `gatepower` and
`compare`. Whatever else there is comes by file: ``signoff/PART.json`` in the folder of results, or
``signoff/PART.NAME.json`` where several verbs have something to add to a part. They are merged: tables join, lists
follow each other, and a value that is there already must be the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sparrow_ecg.model.errors import InputError, VerificationError
from sparrow_ecg.model.network import NETWORKS, Network
from sparrow_ecg.model.network.file import siblings
from sparrow_ecg.sim.gates.library.pdks import PDKS

FOLDER = "signoff"  # of parts, in the folder of results
LIBRARY = PDKS["sky130"]


def collect(folder: Path) -> dict[str, Any]:
    """All parts that there are in a folder of results.

    Raises InputError when there is none, for a file that is no table and for files that contradict each other;
    VerificationError when a netlist or the RTL was not bit-exact.
    """
    parts: dict[str, Any] = {"power": power(folder), "compared": compared(folder)}
    for path in sorted((folder / FOLDER).glob("*.json")):
        part = path.name.split(".")[0]
        parts[part] = _merged(parts.get(part), _read(path), f"{path}: {part}")
    found = {name: part for name, part in parts.items() if part}
    if not found:
        raise InputError(f"no results in {folder}: run `make gatepower`, `make compare` and the like first")
    return found


def power(folder: Path) -> dict[str, Any]:
    """For each shipped network, as it is now, the core of least average power of those measured of it or of another
    of its seeds; ``gated``: that of those that are switched off between beats; and ``cores``: all of them. Powers in nW
    at 75 beats a minute, all in, by temperature; energy in nJ a beat while active.
    """
    owners = {digest: name for name in _shipped() for digest in _digests(name)}
    cores: dict[str, dict[str, Any]] = {}
    for path, result in _results(folder, "gatepower-*.json"):
        owner = owners.get(result.get("digest", ""))
        if owner is None or result.get("corner") != next(iter(LIBRARY.corners)) or "average_nw" not in result:
            continue
        _exact(path, result)
        name = path.stem.removeprefix("gatepower-").replace(f"-{LIBRARY.name}", "")
        cores.setdefault(owner, {})[name] = {
            "top": result["top"],
            "placed": bool(result.get("placed")),
            **{f"average_nw_{temperature}": value for temperature, value in result["average_nw"].items()},
            "active_nj": result.get("gated", {}).get("active_nj", result["energy_per_beat_nj"]),
            "gated": "gated" in result,
            "area_um2": result["area_um2"],
            "beats_checked": result["beats_checked"],
        }
    return {owner: _least_of_both(measured) | {"cores": measured} for owner, measured in sorted(cores.items())}


def _least_of_both(measured: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    plain, gated = (
        {name: each for name, each in measured.items() if each["gated"] == is_gated} for is_gated in (False, True)
    )
    return (_least(plain) if plain else {}) | ({"gated": _least(gated)} if gated else {})


def _least(measured: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Of those that are a core alone, if any is; else of all. What was placed, too, counts as placed: estimated wires
    are shorter.
    """
    last = {name: each for name, each in measured.items() if f"{name}-placed" not in measured}
    alone = {name: each for name, each in last.items() if each["top"] == "core"} or last
    name = min(alone, key=lambda name: alone[name]["average_nw_25"])
    wanted = ("placed", "average_nw_25", "average_nw_37", "active_nj")
    return {"core": name, **{key: alone[name][key] for key in wanted if key in alone[name]}}


def compared(folder: Path) -> dict[str, Any]:
    """Beats and potentials that the RTL has like the golden model, by result of `compare`."""
    found = {}
    for path, result in _results(folder, "compare-*.json"):
        if "beats" in result and "mismatched_potentials" in result:
            _exact(path, result)
            found[path.stem.removeprefix("compare-")] = {key: result[key] for key in ("beats", "potentials")}
    return found


def _shipped() -> list[str]:
    return sorted(path.stem for path in NETWORKS.glob("*.json"))


def _digests(name: str) -> set[str]:
    network = Network.load(name)
    seeds = siblings(name, str(network.provenance.get("split")))
    return {Network.load(each).digest for each in (name, *seeds)}


def _results(folder: Path, pattern: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(folder.glob(pattern)):
        yield path, _read(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {error}: run again what writes it") from None
    if not isinstance(content, dict):
        raise InputError(f"{path} is no table: run again what writes it")
    return content


def _exact(path: Path, result: Mapping[str, Any]) -> None:
    if wrong := [name for name, count in result.items() if name.startswith("mismatched") and count]:
        raise VerificationError(f"{path}: {wrong[0]} = {result[wrong[0]]}: not bit-exact, so it shows nothing")


def _merged(old: Any, new: Any, where: str) -> Any:
    if old is None or old == new:
        return new
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {key: _merged(old.get(key), value, f"{where}.{key}") for key, value in new.items()}
    if isinstance(old, list) and isinstance(new, list):
        return old + new
    raise InputError(f"{where} is {json.dumps(new)}, and {json.dumps(old)} elsewhere: run again what writes the older")
