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
        (remove, "constants.sram: is missing: add it"),
        (change("leakage"), "constants.leakage: is not known: remove it"),
        (change("name"), "constants.name: is not known: remove it"),
        (change("add", unit="pJ"), "constants.add.unit: is not known: remove it"),
        (change("add", value=-0.1), "constants.add.value: Input should be greater than or equal to 0, not -0.1"),
        (change("add", value=float("nan")), "constants.add.value: Input should be a finite number, not nan"),
        (change("add", value=float("inf")), "constants.add.value: Input should be a finite number, not inf"),
        (change("add", value="0.03"), "constants.add.value: Input should be a valid number, not '0.03'"),
        (change("add", value=True), "constants.add.value: Input should be a valid number, not True"),
        (change("add", source=" "), "constants.add.source: is empty: say where the number comes from"),
        (change("dram_reuse", value=0), "constants.dram_reuse: Input should be above 0: it divides"),
        (change("neurons_per_core", value=1.5), "constants.neurons_per_core: Input should be a whole number"),
        (lambda table: table["constants"].update(add=0.03), "constants.add: Input should be an object, not 0.03"),
        (lambda table: table.update(constants=[]), "constants: Input should be an object"),
        (lambda table: table.update(name=""), "name: String should have at least 1 character"),
        (lambda table: table.update(name=7), "name: Input should be a valid string, not 7"),
        (lambda table: table.pop("name"), "name: is missing: add it"),
        (lambda table: table.update(unit="pJ"), "unit: is not known: remove it"),
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
    with pytest.raises(InputError, match=r"mine\.json: file: Invalid JSON"):
        load(saved(tmp_path, "{"))
    with pytest.raises(InputError, match=r"mine\.json: file: Input should be an object"):
        load(saved(tmp_path, "[]"))
