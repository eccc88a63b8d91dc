"""``python -m model``: records, training, and what a network scores."""

from __future__ import annotations

import typer

from model import download, synthetic
from model.console import run

app = typer.Typer(help=__doc__, no_args_is_help=True)
app.command("data")(download.main)
app.command("synthetic")(synthetic.main)

if __name__ == "__main__":
    run(app, "model")
