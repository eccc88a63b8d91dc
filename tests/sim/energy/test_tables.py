"""The tables of contract 5: complete, JSON-ready, and honest about what was not measured."""

from __future__ import annotations

import json

import pytest

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.sim.energy.operations import NEURONS, PROBES
from sparrow_ecg.sim.energy.tables import COUNTED, PREDICTED, energy_tables, exact
from sparrow_ecg.sim.energy.technologies import PAPER_V2
from sparrow_ecg.sim.report.energy import report, show, show_break_even, write


def test_without_rtl_nothing_claims_to_be_measured(small, tmp_path):
    network, counts = small
    tables = energy_tables(network, counts, Serial(lanes=2), split="intra")
    assert [tables["formula_x_activity"][n]["source"] for n in NEURONS] == [PREDICTED] * 2
    assert tables["gate_level"]["status"].startswith("not measured")
    assert all(cycles["rtl"] is None for cycles in tables["cycles_per_beat"].values())
    path = write(tables, tmp_path)
    assert path.name == "energy-small-intra.json"
    assert json.loads(path.read_text()) == tables


def test_rtl_counts_are_used_and_compared(small):
    network, counts = small
    columns = {  # by layer: one input event and two neurons; one hidden event and one output
        "input_store": (1, 0),
        "event_read": (1, 1),
        "bias_read": (2, 1),
        "weight_read": (2, 1),
        "accumulate": (2, 1),
        "compare": (2, 0),
        "event_store": (1, 0),
        "output_compare": (0, 1),
        "spikes": (2, 0),
    }
    rows = [{name: column[k] for name, column in columns.items()} for k in (0, 1)]
    core = Serial(lanes=2)
    tables = energy_tables(
        network, counts, core, split="intra", counted={"ssf": rows}, cycles={"ssf": 20.0, "if": 40.0}
    )
    assert tables["formula_x_activity"]["ssf"]["source"] == COUNTED
    assert tables["formula_x_activity"]["ssf"]["mismatches"] == []
    assert tables["cycles_per_beat"]["ssf"]["rtl"] == 20.0
    assert exact(tables)

    rows[0]["weight_read"] += 5
    wrong = energy_tables(network, counts, core, split="intra", counted={"ssf": rows})
    assert wrong["formula_x_activity"]["ssf"]["mismatches"] == ["layer 0 weight_reads: predicted 2, counted 7"]
    assert not exact(wrong)


def test_core_figure_equals_the_spatial_row(small):
    """Figures 1 and 2 are two views of one calculation where they overlap."""
    network, counts = small
    tables = energy_tables(network, counts, Serial(lanes=2), split="intra")
    rows = tables["architectures"]["rows"]
    for row, neuron in (("SNN, SSF", "ssf"), ("SNN, IF", "if"), ("ANN, 2-bit activations", "ssf")):
        figure = tables["formula_x_activity"][neuron]["energy_pj_per_beat"]["total"]
        assert rows[row]["spatial"]["total"] == pytest.approx(figure)
    assert rows["ANN, 2-bit, no zero skip"]["classical"]["total"] > rows["SNN, SSF"]["classical"]["total"]


def test_printed_tables_have_their_labels(small, capsys):
    network, counts = small
    show(energy_tables(network, counts, Serial(lanes=2), split="intra"))
    show_break_even()
    text = capsys.readouterr().out
    for label in ("1. Formula x activity", "2. Architectures", "3. Gate level", "not measured", "not run"):
        assert label in text
    assert "Break-even sparsity of VGG16" in text


def test_no_beats(small):
    network, counts = small
    with pytest.raises(InputError, match="no beats in split 'intra'"):
        energy_tables(network, counts[:0], Serial(lanes=2), split="intra")


def test_report_fails_on_a_miscount_but_still_writes(small, tmp_path, capsys):
    network, counts = small
    core = Serial(lanes=2)
    assert report(network, counts, core, tmp_path, split="intra", technology=PAPER_V2) == 0
    nothing = [dict.fromkeys(PROBES["ssf"], 0) for _ in network.layers]
    assert report(network, counts, core, tmp_path, split="inter", counted={"ssf": nothing}) == 1
    assert "DIFFER: layer 0 weight_reads: predicted 2, counted 0" in capsys.readouterr().out.replace("\n", " ")
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "energy-small-inter.json",
        "energy-small-intra.json",
    ]
