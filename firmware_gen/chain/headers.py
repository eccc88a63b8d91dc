"""What the C code includes: numbers of a front end and a network, of the objects that compute with them."""

from __future__ import annotations

from collections.abc import Iterable

from sparrow_ecg.firmware_gen.chain.weights import Packed, smallest
from sparrow_ecg.firmware_gen.text import array, c_string, in_comment, narrowest
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.frontend import blocks, detector, quality
from sparrow_ecg.model.frontend.frontend import HIGHEST, FrontEnd
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.encoding import FEATURES, MEAN_LOG2, Encoding
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE

POTENTIAL_BITS = 32  # of a sum in C
PREFIX = "ECG_CHAIN_"


def front_end(network: Network, rate: float) -> FrontEnd:
    """The front end of a network. Raises InputError for a network that the C code cannot compute."""
    front = FrontEnd.of(network, rate)
    if not isinstance(front.encoding, Encoding):
        raise InputError(f"network '{network.name}': inputs relative to the patient are not made in C: choose another")
    bits = max(network.accumulator_bits(k) for k in range(len(network.layers)))
    if bits > POTENTIAL_BITS:
        raise InputError(f"network '{network.name}': sums of {bits} bits, but C has {POTENTIAL_BITS}: choose another")
    return front


def _absolute(front: FrontEnd) -> Encoding:
    """The encoding of what `front_end` gave."""
    assert isinstance(front.encoding, Encoding)
    return front.encoding


def constants(network: Network, front: FrontEnd) -> dict[str, int]:
    """By name, without the prefix."""
    coding, step, weights = _absolute(front), front.ticks.step, smallest(network)
    return {
        "TICK_RATE": SAMPLING_RATE,
        "SAMPLES": step.numerator,  # fall together with
        "TICKS": step.denominator,
        "HIGHEST": HIGHEST,
        "BLOCK": blocks.BLOCK,
        "REACH": blocks.REACH,
        "TAPS": blocks.TAPS,
        "LAG": blocks.LAG,
        "BAD": quality.OFF,
        **{
            name: getattr(detector, name)
            for name in ("CLEAR", "REFRACTORY", "T_WAVE", "LEARNING", "LONGEST", "FLOOR", "INTERVAL_LOG2", "USUAL")
        },
        "NO_BEAT": blocks.BLOCK * detector.LONGEST,
        "WAIT": front.wait,
        "DEPTH": front.depth,
        "MEAN_LOG2": MEAN_LOG2,
        "TOGETHER": coding.block // blocks.BLOCK,
        "BLOCKS": coding.blocks,
        "INPUT_BITS": coding.input_bits,
        "FEATURES": len(coding.features),
        **{name.upper(): number for number, name in enumerate(FEATURES)},
        "VALUES": len(FEATURES),
        "INPUTS": network.inputs,
        "OUTPUTS": network.outputs,
        "LAYERS": len(network.layers),
        "WIDEST": max((layer.outputs for layer in network.layers[:-1]), default=1),
        "STEPS": network.steps,
        "GAP_BITS": weights.gap_bits,
        "WEIGHT_ZERO": weights.zero,
    }


def network_header(network: Network, front: FrontEnd) -> str:
    """``ecg_chain_network.h``: sizes and parameters."""
    most = max(network.count_max(0), network.steps)
    lines = [
        f"#define {PREFIX}NETWORK 0x{network.digest[:8]}u /* first 32 bits of its SHA-256 */",
        *(f"#define {PREFIX}CLASS_{number} {c_string(name)}" for number, name in enumerate(network.classes)),
        f"#define {PREFIX}CLASS_NAMES {{{', '.join(f'{PREFIX}CLASS_{k}' for k in range(network.outputs))}}}",
        "",
        *(f"#define {PREFIX}{name} {number}" for name, number in constants(network, front).items()),
        "",
        f"typedef {narrowest([most])} ecg_chain_count;",
    ]
    about = f"Network '{in_comment(network.name)}' on samples at {front.rate:g} Hz"
    return _header("ECG_CHAIN_NETWORK_H", about, lines)


def tables_header(network: Network, front: FrontEnd) -> str:
    """``ecg_chain_tables.h``: features, layers, biases and weights, for ecg_chain.c alone."""
    weights = smallest(network)
    layers = [
        # a sum of 32 bits is 0 after more shifts, too; the output layer does not fire
        (layer.outputs, min(layer.firing.threshold_log2, POTENTIAL_BITS - 1) if layer.firing else 0)
        for layer in network.layers
    ]
    biases = [bias for layer in network.layers for bias in layer.biases.tolist()]
    order = list(FEATURES)
    coding = _absolute(front)
    features = [(order.index(name), *coding.scaling(name)) for name in coding.features]
    lines = [
        "typedef struct {",
        "    uint8_t value;",
        f"    {narrowest(offset for _, offset, _ in features)} offset;",
        "    uint8_t shift;",
        "} ecg_chain_feature;",
        "",
        "typedef struct {",
        "    uint16_t neurons;",
        "    uint8_t threshold_log2;",
        "} ecg_chain_layer;",
        "",
        f"typedef uint{weights.width}_t ecg_chain_entry;",
        "",
        *(array("ecg_chain_feature", "ecg_chain_features", features) if features else ()),
        *array("ecg_chain_layer", "ecg_chain_layers", layers),
        *array(narrowest(biases), "ecg_chain_biases", biases),
        *array(narrowest(weights.fan_in), "ecg_chain_fan_in", weights.fan_in),
        *array("ecg_chain_entry", "ecg_chain_entries", weights.entries or (0,)),
    ]
    about = f"Tables of network '{in_comment(network.name)}', {_words(weights)}"
    return _header("ECG_CHAIN_TABLES_H", about, lines)


def _words(weights: Packed) -> str:
    return f"weights in {weights.bytes} bytes, {weights.width} bits each with {weights.gap_bits} of gap"


def _header(guard: str, about: str, lines: Iterable[str]) -> str:
    top = [f"/* {about}; generated. */", f"#ifndef {guard}", f"#define {guard}", "", "#include <stdint.h>", ""]
    return "\n".join([*top, *lines]).rstrip() + "\n\n#endif\n"
