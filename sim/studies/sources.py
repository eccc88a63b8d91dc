"""Which code a result depends on, so that no stored one outlives a change of it."""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

PYTHON = (".py", ".pyc", ".typed")


@cache
def sources(work: Callable[..., Any]) -> str:
    """A digest of the module of a function, of all of our modules that it imports, directly or not, and of what lies
    beside these and is no Python: C++, register maps. Folders below that are no packages, such as that of the shipped
    networks, are data: keys name what they take of them.
    """
    found = modules(work.__module__)
    beside = {file for path in found.values() for file in path.parent.iterdir() if file.is_file()}
    files = found | {f"{file.parent.name}/{file.name}": file for file in beside if file.suffix not in PYTHON}
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        digest.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def modules(name: str) -> dict[str, Path]:
    """A module, all that it imports of its own top-level package and of this one, and the packages around them. Imports
    inside functions count; those for type checkers alone do not.
    """
    ours = {name.partition(".")[0], __name__.partition(".")[0]}
    found: dict[str, Path] = {}
    wanted = [name]
    while wanted:
        path = _path(now := wanted.pop())
        if path and now not in found:
            found[now] = path
            wanted += [each for each in _imports(path) if each.partition(".")[0] in ours]
            wanted += [now.rpartition(".")[0]] if "." in now else []
    return found


def _path(name: str) -> Path | None:
    """The file of a module whose top-level package is imported; None for a name inside a module. Nothing is imported:
    that would take longer, and packages of extras may be missing.
    """
    top, *parts = name.split(".")
    base = Path(sys.modules[top].__path__[0]).joinpath(*parts)
    return next((path for path in (base / "__init__.py", base.parent / f"{base.name}.py") if path.is_file()), None)


def _imports(path: Path) -> Iterator[str]:
    """All names that a file imports: of ``from a import b`` both ``a`` and ``a.b``, which may be a module."""
    pending: list[ast.AST] = [ast.parse(path.read_bytes())]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:  # relative ones are not used here
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            pending += node.orelse
        else:
            pending += ast.iter_child_nodes(node)
