"""The figures that README and docs quote: from the results that verbs leave, through results.json, to the text.

results.json, beside this file, holds each figure by a name, with the command that gives it and where in which result it
stands; it travels with the package, so that the demo shows what was measured, too. docs/figures.toml holds, for each
document, pieces of its text with names of figures in place of numbers, ``{tiny.core.energy:.3f} nJ per beat``; so the
text itself stays plain Markdown.
"""

from __future__ import annotations

import json
import re
import statistics
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, reduce
from pathlib import Path
from string import Formatter
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from sparrow_ecg.model.errors import InputError, VerificationError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import Network

ROOT = Path(__file__).resolve().parents[2]
RESULTS, TEXTS = "sim/report/results.json", "docs/figures.toml"
NUMBER = r"(-?[\d,]*\d(?:\.\d+)?)"
JOINED = {"": lambda values: values[0], "sum": sum, "mean": statistics.fmean, "deviation": statistics.stdev}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Strict):
    """A network, its digest when it was measured, and the result that a verb writes of it; each may be missing."""

    file: str = ""
    network: str = ""
    digest: str = ""


class Figure(Strict):
    """A measured figure.

    command:   what gives it.
    sources:   of what, and the results that it is taken from: without any it is read off by hand, or published.
    given:     what these results must say, names by dots, so that one of another corner is not taken.
    at:        where in each result it stands, names and places in lists by dots.
    of:        how several results become one figure.
    scale:     what the result is multiplied by, to be in ``unit``.
    measured:  the day.
    collected: whether ``sparrow figures --collect`` has taken it from results; else it is as the text had it.
    """

    value: float
    unit: str
    command: str
    sources: tuple[Source, ...] = ()
    given: dict[str, str | int | float] = {}
    at: str = ""
    of: Literal["", "sum", "mean", "deviation"] = ""
    scale: float = 1
    measured: date
    collected: bool = False


Figures = dict[str, Figure]
Texts = dict[str, list[str]]


@dataclass(frozen=True)
class Stale:
    """A number of a text that is not the measured one. span: where in the document it is."""

    document: str
    line: int
    text: str
    name: str
    measured: str
    span: tuple[int, int]

    def __str__(self) -> str:
        return f"{self.document}:{self.line}: {self.text}, measured {self.measured} ({self.name})"


def load(root: Path = ROOT) -> tuple[Figures, Texts]:
    """Raises InputError outside a checkout, for files that are not as described, and for texts that name a figure that
    there is not.
    """
    if not (root / TEXTS).is_file():
        raise InputError(f"no {TEXTS} beside the package: run this in a checkout")
    try:
        figures = TypeAdapter(Figures).validate_json((root / RESULTS).read_text())
        texts = TypeAdapter(Texts).validate_python(tomllib.loads((root / TEXTS).read_text()))
    except (OSError, ValidationError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"figures of the docs: {' '.join(str(error).split())}") from None
    for document, pieces in texts.items():
        for name in (name for piece in pieces for name, _ in _placeholders(piece)):
            if name not in figures:
                raise InputError(f"{TEXTS}: {document} quotes {name}, which is not in {RESULTS}")
    return figures, texts


def of_result(file: str, at: str, network: Network) -> Figure | None:
    """The figure that was measured of this very network, and stands there in the result of that name."""
    wanted = Source(file=file, network=network.name, digest=network.digest)
    return next((figure for figure in shipped().values() if figure.at == at and figure.sources == (wanted,)), None)


def shipped() -> Figures:
    """All figures, as they travel with the package."""
    return TypeAdapter(Figures).validate_json((ROOT / RESULTS).read_text())


def save(figures: Figures, root: Path = ROOT) -> Path:
    content = {
        name: figure.model_dump(mode="json", exclude_defaults=True) | {"collected": figure.collected}
        for name, figure in sorted(figures.items())
    }
    return write_atomic(root / RESULTS, json.dumps(content, indent=1) + "\n")


def collect(figures: Figures, folder: Path, note: Callable[[str], None] = lambda line: None) -> Figures:
    """The same figures, those anew whose results are all in a folder.

    note: told which results are of another network, or of other options, and so are not taken. Raises
    VerificationError for a result that was not bit-exact.
    """
    return {name: _taken(name, figure, folder, note) for name, figure in figures.items()}


