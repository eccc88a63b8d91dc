"""What was shown of the designs, for scripts: ``signoff.json``, put together from the results of single verbs.

A part is what one kind of check has to say. `power` and `compared` are taken from the results of `gatepower` and
`compare`; powers of which there is no result in the folder are those that results.json has, of the same networks, with
the day and the command. Whatever else there is comes by file: ``signoff/PART.json`` in the folder of results, or
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
from sparrow_ecg.sim.report.figures import Figures, Source

FOLDER = "signoff"  # of parts, in the folder of results
LIBRARY = PDKS["sky130"]
CORNER = next(iter(LIBRARY.corners))
WANTED = ("power", "compared", "proofs", "mutants", "upsets")
REAL = ("-placed", "-clocked", "-placed-clocked")  # wires and clock tree that are no estimate: takes more
REGISTERED = {
    "average_nw.25": "average_nw_25",
    "average_nw.37": "average_nw_37",
    "average_power_nw.25": "average_nw_25",
    "average_power_nw.37": "average_nw_37",
    "energy_per_beat_nj": "active_nj",
    "gated.active_nj": "active_nj",
    "active_nj_per_beat": "active_nj",
    "area_um2": "area_um2",
}


def collect(folder: Path, known: Figures | None = None) -> dict[str, Any]:
    """All parts that there are in a folder of results, and powers that are ``known`` from before.

    Raises InputError when there is none, for a file that is no table and for files that contradict each other;
    VerificationError when a netlist or the RTL was not bit-exact.
    """
    parts: dict[str, Any] = {"power": power(folder, known), "compared": compared(folder)}
    for path in sorted((folder / FOLDER).glob("*.json")):
        part = path.name.split(".")[0]
        parts[part] = _merged(parts.get(part), _read(path), f"{path}: {part}")
    found = {name: part for name, part in parts.items() if part}
    if not found:
        raise InputError(f"no results in {folder}: run `make gatepower`, `make compare` and the like first")
    return found


def power(folder: Path, known: Figures | None = None) -> dict[str, Any]:
    """For each shipped network, as it is now, the core of least average power of those measured of it or of another
    of its seeds; ``gated``: that of those that are switched off between beats; and ``cores``: all of them. Powers in nW
    at 75 beats a minute, all in, by temperature; energy in nJ a beat while active.

    violations: of setup, hold and limits, once the clock tree is built; None where it is an estimate, or not known.
    """
    owners = {digest: name for name in shipped() for digest in _digests(name)}
    cores: dict[str, dict[str, Any]] = {}
    for name, owner, each in (*_registered(known or {}, owners), *_measured(folder, owners)):
        cores.setdefault(owner, {})[name] = each
    return {owner: _least_of_both(measured) | {"cores": measured} for owner, measured in sorted(cores.items())}


def _measured(folder: Path, owners: Mapping[str, str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, network and figures of each core of which there is a result."""
    for path, result in _results(folder, "gatepower-*.json"):
        average = result.get("average_nw", result.get("average_power_nw"))
        owner = owners.get(result.get("digest", ""))
        if owner is None or result.get("corner") != CORNER or average is None:
            continue
        _exact(path, result)
        energy = result.get("energy_per_beat_nj", result.get("active_nj_per_beat"))
        figures: dict[str, Any] = {
            "top": result.get("top", "monitor"),
            "placed": bool(result.get("placed")),
            **{f"average_nw_{temperature}": value for temperature, value in average.items()},
            "active_nj": result.get("gated", {}).get("active_nj", energy),
            "gated": "gated" in result,
            "violations": len(result["violations"]) if result.get("clock_tree") == "built" else None,
            **{key: result[key] for key in ("area_um2", "beats_checked") if key in result},
        }
        yield _core(path.name), owner, figures


def _registered(known: Figures, owners: Mapping[str, str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The same, of figures that were measured before, of these very networks."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for figure in known.values():
        source = figure.sources[0] if len(figure.sources) == 1 else Source()
        owner, key = owners.get(source.digest), REGISTERED.get(figure.at)
        if owner is None or key is None or not figure.collected or not source.file.startswith("gatepower-"):
            continue
        if figure.given.get("corner") != CORNER:
            continue
        name = _core(source.file)
        kinds = [kind for kind in ("monitor-chip", "monitor", "chip") if f"-{kind}" in f"-{name}"]
        each = found.setdefault((name, owner), {"top": (kinds or ["core"])[0].replace("-", "_")})
        each |= {
            "placed": "-placed" in name,
            "gated": "-power_gated" in name,
            "violations": None,
            key: figure.value / figure.scale,
            "measured": figure.measured.isoformat(),
            "command": figure.command,
        }
    for (name, owner), each in found.items():
        if "average_nw_25" in each:
            yield name, owner, each


def _core(file: str) -> str:
    """What a result is of."""
    return file.removeprefix("gatepower-").removesuffix(".json").replace(f"-{LIBRARY.name}", "")


def _least_of_both(measured: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    plain, gated = (
        {name: each for name, each in measured.items() if each["gated"] == is_gated} for is_gated in (False, True)
    )
    return (_least(plain) if plain else {}) | ({"gated": _least(gated)} if gated else {})


def _least(measured: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Of those that are a core alone, if any is; else of all. What was placed, or has its clock tree, too, counts as
    that: an estimate is less.
    """
    last = {name: each for name, each in measured.items() if not any(f"{name}{real}" in measured for real in REAL)}
    alone = {name: each for name, each in last.items() if each["top"] == "core"} or last
    name = min(alone, key=lambda name: alone[name]["average_nw_25"])
    wanted = ("placed", "average_nw_25", "average_nw_37", "active_nj", "violations", "measured", "command")
    return {"core": name, **{key: alone[name][key] for key in wanted if key in alone[name]}}


def compared(folder: Path) -> dict[str, Any]:
    """Beats and potentials that the RTL has like the golden model, by result of `compare`."""
    found = {}
    for path, result in _results(folder, "compare-*.json"):
        if "beats" in result and "mismatched_potentials" in result:
            _exact(path, result)
            found[path.stem.removeprefix("compare-")] = {key: result[key] for key in ("beats", "potentials")}
    return found


def shipped() -> list[str]:
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
