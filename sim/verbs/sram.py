"""Choose SRAM macros of IHP for weights and biases, with energy per beat.

The tables are those of the ram build, the macros of the process SG13G2.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.table import Table

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import err, out
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.ecg.testset import load
from sparrow_ecg.model.verbs.options import DataOption, OutOption, TestSplitOption
from sparrow_ecg.sim.gates.energy.average import HEART_HZ
from sparrow_ecg.sim.gates.energy.sram import GOALS, arrange, cost, layer_reads, word_reads
from sparrow_ecg.sim.gates.library import macros
from sparrow_ecg.sim.gates.library.pdks import liberty_root
from sparrow_ecg.sim.rtl.probes import count
from sparrow_ecg.sim.studies.sram import REST_PDK, TABLES, rest
from sparrow_ecg.sim.verbs.options import ClockOption

RESULTS = Path("build/results")


@core_options("lanes", "neuron", "zero_skip", network="reference", datapath="serial", weights="ram")
def main(
    core: Build,
    clock_mhz: ClockOption = 4.0,
    split: TestSplitOption = "intra",
    data: DataOption = None,
    folder: OutOption = RESULTS,
) -> None:
    net, config = core.network, core.config
    assert isinstance(config, Serial)
    neuron = config.neuron
    available = macros.load(liberty_root(data))
    hearts = load(net, split, data)
    beats = len(hearts.counts)
    counted, cycles = count(net, config, hearts.counts, [neuron])
    trace = core.golden(hearts.counts)
    reads = dict(zip(TABLES, word_reads(net, config, trace), strict=True))
    seen = layer_reads(net, config, counted[neuron])
    if seen != tuple(int(words.sum()) for words in reads.values()):
        predicted = ", ".join(f"{words.sum()} of {name}" for name, words in reads.items())
        raise VerificationError(f"the RTL reads {seen[0]} bias and {seen[1]} weight words, predicted are {predicted}")
    sections = dict(zip(TABLES, config.image(core.geometry).sections[1:], strict=True))
    layouts = {}
    for goal in GOALS:
        tables = {}
        for name, (_, bits) in sections.items():
            each = reads[name] / beats
            tables[name] = {"bits": bits} | cost(arrange(bits, each, available, goal), each, cycles[neuron], clock_mhz)
        layouts[goal] = {"tables": tables, "total": _total(list(tables.values()))}
    result = {
        "network": net.name,
        "digest": net.digest,
        "shape": list(net.shape),
        "synapses": net.synapses,
        "config": config.as_dict(),
        "macros": f"IHP SG13G2, {macros.FILES.removesuffix('.lib*').removeprefix('RM_IHPSG13_1P_*_')}",
        "clock_mhz": clock_mhz,
        "split": split,
        "beats": beats,
        "cycles_per_beat": cycles[neuron],
        "reads_agree_with_rtl": True,
        "layouts": layouts,
        "rest_of_core": rest(folder, net, config),
    }
    _show(result)
    path = write_atomic(
        folder / f"sram-{net.name}-{config.slug(net)}.json",
        json.dumps(result, indent=2) + "\n",
    )
    out.print(f"wrote {path}")


def _total(tables: list[dict[str, Any]]) -> dict[str, float]:
    keys = ("area_um2", "access_nj_per_beat", "leakage_nj_per_beat", "leakage_nw", "power_at_75_bpm_nw", "load_nj")
    return {key: sum(table[key] for table in tables) for key in keys}


def _show(result: dict[str, Any]) -> None:
    config, beats = result["config"], result["beats"]
    shape = "-".join(map(str, result["shape"]))
    out.print(
        f"{result['network']} ({shape}), {result['synapses']} synapses, ram, {config['lanes']} lanes,"
        f" {config['neuron']}: {beats} test beats of {result['split']}, {result['cycles_per_beat']:.1f} cycles a beat;"
        " words read as the RTL's probes count them"
    )
    table = Table(
        *("layout", "table", "words x bits", "reads a beat", "macros", "area mm2", "access nJ", "leakage nW"),
        "nW at 75 a minute",
        title=f"{result['macros']}, from Liberty",
    )
    for goal, layout in result["layouts"].items():
        for name, row in layout["tables"].items():
            used = ", ".join(f"{n} x {macro.split('_1P_')[-1].split('_')[0]}" for macro, n in row["macros"].items())
            table.add_row(
                f"least {goal}",
                name,
                f"{row['words']} x {row['bits']}",
                f"{row['reads_per_beat']:.1f}",
                used,
                f"{row['area_um2'] * 1e-6:.4f}",
                f"{row['access_nj_per_beat']:.3f}",
                f"{row['leakage_nw']:.0f}",
                f"{row['power_at_75_bpm_nw']:.0f}",
            )
        table.add_section()
    out.print(table)
    for goal, layout in result["layouts"].items():
        total = layout["total"]
        per_synapse = total["access_nj_per_beat"] * 1e3 / result["synapses"]
        idle = total["leakage_nw"] / HEART_HZ
        out.print(
            f"least {goal}: {total['area_um2'] * 1e-6:.3f} mm2; {total['power_at_75_bpm_nw']:.0f} nW at 75 beats a"
            " minute while weights are kept; accesses"
            f" [bold]{total['access_nj_per_beat']:.2f} nJ a beat[/bold], {per_synapse:.3f} pJ per synapse;"
            f" {total['load_nj']:.1f} nJ to load an image; leakage {total['leakage_nj_per_beat']:.2f} nJ in the cycles"
            f" of a beat at {result['clock_mhz']:g} MHz, but {idle:.0f} nJ from beat to beat"
        )
    others = result["rest_of_core"]
    if others:
        out.print(
            f"rest of the core, gate level ({others['from']}, {others['beats']} beats, rom build without its tables):"
            f" {others['energy_nj_per_beat']:.3f} nJ a beat, leakage {others['leakage_nw']:.0f} nW;"
            f" the tables as logic: {others['rom_tables_nj_per_beat']:.3f} nJ"
        )
    else:
        err.print(
            "note: no gate-level figure of the rest of this core; `sparrow gatepower --network"
            f" {result['network']} --pdk {REST_PDK} --datapath serial --no-flat --lanes {config['lanes']} --neuron"
            f" {config['neuron']}` makes it"
        )
