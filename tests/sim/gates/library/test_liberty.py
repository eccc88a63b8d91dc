"""Reading Liberty: units, what is kept of a cell, and files that are not there or not whole."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.sim.gates.library import liberty
from sparrow_ecg.sim.gates.library.pdks import PDKS, pdk
from tests.support.cells import libraries

SMALL = """
library (small) {
  time_unit : "1ps"; voltage_unit : "1V"; leakage_power_unit : "1pW"; capacitive_load_unit (2, ff);
  nom_voltage : 0.5;
  power_lut_template (two) {
    variable_1 : total_output_net_capacitance; variable_2 : input_transition_time;
    index_1 ("1, 3"); index_2 ("10, 20");
  }
  cell (INV) {
    area : 2;
    leakage_power () { value : 3000; when : "A"; }
    leakage_power () { value : 1000; when : "!A"; }
    pin (A) { direction : input; capacitance : 1.5; }
    pin (Y) {
      direction : output; function : "!A";
      internal_power () { related_pin : "A"; rise_power (two) { values ("1, 2", "5, 6"); } }
    }
  }
}
"""


def test_units_and_tables():
    pytest.importorskip("liberty")
    voltage, cells = liberty.parse(SMALL)
    inverter = cells["INV"]
    assert voltage == 0.5
    assert inverter.pins["A"].capacitance == pytest.approx(3.0)  # fF
    assert inverter.leakage == pytest.approx(2.0)  # nW, the mean of its states
    assert dict(inverter.leakages) == {"A": pytest.approx(3.0), "!A": pytest.approx(1.0)}
    (power,) = inverter.pins["Y"].powers
    table = power.rise
    assert table.at(0.010, 2) == pytest.approx(1 * 2)  # an energy is 2 fF times 1 V squared
    assert table.at(0.020, 2) == pytest.approx(2 * 2)
    assert table.at(0.010, 4) == pytest.approx(3 * 2)  # halfway between 1 and 5
    assert table.at(0.020, 10) == pytest.approx(10 * 2)  # beyond the last point


@libraries(*PDKS)
def test_every_library_has_what_we_name(library):
    chosen = library.pdk
    assert library.cells[chosen.clock_gate[0]].gate[1:] == chosen.clock_gate[2:]
    assert chosen.clock_buffer in library.cells
    assert all(pin in library.cells[cell].pins for cell, pin in chosen.tie)
    inverters = [c for c in library.cells.values() if len(c.inputs) == 1 and c.outputs and not c.sequential]
    for cell in inverters:
        assert 0.1 < cell.inputs[0].capacitance < 300  # fF
        assert 1e-5 < cell.leakage < 1e4  # nW


def test_missing_file_says_where_from(tmp_path):
    with pytest.raises(InputError, match=r"no Liberty file .*sky130.*skywater-pdk.*generic still works"):
        liberty.load(pdk("sky130"), tmp_path)
    with pytest.raises(InputError, match="no corner 'xx': choose from tt_025C_1v80"):
        liberty.load(pdk("sky130"), tmp_path, "xx")
    with pytest.raises(InputError, match="no PDK 'tsmc': choose from sky130"):
        pdk("tsmc")


@pytest.mark.parametrize("damage", ["gzip", "text", "empty"])
def test_a_file_that_is_cut_off(tmp_path, monkeypatch, damage):
    pytest.importorskip("liberty")
    monkeypatch.chdir(tmp_path)
    small = replace(pdk("sky130"), corners={"only": ("small.lib.gz",)})
    path = tmp_path / "liberty" / small.folder / "small.lib.gz"
    path.parent.mkdir(parents=True)
    whole = gzip.compress(SMALL.encode())
    cut = {"gzip": whole[:-40], "text": gzip.compress(SMALL[:400].encode()), "empty": gzip.compress(b"")}
    path.write_bytes(cut[damage])
    with pytest.raises(InputError, match=r"small.lib.gz is not a whole Liberty file"):
        liberty.load(small, tmp_path)
    path.write_bytes(whole)
    assert liberty.load(small, tmp_path).cells.keys() == {"INV"}
