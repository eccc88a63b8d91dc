"""Breaks the RTL on purpose, one small change at a time: the regression must catch every one.

All mutants of all cores are in one Verilator build, and ``farm.mutant`` chooses which is in force. They are made from
the Verilog text, whose shape is regular, by the operators of `_mutations`; where one comes from is told by the source
locations that Amaranth writes.
"""

from __future__ import annotations

import json
import linecache
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.mac import Mac
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.network import Dense, Firing, golden
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.rtl.benches import farm
from sparrow_ecg.sim.rtl.regression import run_bench

ROOT = Path(__file__).parents[2]

# Why a mutant cannot be caught, by a pattern of "core | module: operator #turn | source line". Whatever else survives
# is a failure, and so is an entry that is about one that is caught, or about none.
ZERO = r"(is not reset|= \S+, not \d+'[hd]0+ )"
EQUIVALENT = {
    rf"(count|potentials|klass|held|potential|train|threshold_\d|earlier) {ZERO}": "written before it is used",
    r"residue (is not reset|= \S+, not \d+'h0+ #2)": "written before it is used",
    rf"(issued|probe_accumulate|\\load\S*|\\read\S*) {ZERO}": "left over by a reset, it ends before a bias is loaded",
    r"train = \S+, not \d+'[hd]0+ ": "T shifts push out what was in it",
    r"> to >= #\d \| working = ": "a lane without a neuron works in vain: nobody takes what it has",
    r"firing\S*: > to >=": "T is clamped to T",
    r"firing\S*: < to <=": "0 is clamped to 0",
    r"core: threshold_log2 = 2'h2, not 2'h3": "a firing unit takes all thresholds but its first as its last",
    r"loader: next \w+ without if \(! \\byte ?\)": "the words of this table have one byte, which is always the last",
    r"no skip.*sequencer: fsm_state = 3'h3, not 3'h2 #1": "without zero skip there always are events",
    r"no skip.*sequencer: next fsm_state without if \(\| events\)": "without zero skip there always are events",
    r"& to \| #\d \| events\.read\.eq": "nobody looks at the list of the other layer then",
    r"& to \| #\d \| wanted = ": "a weight is read, but not accumulated",
    r"next count without if": "it changes in cycles without accumulation",
    r"next held without if": "it changes in cycles in which nobody uses the word",
    r"next layer_done without if \(lane": "the events of a layer are read no more when its last group leaves the lanes",
    r"lane_\d: (spike = 1'h1, not 1'h0|next spike without if \(fire\))": "it counts when integrate or fire says so",
    r"lane_\d: next potential without if \(fire\)": "without fire there is no spike",
    r"loader: next word without if": "it counts when a write says so",
    r"loader: next write without if \(.{0,2}byte ": "the last byte writes the whole word over what was written early",
    r"mac.* core: next potential without if \(probe_weight_read": "written before it is used",
    r"mac.* core: \S+ = 4'h(1, not 4'h0|6, not 4'h7) ": "the number of a neuron is used in the last layer alone",
    r"mac.* core: - to \+ #1 \| \S+$": "in 3 bits 12, where the last layer begins, is as well added",
    r"steps: skip_[27] = 1'h1, not 1'h0 #3": "a neuron's last step ends it, whatever it skips",
    r"steps: skip_4 = 1'h1, not 1'h0 #1": "a neuron's last step ends it, whatever it skips",
    r"steps: skip_5 = 1'h1, not 1'h0 #2": "a neuron's last step ends it, whatever it skips",
    r"core: next (counts|\\counts\$\d+) without if": "what enters a layer is settled when its turn comes, and stays",
}

SWAPPED = {
    "+": "-", "-": "+", "*": "+", "<<": ">>", "&": "|", "|": "&",
    "^": "&", ">": ">=", "<": "<=", ">=": ">", "==": "!=",
}  # fmt: skip
ALIKE = 3  # mutants of the same line by the same operator that a core gets: twelve thresholds teach no more
INVERTED = {"~": "", "!": "|", "|": "!"}


