"""Internal energy by OpenSTA's rules, from our tables, transitions and loads.

Where every net but the clock has the same activity and all are high half the time (``set_power_activity -global``),
OpenSTA 2.0.17 (`findInternalPower` in ``search/Power.cc``) differs from our engine in five rules, each with a name:

* ``sum``: a toggle costs the energies of a rise and of a fall together. Ours: their mean.
* ``half``: an input's table without ``when`` counts by 1/2, a clock pin's fully. Ours: fully.
* ``edge``: the transition is that of the cause's same edge. Ours: of the edge that is the cause.
* ``weights``: a table of an output counts by the duty of its ``when``; without one, by how probably the other operand
  lets its input through, where the input is an operand of the function's outermost operator; else by 1/2, or fully if
  the input is a clock. Ours: as often as its input and ``when`` were seen together with the toggle, in all 1.
* ``states``: every ``when`` has the duty of pins that are independent. Ours: what was seen; in `uniform` of the tests
  QN is the inverse of Q, and the data of a flip-flop move with the rise of its clock.
"""

from __future__ import annotations

import ast
import re
from itertools import product

from sparrow_ecg.sim.gates.library.functions import names, parse
from sparrow_ecg.sim.gates.library.liberty import Pin, Power
from sparrow_ecg.sim.gates.netlist.netlist import Instance, Netlist
from sparrow_ecg.sim.gates.netlist.timing import EDGES, Timing, causes

OURS: frozenset[str] = frozenset()
OPENSTA = frozenset({"sum", "half", "edge", "weights", "states"})


def internal(
    netlist: Netlist, timing: Timing, loads: list[float], activity: float, rules: frozenset[str]
) -> list[float]:
    """fJ a clock cycle of each instance, with `activity` toggles a cycle of each net but the clock."""
    return [
        sum(
            (2.0 if instance.pins[pin.name] in netlist.clock_nets else activity)
            * _toggle(instance, pin, netlist.clock_nets, timing, loads, rules)
            for pin in instance.cell.pins.values()
            if pin.name in instance.pins
        )
        for instance in netlist.instances
    ]


def _toggle(
    instance: Instance, pin: Pin, clocks: set[int], timing: Timing, loads: list[float], rules: frozenset[str]
) -> float:
    """fJ of a toggle of a pin."""
    pins, output = instance.pins, pin.direction == "output"
    load = loads[pins[pin.name]] if output else 0.0
    total = weights = 0.0
    for power in pin.powers:
        cause, energy = power.related or pin.name, 0.0
        arc = next((arc for arc in pin.arcs if arc.related == cause), None)
        for edge, table in zip(EDGES, (power.rise, power.fall), strict=True):
            edges = causes(arc, edge) if arc and "edge" not in rules else (edge,)
            slews = [timing.slews[pins[cause]][EDGES.index(each)] for each in edges]
            energy += table.at(sum(slews) / len(slews), load) if table else 0.0
        weight = _weight(instance, pin, power, pins[cause] in clocks, rules)
        total, weights = total + weight * energy, weights + weight
    shared = weights if output and "weights" not in rules else 1.0
    return total / (shared or 1.0) / (1 if "sum" in rules else 2)


def _weight(instance: Instance, pin: Pin, power: Power, clock: bool, rules: frozenset[str]) -> float:
    if power.when:
        known = {} if "states" in rules else _known(instance, pin)
        return _duty(re.sub(r"[A-Za-z_]\w*", lambda name: known.get(name[0], name[0]), _python(power.when)))
    if power.related and "weights" in rules:
        beside = _beside(ast.parse(_python(pin.function), mode="eval").body, power.related) if pin.function else None
        return _duty(beside) if beside else 1.0 if clock else 0.5
    return 0.5 if not power.related and not clock and "half" in rules else 1.0


def _known(instance: Instance, pin: Pin) -> dict[str, str]:
    """Pins of a flip-flop that are not independent when one of its pins moves."""
    known = {clock.name: "1" for clock in instance.cell.pins.values() if clock.clock and not pin.clock}
    outputs = [output.name for output in instance.cell.outputs]
    return known | ({outputs[1]: f"(~{outputs[0]})"} if instance.cell.sequential and len(outputs) == 2 else {})


def _python(function: str) -> str:
    return parse(function).format(**{name: name for name in names(function)})


def _duty(expression: str) -> float:
    """How probably it is high, where its pins are by a half and independent."""
    free = names(expression)
    states = [dict(zip(free, bits, strict=True)) for bits in product((0, 1), repeat=len(free))]
    return sum(eval(expression, {}, state) & 1 for state in states) / len(states)


def _beside(tree: ast.expr, name: str) -> str | None:
    """When the outermost operator lets an operand through to the output; None where it is no operand of it."""
    if isinstance(tree, ast.Name):
        return "1" if tree.id == name else None
    if isinstance(tree, ast.UnaryOp):
        return _beside(tree.operand, name)
    assert isinstance(tree, ast.BinOp)
    for operand, other in ((tree.left, tree.right), (tree.right, tree.left)):
        bare = operand.operand if isinstance(operand, ast.UnaryOp) else operand
        if isinstance(bare, ast.Name) and bare.id == name:
            return ast.unparse(other) if isinstance(tree.op, ast.BitAnd) else f"~({ast.unparse(other)})"
    return None
