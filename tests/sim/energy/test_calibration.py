"""The calibrated table: found again when the truth is known, whatever noise there is, and usable as a file."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.ports import Block
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.energy import calibration
from sparrow_ecg.sim.energy.calibration import FITTED, GROUPS, Observation, by_group, design_matrix, fit
from sparrow_ecg.sim.energy.formulas import cycles, energy
from sparrow_ecg.sim.energy.operations import NEURONS, predict
from sparrow_ecg.sim.energy.technologies import PAPER_V1, load
from tests.support.networks import runs

BEATS = 20


def activities():
    """Networks of several widths on cores of several kinds: enough to tell all constants apart."""
    rng = np.random.default_rng(0)
    for k, (neuron, lanes, skip) in enumerate(product(NEURONS, (1, 3, 5), (True, False))):
        bits = 2 + k % 4
        network = random_network(rng, (6 + k, 5, 4), steps=3 + 2 * (k % 3), weight_bits=bits + 1, input_bits=bits)
        counts = random_beats(rng, network, BEATS)
        trace = golden.run(network, counts, neuron)
        yield network, predict(network, trace, neuron=neuron, zero_skip=skip, lanes=lanes)


TRUTH = {
    f"{group}.{kind}": {constant: 0.1 + (7 * k + 3 * j) % 5 for j, constant in enumerate(constants)}
    for k, (group, kinds) in enumerate(GROUPS.items())
    for kind, constants in kinds.items()
}
TABLE = {name: sum(part.get(name, 0.0) for part in TRUTH.values()) for name in FITTED}


def observed(noise: float = 0.0) -> list[Observation]:
    rng = np.random.default_rng(1)
    found = []
    for k, (network, activity) in enumerate(activities()):
        matrix = design_matrix(network, activity)
        parts = tuple(
            {
                name: sum(value * matrix[c][p] for c, value in constants.items()) * (1 + noise * rng.normal())
                for name, constants in TRUTH.items()
            }
            for p in range(1 + len(network.layers))
        )
        found.append(Observation(f"design {k}", network, activity, parts))
    return found


def test_the_truth_is_found_again():
    found = fit(observed())
    assert found.constants == pytest.approx(TABLE, rel=1e-6)
    assert found.worst < 1e-9


def test_noise_shows_in_the_residual_and_no_price_is_negative():
    found = fit(observed(noise=0.2))
    assert 0.001 < found.residual < 0.2
    assert min(value for part in found.groups.values() for value in part.values()) >= 0


def test_a_design_that_was_left_out_is_predicted():
    assert np.abs(calibration.left_out(observed())).max() < 1e-9
    assert np.abs(calibration.left_out(observed(noise=0.05))).max() < 0.2


def test_a_factor_on_all_prices():
    designs = observed()
    twice = {name: 2 * value for name, value in TABLE.items()}
    assert calibration.scale(twice, designs) == pytest.approx(0.5)
    assert calibration.relative_errors(twice, designs) == pytest.approx(1.0)


def test_parts_and_groups_of_a_beat_add_up_to_the_formula():
    table = calibration.technology("truth", TABLE, "known")
    for design in observed():
        whole = energy(design.network, design.activity, table)
        assert calibration.predict_total(TABLE, design) == pytest.approx(whole.total)
        assert sum(by_group(whole).values()) == pytest.approx(whole.total)
        assert design.total == pytest.approx(whole.total)


def test_gates_and_fit_side_by_side():
    designs = observed()
    found = fit(designs)
    for design in designs:
        assert calibration.fitted_by_group(found, design) == pytest.approx(calibration.gates_by_group(design))


def test_every_group_has_operations_and_every_block_a_group() -> None:
    assert set(calibration.OPERATIONS) == set(calibration.GROUPS)
    blocks = {"lane_0": Block.LANES, "weights": Block.TABLES}
    groups = {calibration.group(block, blocks) for block in ("lane_0", "weights", "top", "clock")}
    assert groups == {"lanes", "weights", "control"}
    assert set(calibration.GROUP) == set(Block)
    with pytest.raises(KeyError):
        calibration.group("lanes_0", blocks)


def test_the_table_survives_its_file_and_says_what_was_not_fitted(tmp_path):
    table = calibration.technology("mine", TABLE, "fitted here")
    path = tmp_path / "technology.json"
    path.write_text(json.dumps(table.as_dict()))
    assert load(str(path)) == table
    assert table.dram.source == f"not fitted; {PAPER_V1.dram.source}"
    assert table.pj("cycle") == pytest.approx(TABLE["cycle"])


def test_a_table_without_the_optional_constants_prices_them_as_sram_or_nothing():
    assert PAPER_V1.pj("weight") == PAPER_V1.pj("state") == PAPER_V1.sram.value
    assert PAPER_V1.pj("cycle") == PAPER_V1.pj("table") == 0


def test_an_observation_from_json():
    design = observed()[0]
    again = calibration.observation(
        design.name, design.network, json.loads(json.dumps(design.activity.as_dict())), design.parts
    )
    assert again.activity == design.activity


@given(runs(), st.sampled_from(NEURONS), st.booleans(), st.integers(1, 40))
def test_cycles_from_operations_are_those_of_the_schedule(run, neuron, skip, lanes):
    network, counts = run
    config = Serial(min(lanes, max(network.shape[1:])), neuron=neuron, zero_skip=skip)
    trace = golden.run(network, counts, neuron)
    activity = predict(network, trace, neuron=neuron, zero_skip=skip, lanes=config.lanes)
    total = sum(cycles(network, activity, k) for k in range(len(network.layers)))
    assert total == int(config.cycles(network, trace).sum())
