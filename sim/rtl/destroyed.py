"""A power gated core as its supply leaves it: in simulation its state does not survive a sleep.

The Verilog of a build is edited, and nothing of it but the switched domain. While the supply is not there, which it is
from `SUPPLY_CYCLES` after the switch has closed until the switch opens, every register and every word of memory of the
domain takes random values at each clock, and so do its outputs. What is built in stays, for it is logic.
"""

from __future__ import annotations

import re

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.power import SUPPLY_CYCLES

CLOCKED = re.compile(
    r"  always @\(posedge clk\)(?: begin)?\n(.*?;\n(?:    end\n)?)(?:  end\n)?(?=  |\n|endmodule)", re.S
)
SUPPLY = """  reg [31:0] on = 0;
  always @(posedge clk) on <= power ? on + 1 : 0;
  wire supplied = power & on >= {cycles};
"""
NOISE = """  wire [{high}:0] alive_{name};
  reg [{high}:0] noise_{name} = 0;
  always @(posedge clk) noise_{name} <= {random};
  assign {wire} = supplied ? alive_{name} : noise_{name};
"""


def destroyed(build: Build, text: str, top: str) -> str:
    """Verilog of a build whose top module is called ``top``; as it is, where nothing is power gated."""
    if not build.config.power_gated:
        return text
    domain = ".".join((top, *build.core_path))
    holder, _, instance = domain.rpartition(".")
    modules = {_name(module): module for module in re.split(r"(?m)^(?=module )", text)}
    switched = [name for name in modules if f"{name}.".startswith(f"{domain}.")]
    modules[holder] = _unsupplied(modules[holder], modules[domain], domain, instance)
    for name in switched:
        modules[name] = _forgetful(modules[name], switched)
    return "".join(modules.values())


def _name(module: str) -> str:
    found = re.match(r"module \\?([^\s(]+)", module)
    return found[1] if found else ""


def _random(bits: int) -> str:
    return f"{{{', '.join(['$urandom'] * -(-bits // 32))}}}"


def _unsupplied(holder: str, core: str, domain: str, instance: str) -> str:
    """The module that holds the domain: with its supply, and noise on the domain's outputs without it."""
    start = holder.index(f"  \\{domain}  {instance} (\n")
    end = holder.index("  );\n", start)
    made = SUPPLY.format(cycles=SUPPLY_CYCLES)

    def output(found: re.Match) -> str:
        nonlocal made
        name, wire = found.groups()
        declared = re.search(rf"(?m)^  output (?:\[(\d+):0\] )?{re.escape(name)};", core)
        if not declared:
            return found[0]
        high = int(declared[1] or 0)
        made += NOISE.format(name=name, wire=wire, high=high, random=_random(high + 1))
        return f".{name}(alive_{name})"

    connected = re.sub(r"\.(\w+)\((.*?)\)(?=,?\n)", output, holder[start:end])
    connected = connected.replace("(\n", "(\n    .supplied(supplied),\n", 1)
    return f"{holder[:start]}{made}{connected}{holder[end:]}"


def _forgetful(module: str, switched: list[str]) -> str:
    """A module of the domain, with the supply as an input more."""
    widths = {
        name: (int(high or 0) + 1, words)
        for high, name, words in re.findall(r"(?m)^  reg (?:\[(\d+):0\] )?(\S+)(?: \[(\d+):0\])?(?: ?;| +=)", module)
    }

    def clocked(found: re.Match) -> str:
        statement = found[1]
        names = set(re.findall(r"(?m)^ +(?:if .*\n +)?([^\s\[]+)(?:\[.*\])? *<= ", statement))
        assert names, f"no register in {statement}"
        lost = ""
        for name in sorted(names):
            bits, words = widths[name]
            every, word = (f"for (int i = 0; i <= {words}; i++) ", "[i]") if words else ("", "")
            lost += f"    {every}{name} {word} <= {_random(bits)};\n"
        return f"  always @(posedge clk) if (supplied) begin\n{statement}  end else begin\n{lost}  end\n"

    module = CLOCKED.sub(clocked, module)
    for name in switched:
        module = re.sub(rf"(?m)^(  \\{re.escape(name)}  \S+ \(\n)", r"\1    .supplied(supplied),\n", module)
    return re.sub(r"(?s)\((.*?)\);\n", r"(supplied, \1);\n  input supplied;\n", module, count=1)
