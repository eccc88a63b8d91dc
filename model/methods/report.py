"""What conversions cost, to read and to look at."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rich.table import Table

from sparrow_ecg.model.seeds import plus_minus

Measured = Mapping[str, Sequence[Mapping[str, Any]]]  # by method, a mapping for each seed: `measure`


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Mean, and deviation where there is more than one."""
    return {
        "mean": float(np.mean(values)),
        "deviation": float(np.std(values, ddof=1)) if len(values) > 1 else None,
        "each": list(values),
    }


def results(measured: Measured, dataset: str, note: str, seeds: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """JSON-ready. ``ann``: the network with rectifiers. ``snn``: IF after so many steps; ``if``: at each seed's T."""
    ann = [each["float"] for each in measured.get("balanced", ())]
    rows = {}
    for name, each in measured.items():
        first = each[0]
        times = [t for t in first["if"] if all(t in one["if"] for one in each)]
        rows[name] = {
            "method": first["method"],
            "steps": [one["steps"] for one in each],
            "levels": first["levels"],
            "weight_bits": first["weight_bits"],
            "images": first["images"],
            "simulated": first["simulated"],
            "seeds": list(seeds[name]),
            "ann": spread(ann) if ann else None,
            **{key: spread([one[key] for one in each]) for key in ("float", "quantised", "ssf", "loss")},
            "snn": {t: spread([one["if"][t] for one in each]) for t in times},
            "if": spread([one["if"][str(one["steps"])] for one in each]),
            "equal": all(one["equal"] for one in each),
            "sparsity": {site: spread([one["sites"][site]["sparsity"] for one in each]) for site in first["sites"]},
            "spikes": {site: spread([one["sites"][site]["spikes"] for one in each]) for site in first["sites"]},
            "deviation": {site: spread([one["sites"][site]["deviation"] for one in each]) for site in first["sites"]},
            "operations": {key: spread([one["operations"][key] for one in each]) for key in first["operations"]},
            "layers": {
                layer: {key: work[key] for key in ("macs", "neurons")}
                | {key: spread([one["layers"][layer][key] for one in each]) for key in ("active", "spiking")}
                for layer, work in first["layers"].items()
            },
        }
    return {"dataset": dataset, "note": note, "methods": rows}


def table(found: Mapping[str, Any]) -> Table:
    """For the terminal: what `results` gave."""
    rows = found["methods"]
    first = next(iter(rows.values()))
    count = {len(row["seeds"]) for row in rows.values()}
    seeds = "/".join(map(str, sorted(count)))
    title = (
        f"{found['dataset']}, {first['images']} test pictures, IF and sparsity on {first['simulated']} of them, "
        f"% right, seeds: {seeds}"
    )
    if found["note"]:
        title += f" ({found['note']})"
    view = Table(title=title, title_justify="left")
    for heading in ("method", "T", "float", "SSF (in integers)", "IF", "loss of IF", "sparsity", "million of work"):
        view.add_column(heading, justify="left" if heading == "method" else "right", no_wrap=heading == "method")
    view.caption = "work: products of SSF / additions of IF / multiply-accumulates"
    for name, row in rows.items():
        sparsity = np.mean([each["mean"] for each in row["sparsity"].values()])
        done = row["operations"]
        view.add_row(
            name,
            ", ".join(map(str, sorted(set(row["steps"])))),
            plus_minus(row["float"]),
            plus_minus(row["quantised"]) + ("" if row["equal"] else " NOT EQUAL"),
            plus_minus(row["if"]),
            plus_minus(row["loss"]),
            f"{100 * sparsity:.1f}",
            " / ".join(f"{done[key]['mean'] / 1e6:.2f}" for key in ("ssf", "if", "macs")),
        )
    return view


def picture(found: Mapping[str, Any]) -> bytes:
    """PNG: accuracy of IF against time for each method, and what SSF has at T."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    lowest = 100.0
    for row in found["methods"].values():
        times = [int(t) for t in row["snn"]]
        means = [100 * row["snn"][str(t)]["mean"] for t in times]
        (line,) = axes.plot(times, means, marker="." if len(times) > 1 else "o", label=f"{row['method']}: IF")
        for steps, share in zip(row["steps"], row["quantised"]["each"], strict=True):
            axes.plot(steps, 100 * share, "*", markersize=10, color=line.get_color())
            lowest = min(lowest, 100 * share)
    ann = next(iter(found["methods"].values()))["ann"]
    if ann:
        axes.axhline(100 * ann["mean"], color="grey", linestyle=":", label="float network, rectifiers")
    axes.plot([], [], "*", color="black", markersize=12, label="SSF at its T (= quantised network)")
    axes.set_xscale("log", base=2)
    axes.set_ylim(max(lowest - 8, 0), 100)
    axes.set_xlabel("steps")
    axes.set_ylabel("test pictures right, %")
    note = f" ({found['note']})" if found["note"] else ""
    axes.set_title(f"{found['dataset']}{note}: accuracy against time")
    axes.grid(alpha=0.3)
    axes.legend(loc="best")
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)
    return buffer.getvalue()
