"""The cell libraries that figures can be made for, as data."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sparrow_ecg.model.errors import InputError

GENERIC = "generic"
ORFS = "https://github.com/The-OpenROAD-Project/OpenROAD-flow-scripts/tree/master/flow/platforms"


@dataclass(frozen=True)
class Pdk:
    """A cell library, and what its Liberty files do not say.

    folder:        below ``liberty/`` in the data root.
    corners:       corner name -> its files; the first is the default.
    source:        where the files come from.
    dont_use:      patterns of cells that mapping must not use.
    tie:           cell, high pin, low pin; one cell may have both pins.
    clock_gate:    the integrated clock gate that mapping uses, its enable, clock and output pin; tied_low: its
                   test pins.
    full_adder:    the cell, its inputs, carry and sum, ``~`` before an output that it inverts; None where it has none.
    clock_buffer:  the cell of the estimated clock tree, and of what kind the buffers of a built one are.
    buffer:        of nets that drive many pins, its input and output.
    delay:         the cell that holds back data which change too early.
    inverter:      the largest, its input and output: what is known of large transistors.
    wire, clock_wire: fF per micrometre of signal and clock wires, from the correlated RC files (setRC.tcl) of
                   OpenROAD-flow-scripts.
    micrometre:    length of a micrometre in the square root of the library's unit of area.
    slew:          transition time of inputs and of the clock, in ns.
    site:          width of a placement site and height of a row, in um; every cell's area is a multiple of theirs.
    lef:           folder below ``lef/`` in the data root; empty where none is known.
    hot:           the corner that is the default one at 100 C; empty where there is none.
    lean:          of these, what mapping for least leakage takes another of.
    """

    name: str
    folder: str
    corners: dict[str, tuple[str, ...]]
    source: str
    dont_use: tuple[str, ...]
    tie: tuple[tuple[str, str], tuple[str, str]]
    clock_gate: tuple[str, str, str, str]
    tied_low: tuple[str, ...]
    full_adder: tuple[str, str, str, str, str, str] | None
    clock_buffer: str
    buffer: tuple[str, str, str]
    delay: str = field(repr=False)  # no part of what Yosys maps, by which netlists are cached
    inverter: tuple[str, str, str]
    wire: float
    clock_wire: float
    slew: float
    site: tuple[float, float]
    lef: str = ""
    hot: str = ""
    lean: Mapping[str, Any] = field(default_factory=dict)

    def present(self, root: Path, corner: str) -> bool:
        """Whether a corner's files are there."""
        return all((root / "liberty" / self.folder / name).is_file() for name in self.corners[corner])

    def files(self, root: Path, corner: str | None = None) -> tuple[str, list[Path]]:
        """The corner's name and its files. Raises InputError, with what to do, when one is not there."""
        corner = corner or next(iter(self.corners))
        if corner not in self.corners:
            raise InputError(f"{self.name} has no corner '{corner}': choose from {', '.join(self.corners)}")
        folder = root / "liberty" / self.folder
        paths = [folder / name for name in self.corners[corner]]
        for path in paths:
            if not path.is_file():
                others = [pdk.name for pdk in PDKS.values() if (root / "liberty" / pdk.folder).is_dir() and pdk != self]
                raise InputError(
                    f"no Liberty file {path} for {self.name}: it comes from {self.source}, put it there as .lib.gz;"
                    f" without it --pdk {' or '.join([*others, GENERIC])} still works"
                )
        return corner, paths


_SKY = "sky130_fd_sc_hd__"
_ASAP7 = (
    *("AO_RVT_TT_nldm_211120", "INVBUF_RVT_TT_nldm_220122", "OA_RVT_TT_nldm_211120"),
    *("SEQ_RVT_TT_nldm_220123", "SIMPLE_RVT_TT_nldm_211120"),
)

