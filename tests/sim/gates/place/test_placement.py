"""Placements: legal, the same for the same seed, much shorter than at random; DEF and back; wires in the figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.gates import design as gates
from sparrow_ecg.sim.gates.design import Design
from sparrow_ecg.sim.gates.netlist.wires import capacitances
from sparrow_ecg.sim.gates.place import annealer, def_file, picture
from sparrow_ecg.sim.gates.place.placement import Placement, Placing, place
from tests.sim.gates.conftest import ROOT
from tests.support.cells import libraries

QUICK = Placing(effort=5)


@pytest.fixture(scope="module")
def design() -> Design:
    pytest.importorskip("pyosys", reason="no pyosys: pip install -e .[silicon]")
    build = Build(random_network(np.random.default_rng(1), (4, 3)), Tree())
    try:
        return gates.synthesise(build, "sky130", ROOT)
    except InputError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def found(design: Design) -> Placement:
    return place(design.netlist, ROOT, QUICK)


def at_random(placement: Placement) -> Placement:
    places = annealer._anywhere(placement.widths, placement.floorplan, np.random.default_rng(5))
    return replace(placement, places=places)


def half_perimeters(placement: Placement) -> int:
    return sum(int(np.ptp(points, axis=0).sum()) for points in placement.points.values())


def test_legal_deterministic_and_short(
    design: Design, found: Placement, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found.faults() == []
    assert found.describe()["utilisation"] == pytest.approx(0.7, abs=0.03)
    assert half_perimeters(found) < 0.6 * half_perimeters(at_random(found))
    other = place(design.netlist, ROOT, replace(QUICK, seed=1))
    assert (other.places != found.places).any()
    monkeypatch.chdir(tmp_path)  # an empty cache: made again
    again = place(design.netlist, ROOT, QUICK)
    assert (again.places == found.places).all()
    assert (again.lengths == found.lengths).all()


def test_wires_are_never_shorter_than_half_perimeters(design: Design, found: Placement) -> None:
    assert len(found.points) > 20
    for net, points in found.points.items():
        assert found.lengths[net] >= np.ptp(points, axis=0).sum()
    assert found.lengths[[net for net in range(design.netlist.nets) if net not in found.points]].sum() == 0


def test_faults_are_found(found: Placement) -> None:
    for change, said in ((found.places[:, 1], "is over"), ((found.floorplan.rows, 0, 0), "is outside the rows")):
        places = found.places.copy()
        places[:, 0] = change
        assert any(said in fault for fault in replace(found, places=places).faults())


def test_what_does_not_fit_is_said(design: Design) -> None:
    with pytest.raises(InputError, match=r"utilisation 1\.5: a share"):
        place(design.netlist, ROOT, Placing(utilisation=1.5))


def test_def_and_back(found: Placement) -> None:
    drawn = def_file.read(def_file.write(found, "core"))
    plan = found.floorplan
    assert drawn.die == (plan.width, plan.height)
    for k, (row, site, mirrored) in enumerate(found.places.T.tolist()):
        orientation = def_file.ORIENTATIONS[row % 2][mirrored]
        cell = found.netlist.instances[k].cell.name
        assert drawn.components[f"u{k}"] == (cell, site * plan.site, row * plan.row, orientation)
    assert {(x, y) for _, x, y in drawn.pins.values()} == set(plan.ports.values())
    assert {int(name[1:]): len(pins) for name, pins in drawn.nets.items() if len(pins) > 1} == {
        net: len(points) for net, points in found.points.items()
    }
    with pytest.raises(InputError, match="not a DEF file"):
        def_file.read("VERSION 5.8 ;")


def test_another_reader_finds_every_pin_where_we_do(found: Placement, tmp_path: Path) -> None:
    """KLayout reads our DEF with LEF of the same cells: each pin is a point, in the cell as it is turned there."""
    kdb = pytest.importorskip("klayout.db", reason="no klayout")
    (tmp_path / "cells.lef").write_text(as_lef(found))
    (tmp_path / "core.def").write_text(def_file.write(found, "core"))
    options = kdb.LoadLayoutOptions()
    options.lefdef_config.lef_files = [str(tmp_path / "cells.lef")]
    options.lefdef_config.read_lef_with_def = False
    options.lefdef_config.produce_pins = True
    layout = kdb.Layout()
    layout.read(str(tmp_path / "core.def"), options)
    name = options.lefdef_config.instance_property_name
    macros, seen = found.cells.macros, {}
    for instance in layout.top_cell().each_inst():
        width = macros[instance.cell.name].width
        for pin, (x, y) in macros[instance.cell.name].pins.items():
            assert 0 <= x <= width
            at = instance.trans * kdb.Point(x, y)
            seen[instance.property(name), pin] = (at.x, at.y)
    for k, instance in enumerate(found.netlist.instances):
        for pin, net in instance.pins.items():
            if net in found.points and (f"u{k}", pin) in seen:
                assert seen[f"u{k}", pin] in set(map(tuple, found.points[net].tolist())), (instance.cell.name, pin)
    assert len(seen) > 100


def as_lef(placement: Placement) -> str:
    """The cells of a placement, as far as it knows them."""
    cells = placement.cells
    lines = [
        "VERSION 5.7 ;\nUNITS\n DATABASE MICRONS 1000 ;\nEND UNITS",
        f"SITE {cells.site_name}\n CLASS CORE ;",
        f" SIZE {cells.site / 1e3} BY {cells.row / 1e3} ;\nEND {cells.site_name}",
    ]
    for name in {instance.cell.name for instance in placement.netlist.instances}:
        size = f"SIZE {cells.macros[name].width / 1e3} BY {cells.row / 1e3}"
        lines.append(f"MACRO {name}\n CLASS CORE ;\n ORIGIN 0 0 ;\n {size} ;\n SITE {cells.site_name} ;\nEND {name}")
    return "\n".join([*lines, "END LIBRARY", ""])


def test_wires_of_a_placed_design_are_in_its_loads(design: Design) -> None:
    done = gates.placed(design, ROOT, QUICK)
    found = done.placement
    assert found
    assert done.describe()["placed"]
    assert not design.describe()["placed"]
    per_micrometre = [
        design.library.pdk.clock_wire if net in done.netlist.clock_nets else design.library.pdk.wire
        for net in range(done.netlist.nets)
    ]
    wires = np.subtract(capacitances(done.netlist), capacitances(done.netlist, wires=0))
    assert wires[2:] == pytest.approx((found.lengths / 1e3 * per_micrometre)[2:])
    assert done.timing.period != design.timing.period


def test_what_placed_wires_violate_is_mended(design: Design) -> None:
    """With wires thirty times as long: who drives too much then is stronger or drives less."""
    closed = replace(design, corners=(design.library,))
    done = gates.placed(closed, ROOT, QUICK)
    assert (done.violations, closed.netlist.nets) == ([], done.netlist.nets)
    assert done.placement
    long = replace(done, placement=replace(done.placement, lengths=done.placement.lengths * 30))
    broken = {v.net for v in long.violations if v.net not in long.netlist.clock_nets}
    assert broken
    mended = gates.mend_placed(long)
    assert (mended.placement, mended.netlist.lengths) == (None, None)
    before, after = long.netlist, mended.netlist
    for net in broken & before.drivers.keys():
        assert (after.drivers[net].cell, after.fan_outs[net]) != (before.drivers[net].cell, before.fan_outs[net])
    assert len(after.instances) < 2 * len(before.instances)


def test_picture(found: Placement) -> None:
    assert picture.draw(found, "a title")[:4] == b"\x89PNG"


@libraries("nangate45")
def test_sizes_come_from_areas_where_no_lef_is(library) -> None:
    build = Build(random_network(np.random.default_rng(1), (4, 3)), Tree())
    design = gates.synthesise(build, "nangate45", ROOT)
    found = place(design.netlist, ROOT, QUICK)
    assert found.cells.source == "areas of Liberty cells, pins in the middle of cells"
    assert found.faults() == []
    assert found.lengths.sum() > 0