@dataclass
class Mutant:
    """One change. ``number`` chooses it; ``caught`` is what the bench said, None when it survived.

    core: what the member is called. turn: which of those it is that this operator makes at the same place, from 1.
    """

    number: int
    member: int
    module: str
    place: str
    source: str
    operator: str
    core: str = ""
    turn: int = 1
    caught: list | None = None

    @property
    def reason(self) -> str | None:
        """Why nobody can catch it, if that is known."""
        return next((reason for pattern, reason in EQUIVALENT.items() if self.matches(pattern)), None)

    def matches(self, pattern: str) -> bool:
        """Whether this is one of those that an entry of `EQUIVALENT` is about."""
        return bool(re.search(pattern, f"{self.core} | {self.name} #{self.turn} | {self.source}"))

    @property
    def line(self) -> str:
        """All that is known of it, for a person."""
        where = f"{self.number:4} {self.core} | {self.place} | {self.name} #{self.turn}"
        if self.caught:
            scenario, check, beat, _ = self.caught
            return f"{where} | caught by {check} in beat {beat} of {scenario}"
        return f"{where} | {'equivalent: ' + self.reason if self.reason else 'SURVIVED'}"

    @property
    def name(self) -> str:
        return f"{self.module}: {self.operator}"


def broken_cores() -> list[Build]:
    """Small cores that between them have all there is in the RTL.

    Of 500 drawn networks, one in which nearly every bit of a weight reaches the outputs. Its layers differ in their
    thresholds. Of its outputs two pairs are nearly twins, and in a beat of zeros all are equal, so that there are
    ties; the weights of an output fall, so that sums are higher on the way than in the end.
    """
    drawn = random_network(np.random.default_rng(363), (5, 7, 5, 5), steps=7, weight_bits=4, input_bits=3)
    first, second, last = drawn.layers
    falling = -np.sort(-last.weights, axis=1)[[0, 0, 1, 1, 2]]
    falling[[1, 3], 2] += 1
    layers = (
        replace(first, firing=Firing(3, drawn.steps)),
        replace(second, firing=Firing(1, drawn.steps)),
        Dense(falling, np.zeros(5, dtype=np.int64), None),
    )
    nothing = golden.run(replace(drawn, layers=layers), np.zeros((1, 5), dtype=np.int64))
    network = replace(drawn, layers=(*layers[:2], Dense(falling, -nothing.outputs[0], None)))
    configs = (
        Serial(3, "rom", "ssf", True),
        Serial(4, "ram", "if", True),
        Serial(3, "ram", "ssf", False),
        Tree(),
        Mac(1),
    )
    return [Build(network, config) for config in configs]


def mutate(members: Sequence[Build]) -> tuple[list[str], list[Mutant]]:
    """Verilog of each member's core with all its mutants inside, and the list of them. Always the same."""
    mutants: list[Mutant] = []
    texts = []
    for i, member in enumerate(members):
        text = member.convert(f"core_{i}", sources=True)
        seen: Counter[tuple[str, str]] = Counter()
        modules = re.split(r"(?m)^(?=module )", text)
        # from the last module to the first: of a tree's sums those of the outputs, where every bit is seen
        rewritten = [_Module(part, i, member, mutants, seen).rewritten() for part in modules[:: _order(member)]]
        texts.append("".join(rewritten[:: _order(member)]))
    return texts, mutants


def _order(member: Build) -> int:
    return -1 if isinstance(member.config, Tree) else 1


