"""Tables in SRAM macros: macros that were worked out by hand, choosing them, and how often their words are read."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path

import numpy as np
import pytest

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.gates.energy.sram import Bank, arrange, cost, layer_reads, word_reads
from sparrow_ecg.sim.gates.library import macros
from sparrow_ecg.sim.gates.library.macros import Macro
from sparrow_ecg.sim.rtl.probes import count
from tests.sim.gates.conftest import ROOT

# Energies are in pF V^2, that is pJ. A read: 12 and 0.5 at the two edges of the clock.
SMALL = """
library (RM_IHPSG13_1P_16x8) {
  time_unit : "1ns"; voltage_unit : "1V"; leakage_power_unit : "1nW"; capacitive_load_unit (1, pf); nom_voltage : 1.2;
  cell (RM_IHPSG13_1P_16x8) {
    memory () { type : ram; address_width : 4; word_width : 8; }
    area : 1000;
    cell_leakage_power : 2;
    pin (A_CLK) {
      direction : input; clock : true;
      internal_power () { when : "!A_MEN  & !A_WEN & !A_REN";
        rise_power (scalar) { values (0.1); } fall_power (scalar) { values (0); } }
      internal_power () { when : "A_MEN  & A_WEN  & !A_REN";
        rise_power (scalar) { values (15); } fall_power (scalar) { values (1); } }
      internal_power () { when : "A_MEN  & !A_WEN & A_REN";
        rise_power (scalar) { values (12); } fall_power (scalar) { values (0.5); } }
    }
  }
}
"""
NAME = "RM_IHPSG13_1P_16x8_typ_1p20V_25C.lib.gz"
SHALLOW = Macro("shallow", 16, 8, area_um2=1000, leakage_nw=2, read_pj=12.5, write_pj=16, idle_pj=0.1)
DEEP = Macro("deep", 64, 8, area_um2=2000, leakage_nw=8, read_pj=20, write_pj=25, idle_pj=0.1)
WIDE = Macro("wide", 16, 32, area_um2=2500, leakage_nw=8, read_pj=30, write_pj=40, idle_pj=0.2)


def write(root: Path, text: str) -> Path:
    path = root / "liberty" / macros.FOLDER / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_a_macro_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("liberty", reason="no liberty-parser: pip install -e .[silicon]")
    monkeypatch.chdir(tmp_path)
    write(tmp_path, SMALL)
    (macro,) = macros.load(tmp_path)
    name, *numbers = vars(macro).values()
    assert name == "RM_IHPSG13_1P_16x8"
    assert numbers == pytest.approx([16, 8, 1000, 2, 12.5, 16, 0.1])


@pytest.mark.parametrize("damage", ["word_width : 8;", 'when : "A_MEN  & !A_WEN & A_REN";', "half"])
def test_a_macro_that_is_not_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str):
    pytest.importorskip("liberty", reason="no liberty-parser: pip install -e .[silicon]")
    monkeypatch.chdir(tmp_path)
    text = SMALL.replace(damage, "") if damage in SMALL else SMALL[: len(SMALL) // 2]
    path = write(tmp_path, text)
    with pytest.raises(InputError, match=path.name):
        macros.load(tmp_path)


def test_missing_macros(tmp_path: Path):
    with pytest.raises(InputError, match=r"no SRAM macros RM_IHPSG13_.* in .*ihp-sg13g2-sram: they come from https"):
        macros.load(tmp_path)


def test_macros_of_ihp():
    pytest.importorskip("liberty", reason="no liberty-parser: pip install -e .[silicon]")
    if not (ROOT / "liberty" / macros.FOLDER).is_dir():
        pytest.skip(f"no SRAM macros in {ROOT / 'liberty' / macros.FOLDER}")
    found = {macro.name.split("_1P_")[1].split("_")[0]: macro for macro in macros.load(ROOT)}
    assert all(name == f"{macro.words}x{macro.bits}" for name, macro in found.items())
    macro = found["256x48"]
    numbers = macro.area_um2, macro.leakage_nw, macro.read_pj, macro.write_pj, macro.idle_pj
    assert numbers == pytest.approx((70849.8944, 148.5116, 37.82, 48.443, 0))


def test_cost_by_hand():
    """20 words of 12 bits, in two banks of two macros; words 0 to 15 are read twice a beat, the others once."""
    reads = np.array([2.0] * 16 + [1.0] * 4)
    banks = arrange(12, reads, [SHALLOW], "area")
    assert [(bank.first, bank.last, len(bank.macros)) for bank in banks] == [(0, 16, 2), (16, 20, 2)]
    made = cost(banks, reads, cycles=100, clock_mhz=4)
    assert made["reads_per_beat"] == 36
    assert made["macros"] == {"shallow": 4}
    assert made["bits_held"] == 4 * 128
    assert made["area_um2"] == 4000
    access = 2 * (32 * 12.5 + 68 * 0.1) + 2 * (4 * 12.5 + 96 * 0.1)  # pJ: reads, and the cycles without
    assert made["access_nj_per_beat"] == pytest.approx(access * 1e-3)
    assert made["leakage_nw"] == 8
    assert made["leakage_nj_per_beat"] == pytest.approx(8 * 25e-6)  # nW for 25 us
    assert made["power_at_75_bpm_nw"] == pytest.approx(access * 1e-3 * 1.25 + 8)
    assert made["load_nj"] == pytest.approx(20 * 2 * 16e-3)


@pytest.mark.parametrize("goal", ["area", "power"])
@pytest.mark.parametrize(("words", "bits"), [(1, 1), (40, 20), (64, 33), (70, 8)])
def test_choice_is_the_best_of_all(goal: str, words: int, bits: int):
    rng = np.random.default_rng(words)
    reads = rng.integers(0, 50, words).astype(float)
    library = [SHALLOW, DEEP, WIDE]

    def price(banks: tuple[Bank, ...]) -> float:
        made = cost(banks, reads, 0, 4)
        idle = sum(m.idle_pj * reads[b.first : b.last].sum() for b in banks for m in b.macros)  # of no cycles
        return (
            made["area_um2"] if goal == "area" else made["access_nj_per_beat"] * 1e3 + idle + made["leakage_nw"] * 800
        )

    rows = {
        depth: [
            row
            for size in range(1, -(-bits // 8) + 1)
            for row in itertools.combinations_with_replacement([m for m in library if m.words >= depth], size)
            if sum(macro.bits for macro in row) >= bits
        ]
        for depth in (16, 64)
    }

    def all_from(first: int):
        if first >= words:
            yield ()
            return
        for depth in (16, 64):
            banks = [Bank(first, min(first + depth, words), row) for row in rows[depth]]
            bank = min(banks, key=lambda bank: price((bank,)))
            for rest in all_from(first + depth):
                yield (bank, *rest)

    chosen = arrange(bits, reads, library, goal)
    assert [bank.last for bank in chosen][:-1] == [bank.first for bank in chosen][1:]
    assert (chosen[0].first, chosen[-1].last) == (0, words)
    assert all(sum(macro.bits for macro in bank.macros) >= bits for bank in chosen)
    assert all(macro.words >= bank.last - bank.first for bank in chosen for macro in bank.macros)
    assert price(chosen) == pytest.approx(min(map(price, all_from(0))))


@pytest.mark.parametrize(("neuron", "zero_skip"), [("ssf", True), ("if", False)])
def test_words_read_are_those_that_the_rtl_counts(neuron: str, zero_skip: bool):
    rng = np.random.default_rng(2)
    network = random_network(rng, (9, 7, 5, 3), steps=5, weight_bits=4, input_bits=3, weights="sparse")
    config = Serial(3, "ram", neuron, zero_skip)
    counts = random_beats(rng, network, 40)
    counted, _ = count(network, config, counts, [neuron])
    trace = golden.run(network, counts, neuron)
    biases, weights = word_reads(network, config, trace)
    assert layer_reads(network, config, counted[neuron]) == (biases.sum(), weights.sum())
    _, (bias_words, _), (weight_words, _) = config.image(config.geometry(network)).sections
    assert (len(biases), len(weights)) == (bias_words, weight_words)


def test_each_goal_is_least_in_what_it_is_named_for() -> None:
    """The least power is not the least energy of accesses: leakage decides when a word is read rarely."""
    reads = np.full(64, 1.0)
    cheap = Macro("cheap", 64, 8, area_um2=1500, leakage_nw=50, read_pj=1, write_pj=2, idle_pj=0)
    library = [SHALLOW, DEEP, cheap]
    area, power = (cost(arrange(8, reads, library, goal), reads, 100, 4) for goal in ("area", "power"))
    assert area["area_um2"] < power["area_um2"]
    assert power["power_at_75_bpm_nw"] < area["power_at_75_bpm_nw"]
    assert power["access_nj_per_beat"] > area["access_nj_per_beat"]
