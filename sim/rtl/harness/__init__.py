"""The harness: Verilog around a core that plays blocks of beats through it, the same for both front ends."""

from __future__ import annotations

from pathlib import Path

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.ports import Core
from sparrow_ecg.sim.rtl.destroyed import destroyed

BLOCK = 256  # beats: their counts and results stay in the processor's cache
FOLDER = Path(__file__).parent


def sources(build: Build, probed: bool = False) -> dict[str, str]:
    """The core, the harness, and what the harness must know of the core: text by file name. A power gated core forgets
    all in its sleep.

    probed: count activity, and keep each neuron that leaves the lanes.
    """
    g, core = build.geometry, build.core
    shape = g.shape
    image_bytes = build.images.size if build.images else 0
    parameters = {
        "BLOCK": BLOCK,
        "INPUTS": shape[0],
        "OUTPUTS": shape[-1],
        "LAYERS": len(shape) - 1,
        "NEURONS": sum(layer.neurons for layer in build.network.layers),
        "INPUT_BITS": g.input_bits,
        "CLASS_BITS": g.class_bits,
        "POTENTIAL_BITS": g.potential_bits,
        "IMAGE_BYTES": image_bytes,
        "REST": build.config.rest,
        "FIRED_IS_TRAIN": int(build.config.neuron == "if"),
    }
    macros = ["`define HAS_IMAGE"] if image_bytes else []
    if probed:
        macros += [f"`define PROBES {len(core.probes)}", f"`define TALLY {_tally(core)}"]
        macros += [f"`define CORE {'.'.join(('dut', *build.core_path))}"]
    if probed and core.watch:
        leaving, _, potential, fired = map(len, core.watch)
        macros += ["`define WATCH"]
        parameters |= {"WATCHED": leaving, "WATCHED_POTENTIAL": potential // leaving, "WATCHED_FIRED": fired // leaving}
    verilog = [*macros, *(f"localparam int {name} = {value};" for name, value in parameters.items())]
    parameters["PROBES"] = len(core.probes) if probed else 0
    parameters["WATCH"] = int(probed and bool(core.watch))
    cpp = [f"#define {name} {value}" for name, value in parameters.items()]
    return {
        "core.v": destroyed(build, build.verilog, build.top),
        "harness.sv": (FOLDER / "harness.sv").read_text(),
        "parameters.svh": "\n".join(verilog) + "\n",
        "parameters.h": "\n".join(cpp) + "\n",
    }


def _tally(core: Core) -> str:
    """Statements that add what each probe says in this cycle to the layer at work."""
    return " ".join(
        f"tally[{k}*LAYERS+int'(`CORE.{core.layer.name})] += "
        + (f"64'(`CORE.{signal.name});" if count == "sum" else f"64'($countones(`CORE.{signal.name}));")
        for k, (signal, count) in enumerate(core.probes.values())
    )
