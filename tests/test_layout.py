"""Tests mirror the source tree, and the tests of a package import nothing of those above it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
PACKAGES = ("model", "hw", "firmware_gen", "sim")  # each may import those before it
FILES = sorted(TESTS.rglob("*.py"))
NO_MODULE = {
    "test_layout.py": "of the tree itself",
    "test_makefile.py": "of the Makefile",
    "test_package.py": "of the wheel",
    "test_docs.py": "of the documents",
    "test_testplan.py": "of docs/testplan.toml",
    "model/test_imports.py": "of what a package of the model imports",
    "model/verbs/test_odd_records.py": "of `evaluate --records`, where records are not as they should be",
    "sim/energy/test_core_activity.py": "of sim/energy/operations.py, held against the RTL",
    "sim/studies/test_pareto.py": "of a sweep, from its points to its picture",
}


def imports(path: Path) -> Iterator[str]:
    """Full names of what a file imports, wherever in it, as modules or as names in them."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def name(path: Path) -> str:
    return str(path.relative_to(TESTS))


def package(path: Path) -> str:
    """The package that a test file or a module is of; of the whole project, the last one."""
    top = path.relative_to(TESTS).parts[0]
    return top if top in PACKAGES else PACKAGES[-1]


def reached(path: Path) -> set[str]:
    """Packages of the project that a file imports, itself and through what it imports of tests/support."""
    found = set()
    for full in imports(path):
        top, _, rest = full.partition(".")
        if top == "sparrow_ecg":
            found.add(rest.split(".")[0])
        elif full.startswith("tests.support."):
            found |= reached(TESTS / "support" / f"{full.split('.')[2]}.py")
    return found & set(PACKAGES)


@pytest.mark.parametrize("path", [path for path in FILES if path.name.startswith("test_")], ids=name)
def test_a_test_has_a_source_in_the_same_place(path: Path) -> None:
    folder, module = Path(name(path)).parent, path.name.removeprefix("test_")
    whole_folder = module == f"{folder.name}.py"
    roots = (ROOT, ROOT / "src" / "sparrow_ecg")
    assert name(path) in NO_MODULE or whole_folder or any((root / folder / module).exists() for root in roots)


def test_the_exceptions_are_needed() -> None:
    assert [test for test in NO_MODULE if not (TESTS / test).exists()] == []


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_package_is_tested_with_those_below_it(path: Path) -> None:
    above = PACKAGES[PACKAGES.index(package(path)) + 1 :]
    assert not reached(path) & set(above)


def test_every_folder_of_tests_is_a_package() -> None:
    assert [folder for folder in {path.parent for path in FILES} if not (folder / "__init__.py").exists()] == []
