"""The chip on a bus: the same registers, the same answers."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.hw.host.apb import ApbSlave
from sparrow_ecg.hw.host.chip import BusChip
from sparrow_ecg.hw.host.chip_model import ChipModel
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.hw.host.registers.map import number
from sparrow_ecg.model.network.drawn import random_beats, random_network
from tests.support.simulate import simulate


@pytest.mark.parametrize("config", [Serial(3), Serial(2, "ram"), Tree()], ids=str)
def test_beats(config):
    rng = np.random.default_rng(2)
    network = random_network(rng, (6, 5, 3), steps=7, weight_bits=4, input_bits=4)
    chip = BusChip(network, config)
    model = ChipModel(chip.controller, network)
    protocol = Protocol(chip.controller.map)

    async def access(context: Any, address: int, word: int | None = None) -> tuple[int, bool]:
        """A transfer; the value read, and whether it was an error."""
        context.set(chip.psel, 1)
        context.set(chip.paddr, 4 * address)
        context.set(chip.pwrite, word is not None)
        context.set(chip.pwdata, word or 0)
        await context.tick()
        context.set(chip.penable, 1)
        while not context.get(chip.pready):
            assert word is not None, "a read waits"
            await context.tick()
        seen = context.get(chip.prdata), bool(context.get(chip.pslverr))
        await context.tick()
        context.set(chip.penable, 0)
        context.set(chip.psel, 0)
        return seen

    async def both(context: Any, name: str | int, word: int | None = None) -> None:
        address = number(protocol.registers[name]) if isinstance(name, str) else name
        value, failed = await access(context, address, word)
        cause, _ = model.registers.read(address) if word is None else model.registers.write(address, word or 0)
        assert failed == (cause is not None)
        if word is None:
            assert value == model.read(address)
        else:
            model.write(address, word)

    async def settle(context: Any) -> None:
        for _ in range(1000):
            if not context.get(chip.clock_request):
                model.settle()
                return
            await context.tick()
        raise AssertionError("the chip never rests")

    async def bench(context: Any) -> None:
        await both(context, "settings", protocol.full("settings"))
        await both(context, "control", protocol.word("control", start=1))  # refused, unless the weights are built in
        for name, word in (("status", None), ("error", None), ("beat", 0), ("error", None)):
            await both(context, name, word)
        if chip.controller.images:
            image = chip.controller.images.of(network)
            await both(context, "control", protocol.word("control", load=1))
            for k in range(0, len(image), 4):  # back to back: the port makes the bus wait
                await both(context, "weights", int.from_bytes(image[k : k + 4], "big"))
        for beat in random_beats(rng, network, 3):
            await both(context, "control", protocol.word("control", start=1))
            counts = bytes(beat.tolist()).ljust(8, b"\0")
            for k in range(0, len(counts), 4):
                await both(context, "beat", int.from_bytes(counts[k : k + 4], "big"))
                await both(context, "beat")  # busy with its last word: a read is refused at once
            await settle(context)
            assert context.get(chip.irq) == model.irq == 1
            for address in range(80):
                await both(context, address)
            await both(context, "status", protocol.word("status", result_valid=1))
            await both(context, "error", protocol.full("error"))
            await settle(context)
            assert context.get(chip.irq) == model.irq == 0

    simulate(chip, bench)


def test_pins():
    """Of any state of pins and bus: an access is its last phase alone, and a fault is told in a transfer alone."""
    slave = ApbSlave()

    async def bench(context: Any) -> None:
        for select, enable, write, stall, fault in product((0, 1), repeat=5):
            for pin, level in (
                (slave.psel, select),
                (slave.penable, enable),
                (slave.pwrite, write),
                (slave.bus.stall, stall),
                (slave.bus.fault, fault),
            ):
                context.set(pin, level)
            context.set(slave.paddr, 4 * 0x5A)
            context.set(slave.pwdata, 0x12345678)
            context.set(slave.bus.read_data, 0x9ABCDEF0)
            access, waits = select and enable, stall and write
            assert context.get(slave.bus.read) == (access and not write)
            assert context.get(slave.bus.write) == (access and write and not waits)
            assert context.get(slave.pready) == (not waits)
            assert context.get(slave.pslverr) == (access and fault and not waits)
            assert context.get(slave.active) == select
            assert context.get(slave.bus.address) == 0x5A
            assert context.get(slave.bus.write_data) == 0x12345678
            assert context.get(slave.prdata) == 0x9ABCDEF0

    simulate(slave, bench, clocked=False)
