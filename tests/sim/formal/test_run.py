from __future__ import annotations

import json
from pathlib import Path

import pytest

from sparrow_ecg.hw.formal.catalog import properties
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.sim.formal import run

QUICK = [claim for claim in properties() if claim.quick]


@pytest.mark.parametrize("claim", QUICK, ids=lambda claim: claim.name)
def test_quick_claims_hold_and_find_a_planted_bug(claim, tmp_path: Path):
    proof = run.check(claim, tmp_path)
    assert proof.holds, proof.why
    assert next(run.plant(claim))[1].result == "refuted"


def test_results_are_written_and_those_of_other_claims_stay(tmp_path: Path):
    first, second = (run.Proof(claim, run.Verdict("proven", 1.0, 3), {}) for claim in QUICK[:2])
    run.save([first], tmp_path)
    rows = json.loads(run.save([second], tmp_path).read_text())
    assert [row["name"] for row in rows] == [first.claim.name, second.claim.name]
    assert rows[0]["result"] == "proven"


def test_a_proof_whose_cover_is_not_reached_does_not_hold():
    proof = run.Proof(QUICK[0], run.Verdict("proven", 1.0, 3), {"it": run.Verdict("unreached", 1.0, 3)})
    assert not proof.holds
    assert "it" in proof.why


def test_a_name_that_no_claim_has_is_refused():
    with pytest.raises(InputError, match="no claim 'nothing'"):
        run.choose(["nothing"])