def _taken(name: str, figure: Figure, folder: Path, note: Callable[[str], None]) -> Figure:
    paths = [folder / source.file for source in figure.sources if source.file]
    if not paths or not all(path.is_file() for path in paths):
        return figure
    results = [json.loads(path.read_text()) for path in paths]
    digests = [digest_of(source.network) for source in figure.sources]
    for path, result, digest in zip(paths, results, digests, strict=True):
        wanted = figure.given | ({"digest": digest} if digest and "digest" in result else {})
        if other := [key for key, value in wanted.items() if _said(result, key) != value]:
            note(f"{name}: {path} has another {', '.join(other)}; for this figure run `{figure.command}`")
            return figure
        if any(count for key, count in result.items() if key.startswith("mismatched")):
            raise VerificationError(f"{path}: not bit-exact, so there are no figures to take from it")
    values = [_at(result, figure.at, path) * figure.scale for result, path in zip(results, paths, strict=True)]
    sources = (s.model_copy(update={"digest": d}) for s, d in zip(figure.sources, digests, strict=True))
    day = max(datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in paths).date()
    value = float(f"{JOINED[figure.of](values):.8g}")  # more would only make differences noisy
    new = {"value": value, "sources": tuple(sources), "measured": day, "collected": True}
    return figure.model_copy(update=new)


@cache
def digest_of(network: str) -> str:
    """Of a shipped network; nothing for no network."""
    return Network.load(network).digest if network else ""


def _said(result: Mapping[str, Any], where: str) -> Any:
    """What a result says there; None if nothing."""
    found: Any = result
    for name in where.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _at(result: Mapping[str, Any], where: str, path: Path) -> float:
    try:
        return float(reduce(_part, where.split("."), result))  # type: ignore[arg-type]
    except (KeyError, IndexError, TypeError, ValueError):
        raise InputError(f"{RESULTS}: {path.name} has no number at {where}") from None


def _part(whole: Any, name: str) -> Any:
    return whole[int(name)] if isinstance(whole, list) else whole[name]


def outdated(figures: Figures) -> list[str]:
    """Names of figures that were measured with a network which has changed since."""
    return [name for name, f in figures.items() if any(s.digest != digest_of(s.network) for s in f.sources)]


def check(figures: Figures, texts: Texts, root: Path = ROOT) -> list[Stale]:
    """Numbers that do not match. Raises VerificationError for a piece of text that a document has not just once."""
    return [stale for document in texts for stale in _compared(figures, document, texts[document], root)]


def renew(figures: Figures, texts: Texts, root: Path = ROOT) -> list[Stale]:
    """Put the measured numbers into the documents; says which were not there."""
    stale = check(figures, texts, root)
    for document in dict.fromkeys(found.document for found in stale):
        text = (root / document).read_text()
        for start, end, measured in sorted({(*s.span, s.measured) for s in stale if s.document == document})[::-1]:
            text = text[:start] + measured + text[end:]
        write_atomic(root / document, text)
    return stale


def _compared(figures: Figures, document: str, pieces: list[str], root: Path) -> Iterator[Stale]:
    text = (root / document).read_text()
    for piece in pieces:
        matches = list(re.finditer(_pattern(piece), text))
        if len(matches) != 1:
            raise VerificationError(f"{document} has {len(matches)} times, not once, what {TEXTS} says: {piece}")
        for i, (name, form) in enumerate(_placeholders(piece), 1):
            seen, measured = matches[0][i], format(figures[name].value, form)
            if seen != measured:
                line = text.count("\n", 0, matches[0].start(i)) + 1
                yield Stale(document, line, seen, name, measured, matches[0].span(i))


def _placeholders(piece: str) -> list[tuple[str, str]]:
    """Name and format of each figure in a piece of text."""
    return [(name, form or "") for _, name, form, _ in Formatter().parse(piece) if name is not None]


def _pattern(piece: str) -> str:
    """Lines may be broken anywhere."""
    pattern = ""
    for literal, name, _, _ in Formatter().parse(piece):
        pattern += r"\s+".join(map(re.escape, re.split(r"\s+", literal))) + (NUMBER if name is not None else "")
    return pattern
