"""The network file: JSON, one row of weights a line, so that a person can read, diff and edit it.

Whatever a person may have put into it is refused by ``schema`` in one line that names the field, if it is of the wrong
type or no safe name; whether the numbers make a network is for `Network` to say.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from sparrow_ecg.model.errors import InputError

NETWORKS = Path(__file__).parents[1] / "networks"
SEEDS = NETWORKS / "seeds"  # <name>-<split>-<seed>.json: the same recipes with other seeds, and for other splits
PICTURES = NETWORKS / "pictures"  # of networks for pictures
FORMAT = 1

# Names end up in names of files, comments of C and Verilog, terminals that read rich's markup, and lines of logs.
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ,._+-]{,63}")


def find(source: str | Path) -> Path:
    """The file that ``source`` names: its path, or the name of a shipped network."""
    path = Path(source)
    folders = () if path.suffix == ".json" else (NETWORKS, SEEDS, PICTURES)
    shipped = [folder / f"{source}.json" for folder in folders]
    try:
        return next(candidate for candidate in (*shipped, path) if candidate.is_file())
    except (StopIteration, OSError):  # no such file, or a name that no file can have
        names = ", ".join(sorted(p.stem for p in NETWORKS.glob("*.json")))
        raise InputError(f"no network '{source}': give the path of a .json file, or one of {names}") from None


def siblings(source: str, split: str) -> list[str]:
    """Shipped networks that were trained by the recipe of a shipped name for a split, by seed."""
    start = f"{source}-{split}-"
    seeds = {path.stem: path.stem.removeprefix(start) for path in SEEDS.glob("*.json") if path.stem.startswith(start)}
    return sorted((name for name, seed in seeds.items() if seed.isdecimal()), key=lambda name: int(seeds[name]))


def trained_for(source: str, split: str) -> str:
    """The network that is meant on a split: between patients, a shipped name stands for its sibling that was trained
    on the split's own training records; by itself it was trained with beats of patients that test there.
    """
    return source if split == "intra" else next(iter(siblings(source, split)), source)


def read(path: Path) -> str:
    """The text of a network file. Raises InputError when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError("field file: not text in UTF-8") from None
    except OSError as error:
        raise InputError(f"field file: {error.strerror}") from None


def text(content: dict[str, Any]) -> str:
    """The file that holds ``content``, each list of integers on one line."""
    lines = json.dumps(content, indent=1)
    return re.sub(r"\[\s+([-\d,\s]+?)\s+\]", lambda row: f"[{' '.join(row[1].split())}]", lines) + "\n"
