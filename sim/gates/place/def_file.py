"""Placements as DEF 5.8 for layout tools, and back. Names are those of `netlist.verilog`: ``u3`` and ``n7``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.sim.gates.place.placement import Placement

# of rows that stand upright and of those on their head, as drawn and mirrored
ORIENTATIONS = (("N", "FN"), ("FS", "S"))
PLACED = re.compile(r"(?:PLACED|FIXED) \( (-?\d+) (-?\d+) \) (\w+)")


@dataclass(frozen=True)
class Drawn:
    """What a DEF file says, in nm. die: width and height.

    components: cell, x, y and orientation by name. pins: net, x and y by port bit. nets: pins (component, pin) by name,
    where a port bit is of the component ``PIN``.
    """

    die: tuple[int, int]
    components: dict[str, tuple[str, int, int, str]]
    pins: dict[str, tuple[str, int, int]]
    nets: dict[str, list[tuple[str, str]]]


def write(placement: Placement, design: str) -> str:
    """The text for a design of this name. Nets of constants are left out: the netlist ties them by cells."""
    plan, netlist, site = placement.floorplan, placement.netlist, placement.cells.site_name
    lines = [
        "VERSION 5.8 ;",
        'DIVIDERCHAR "/" ;',
        'BUSBITCHARS "[]" ;',
        f"DESIGN {design} ;",
        "UNITS DISTANCE MICRONS 1000 ;",
        f"DIEAREA ( 0 0 ) ( {plan.width} {plan.height} ) ;",
    ]
    for row in range(plan.rows):
        across = f"DO {plan.sites} BY 1 STEP {plan.site} 0"
        lines.append(f"ROW row_{row} {site} 0 {row * plan.row} {ORIENTATIONS[row % 2][0]} {across} ;")

    lines.append(f"COMPONENTS {len(netlist.instances)} ;")
    for k, (instance, (row, left, mirrored)) in enumerate(
        zip(netlist.instances, placement.places.T.tolist(), strict=True)
    ):
        place = f"( {left * plan.site} {row * plan.row} ) {ORIENTATIONS[row % 2][mirrored]}"
        lines.append(f"  - u{k} {instance.cell.name} + PLACED {place} ;")
    lines.append("END COMPONENTS")

    joined: dict[int, list[tuple[str, str]]] = {}
    lines.append(f"PINS {len(plan.ports)} ;")
    for (port, bit), (x, y) in plan.ports.items():
        ports, direction = (netlist.inputs, "INPUT") if port in netlist.inputs else (netlist.outputs, "OUTPUT")
        name = f"{port}[{bit}]" if len(ports[port]) > 1 else port
        joined.setdefault(ports[port][bit], []).append(("PIN", name))
        lines.append(
            f"  - {name} + NET n{ports[port][bit]} + DIRECTION {direction} + USE SIGNAL + PLACED ( {x} {y} ) N ;"
        )
    lines.append("END PINS")

    for k, instance in enumerate(netlist.instances):
        for pin, net in instance.pins.items():
            if pin in placement.cells.macros[instance.cell.name].pins:
                joined.setdefault(net, []).append((f"u{k}", pin))
    lines.append(f"NETS {len(joined)} ;")
    for net in sorted(joined):
        lines.append(f"  - n{net} {' '.join(f'( {who} {pin} )' for who, pin in joined[net])} ;")
    return "\n".join([*lines, "END NETS", "END DESIGN", ""])


def read(text: str) -> Drawn:
    """Of the statements that `write` makes; others are passed over. Raises InputError for what is not DEF."""
    die = re.search(r"DIEAREA \( 0 0 \) \( (\d+) (\d+) \) ;", text)
    units = re.search(r"UNITS DISTANCE MICRONS 1000 ;", text)
    if not die or not units:
        raise InputError("not a DEF file in units of 1 nm with a die area from 0 0")
    components, pins = {}, {}
    for name, rest in _entries(text, "COMPONENTS"):
        if place := PLACED.search(rest):
            components[name] = (rest.split()[0], int(place[1]), int(place[2]), place[3])
    for name, rest in _entries(text, "PINS"):
        if (place := PLACED.search(rest)) and (net := re.search(r"\+ NET (\S+)", rest)):
            pins[name] = (net[1], int(place[1]), int(place[2]))
    nets = {name: re.findall(r"\( (\S+) (\S+) \)", rest.partition("+")[0]) for name, rest in _entries(text, "NETS")}
    return Drawn((int(die[1]), int(die[2])), components, pins, nets)


def _entries(text: str, section: str) -> list[tuple[str, str]]:
    """Name and the rest of each entry of a section."""
    found = re.search(rf"^{section} \d+ ;$(.*?)^END {section}$", text, re.MULTILINE | re.DOTALL)
    body = found[1] if found else ""
    return [(name, rest) for name, rest in re.findall(r"^\s*- (\S+)\s+(.*?);\s*$", body, re.MULTILINE | re.DOTALL)]