class _Module:
    """One Verilog module. Each line that can be mutated becomes one that does either, as ``farm.mutant`` says."""

    def __init__(self, text: str, member: int, core: Build, mutants: list[Mutant], seen: Counter):
        self.seen = seen
        self.lines = text.splitlines(keepends=True)
        self.member, self.core, self.mutants = member, core, mutants
        found = re.match(r"module \\?core_\d+\.?(\S*?)\s*\(", text)
        self.name = found[1] or "core" if found else ""
        # what Amaranth calls a register, by the name of its next value; and where each signal was declared
        self.register: dict[str, str] = {
            next: name for name, next in re.findall(r"(?m)^    (\S+)\s+<= (\S+)\s*;", text)
        }
        declared = r'(?m)^  \(\* src = "(.*?)" \*\)\n  (?:wire|reg|output|input) (?:\[.*?\] )?(\S+)[ ;]'
        self.declared: dict[str, str] = {name.rstrip(";"): place for place, name in re.findall(declared, text)}

        self.live = self._live(text)
        # Amaranth writes an expression anew wherever it is used: all copies are mutated together
        self.defined = dict(re.findall(r"(?m)^  assign (\\\$\d+)\s+= (.*) ?;$", re.sub(r"\(\* .*? \*\) ", "", text)))
        self.shared: dict[tuple[str, str], str] = {}

    @staticmethod
    def _live(text: str) -> set[str]:
        """Signals on which an output or a submodule depends; the others are probes, which the bench does not see."""
        word = r"\\\S+|[A-Za-z_$][\w$]*"
        live = set(re.findall(rf"(?m)^  output (?:\[.*?\] )?({word})", text))
        live |= {name for ports in re.findall(r"(?m)^    \.\S+ ?\((.*)\),?$", text) for name in re.findall(word, ports)}
        blocks = re.findall(r"(?ms)^  always.*?(?=^  (?:always|assign|\S+ \S+ \($)|^endmodule)", text)
        statements = [(re.findall(word, line)[1], line) for line in re.findall(r"(?m)^  assign .*$", text)]
        for block in blocks:
            statements += [(target, block) for target in re.findall(rf"(?m)^ +({word})\S* (?:\[.*?\] )?<?= ", block)]
        known = -1
        while known < len(live):
            known = len(live)
            live.update(name for target, text in statements if target in live for name in re.findall(word, text))
        return live

    def rewritten(self) -> str:
        in_block = False
        for n, line in enumerate(self.lines):
            if line.startswith("  always @*"):
                in_block = True
                first = next(later for later in self.lines[n + 2 :] if " = " in later)
                self.assigned = first.split()[0].split("[")[0]
                self.block = self.register.get(self.assigned, self.assigned)
            elif line == "  end\n":
                in_block = False
            elif self.name and in_block:
                self.lines[n] = self._statement(line)
            elif self.name and line.startswith("  assign "):
                self.lines[n] = self._assignment(line)
        return "".join(self.lines)

    def _expanded(self, text: str) -> str:
        """An expression with intermediate results replaced by what they are."""
        while (expanded := re.sub(r"\\\$\d+", lambda name: self.defined.get(name[0], name[0]).strip(), text)) != text:
            text = expanded
        return text

    def _new(self, place: str | None, target: str, operator: str, expression: str = "") -> str:
        """A mutant more; the condition under which it is in force."""
        key = operator, self._expanded(expression)
        if expression and key in self.shared:
            return self.shared[key]
        when = self._numbered(place, target, operator)
        if expression:
            self.shared[key] = when
        return when

    def _numbered(self, place: str | None, target: str, operator: str) -> str:
        file, _, number = (place or "").rpartition(":")
        inside = Path(file).is_relative_to(ROOT) and ".venv" not in file
        shown = f"{Path(file).relative_to(ROOT)}:{number}" if inside else f"hw, in {self.name}"
        source = linecache.getline(file, int(number)).strip() if inside else target
        if self.seen[shown, operator] == ALIKE:
            return "1'h0"
        self.seen[shown, operator] += 1
        chosen, turn = len(self.mutants) + 1, self.seen[shown, operator]
        core = farm.name(self.core)
        self.mutants.append(Mutant(chosen, self.member, self.name, shown, source, operator, core, turn))
        return f"(farm.mutant == {chosen})"

    def _assignment(self, line: str) -> str:
        found = re.match(r"  assign (.+?)\s+= (.+);\n", line)
        assert found, line
        target, whole = found.groups()
        if target.split(" ")[0] not in self.live:
            return line
        src = r'\(\* src = "(.*?)" \*\) '
        name = self.register.get(target, target)
        if found := re.fullmatch(rf"(.+?) \? {src}(.+) : (.+)", whole):
            condition, place, yes, no = found.groups()
            when = self._new(place, name, "branches swapped", whole)
            whole = f"({condition}) ^ {when} ? {yes} : {no}"
        elif found := re.fullmatch(rf"([~!|]) {src}(.+)", whole):
            operator, place, operand = found.groups()
            when = self._new(place, name, f"{operator} to {INVERTED[operator] or 'nothing'}", whole)
            whole = f"{when} ? {INVERTED[operator]} {operand} : {operator} {operand}"
        elif found := re.fullmatch(rf"(.+?) (\S+) {src}(.+)", whole):
            left, operator, place, right = found.groups()
            when = self._new(place, name, f"{operator} to {SWAPPED[operator]}", whole)
            whole = f"{when} ? {left} {SWAPPED[operator]} {right} : {left} {operator} {right}"
        elif self.name.startswith("firing") and whole.startswith("{"):
            when = self._new(self.declared.get("potential"), name, "shifted by one less", whole)
            whole = f"{when} ? {whole} << 1 : {whole}"
        return f"  assign {target} = {whole};\n"

    def _statement(self, line: str) -> str:
        if "dump_module" in line or self.assigned not in self.live:
            return line
        if found := re.match(r"( +(?:end else )?if )\((.+)\) begin\n", line):
            opening, condition = found.groups()
            name = self.block
            if condition == "rst":
                when = self._new(self.declared.get(name), name, f"{name} is not reset")
                return f"{opening}(rst && !{when}) begin\n"
            when = self._new(
                self.declared.get(name), name, f"next {name} without if ({self._expanded(condition).strip()})"
            )
            return f"{opening}({condition} || {when}) begin\n"
        if found := re.match(r"( +)(.+?)\s+= (.+?)\s*;\n", line):
            indent, target, value = found.groups()
            name = self.register.get(target.split(" ")[0], target)
            place = self.declared.get(name)
            if constant := re.fullmatch(r"(\d+)'([hd])([0-9a-f]+)", value):
                bits, number = int(constant[1]), int(constant[3], 16 if constant[2] == "h" else 10)
                table = bits > 1 or self.name == "steps"
                if table and len(indent) == 4:  # its default: mostly of addresses that never come
                    return line
                flipped = f"{bits}'h{number ^ 1 << self._bit(bits, name):x}"
                when = self._new(place, name, f"{name} = {flipped}, not {value}")
                return f"{indent}{target} = {when} ? {flipped} : {value};\n"
            if len(indent) > 4:  # the first of a block is the default
                when = self._new(place, name, f"{name} = {value} left out")
                return f"{indent}if (!{when}) {target} = {value} ;\n"
        return line

    def _bit(self, bits: int, name: str) -> int:
        """Which bit of a constant to flip: in tables, one of lane 0, as not all lanes are always used."""
        geometry = self.core.geometry
        turn = len(self.mutants)
        if self.name == "weights" or name.startswith(
            "weight_"
        ):  # its sign: a low bit is lost where the spikes of its neuron stay the same
            return geometry.weight_bits - 1
        return turn % geometry.bias_bits if self.name == "biases" else 0


