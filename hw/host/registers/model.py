"""Golden model of the registers, from the same compiled map as the RTL."""

from __future__ import annotations

from systemrdl.node import AddrmapNode, FieldNode
from systemrdl.rdltypes import OnWriteType

from sparrow_ecg.hw.host.registers.map import field_name, is_port, number, register_name, registers


def initial(field: FieldNode) -> int:
    """Its value after reset."""
    value = field.get_property("reset", default=0)
    return value if isinstance(value, int) else 0


class RegisterModel:
    """What software sees of the registers.

    values: of every field, by `field_name`: those that hardware drives are written here by whoever models it.
    """

    def __init__(self, top: AddrmapNode):
        self.by_number = {number(register): register for register in registers(top)}
        self.fields: dict[str, FieldNode] = {
            field_name(field): field for register in self.by_number.values() for field in register.fields()
        }
        self.cleared_by: dict[str, list[str]] = {}  # by a pulse: these fields
        for stem, field in self.fields.items():
            if isinstance(clear := field.get_property("hwclr"), FieldNode):
                self.cleared_by.setdefault(field_name(clear), []).append(stem)
        self.by_name = {register_name(register): n for n, register in self.by_number.items()}
        self.places = {  # of what can be read
            n: [(field_name(field), field.low) for field in register.fields() if field.is_sw_readable]
            for n, register in self.by_number.items()
        }
        self.values: dict[str, int] = {}
        self.reset()

    def __copy__(self) -> RegisterModel:
        other = object.__new__(RegisterModel)
        other.__dict__ |= self.__dict__ | {"values": dict(self.values)}
        return other

    def reset(self) -> None:
        """Every stored field and constant is as after reset; what hardware drives is 0 until it is written."""
        self.values = {stem: initial(field) for stem, field in self.fields.items()}

    def port(self, address: int) -> bool:
        return address in self.by_number and is_port(self.by_number[address])

    def peek(self, address: int) -> int:
        """What a read would give, without its side effects."""
        return sum(self.values[stem] << low for stem, low in self.places.get(address, ()))

    def word(self, name: str) -> int:
        """What a read of the register of this name gives."""
        return self.peek(self.by_name[name])

    def read(self, address: int) -> tuple[str | None, set[str]]:
        """The cause of an error (``address``, ``access``), and the fields whose read hardware is told of."""
        register = self.by_number.get(address)
        if register is None:
            return "address", set()
        told = {field_name(field) for field in register.fields() if field.get_property("swacc")}
        return (None if register.has_sw_readable else "access"), told

    def write(self, address: int, word: int) -> tuple[str | None, set[str]]:
        """The cause of an error, and what hardware is told of: pulses, or the name of an external register."""
        register = self.by_number.get(address)
        if register is None:
            return "address", set()
        if not register.has_sw_writable:
            return "access", set()
        if register.external:
            return None, {register_name(register)}
        told = set()
        for field in register.fields():
            stem, part = field_name(field), word >> field.low & (1 << field.width) - 1
            if field.get_property("singlepulse"):
                told |= {stem} if part else set()
            elif field.get_property("onwrite") == OnWriteType.woclr:
                self.values[stem] &= ~part
            elif field.is_sw_writable:
                self.values[stem] = part
        for pulse in told & self.cleared_by.keys():
            self.values |= dict.fromkeys(self.cleared_by[pulse], 0)
        return None, told

    def add(self, stem: str, amount: int) -> None:
        """A counter grows, and stops at its highest value."""
        self.values[stem] = min(self.values[stem] + amount, (1 << self.fields[stem].width) - 1)
