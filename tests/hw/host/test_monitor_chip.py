"""The monitor chip on a bus: no sample is lost, however fast a host writes them."""

from __future__ import annotations

from typing import Any

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.host.monitor_chip import MonitorChip
from sparrow_ecg.hw.host.monitor_model import MonitorModel
from sparrow_ecg.hw.host.registers.map import number, register_at
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.synthetic import generate
from tests.support.simulate import simulate

CODES = generate("bus", 3).codes.tolist()


def test_samples_over_apb():
    """Back to back: the port makes the bus wait while a beat is encoded."""
    chip = MonitorChip(Network.load("tiny"), Serial(2), host="apb")
    model = MonitorModel(chip.controller)
    waited = 0

    async def access(context: Any, name: str, word: int | None = None) -> int:
        nonlocal waited
        context.set(chip.psel, 1)
        context.set(chip.paddr, 4 * number(register_at(chip.controller.map, name)))
        context.set(chip.pwrite, word is not None)
        context.set(chip.pwdata, word or 0)
        await context.tick()
        context.set(chip.penable, 1)
        while not context.get(chip.pready):
            waited += 1
            await context.tick()
        assert not context.get(chip.pslverr)
        seen = context.get(chip.prdata)
        await context.tick()
        context.set(chip.penable, 0)
        context.set(chip.psel, 0)
        return seen

    async def bench(context: Any) -> None:
        for code in CODES:
            await access(context, "SAMPLE", code)
            model.sample(code)
        while context.get(chip.clock_request):
            await context.tick()
        for name in ("ID", "STATUS", "TIME", "SAMPLES_LOST", "CAUSE", "EVENT"):
            assert await access(context, name) == model.read(number(register_at(chip.controller.map, name))), name

    simulate(chip, bench)
    assert model.registers.values["time_block"] == len(CODES) // 4
    assert waited > 0
