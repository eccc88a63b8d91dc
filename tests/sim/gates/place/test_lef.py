"""LEF: sites, sizes and pins of cells; what is missing or cut off is named."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.sim.gates.place import lef
from tests.sim.gates.conftest import ROOT
from tests.support.cells import libraries

TECHNOLOGY = """VERSION 5.7 ;
SITE unit
  SYMMETRY Y ;
  CLASS CORE ;
  SIZE 0.46 BY 2.72 ;   # one site
END unit
SITE high
  SIZE 0.46 BY 5.44 ;
END high
END LIBRARY
"""
CELLS = """MACRO inv
  CLASS CORE ;
  SIZE 1.380 BY 2.720 ;
  SITE unit ;
  PIN A
    DIRECTION INPUT ;
    USE SIGNAL ;
    PORT
      LAYER li1 ;
        RECT 0.30 1.00 0.60 1.40 ;
        RECT 0.30 1.00 0.40 1.20 ;
    END
  END A
  PIN VPWR
    USE POWER ;
    PORT
      LAYER met1 ;
        RECT 0.00 2.48 1.38 2.96 ;
    END
  END VPWR
  OBS
    LAYER li1 ;
      RECT 0.00 0.00 1.38 0.10 ;
  END
END inv
MACRO tall
  SIZE 0.920 BY 5.440 ;
  SITE high ;
END tall
"""


def test_sizes_and_pins(tmp_path: Path) -> None:
    (tmp_path / "a.tlef").write_text(TECHNOLOGY)
    (tmp_path / "b.lef.gz").write_bytes(gzip.compress((CELLS + CELLS.replace("inv", "buf")).encode()))
    cells = lef.read([tmp_path / "a.tlef", tmp_path / "b.lef.gz"])
    assert (cells.site, cells.row, cells.site_name) == (460, 2720, "unit")
    assert cells.macros == dict.fromkeys(("inv", "buf"), lef.Macro(1380, {"A": (450, 1200)}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TECHNOLOGY + CELLS[: CELLS.index("END inv")], "macro inv has no end: the file is cut off"),
        (CELLS, "no cell that stands on a site that these files define: --lef takes technology and cells"),
        (TECHNOLOGY + CELLS.replace("1.380 BY", "wide BY"), "no LEF at 'MACRO inv' or below"),
        (None, "not a LEF file that can be read"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str | None, said: str) -> None:
    if text:
        (tmp_path / "one.lef").write_text(text)
    with pytest.raises(InputError, match=said):
        lef.read([tmp_path / "one.lef"])


@libraries("sky130", "nangate45", "asap7", "ihp130")
def test_areas_are_whole_sites(library) -> None:
    """So that a placement without LEF has the cells as wide as they are."""
    cells = lef.from_areas(library)
    exact = [cell.area * 1e6 / cells.row / cells.site for cell in library.cells.values()]
    assert sum(abs(sites - round(sites)) > 0.01 for sites in exact) <= 1  # one area is mistyped in two libraries


@libraries("sky130")
def test_widths_without_lef_are_those_of_lef(library) -> None:
    cells = lef.cells(library, ROOT)
    if not cells.source.startswith("LEF"):
        pytest.skip("no LEF files in the data root")
    guessed = lef.from_areas(library)
    shared = cells.macros.keys() & guessed.macros.keys()
    assert len(shared) > 400
    assert {name for name in shared if cells.macros[name].width != guessed.macros[name].width} == set()
