"""Every register's access, reset value and side effects, in RTL and golden model, as the map says."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from systemrdl import RDLCompiler
from systemrdl.node import AddrmapNode, FieldNode
from systemrdl.rdltypes import OnWriteType

from sparrow_ecg.hw.host.registers.block import RegisterBlock, check
from sparrow_ecg.hw.host.registers.map import (
    MapParameters,
    MonitorParameters,
    compile_map,
    field_name,
    number,
    register_name,
    registers,
)
from sparrow_ecg.hw.host.registers.model import RegisterModel
from tests.support.simulate import simulate

TOP = compile_map(MapParameters(layers=3, outputs=5))
MONITOR = compile_map(MonitorParameters())
MAPS = pytest.mark.parametrize("top", [TOP, MONITOR], ids=lambda top: top.inst_name)
ALL = list(registers(TOP))


async def read(context: Any, block: RegisterBlock, address: int) -> int:
    context.set(block.bus.address, address)
    context.set(block.bus.read, 1)
    value = context.get(block.bus.read_data)
    await context.tick()
    context.set(block.bus.read, 0)
    return value


async def write(context: Any, block: RegisterBlock, address: int, word: int) -> None:
    context.set(block.bus.address, address)
    context.set(block.bus.write_data, word)
    context.set(block.bus.write, 1)
    await context.tick()
    context.set(block.bus.write, 0)


@MAPS
def test_map_fits_the_bus(top):
    numbers = [number(register) for register in registers(top)]
    assert len(set(numbers)) == len(numbers)
    assert max(numbers) < 128
    assert all(register.size == 4 for register in registers(top))


def test_addresses_are_the_same_in_every_build():
    small = {register_name(r): number(r) for r in registers(compile_map(MapParameters(1, 1, False, False, False)))}
    all_of_them = {register_name(register): number(register) for register in ALL}
    assert small.items() <= all_of_them.items()
    assert set(all_of_them) - set(small) >= {"weights", "image", "geometry", "spikes_fired", "weights_read"}


@pytest.mark.parametrize(
    ("top", "register"),
    [pytest.param(top, register, id=register.get_path()) for top in (TOP, MONITOR) for register in registers(top)],
)
def test_access_and_reset(top, register):
    block = RegisterBlock(top)
    address = number(register)

    async def bench(context: Any) -> None:
        # Hardware writes ones wherever it writes a value at all.
        for field in register.fields():
            if field.is_hw_writable and not field.implements_storage and not register.external:
                context.set(getattr(block, field_name(field)), (1 << field.width) - 1)
        expected = 0
        for field in register.fields():
            if field.is_sw_readable:
                driven = field.is_hw_writable and not field.implements_storage
                value = (1 << field.width) - 1 if driven else int(field.get_property("reset") or 0)
                expected |= value << field.low
        context.set(block.bus.address, address)
        context.set(block.bus.read, 1)
        assert context.get(block.bus.read_data) == expected
        assert context.get(block.bad_access) == (not register.has_sw_readable)
        assert context.get(block.bus.port) == bool(register.get_property("port"))
        for field in register.fields():
            if field.get_property("swacc"):
                assert context.get(getattr(block, f"{field_name(field)}_read")) == 1
        context.set(block.bus.read, 0)
        context.set(block.bus.write, 1)
        assert context.get(block.bad_access) == (not register.has_sw_writable)
        assert context.get(block.bad_address) == 0

    simulate(block, bench)


@MAPS
@pytest.mark.parametrize("seed", range(2))
def test_traffic_agrees_with_the_golden_model(top, seed):
    """Random reads and writes of every address, known or not, with random pulses from hardware."""
    block, model = RegisterBlock(top), RegisterModel(top)
    rng = np.random.default_rng(seed)
    stored = [field for field in block.fields if field.implements_storage and not field.get_property("singlepulse")]

    async def bench(context: Any) -> None:
        for _ in range(1500):
            address, word = int(rng.integers(70)), int(rng.integers(1 << 32))
            if rng.integers(2):
                assert await read(context, block, address) == model.peek(address)
                continue
            # What hardware does in the same cycle: it counts, which a clear undoes, and it sets, which nothing undoes.
            adds, sets = {}, []
            for field in stored:
                stem = field_name(field)
                if field.get_property("counter"):
                    adds[stem] = int(rng.integers(2))
                if field.get_property("hwset") and rng.integers(4) == 0:
                    sets.append(stem)
            pulses = {f"{stem}_add": amount for stem, amount in adds.items()} | {f"{stem}_set": 1 for stem in sets}
            for name, value in pulses.items():
                context.set(getattr(block, name), value)
            await write(context, block, address, word)
            for name in pulses:
                context.set(getattr(block, name), 0)
            for stem, amount in adds.items():
                model.add(stem, amount)
            model.write(address, word)
            model.values |= dict.fromkeys(sets, 1)

    simulate(block, bench)


def test_counters_stop_at_their_highest_value():
    block = RegisterBlock(TOP)
    counter = next(field for field in block.fields if field.get_property("counter") and field.get_property("incrwidth"))

    async def bench(context: Any) -> None:
        stored = block.stored(counter)
        context.set(stored, (1 << counter.width) - 3)
        add = getattr(block, f"{field_name(counter)}_add")
        for expected in (0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFF):
            context.set(add, 1 if expected == 0xFFFFFFFE else 31)
            await context.tick()
            assert context.get(stored) == expected

    simulate(block, bench)


def test_every_write_effect_in_the_map_is_built():
    both = [*registers(TOP), *registers(MONITOR)]
    kinds = {field.get_property("onwrite") for register in both for field in register.fields()}
    assert kinds == {None, OnWriteType.woclr}


def odd_map(folder: Path, body: str) -> AddrmapNode:
    """A map of one register R with these fields."""
    source = folder / "odd.rdl"
    source.write_text(
        "property port { component = reg; type = boolean; default = false; };\n"
        f"addrmap odd {{ reg {{ regwidth = 32; {body} }} R @ 0; }};"
    )
    compiler = RDLCompiler()
    compiler.compile_file(str(source))
    return compiler.elaborate("odd").top


@pytest.mark.parametrize("properties", ["onwrite = woset", "onread = rclr", "swwe = true", "hwenable"])
def test_what_has_no_rtl_is_refused(properties, tmp_path):
    if properties == "hwenable":
        body = "field { sw = rw; hw = w; } f[7:0] = 0; field { sw = rw; hw = r; } g[15:8] = 0; f->hwenable = g;"
    else:
        body = f"field {{ sw = rw; hw = rw; {properties}; }} f[7:0] = 0;"
    with pytest.raises(NotImplementedError, match=r"odd\.R\.f: .* has no RTL"):
        check(odd_map(tmp_path, body))


@pytest.mark.parametrize("precedence", ["hw", "sw"])
@pytest.mark.parametrize("onwrite", ["", "onwrite = woclr;"])
def test_who_wins_when_all_happen_in_one_cycle(precedence, onwrite, tmp_path):
    """A write, a set, a clear and a load in every combination: the map says whose value stays. Of hardware's own, a set
    beats a clear, and that a load.
    """
    body = f"field {{ sw = rw; hw = rw; we; hwset; hwclr; precedence = {precedence}; {onwrite} }} f[3:0] = 0;"
    block = RegisterBlock(odd_map(tmp_path, body))

    async def bench(context: Any) -> None:
        for before, word, written, loaded, set_, clear in product((0, 5, 15), (0, 6, 15), *[(0, 1)] * 4):
            for port, level in ((block.r_f_write, 1), (block.r_f_next, before)):
                context.set(port, level)
            await context.tick()
            for port, level in (
                (block.bus.write, written),
                (block.bus.write_data, word),
                (block.r_f_write, loaded),
                (block.r_f_next, 9),
                (block.r_f_set, set_),
                (block.r_f_clear, clear),
            ):
                context.set(port, level)
            software = [before & ~word if onwrite else word] if written else []
            hardware = ([9] if loaded else []) + ([0] if clear else []) + ([15] if set_ else [])
            events = software + hardware if precedence == "hw" else hardware + software
            await context.tick()
            assert context.get(block.r_f) == [before, *events][-1]
            for port in (block.bus.write, block.r_f_set, block.r_f_clear):
                context.set(port, 0)

    simulate(block, bench)


def test_clearing_pulse_is_taken_from_the_map():
    cleared = {
        register_name(field.parent): field.get_property("hwclr")
        for register in ALL
        for field in register.fields()
        if isinstance(field.get_property("hwclr"), FieldNode)
    }
    assert {field_name(pulse) for pulse in cleared.values()} == {"control_clear"}
    assert set(cleared) == {"beats", "cycles", "spikes_fired", "weights_read"}
