"""A picture of a placement: each cell in the colour of its block, and ports along the edge."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from sparrow_ecg.sim.gates.place.placement import Placement

COLOURS = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#ee8866", "#44bb99", "#99ddff", "#bbbbbb"]


def draw(placement: Placement, title: str) -> bytes:
    """As PNG. Flip-flops and clock gates are darker than the gates of their block."""
    plan, instances = placement.floorplan, placement.netlist.instances
    areas: dict[str, float] = {}
    for instance in instances:
        areas[instance.block] = areas.get(instance.block, 0.0) + instance.cell.area
    ranked = sorted(areas, key=lambda block: -areas[block])
    colours = {block: COLOURS[min(k, len(COLOURS) - 1)] for k, block in enumerate(ranked)}

    figure = Figure(figsize=(9, 8), dpi=150)
    axes = figure.add_subplot()
    rows, sites, _ = placement.places.tolist()
    boxes, faces = [], []
    for instance, row, left, width in zip(instances, rows, sites, placement.widths.tolist(), strict=True):
        corner = (left * plan.site / 1e3, row * plan.row / 1e3)
        boxes.append(Rectangle(corner, width * plan.site / 1e3, plan.row / 1e3))
        faces.append((colours[instance.block], 1.0 if instance.cell.sequential else 0.5))
    axes.add_collection(PatchCollection(boxes, facecolors=faces, edgecolors="white", linewidths=0.15))
    ports = np.array(list(plan.ports.values())) / 1e3
    axes.plot(*ports.T, "k.", markersize=3)
    width, height = plan.width / 1e3, plan.height / 1e3
    axes.add_patch(Rectangle((0, 0), width, height, fill=False, linewidth=0.5))
    axes.set(xlim=(-0.02 * width, 1.02 * width), ylim=(-0.02 * height, 1.02 * height), aspect="equal")
    axes.set(xlabel="um", ylabel="um", title=title)
    shown = [Patch(color=colours[block], label=block) for block in ranked[: len(COLOURS) - 1]]
    if len(ranked) >= len(COLOURS):
        shown.append(Patch(color=COLOURS[-1], label="others"))
    axes.legend(
        handles=shown, loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, fontsize=8, title="darker: clocked"
    )
    picture = BytesIO()
    figure.savefig(picture, format="png", bbox_inches="tight")
    return picture.getvalue()
