"""Registers against what their SystemRDL says: who may change a field, who wins, and what an error leaves alone."""

from __future__ import annotations

from collections.abc import Iterator

from amaranth.hdl import Const, Mux, Signal, Value
from systemrdl.node import AddrmapNode, FieldNode
from systemrdl.rdltypes import OnWriteType

from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.hw.formal.cores import NETWORK
from sparrow_ecg.hw.formal.harness import Harness, Property
from sparrow_ecg.hw.formal.planted import Bug
from sparrow_ecg.hw.host.controller import Controller
from sparrow_ecg.hw.host.registers.block import RegisterBlock
from sparrow_ecg.hw.host.registers.map import (
    MapParameters,
    MonitorParameters,
    compile_map,
    field_name,
    number,
    register_at,
    register_name,
    registers,
)


def by_hardware(block: RegisterBlock, field: FieldNode, ending: str) -> Value:
    """An input of a field, 0 if it has none of that kind."""
    return getattr(block, f"{field_name(field)}_{ending}", Const(0))


def cleared(block: RegisterBlock, field: FieldNode) -> Value:
    clear = field.get_property("hwclr")
    return getattr(block, field_name(clear)) if isinstance(clear, FieldNode) else by_hardware(block, field, "clear")


def fields(top: AddrmapNode):
    def rules(h: Harness) -> None:
        block = h.add(RegisterBlock(top))
        h.arbitrary.append("dut")  # a counter needs years to get from 0 to where it might wrap
        bus = block.bus
        for register in registers(top):
            written = bus.write & (bus.address == number(register))
            if register.external:
                h.always(getattr(block, f"{register_name(register)}_write") == written)
                continue
            for field in register.fields():
                incoming = bus.write_data[field.low : field.high + 1]
                if not field.implements_storage:
                    continue
                value = getattr(block, field_name(field), None)
                if field.get_property("singlepulse"):
                    h.always(value == (written & incoming))
                    continue
                value = block.stored(field) if value is None else value
                _stored(h, block, field, value, written & Const(field.is_sw_writable, 1), incoming)

    return rules


def _stored(h: Harness, block: RegisterBlock, field: FieldNode, value: Value, written: Value, incoming: Value) -> None:
    """What the value is a cycle after all that may change it."""
    m = h.m
    settled, was = Signal(), h.past(value)
    m.d.sync += settled.eq(1)  # there is a cycle before
    raised, loaded = by_hardware(block, field, "set"), by_hardware(block, field, "write")
    lowered, grown = cleared(block, field), by_hardware(block, field, "add")
    ones = (1 << len(value)) - 1
    # hardware sets before it clears, and both before software; a counter counts where nothing clears it
    h.always(~settled | ~h.past(raised) | (value == ones))
    h.always(~settled | ~h.past(lowered & ~raised) | (value == 0))
    others = raised | lowered
    quiet = ~(others | loaded | (grown != 0))
    h.always(~settled | h.past(~quiet | written) | (value == was))
    if field.is_sw_writable:
        w1c = field.get_property("onwrite") == OnWriteType.woclr
        h.always(
            ~settled | ~h.past(written & quiet) | (value == (was & ~h.past(incoming) if w1c else h.past(incoming)))
        )
        if w1c and field.get_property("hwset"):
            h.reach(settled & h.past(written & incoming.all() & raised), f"{field_name(field)} set and cleared at once")
    if field.get_property("we"):
        after = h.past(by_hardware(block, field, "next"))
        h.always(~settled | ~h.past(loaded & ~others & ~written) | (value == after))
    if field.get_property("counter"):
        total = was + h.past(grown)
        h.always(~settled | ~h.past(~others & ~written) | (value == Mux(total > ones, ones, total)))


def accesses(top: AddrmapNode):
    def rules(h: Harness) -> None:
        block = h.add(RegisterBlock(top))
        bus = block.bus
        there = {number(register): register for register in registers(top)}

        def at(numbers) -> Value:
            return sum((bus.address == n for n in numbers), Const(0)) != 0

        known = at(there)
        readable = at(n for n, register in there.items() if register.has_sw_readable)
        writable = at(n for n, register in there.items() if register.has_sw_writable)
        h.always(block.bad_address == ((bus.read | bus.write) & ~known))
        h.always(block.bad_access == (known & ((bus.read & ~readable) | (bus.write & ~writable))))
        h.always(bus.fault == (block.bad_address | block.bad_access))
        h.always(readable | (bus.read_data == 0))
        h.reach(block.bad_address & bus.write, "a write to nowhere")
        h.reach(block.bad_access & bus.read, "a read that is not allowed")

    return rules


def harmless(h: Harness) -> None:
    """Two controllers; one sees besides accesses to registers that are not there, or not like that."""
    fault, bad = Signal(), h.free(name="bad")
    read = h.free(name="read")
    write = h.free(name="write") & ~read
    wrong = h.add(Controller(NETWORK, Tree(), bus=True), "wrong", bus__read=read, bus__write=write)
    right = h.add(
        Controller(NETWORK, Tree(), bus=True),
        "right",
        bus__address=wrong.bus.address,
        bus__read=read & ~fault,
        bus__write=write & ~fault,
        bus__write_data=wrong.bus.write_data,
        frame_error=wrong.frame_error,
    )
    h.m.d.comb += fault.eq(wrong.bus.fault & bad)
    status, error = (number(register_at(wrong.map, name)) for name in ("STATUS", "ERROR"))
    causes, told = (
        sum(1 << wrong.map.find_by_path(path).low for path in paths)  # type: ignore[union-attr]
        for paths in (("ERROR.address", "ERROR.access"), ("STATUS.error",))
    )
    differs = wrong.bus.read_data ^ right.bus.read_data
    may_differ = Mux(wrong.bus.address == error, causes, Mux(wrong.bus.address == status, told, 0))
    h.always((differs & ~may_differ) == 0)
    h.always(wrong.working == right.working)
    h.always(wrong.reset == right.reset)
    h.always(wrong.bus.stall == right.bus.stall)
    h.reach((wrong.bus.address == error) & (differs == causes), "both causes are set in one of them alone")


def properties() -> Iterator[Property]:
    maps: dict[str, MapParameters | MonitorParameters] = {
        "chip": MapParameters(layers=2, outputs=2),
        "monitor": MonitorParameters(),
    }
    for name, parameters in maps.items():
        top = compile_map(parameters)
        yield Property(
            f"registers-{name}",
            f"{name}: a field changes as its SystemRDL says: hardware's set wins over software's write-1-to-clear,"
            " counters stop at their highest value, nothing else changes anything",
            fields(top),
            bugs=(
                Bug("host.registers.block", "len(changes) if stronger else 0", "len(changes)"),
                Bug("host.registers.block", "value & ~incoming if cleared", "~incoming if cleared"),
                Bug("host.registers.block", "Mux(grown[len(value)], highest, grown)", "grown"),
            ),
        )
        yield Property(
            f"accesses-{name}",
            f"{name}: what is not there, or does not allow an access, is an error, and reads as 0",
            accesses(top),
            bugs=(Bug("host.registers.block", "bus.read & ~readable | ", ""),),
        )
    yield Property(
        "harmless",
        "an access to a register that is not there or does not allow it changes nothing but its error causes",
        harmless,
        bugs=(Bug("host.controller", "registers.beat_write & counts.ready", "self.bus.write & counts.ready"),),
    )
