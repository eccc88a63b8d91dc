"""What a host does with the core: begins beats, loads images, gets answers, and is told what went wrong."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import enum, wiring
from amaranth.lib.wiring import In, Out
from systemrdl.node import AddrmapNode

from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.geometry import Geometry
from sparrow_ecg.hw.host.image import CHECKED, ChipImage, ImageReceiver, network_id
from sparrow_ecg.hw.host.registers.block import RegisterBlock
from sparrow_ecg.hw.host.registers.bus import RegisterBus
from sparrow_ecg.hw.host.registers.map import DATA_BITS, MapParameters, compile_map, image_causes, register_at
from sparrow_ecg.hw.host.sck_slave import CLASS_BITS, Beat
from sparrow_ecg.hw.host.unpacker import Unpacker
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network

MOST_LAYERS, MOST_OUTPUTS, MOST_INPUT_BITS = 15, 64, 8  # that the register map has room for


def check(network: Network, geometry: Geometry) -> None:
    """Raise InputError for a network that does not fit the register map."""
    for what, value, most in (
        ("layers", geometry.layers, MOST_LAYERS),
        ("outputs", geometry.shape[-1], MOST_OUTPUTS),
        ("input bits", geometry.input_bits, MOST_INPUT_BITS),
        ("bits in a potential", geometry.potential_bits, DATA_BITS),
    ):
        if value > most:
            raise InputError(f"network '{network.name}': {value} {what}, but a chip's registers hold {most}")


def build_registers(top: AddrmapNode, config: CoreConfig, g: Geometry) -> dict[str, int]:
    """Fields that say how a chip was built, and their values: 0 where its datapath has nothing to say.

    Raises KeyError when the datapath says what the map has no field for.
    """
    fields = [field.inst_name for field in register_at(top, "BUILD").fields()]
    if unknown := config.built.keys() - set(fields):
        raise KeyError(f"datapath {config.datapath}: the register BUILD has no field {', '.join(sorted(unknown))}")
    return {f"build_{field}": config.built.get(field, 0) for field in fields} | {
        "widths_input_bits": g.input_bits,
        "widths_weight_bits": g.weight_bits,
        "widths_potential_bits": g.potential_bits,
        "widths_layers": g.layers,
        "steps_steps": g.steps,
        **{f"shape_{k}_neurons": neurons for k, neurons in enumerate(g.shape)},
    }


class State(enum.Enum):
    IDLE = 0
    BEAT = 1  # counts are awaited
    RUN = 2
    DONE = 3  # the answer is there
    IMAGE = 4  # words of an image are awaited


class Controller(wiring.Component):
    """A core and its registers; `check` says for which networks.

    bus: beats come through the register BEAT; else they go through ``beat``, as frames of SPI do.

    status:  the low byte of the register STATUS.
    irq:     an enabled interrupt is pending.
    working: the clock is needed.
    reset:   the host asks for a reset of all this.
    built:   what its registers say of how it was built, by field.
    frame_error: from the host interface, see there.
    """

    def __init__(self, network: Network, config: CoreConfig, bus: bool = False):
        self.network, self.config = network, config
        self.core = config.core(network, hosted=True)
        self.geometry = g = self.core.geometry
        check(network, g)
        self.images = ChipImage(g, config) if config.loadable and isinstance(config, Serial) else None
        self.spikes, self.weight_reads = (self._tally(name) for name in ("spikes", "weight_read"))
        self.parameters = MapParameters(
            layers=g.layers,
            outputs=g.shape[-1],
            ram=self.images is not None,
            spikes=self.spikes is not None,
            weight_reads=self.weight_reads is not None,
            spikes_width=1 if self.spikes is None else len(self.spikes),
            reads_width=1 if self.weight_reads is None else len(self.weight_reads),
            bus=bus,
        )
        self.map = compile_map(self.parameters)
        self.built = build_registers(self.map, config, g) | {"latency_clocks": config.longest(network) - network.inputs}
        self.beat_port = Beat(g.input_bits, 1 + CLASS_BITS + g.shape[-1] * g.potential_bits)
        super().__init__(
            ({} if bus else {"beat": In(self.beat_port)})
            | {
                "bus": In(RegisterBus()),
                "frame_error": In(1),
                "status": Out(8),
                "irq": Out(1),
                "working": Out(1),
                "reset": Out(1),
            }
        )

    def _tally(self, probe: str) -> Value | None:
        """By how much a counter grows in a cycle, from a probe of the core."""
        if probe not in self.core.probes:
            return None
        signal, how = self.core.probes[probe]
        return sum(signal, start=signal[0] & 0)[: len(signal).bit_length()] if how == "ones" else signal

    def elaborate(self, platform) -> Module:
        m = Module()
        core, bus = self.core, self.parameters.bus
        m.submodules.core = core
        m.submodules.registers = registers = RegisterBlock(self.map)
        wiring.connect(m, wiring.flipped(self.bus), registers.bus)
        state, following = Signal(State), Signal(State)
        weights_valid = Signal() if self.images else Const(1)
        computing = Signal()
        start = registers.control_start if bus else self.beat.begin
        load = registers.control_load if self.images else Const(0)
        m.d.comb += computing.eq((state == State.RUN) | ((state == State.BEAT) & ~core.counts.ready))

        m.d.comb += following.eq(state)
        with m.If(following != state):  # of which synthesis makes a clock gate
            m.d.sync += state.eq(following)
        with m.Switch(state):
            with m.Case(State.BEAT), m.If(computing):
                m.d.comb += following.eq(State.RUN)
            with m.Case(State.RUN), m.If(core.result.valid):
                m.d.comb += registers.status_result_valid_set.eq(~(start | load))
                m.d.comb += following.eq(State.DONE)
            with m.Case(State.DONE), m.If(~registers.status_result_valid):
                m.d.comb += core.result.ready.eq(1)
                m.d.comb += following.eq(State.IDLE)

        words = bus or self.images is not None
        unpacker = Unpacker()
        if words:
            m.submodules.unpacker = unpacker
            m.d.comb += unpacker.word.eq(self.bus.write_data)
            m.d.comb += unpacker.drop.eq(core.restart | (state == State.RUN))
        if bus:
            self._take_words(m, registers, unpacker, state)
        else:
            m.d.comb += [
                core.counts.valid.eq(self.beat.valid & (state == State.BEAT)),
                core.counts.payload.eq(self.beat.count),
                self.beat.ready.eq((state == State.BEAT) & core.counts.ready),
                self.beat.accepted.eq(weights_valid),
            ]
        dropped = registers.beat_write
        if self.images:
            self._receive(m, registers, unpacker, state, following, weights_valid, start)
            dropped |= registers.weights_write

        with m.If(start | load):
            m.d.comb += [core.restart.eq(1), registers.status_result_valid_clear.eq(1)]
            m.d.comb += following.eq(Mux(load, State.IMAGE, Mux(weights_valid, State.BEAT, State.IDLE)))
            m.d.comb += registers.error_no_weights_set.eq(~load & ~weights_valid)

        # Registers.
        valid = registers.status_result_valid
        klass, potentials = core.result.payload.klass, core.result.payload.potentials
        if bus:
            self._show_words(m, registers)
        else:  # the highest bit goes first
            first = Cat(*reversed(list(potentials)), klass, Const(0, CLASS_BITS - len(klass)), 1)
            m.d.comb += [self.beat.answer.eq(Cat(reversed(first))), self.beat.answered.eq(valid)]
        interrupts = (
            valid & registers.settings_interrupt_result,
            registers.status_error & registers.settings_interrupt_error,
        )
        m.d.comb += [
            registers.status_busy.eq(computing),
            registers.status_error.eq(registers.value("ERROR").any()),
            registers.status_beat_open.eq((state == State.BEAT) & ~computing),
            registers.status_image_open.eq(state == State.IMAGE),
            registers.status_weights_valid.eq(weights_valid),
            registers.error_frame_set.eq(self.frame_error),
            registers.error_address_set.eq(registers.bad_address),
            registers.error_access_set.eq(registers.bad_access),
            registers.error_overflow_set.eq(dropped & ~(unpacker.write & unpacker.empty if words else Const(0))),
            registers.beats_count_add.eq(registers.status_result_valid_set & registers.settings_count),
            registers.cycles_count_add.eq(computing & registers.settings_count),
        ]
        for counter, tally in (("spikes_fired", self.spikes), ("weights_read", self.weight_reads)):
            if tally is not None:
                m.d.comb += getattr(registers, f"{counter}_count_add").eq(Mux(registers.settings_count, tally, 0))
        self._constants(m, registers)
        m.d.comb += [
            self.status.eq(registers.value("STATUS")),
            self.irq.eq(Cat(interrupts).any()),
            self.reset.eq(registers.control_reset),
            self.working.eq(computing | (~unpacker.empty if words else 0) | (state == State.DONE) & ~valid),
        ]
        return m

    def _take_words(self, m: Module, registers: RegisterBlock, unpacker: Unpacker, state: Signal) -> None:
        """Counts from the register BEAT, one a byte."""
        counts, byte = self.core.counts, unpacker.bytes
        m.d.comb += [counts.valid.eq(byte.valid & (state == State.BEAT)), counts.payload.eq(byte.payload)]
        with m.If(state == State.BEAT):
            m.d.comb += [
                unpacker.write.eq(registers.beat_write & counts.ready),
                byte.ready.eq(counts.ready),
                registers.beat_stall.eq(counts.ready & ~unpacker.empty),
            ]
        taken = counts.valid & counts.ready
        m.d.comb += registers.error_range_set.eq(taken & (byte.payload >> self.geometry.input_bits).any())

    def _show_words(self, m: Module, registers: RegisterBlock) -> None:
        """The answer in the registers RESULT and POTENTIAL."""
        valid, result = registers.status_result_valid, self.core.result.payload
        answers = {"result_klass": result.klass} | {
            f"potential_{i}_value": potential for i, potential in enumerate(result.potentials)
        }
        for field, answer in answers.items():
            m.d.comb += getattr(registers, field).eq(Mux(valid, answer, 0))
        read = Cat(getattr(registers, f"{field}_read") for field in answers).any()
        m.d.comb += [registers.result_valid.eq(valid), registers.error_underflow_set.eq(read & ~valid)]

    def _receive(
        self,
        m: Module,
        registers: RegisterBlock,
        unpacker: Unpacker,
        state: Signal,
        following: Signal,
        weights_valid: Any,
        start: Value,
    ) -> None:
        """Images: to `ImageReceiver`, and the bytes of the tables on to the core."""
        core = self.core
        assert self.images is not None
        m.submodules.receiver = receiver = ImageReceiver(self.images)
        causes = image_causes(self.map)
        begin = registers.control_load & registers.status_result_valid_clear
        refused = Signal()
        to_core = receiver.tables & ~receiver.complete
        m.d.comb += [
            core.reload.eq(begin),
            receiver.begin.eq(begin),
            receiver.word.eq(self.bus.write_data),
            receiver.complete.eq(core.counts.ready),
            receiver.bytes.payload.eq(unpacker.bytes.payload),
            core.image.payload.eq(unpacker.bytes.payload),
            registers.error_image_set.eq(refused),
            registers.image_cause_write.eq(refused | begin),
        ]
        with m.If(state == State.IMAGE):
            m.d.comb += [
                registers.weights_stall.eq(~unpacker.empty),
                unpacker.write.eq(registers.weights_write),
                receiver.write.eq(registers.weights_write & unpacker.empty),
                core.image.valid.eq(unpacker.bytes.valid & to_core),
                unpacker.bytes.ready.eq(core.image.ready | ~to_core),
                receiver.bytes.valid.eq(unpacker.bytes.valid & unpacker.bytes.ready),
            ]
            with m.If(receiver.write & receiver.accepted):
                m.d.sync += weights_valid.eq(1)
                m.d.comb += following.eq(State.IDLE)
            with m.If(receiver.write & receiver.wrong):
                numbers = [causes[name] for name in CHECKED]
                assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
                m.d.comb += [refused.eq(1), registers.image_cause_next.eq(receiver.field + numbers[0])]
            with m.If(receiver.write & receiver.refused):
                m.d.comb += [refused.eq(1), registers.image_cause_next.eq(causes["crc"])]
            with m.If(start & ~registers.control_load):
                m.d.comb += [refused.eq(1), registers.image_cause_next.eq(causes["truncated"])]
            with m.If(refused):
                m.d.comb += following.eq(State.IDLE)
            with m.If(refused | receiver.accepted):
                m.d.comb += unpacker.drop.eq(1)
        with m.If(begin):
            m.d.sync += weights_valid.eq(0)
        m.d.comb += registers.network_digest.eq(Mux(weights_valid, receiver.network, 0))
        for k in range(self.geometry.layers - 1):
            m.d.comb += getattr(registers, f"threshold_{k}_log2").eq(Mux(weights_valid, core.thresholds[k], 0))

    def _constants(self, m: Module, registers: RegisterBlock) -> None:
        """What the build fixes."""
        m.d.comb += [getattr(registers, name).eq(value) for name, value in self.built.items()]
        if self.images:
            m.d.comb += registers.geometry_digest.eq(self.images.expected["geometry"])
        else:
            m.d.comb += registers.network_digest.eq(network_id(self.network))
            for k, layer in enumerate(self.network.layers):
                if layer.firing:
                    m.d.comb += getattr(registers, f"threshold_{k}_log2").eq(layer.firing.threshold_log2)
