"""Technology tables: sources, the user's own, and what is refused."""

from __future__ import annotations

import json

import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.sim.energy.technologies import CONSTANTS, PAPER_V1, TECHNOLOGIES, load


@pytest.fixture
def table():
    return json.loads(json.dumps(PAPER_V1.as_dict()))


def saved(tmp_path, table) -> str:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(table) if not isinstance(table, str) else table)
    return str(path)


@pytest.mark.parametrize("name", sorted(TECHNOLOGIES))
def test_every_number_has_its_source_and_survives_a_file(name, tmp_path):
    technology = load(name)
    assert all(getattr(technology, constant).source for constant in CONSTANTS)
    assert load(saved(tmp_path, technology.as_dict())) == technology


def test_v1_constants_are_the_published_ones():
    v1 = {name: getattr(PAPER_V1, name).value for name in ("add", "multiply", "sram", "dram", "sparse_hop")}
    assert v1 == {"add": 0.03, "multiply": 0.2, "sram": 20, "dram": 2000, "sparse_hop": 10}


def remove(table):
    del table["constants"]["sram"]


def change(name, **entry):
    return lambda table: table["constants"].update({name: {"value": 1.0, "source": "me", **entry}})


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (remove, "constants: add sram"),
        (change("leakage"), "constants: remove leakage"),
        (change("add", unit="pJ"), "constant add: remove unit"),
        (change("add", value=-0.1), "constant add: value -0.1 is not finite and at least 0"),
        (change("add", value=float("nan")), "constant add: value nan is not finite"),
        (change("add", value="0.03"), "constant add: value '0.03' is not a number"),
        (change("add", value=True), "constant add: value True is not a number"),
        (change("add", source=" "), "constant add: source is missing"),
        (change("dram_reuse", value=0), "constant dram_reuse: 0, but it divides"),
        (change("neurons_per_core", value=1.5), "constant neurons_per_core: 1.5 is no whole number"),
        (lambda table: table["constants"].update(add=0.03), "constant add: not an object with value, source"),
        (lambda table: table.update(name=""), "name is not a text"),
        (lambda table: table.pop("name"), "file: add name"),
    ],
)
def test_bad_tables_are_refused_in_one_line(spoil, message, table, tmp_path):
    spoil(table)
    with pytest.raises(InputError) as refused:
        load(saved(tmp_path, table))
    assert message in str(refused.value)
    assert "mine.json" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_unknown_names_and_broken_files(tmp_path):
    with pytest.raises(InputError, match="no technology 'paper-v9': give paper-v1, paper-v2-22nm, or"):
        load("paper-v9")
    with pytest.raises(InputError, match="not JSON"):
        load(saved(tmp_path, "{"))
    with pytest.raises(InputError, match="file: not an object"):
        load(saved(tmp_path, "[]"))
