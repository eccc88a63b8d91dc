"""The picture of the noise study: scores over the signal-to-noise ratio, a panel for each kind of noise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sparrow_ecg.sim.studies.noise import DECIBELS, KINDS

SHOWN = ("QRS Se", "QRS +P", "V Se", "V +P")


def draw(rows: list[dict[str, Any]], title: str, path: Path) -> None:
    """Write a PNG. rows: of `sim.studies.noise.study`."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    clean = rows[0]
    figure, panels = pyplot.subplots(1, len(KINDS), figsize=(11, 3.8), sharey=True, layout="constrained")
    for panel, kind in zip(panels, KINDS, strict=True):
        mine = {row["snr_db"]: row for row in rows if row["noise"] == kind}
        for color, name in enumerate(SHOWN):
            shown = [clean, *(mine[decibels] for decibels in DECIBELS)]
            values = [row["mean"][name] for row in shown]
            spread = [row["deviation"].get(name, 0.0) for row in shown]
            panel.errorbar(
                range(len(values)),
                [100 * value for value in values],
                [100 * value for value in spread],
                label=name,
                color=f"C{color}",
                linestyle="-" if name.startswith("QRS") else "--",
                marker="o",
                markersize=4,
            )
        panel.set_title(kind)
        panel.set_xticks(range(len(DECIBELS) + 1), ["none", *map(str, DECIBELS)])
        panel.set_xlabel("signal to noise, dB")
        panel.grid(alpha=0.3)
    panels[0].set_ylabel("%")
    panels[0].legend()
    figure.suptitle(title)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)
    pyplot.close(figure)
