"""A bus: random accesses, good and bad, to a chip and to its golden model."""

from __future__ import annotations

import numpy as np

from sparrow_ecg.hw.host.chip_model import ChipModel
from sparrow_ecg.hw.host.monitor_model import MonitorModel
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.hw.host.registers.map import ADDRESS_BITS, number
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.sim.mutation.pins import Pins

PATIENCE = 20_000  # cycles


class Bus:
    """A host of the chip, and the model that it believes."""

    def __init__(self, pins: Pins, model: ChipModel | MonitorModel):
        self.pins, self.model = pins, model
        self.protocol = Protocol(model.controller.map)
        self.numbers = {name: number(register) for name, register in self.protocol.registers.items()}
        self.rng = np.random.default_rng(1)

    def reset(self, cycles: int = 2) -> None:
        self.pins["rst"] = 1
        self.pins.row(cycles)
        self.pins["rst"] = 0
        self.model.reset()

    def _transfer(self, address: int, word: int | None) -> tuple[int, int]:
        """What is read, and whether it failed."""
        pins, rng = self.pins, self.rng
        pins["psel"], pins["penable"], pins["pwrite"] = 1, 0, word is not None
        pins["paddr"], pins["pwdata"] = 4 * address, int(rng.integers(1 << 32)) if word is None else word
        pins.row()
        pins.look("pslverr", "clock_request")
        pins["penable"] = 1
        pins.row()
        for _ in range(PATIENCE):
            pins.look("pready")
            if pins["pready"]:
                break
            pins.row()
        seen = pins["prdata"], pins["pslverr"]
        pins.look("pslverr", *(["prdata"] if word is None else []))
        pins["psel"] = pins["penable"] = 0
        pins["paddr"], pins["pwdata"] = int(rng.integers(1 << ADDRESS_BITS + 2)), int(rng.integers(1 << 32))
        return seen

    def read(self, name: str) -> int:
        """Whatever is there."""
        return self._transfer(self.numbers[name], None)[0]

    def access(self, name: str | int, word: int | None = None) -> int:
        """Read a register, or write to it. Raises VerificationError when the chip does not do what its model does."""
        model = self.model
        address = name if isinstance(name, int) else self.numbers[name]
        read, failed = self._transfer(address, word)
        cause, _ = model.registers.read(address) if word is None else model.registers.write(address, word)
        self._same("pslverr", failed, int(cause is not None))
        if word is not None:
            model.write(address, word)
            return 0
        self._same(f"register {address:#x}", read, model.read(address))
        return read

    def rest(self, at_once: int = 1) -> None:
        """Wait until it asks for no clock, so many cycles at once; then the interrupt is right."""
        for _ in range(PATIENCE):
            self.pins.row(at_once)
            self.pins.look("clock_request")
            if not self.pins["clock_request"]:
                if isinstance(self.model, ChipModel):
                    self.model.settle()
                self.pins.look("clock_request", "irq", "pslverr")
                self._same("irq", self.pins["irq"], self.model.irq)
                return
        raise VerificationError("the chip never rests")

    def all(self) -> None:
        """Every address."""
        for address in range(1 << ADDRESS_BITS):
            self.access(address)
        self.rest()

    def _same(self, what: str, seen: int, expected: int) -> None:
        if seen != expected:
            raise VerificationError(f"{what}: {seen:#x}, not {expected:#x}")

    def random(self) -> None:
        """One access, as any software might make it."""
        rng, protocol = self.rng, self.protocol
        names = list(self.numbers)
        name = names[rng.integers(len(names))]
        if rng.integers(2):
            self.access(int(rng.integers(1 << ADDRESS_BITS)) if rng.integers(3) == 0 else name)
            return
        word = int(rng.choice([int(rng.integers(1 << 32)), 0, 0xFFFFFFFF, 1 << int(rng.integers(32))]))
        if name == "control" and rng.integers(4):
            word = protocol.word("control", clear=1)
        self.access(name, word)
