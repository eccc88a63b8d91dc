"""The register block: every register of the compiled map as RTL."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from systemrdl.node import AddrmapNode, FieldNode
from systemrdl.rdltypes import OnWriteType, PrecedenceType

from sparrow_ecg.hw.host.registers.bus import RegisterBus
from sparrow_ecg.hw.host.registers.map import field_name, is_port, number, register_at, register_name, registers

# Properties of a field that would have an effect on hardware, but are not built here.
UNBUILT = {"onread", "wel", "swwe", "swwel", "hwenable", "hwmask", "rclr", "rset", "intr", "decrvalue", "next", "swmod"}


class RegisterBlock(wiring.Component):
    """Built from the map: nothing of a register is stated here.

    A field F of register R has these ports, as its properties ask for:
    ``r_f``         its value: an input where hardware writes it, else an output if hardware reads it;
    ``r_f_set``, ``r_f_clear``, ``r_f_write``  set, clear, and load from input ``r_f_next``;
    ``r_f_add``     what a counter grows by in this cycle;
    ``r_f_read``    it is read in this cycle.
    An external register has ``r_write`` in its place, and ``r_stall`` if it is a port.
    ``bad_address`` and ``bad_access`` are high in the cycle of such an access.
    """

    def __init__(self, top: AddrmapNode):
        check(top)
        self.top = top
        self.fields = [field for register in registers(top) if not register.external for field in register.fields()]
        ports: dict[str, Any] = {"bus": In(RegisterBus()), "bad_address": Out(1), "bad_access": Out(1)}
        for register in registers(top):
            if register.external:
                ports[f"{register_name(register)}_write"] = Out(1)
                ports[f"{register_name(register)}_stall"] = In(1)
        for field in self.fields:
            ports |= _ports(field)
        self._stored: dict[str, Signal] = {}
        super().__init__(ports)

    def elaborate(self, platform) -> Module:
        m = Module()
        bus = self.bus
        known, readable, writable = Signal(), Signal(), Signal()
        written: dict[str, Value] = {}
        with m.Switch(bus.address):
            for register in registers(self.top):
                name = register_name(register)
                with m.Case(number(register)):
                    m.d.comb += [
                        known.eq(1),
                        readable.eq(register.has_sw_readable),
                        writable.eq(register.has_sw_writable),
                        bus.port.eq(is_port(register)),
                    ]
                    if register.external:
                        m.d.comb += getattr(self, f"{name}_write").eq(bus.write)
                        m.d.comb += bus.stall.eq(getattr(self, f"{name}_stall"))
                        continue
                    for field in register.fields():
                        if field.is_sw_readable:
                            m.d.comb += bus.read_data[field.low : field.high + 1].eq(self._value(field))
                        if field.get_property("swacc"):
                            m.d.comb += getattr(self, f"{field_name(field)}_read").eq(bus.read)
                    if register.has_sw_writable:
                        written[name] = strobe = Signal(name=f"{name}_written")
                        m.d.comb += strobe.eq(bus.write)
        m.d.comb += [
            self.bad_address.eq((bus.read | bus.write) & ~known),
            self.bad_access.eq(known & (bus.read & ~readable | bus.write & ~writable)),
            bus.fault.eq(self.bad_address | self.bad_access),
        ]

        for field in self.fields:
            if not field.implements_storage:
                continue
            stem = field_name(field)
            value = self._value(field)
            if field.get_property("singlepulse"):
                m.d.comb += value.eq(written[register_name(field.parent)] & bus.write_data[field.low])
                continue
            changes: list[tuple[Value, Value]] = []  # (when, to what), the strongest last
            if field.get_property("we"):
                changes.append((getattr(self, f"{stem}_write"), getattr(self, f"{stem}_next")))
            if field.get_property("counter"):
                grown = value + getattr(self, f"{stem}_add")
                highest = (1 << len(value)) - 1
                changes.append((getattr(self, f"{stem}_add") != 0, Mux(grown[len(value)], highest, grown)))
            clear = field.get_property("hwclr")
            if clear:
                when = self._value(clear) if isinstance(clear, FieldNode) else getattr(self, f"{stem}_clear")
                changes.append((when, Const(0)))
            if field.get_property("hwset"):
                changes.append((getattr(self, f"{stem}_set"), Const((1 << len(value)) - 1)))
            if field.is_sw_writable:
                incoming = bus.write_data[field.low : field.high + 1]
                cleared = field.get_property("onwrite") == OnWriteType.woclr
                by_software = (written[register_name(field.parent)], value & ~incoming if cleared else incoming)
                stronger = field.get_property("precedence") == PrecedenceType.sw
                changes.insert(len(changes) if stronger else 0, by_software)
            for when, to in changes:
                with m.If(when):
                    m.d.sync += value.eq(to)
        return m

    def value(self, name: str) -> Value:
        """What a read of the register of this name gives, e.g. ``STATUS``."""
        register = register_at(self.top, name)
        parts: list[Value] = []
        for field in register.fields():  # by position
            parts += [Const(0, field.low - len(Cat(parts))), self._value(field)]
        return Cat(parts)

    def _value(self, field: FieldNode) -> Any:
        """The signal of a field, or its constant."""
        stem = field_name(field)
        if hasattr(self, stem):
            return getattr(self, stem)
        if not field.implements_storage:
            return Const(field.get_property("reset"), field.width)
        return self.stored(field)

    def stored(self, field: FieldNode) -> Signal:
        """The register of a field that hardware does not read."""
        stem = field_name(field)
        if stem not in self._stored:
            self._stored[stem] = Signal(field.width, name=stem, init=field.get_property("reset"))
        return self._stored[stem]


def check(top: AddrmapNode) -> None:
    """Raise NotImplementedError for a field whose properties are not built here."""
    for register in registers(top):
        for field in register.fields():
            unbuilt = {name for name in field.list_properties() if field.get_property(name)} & UNBUILT
            if field.get_property("onwrite") not in (None, OnWriteType.woclr):
                unbuilt.add("onwrite")
            if unbuilt:
                names = ", ".join(sorted(unbuilt))
                raise NotImplementedError(f"{field.get_path()}: {names} has no RTL in hw/host/registers/block.py")


def _ports(field: FieldNode) -> dict[str, Any]:
    stem = field_name(field)
    ports: dict[str, Any] = {}
    if field.implements_storage:
        if field.is_hw_readable:
            ports[stem] = Out(field.width, init=field.get_property("reset"))
        if field.get_property("hwset"):
            ports[f"{stem}_set"] = In(1)
        if field.get_property("hwclr") is True:
            ports[f"{stem}_clear"] = In(1)
        if field.get_property("we"):
            ports |= {f"{stem}_write": In(1), f"{stem}_next": In(field.width)}
        if field.get_property("counter"):
            ports[f"{stem}_add"] = In(field.get_property("incrwidth") or 1)
    elif field.is_hw_writable:
        ports[stem] = In(field.width)
    if field.get_property("swacc"):
        ports[f"{stem}_read"] = Out(1)
    return ports
