"""The monitor's page: one HTML file with a record, the chip's beats on it, and all that draws them."""

from __future__ import annotations

import base64
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

from sparrow_ecg.model.curves import COLOURS
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.scoring.ec57 import CLASSES
from sparrow_ecg.sim.report.html import verdicts
from sparrow_ecg.sim.report.html.monitored import Monitored

PAGE = resources.files("sparrow_ecg.sim.report.html") / "page"
SCRIPTS = ("record", "view", "canvas", "strip", "overview", "tachogram", "list", "cards", "main")  # in this order
UNCLASSIFIED = "#5f6b73"  # the colour of Q, dark enough to be read on white
NAMES = {  # of annotations
    "N": "normal", "L": "left bundle branch block", "R": "right bundle branch block", "B": "bundle branch block",
    "e": "atrial escape", "j": "nodal escape", "n": "supraventricular escape", "A": "atrial premature",
    "a": "aberrated atrial premature", "J": "nodal premature", "S": "supraventricular premature",
    "V": "premature ventricular", "E": "ventricular escape", "r": "R on T", "F": "fusion beat",
    "/": "paced", "f": "fusion of paced and normal", "Q": "unclassifiable", "?": "not classified",
}  # fmt: skip


def write_page(path: Path, heard: Monitored) -> Path:
    """Write the page; the same content gives the same bytes. Raises ValueError for codes of more than 16 bits."""
    parts = {
        "style": _read("page.css"),
        "script": "\n".join(_read(f"{name}.js") for name in SCRIPTS),
        "title": f"Record {heard.record.name}".replace("&", "&amp;").replace("<", "&lt;"),
        # "<" cannot end the script that holds the JSON, whatever a text in it says
        "record": json.dumps(_content(heard), separators=(",", ":"), allow_nan=False).replace("<", "\\u003c"),
    }
    page = re.sub(r"\{\{(\w+)\}\}", lambda place: parts[place[1]], _read("page.html"))
    return write_atomic(path, page)


def _content(heard: Monitored) -> dict[str, Any]:
    """What the scripts are given."""
    record = heard.record
    codes = record.codes.astype("<i2")
    if (codes != record.codes).any():
        raise ValueError(f"record {record.name} has codes of more than 16 bits")
    return {
        "name": record.name,
        "lead": record.lead,
        "rate": record.fs,
        "gain": heard.gain,
        "zero": record.zero,
        "codes": base64.b64encode(codes.tobytes()).decode(),
        "chip": heard.chip,
        "note": heard.note,
        "classes": CLASSES,
        "colours": [COLOURS.get(name, UNCLASSIFIED) for name in CLASSES],
        "annotated": len(record.peaks) > 0,
        "beats": verdicts.beats(heard),
        "verdicts": verdicts.VERDICTS,
        "names": NAMES,
        "flutter": [list(stretch) for stretch in record.flutter],
        "events": [vars(event) for event in heard.events],
        "tables": [vars(table) for table in heard.tables],
        "power": vars(heard.power) if heard.power else None,
        "facts": [list(fact) for fact in heard.facts],
    }


def _read(name: str) -> str:
    return (PAGE / name).read_text(encoding="utf-8")
