"""A picture of classified beats on an ECG strip."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np

from sparrow_ecg.model.curves import COLOURS
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.ecg.beats import CLASSES, Beats

SECONDS = 10


def draw(beats: Beats, classify: Callable[[Beats], np.ndarray], path: Path, title: str, rows: int = 3) -> Path:
    """Draw the most telling strips: those with most classes, then with most beats that are not normal.

    classify: gives the class of each beat that is shown, int64[beats], indices into `CLASSES`, or beyond.
    Each strip is of another record, as far as there are some.
    """
    from matplotlib.figure import Figure  # slow to import, and only needed here
    from matplotlib.lines import Line2D

    chosen = _strips(beats, rows)
    figure = Figure(figsize=(14, 2.6 * len(chosen)), dpi=100, layout="constrained")
    axes = figure.subplots(len(chosen), 1, squeeze=False)[:, 0]
    for axis, (name, start) in zip(axes, chosen, strict=True):
        record = beats.codes[name]
        codes = record.codes[start : start + SECONDS * record.fs] - record.zero
        seconds = np.arange(len(codes)) / record.fs
        axis.plot(seconds, codes, color="#333333", linewidth=0.8)
        low, high = codes.min(), codes.max()
        axis.set_ylim(low - 0.05 * (high - low), high + 0.42 * (high - low))
        after = (beats.peak >= start) & (beats.peak < start + len(codes))
        shown = beats.select((beats.record == name) & after)
        for peak, label, answer in zip(shown.peak, shown.label, classify(shown), strict=True):
            seen, truth = CLASSES[answer] if answer < len(CLASSES) else "other", CLASSES[label]
            at = (peak - start) / record.fs
            text = seen if seen == truth else f"{seen}\nnot {truth}"
            axis.text(
                at, high + 0.08 * (high - low), text, ha="center", va="bottom", color=COLOURS[seen], weight="bold"
            )
            axis.axvline(at, color=COLOURS[seen], linewidth=5, alpha=0.15)
        axis.set_xlim(0, SECONDS)
        axis.set_ylabel(f"{name}, {record.lead}\nADC codes")
    axes[-1].set_xlabel("seconds")
    handles = [Line2D([], [], color=COLOURS[name], linewidth=5, alpha=0.6, label=name) for name in CLASSES]
    figure.legend(handles=handles, loc="outside upper right", ncols=len(CLASSES))
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return write_atomic(path, picture.getvalue())


def _strips(beats: Beats, rows: int) -> list[tuple[str, int]]:
    """Record and first sample of each strip: for each record its richest, and of those the richest."""
    richest = []
    for name in beats.codes:
        mine = beats.record == name
        peaks, labels = beats.peak[mine], beats.label[mine]
        length = SECONDS * beats.codes[name].fs
        best = (0, 0, 0)
        for first, peak in enumerate(peaks):
            here = labels[first : int(np.searchsorted(peaks, peak + length))]
            best = max(best, (len(np.unique(here)), int((here > 0).sum()), -int(peak)))
        richest.append((best, name, max(0, -best[2] - beats.codes[name].fs // 2)))
    richest.sort(key=lambda strip: strip[0], reverse=True)
    return [(name, start) for _, name, start in richest[:rows]]
