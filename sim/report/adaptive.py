"""What tuning brings, as text."""

from __future__ import annotations

from rich.table import Table

from sparrow_ecg.model.metrics import SCORES
from sparrow_ecg.sim.studies.adaptive import Adaptation


def table(found: Adaptation) -> Table:
    """Scores of each class before and after tuning, in percent."""
    scores = {"before": found.before, "after": found.after}
    view = Table("class", "beats", *(f"{score} {when}" for score in SCORES for when in scores))
    for name, counted in found.before["per_class"].items():
        cells = [scores[when]["per_class"][name][score] for score in SCORES for when in scores]
        view.add_row(name, str(counted["count"]), *("-" if cell is None else f"{100 * cell:.1f}" for cell in cells))
    view.add_row("accuracy", "", *(f"{100 * scores[when]['accuracy']:.2f}" for when in scores))
    return view


def summary(found: Adaptation) -> str:
    return (
        f"{found.beats} beats of {len(found.records)} patients, before and after, all potentials on the RTL as in the"
        f" golden model; tuning takes {found.seconds:.1f} s a patient"
    )