def hunt(every: int = 1, on_count: Callable[[int, int], None] = lambda done, total: None) -> list[Mutant]:
    """Play the regression to the mutants, or to every so manyth of them, and write down who caught each."""
    members = broken_cores()
    texts, mutants = mutate(members)
    chosen = mutants[::every]

    def on_line(line: str) -> None:
        if found := re.search(r"mutants done: (\d+)", line):
            on_count(int(found[1]), len(chosen))

    text = farm.farm(members, texts)
    folder = farm.save(members, text)
    (folder / "mutants.json").write_text(
        json.dumps([(mutant.number, mutant.member, mutant.reason is None) for mutant in chosen])
    )
    results = run_bench(folder, "sparrow_ecg.sim.rtl.benches.mutant_bench", on_line)
    failure = results.find(".//failure")
    if failure is not None:
        raise RuntimeError(f"the bench failed: {failure.get('message')}")
    caught = json.loads((folder / "caught.json").read_text())
    for mutant in chosen:
        mutant.caught = caught[str(mutant.number)]
    return chosen


def inexact(mutants: Sequence[Mutant], whole: bool = True) -> list[str]:
    """What is wrong in `EQUIVALENT`, a line each, by mutants that were hunted: an entry is about one that was caught,
    or, of a ``whole`` list, about none that was not.
    """
    wrong = []
    for pattern, reason in EQUIVALENT.items():
        about = [mutant for mutant in mutants if mutant.matches(pattern)]
        wrong += [f"caught, though '{reason}': {mutant.line}" for mutant in about if mutant.caught]
        if whole and all(mutant.caught for mutant in about):
            wrong.append(f"nothing survives that is so because '{reason}': {pattern}")
    return wrong
