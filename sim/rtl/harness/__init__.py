"""The harness: Verilog around a core that plays blocks of beats through it, the same for both front ends."""

from __future__ import annotations

from pathlib import Path

from sparrow_ecg.hw.verilog import Verilog

BLOCK = 256  # beats: their counts and results stay in the processor's cache
FOLDER = Path(__file__).parent


def sources(core: Verilog, probed: bool = False) -> dict[str, str]:
    """The core, the harness, and what the harness must know of the core: text by file name.

    probed: count activity, and keep each neuron that leaves the lanes.
    """
    described = core.metadata
    bits = {port["name"]: port["bits"] for port in described["ports"]}
    shape = described["network"]["shape"]
    klass, potentials = (described["result"][name]["bits"] for name in ("klass", "potentials"))
    parameters = {
        "BLOCK": BLOCK,
        "INPUTS": shape[0],
        "OUTPUTS": shape[-1],
        "LAYERS": len(shape) - 1,
        "NEURONS": sum(shape[1:]),
        "INPUT_BITS": bits["counts__payload"],
        "CLASS_BITS": klass,
        "POTENTIAL_BITS": potentials // shape[-1],
        "IMAGE_BYTES": described["image_bytes"],
        "FIRED_IS_TRAIN": int(described["config"]["neuron"] == "if"),
    }
    macros = ["`define HAS_IMAGE"] if described["image_bytes"] else []
    if probed:
        macros += [f"`define PROBES {len(described['probes'])}", f"`define TALLY {_tally(described)}"]
        macros += ["`define WATCH"] if described["watch"] else []
    verilog = [*macros, *(f"localparam int {name} = {value};" for name, value in parameters.items())]
    parameters["PROBES"] = len(described["probes"]) if probed else 0
    parameters["WATCH"] = int(probed and bool(described["watch"]))
    cpp = [f"#define {name} {value}" for name, value in parameters.items()]
    return {
        "core.v": core.text,
        "harness.sv": (FOLDER / "harness.sv").read_text(),
        "parameters.svh": "\n".join(verilog) + "\n",
        "parameters.h": "\n".join(cpp) + "\n",
    }


def _tally(described: dict) -> str:
    """Statements that add what each probe says in this cycle to the layer at work."""
    return " ".join(
        f"tally[{k}*LAYERS+int'(dut.{described['probe_layer']})] += "
        + (f"64'(dut.{probe['signal']});" if probe["count"] == "sum" else f"64'($countones(dut.{probe['signal']}));")
        for k, probe in enumerate(described["probes"].values())
    )
