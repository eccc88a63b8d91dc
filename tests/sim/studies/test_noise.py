import numpy as np

from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.synthetic import generate
from sparrow_ecg.sim.report.noise import draw
from sparrow_ecg.sim.studies import noise


def test_noise_costs_beats_and_all_of_it_is_drawn(tmp_path) -> None:
    records = {name: generate(name, seconds=120, seed=seed) for seed, name in enumerate("ab")}
    done: list[int] = []
    rows = noise.study([Network.load("tiny"), Network.load("steady")], records, done.append)
    assert sum(done) == 2 * noise.cases()
    clean, *rest = rows
    assert (clean["noise"], len(rest)) == (None, 12)
    assert clean["mean"]["QRS Se"] > 0.98
    by_case = {(row["noise"], row["snr_db"]): row for row in rest}
    assert by_case["muscle noise", 0]["mean"]["QRS +P"] < clean["mean"]["QRS +P"]
    assert by_case["baseline wander", 24]["mean"]["QRS Se"] > 0.97
    assert all(np.isfinite(list(row["mean"].values())).all() and row["deviation"] for row in rest)
    draw(rows, "two networks", tmp_path / "noise.png")
    assert (tmp_path / "noise.png").stat().st_size > 10_000
