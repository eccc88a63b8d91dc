"""Golden model of the chip: what goes in over SPI, and what comes out, frame by frame."""

from __future__ import annotations

from copy import copy

import numpy as np

from sparrow_ecg.hw.host.controller import Controller, State
from sparrow_ecg.hw.host.image import FIELDS
from sparrow_ecg.hw.host.registers.map import DATA_BITS, image_causes
from sparrow_ecg.hw.host.sck_model import SckModel
from sparrow_ecg.hw.host.sck_slave import CLASS_BITS
from sparrow_ecg.model.network import Network, golden


class ChipModel(SckModel):
    """Of a chip behind SPI, clock by clock; of one behind APB a beat computes until `settle` is called.

    SPIKES_FIRED and WEIGHTS_READ grow when a beat is answered; in hardware they grow while it is computed. What happens
    to counters in between makes the difference visible, and the model ``unsure`` of them until they are cleared.

    controller: whose registers, image format and build are modelled; nothing of its logic is used.
    networks:   those whose images may be loaded.
    """

    def __init__(self, controller: Controller, *networks: Network):
        self.controller = controller
        self.images = controller.images
        self.networks = {self.images.of(network): network for network in networks} if self.images else {}
        super().__init__(controller.map, controller.geometry.shape[0], controller.geometry.input_bits)
        self.reset()

    def __copy__(self) -> ChipModel:
        """One that goes its own way from here."""
        other = object.__new__(ChipModel)
        other.__dict__ |= self.__dict__ | {"registers": copy(self.registers), "counts": list(self.counts)}
        return other

    def reset(self) -> None:
        """The reset pin, or CONTROL.reset."""
        controller = self.controller
        self.state = State.IDLE
        self.loaded: Network | None = None if self.images else controller.network
        self.counts: list[int] = []
        self.received = b""
        self.torn = self.unsure = False
        self.left = 0  # clocks to the answer
        self.registers.reset()
        self.registers.values |= controller.built
        if self.images:
            self.registers.values["geometry_digest"] = self.images.expected["geometry"]
        self._weights(self.loaded)
        self._update()

    def settle(self) -> None:
        """Let the core finish."""
        while self.state == State.RUN:
            self.clock()

    def clock(self) -> None:
        if self.state != State.RUN:
            return
        if self.left <= self.latency and self.registers.values["settings_count"]:
            self.registers.add("cycles_count", 1)
        self.left -= 1
        if self.left == 0:
            self._finish()

    def _finish(self) -> None:
        values, network, trace = self.registers.values, self.loaded, self.computed
        assert network
        self.state, self.counts = State.DONE, []
        self.answer = {"result_klass": int(trace.classes[0])} | {
            f"potential_{i}_value": int(p) % (1 << DATA_BITS) for i, p in enumerate(trace.outputs[0])
        }
        values["status_result_valid"] = 1
        if values["settings_count"]:
            self.registers.add("beats_count", 1)
            for counter, amount in (
                ("spikes_fired", sum(int(counts.sum()) for counts in trace.counts[1:])),
                ("weights_read", int(self.controller.config.weight_reads(network, trace)[0])),
            ):
                if f"{counter}_count" in values:
                    self.registers.add(f"{counter}_count", amount)
        self._update()

    def trace(self, counts: np.ndarray) -> golden.Trace:
        assert self.loaded
        return golden.run(self.loaded, counts, self.controller.config.neuron)

    def cycles(self, trace: golden.Trace) -> int:
        """Cycles for which the core is busy with the beat."""
        assert self.loaded
        return int(self.controller.config.cycles(self.loaded, trace)[0]) - self.loaded.inputs

    @property
    def irq(self) -> int:
        values = self.registers.values
        return (values["status_result_valid"] & values["settings_interrupt_result"]) | (
            values["status_error"] & values["settings_interrupt_error"]
        )

    def read(self, address: int) -> int:
        value = self.registers.peek(address)
        cause, told = self.registers.read(address)
        if cause:
            self.error(cause)
        if told & {"result_klass", *self._potentials()} and not self.registers.values["status_result_valid"]:
            self.error("underflow")
        return value

    def write(self, address: int, word: int) -> None:
        cause, told = self.registers.write(address, word)
        if address in (self.registers.by_name["settings"], self.registers.by_name["control"]):
            self.unsure = self.state == State.RUN or (self.unsure and "control_clear" not in told)
        if cause:
            self.error(cause)
        elif "beat" in told:
            self._word(word)
        elif "weights" in told:
            self._image(word)
        elif "control_reset" in told:
            self.reset()
        elif told & {"control_start", "control_load"}:
            self._start("control_load" in told and self.images is not None, "control_start" in told)
        if self.state == State.DONE and not self.registers.values["status_result_valid"]:
            self.state = State.IDLE
        self._update()

    def begin(self) -> bool:
        self._start(load=False, start=True)
        self._update()
        return self.state == State.BEAT

    def _start(self, load: bool, start: bool) -> None:
        if not (load or start):
            return
        self.unsure |= self.state == State.RUN
        self.registers.values["status_result_valid"] = 0
        self.counts, self.received = [], b""
        if load:
            self.state = State.IMAGE
            self.registers.values["image_cause"] = 0
            self._weights(None)
        elif self.state == State.IMAGE:
            self._refuse("truncated")
            self.error("no_weights")
        elif self.loaded is None:
            self.error("no_weights")
        else:
            self.state = State.BEAT

    def _word(self, word: int) -> None:
        """Of the register BEAT."""
        g = self.controller.geometry
        if self.state != State.BEAT or not self.controller.parameters.bus:
            self.error("overflow")
            return
        for count in word.to_bytes(4, "big")[: g.shape[0] - len(self.counts)]:
            if count >> g.input_bits:
                self.error("range")
            self.count(count % (1 << g.input_bits))

    def count(self, count: int) -> None:
        self.counts.append(count)
        if len(self.counts) == self.inputs:
            self.state = State.RUN
            self.computed = self.trace(np.array([self.counts]))
            self.latency = self.cycles(self.computed)
            self.left = self.latency + 1  # clocks: this one, too
            self._update()

    def answered(self) -> str:
        if not self.registers.values["status_result_valid"]:
            return ""
        bits = self.controller.geometry.potential_bits
        potentials = (self.answer[name] % (1 << bits) for name in self._potentials())
        return "".join([f"1{self.answer['result_klass']:0{CLASS_BITS}b}", *(f"{p:0{bits}b}" for p in potentials)])

    def _image(self, word: int) -> None:
        if self.state != State.IMAGE or not self.images:
            self.error("overflow")
            return
        position = len(self.received) // 4
        self.received += word.to_bytes(4, "big")
        if position < len(FIELDS) - 1:
            field = FIELDS[position]
            if word != self.images.expected[field]:
                self._refuse(field)
        elif len(self.received) == self.images.size:
            if self.received in self.networks:
                self._weights(self.networks[self.received])
                self.state = State.IDLE
            else:
                self._refuse("crc")

    def _refuse(self, cause: str) -> None:
        self.registers.values["image_cause"] = image_causes(self.controller.map)[cause]
        self.error("image")
        self.state = State.IDLE

    def _weights(self, network: Network | None) -> None:
        self.loaded = network
        values = self.registers.values
        values["network_digest"] = int(network.digest[:8], 16) if network else 0
        for k in range(self.controller.geometry.layers - 1):
            firing = network.layers[k].firing if network else None
            values[f"threshold_{k}_log2"] = firing.threshold_log2 if firing else 0

    def error(self, cause: str) -> None:
        self.registers.values[f"error_{cause}"] = 1
        self._update()

    def _update(self) -> None:
        """What the controller drives."""
        values = self.registers.values
        valid = values["status_result_valid"]
        values |= {
            "status_busy": int(self.state == State.RUN),
            "status_error": int(self.registers.word("error") != 0),
            "status_beat_open": int(self.state == State.BEAT),
            "status_image_open": int(self.state == State.IMAGE),
            "status_weights_valid": int(self.loaded is not None),
        }
        if self.controller.parameters.bus:
            values["result_valid"] = valid
            values |= self.answer if valid else dict.fromkeys(["result_klass", *self._potentials()], 0)

    def _potentials(self) -> list[str]:
        return [f"potential_{i}_value" for i in range(self.controller.geometry.shape[-1])]
