"""Which networks run on which beats, and where what they say is kept."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from sparrow_ecg.cli import app
from sparrow_ecg.model.network import NETWORKS, Network
from sparrow_ecg.sim.verbs import compare


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What each result is called, and the split of its beats; nothing runs."""
    found: list[tuple[str, str]] = []
    report = {"accuracy_hardware": 1.0}
    hearts = lambda network, split, *_: SimpleNamespace(counts=[], split=split)  # noqa: E731
    ran = lambda build, beats, *_: SimpleNamespace(exact=True, report=report, split=beats.split)  # noqa: E731
    monkeypatch.setattr(compare, "load", hearts)
    monkeypatch.setattr(compare, "_show", lambda *_: None)
    monkeypatch.setattr(compare.comparison, "compare", ran)
    monkeypatch.setattr(
        compare.comparison, "write", lambda compared, build, folder, what: found.append((what, compared.split))
    )
    return found


def run(*options: str) -> None:
    done = CliRunner().invoke(app("compare"), options)
    assert done.exit_code == 0, done.output


def test_all_networks_run_on_what_they_were_trained_for(written: list[tuple[str, str]]) -> None:
    run()
    names = sorted(path.stem for path in NETWORKS.glob("*.json"))
    strangers = dict.fromkeys(("anyone", "mindful"), ("inter", "inter+svdb"))
    special = strangers | dict.fromkeys(("watch", "guard"), ("intra", "inter", "time"))
    expected = {name: special.get(name, ("intra", "inter")) for name in names}
    assert set(written) == {(f"{name}-{split}", split) for name in names for split in expected[name]}
    assert len(written) == sum(map(len, expected.values()))
    assert all(Network.load(name).provenance["split"] in expected[name] for name in names)


def test_every_seed_has_a_result_of_its_own(written: list[tuple[str, str]]) -> None:
    run("--seeds")
    names = [name for name, _ in written]
    assert len(names) == len(set(names))
    strangers = [name for name in names if name.startswith("anyone")]
    assert strangers == [f"anyone-{split}-seed{seed}" for split in ("inter", "inter+svdb") for seed in range(5)]


def test_other_files_and_splits(written: list[tuple[str, str]]) -> None:
    run("-n", "tiny-intra-3")
    run("-n", "anyone", "--split", "adaptive")
    assert [name for name, _ in written] == ["tiny-intra-3-intra", "tiny-intra-3-inter", "anyone-adaptive"]
