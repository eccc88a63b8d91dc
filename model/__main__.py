"""Records, training, and what a network scores: the command line ``python -m model``."""

from __future__ import annotations

import typer

from sparrow_ecg.model.console import run
from sparrow_ecg.model.signals.ecg import download, synthetic
from sparrow_ecg.model.verbs import verbs

app = typer.Typer(help="Records, training, and what a network scores.", no_args_is_help=True, add_completion=False)
app.command("train")(verbs.train)
app.command("evaluate")(verbs.evaluate)
app.command("data")(download.main)
app.command("synthetic")(synthetic.main)

if __name__ == "__main__":
    run(app, "model")
