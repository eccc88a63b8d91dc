"""Average power, all in: what a battery sees of a design that works a little and leaks all the time."""

from __future__ import annotations

from pathlib import Path

from sparrow_ecg.sim.gates.library import liberty
from sparrow_ecg.sim.gates.library.liberty import Library
from sparrow_ecg.sim.gates.netlist.netlist import Netlist

HEART_HZ = 75 / 60
COLD, WARM, HOT = 25.0, 37.0, 100.0  # C: the default corner's, the body's, that of the library's hot corner


def hot(library: Library, root: Path) -> Library | None:
    """The library at `HOT`; None where it has no such corner, or is not at the default one."""
    pdk = library.pdk
    return liberty.load(pdk, root, pdk.hot) if pdk.hot and library.corner == next(iter(pdk.corners)) else None


def leakage(cold_nw: float, netlist: Netlist, hot: Library | None) -> dict[str, float]:
    """nW by temperature, of a netlist that leaks ``cold_nw`` in the states that it was seen in.

    Between `COLD` and `HOT` leakage is taken to grow exponentially. At `HOT` that of each cell is its average over
    states, and the whole is scaled by the sums of these averages. Without the library at `HOT` there is `COLD` alone,
    and at another corner than the default one its name stands in place of a temperature.
    """
    at = [sum(each.cells[i.cell.name].leakage for i in netlist.instances) for each in (netlist.library, hot) if each]
    return between(cold_nw, at[-1] / at[0] if hot else None, netlist.library)


def between(cold_nw: float, growth: float | None, library: Library) -> dict[str, float]:
    """nW by temperature, as `leakage` says, of what leaks ``growth`` times as much at `HOT`; None: not known."""
    if library.corner != next(iter(library.pdk.corners)):
        return {library.corner: cold_nw}
    found = {f"{COLD:g}": cold_nw}
    if growth is not None:
        found[f"{WARM:g}"] = cold_nw * growth ** ((WARM - COLD) / (HOT - COLD))
    return found


def at_heart_rate(dynamic_nj: float, leaks: dict[str, float]) -> dict[str, float]:
    """nW by temperature at 75 beats a minute: ``dynamic_nj`` for each beat, and ``leaks`` of all the time."""
    return {temperature: dynamic_nj * HEART_HZ + value for temperature, value in leaks.items()}