PDKS = {
    pdk.name: pdk
    for pdk in (
        Pdk(
            name="sky130",
            folder="sky130_fd_sc_hd",
            corners={
                corner: (f"{_SKY}{corner}.lib.gz",)
                for corner in ("tt_025C_1v80", "tt_100C_1v80", "ff_n40C_1v56", "ss_100C_1v60", "ss_n40C_1v28")
            },
            source="https://github.com/google/skywater-pdk-libs-sky130_fd_sc_hd",
            # other supplies, delay cells, probes, and clock cells, which are for the clock tree
            dont_use=tuple(_SKY + kind for kind in ("lpflow_*", "probe*", "dly*", "clk*", "macro_*", "edf*", "sedf*")),
            tie=((_SKY + "conb_1", "HI"), (_SKY + "conb_1", "LO")),
            clock_gate=(_SKY + "dlclkp_1", "GATE", "CLK", "GCLK"),
            tied_low=(),
            full_adder=(_SKY + "fa_1", "A", "B", "CIN", "COUT", "SUM"),
            clock_buffer=_SKY + "clkbuf_4",
            buffer=(_SKY + "buf_2", "A", "X"),
            delay=_SKY + "dlygate4sd3_1",
            inverter=(_SKY + "inv_16", "A", "Y"),
            wire=0.172375,
            clock_wire=0.214962,
            slew=0.1,
            site=(0.46, 2.72),
            lef="sky130hd",
            hot="tt_100C_1v80",
            # two transistors in series leak a fiftieth of one, so that clkinvlp, a clock cell, is the best inverter;
            # flip-flops with scan are none of mapping's business, and some would be cheapest
            lean={
                "dont_use": tuple(
                    _SKY + kind
                    for kind in (
                        *("lpflow_*", "probe*", "dly*", "clkbuf*", "clkinv_*", "clkdly*", "macro_*"),
                        *("edf*", "sedf*", "sdf*"),
                    )
                ),
                "full_adder": (_SKY + "fa_2", "A", "B", "CIN", "COUT", "SUM"),
                "buffer": (_SKY + "buf_1", "A", "X"),
            },
        ),
        Pdk(
            name="nangate45",
            folder="nangate45",
            corners={corner: (f"nangate45_{corner}.lib.gz",) for corner in ("typ", "fast", "slow")},
            source="https://github.com/parallaxsw/OpenSTA/tree/master/examples",
            dont_use=("CLKBUF_*", "ANTENNA*", "FILLCELL*", "TBUF*", "TINV*", "TLAT*"),
            tie=(("LOGIC1_X1", "Z"), ("LOGIC0_X1", "Z")),
            clock_gate=("CLKGATE_X1", "E", "CK", "GCK"),
            tied_low=(),
            full_adder=("FA_X1", "A", "B", "CI", "CO", "S"),
            clock_buffer="CLKBUF_X2",
            buffer=("BUF_X2", "A", "Z"),
            delay="BUF_X1",
            inverter=("INV_X32", "A", "ZN"),
            wire=0.104578,
            clock_wire=0.110884,
            slew=0.03,
            site=(0.19, 1.4),
        ),
        Pdk(
            name="asap7",
            folder="asap7",
            corners={"tt_025C_0v70": tuple(f"asap7sc7p5t_{kind}.lib.gz" for kind in _ASAP7)},
            source=f"{ORFS}/asap7/lib/NLDM",
            dont_use=("*x1p*_ASAP7*", "*xp*_ASAP7*", "SDF*", "ICG*", "DFFASRHQN*", "TIE*"),
            tie=(("TIEHIx1_ASAP7_75t_R", "H"), ("TIELOx1_ASAP7_75t_R", "L")),
            clock_gate=("ICGx1_ASAP7_75t_R", "ENA", "CLK", "GCLK"),
            tied_low=("SE",),
            full_adder=("FAx1_ASAP7_75t_R", "A", "B", "CI", "~CON", "~SN"),
            clock_buffer="BUFx4_ASAP7_75t_R",
            buffer=("BUFx2_ASAP7_75t_R", "A", "Y"),
            delay="HB1xp67_ASAP7_75t_R",
            inverter=("INVx13_ASAP7_75t_R", "A", "Y"),
            wire=0.173323,
            clock_wire=0.144549,
            slew=0.02,
            site=(0.054, 0.27),
        ),
        Pdk(
            name="ihp130",
            folder="ihp-sg13g2",
            corners={
                corner: (f"sg13g2_stdcell_{corner}.lib.gz",)
                for corner in ("typ_1p20V_25C", "fast_1p32V_m40C", "slow_1p08V_125C")
            },
            source=f"{ORFS}/ihp-sg13g2/lib",
            dont_use=("*_lgcp_1", "*_sighold", "*_dlygate*", "*_slgcp_1", "*_ebufn_*", "*_einvn_*"),
            tie=(("sg13g2_tiehi", "L_HI"), ("sg13g2_tielo", "L_LO")),
            clock_gate=("sg13g2_lgcp_1", "GATE", "CLK", "GCLK"),
            tied_low=(),
            full_adder=None,
            clock_buffer="sg13g2_buf_4",
            buffer=("sg13g2_buf_2", "A", "X"),
            delay="sg13g2_dlygate4sd3_1",
            inverter=("sg13g2_inv_16", "A", "Y"),
            wire=0.173072,
            clock_wire=0.144812,
            slew=0.1,
            site=(0.48, 3.78),
        ),
    )
}


def pdk(name: str) -> Pdk:
    """A library by name. Raises InputError that lists the names."""
    if name not in PDKS:
        raise InputError(f"no PDK '{name}': choose from {', '.join([*PDKS, GENERIC])}")
    return PDKS[name]


def liberty_root(data: Path | None) -> Path:
    """The data root, which need not have records in it."""
    return data or Path(os.environ.get("ECG_DATA") or "data")
