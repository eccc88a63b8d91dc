"""SPI frames that random software might send to a monitor chip, and ones that went wrong on the wire."""

from __future__ import annotations

from sparrow_ecg.hw.host.monitor_controller import MonitorController
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.sim.rtl.traffic import Mutated


class MonitorTraffic(Mutated):
    """It reads and acknowledges events, some of them twice, changes settings, and seldom resets."""

    def __init__(self, controller: MonitorController, seed: int):
        super().__init__(seed)
        self.protocol = Protocol(controller.map)

    def _good(self) -> list[bytes]:
        rng, protocol = self.rng, self.protocol
        names = list(protocol.registers)
        match rng.choice(["read", "write", "events", "done", "done", "mask", "limits", "clear", "sample", "noise"]):
            case "read":
                return [protocol.read(str(rng.choice(names)), int(rng.integers(1, 6)))]
            case "write":
                name = str(rng.choice(names))
                words = [int(word) for word in rng.integers(0, 1 << 32, rng.integers(1, 4))]
                if name == "control" and rng.integers(8):  # seldom a reset
                    words = [protocol.word("control", clear=1)]
                return [protocol.write(name, *words)]
            case "events":
                return [protocol.read("event", 2), protocol.read("time", 3)]
            case "done":
                return [protocol.set("done", sequence=int(rng.integers(256)))] * int(rng.integers(1, 3))
            case "mask":
                return [protocol.write("mask", int(rng.integers(1 + protocol.full("mask"))))]
            case "limits":
                return [protocol.set("limits", shortest=int(rng.integers(256)), longest=int(rng.integers(256)))]
            case "clear":
                return [protocol.write("cause", int(rng.integers(1 + protocol.full("cause"))))]
            case "sample":
                return [protocol.write("sample", *map(int, rng.integers(0, 1 << 11, rng.integers(1, 6))))]
        return [rng.bytes(int(rng.integers(1, 12)))]
