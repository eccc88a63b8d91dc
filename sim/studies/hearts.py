"""Beats, which a worker reads once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg import testset
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.testset import Heartbeats


def test_beats(root: Path, split: str, network: Network) -> Heartbeats:
    """The test beats that the network has not seen. Raises InputError when it may have."""
    hearts = testset.select(network, split, recorded(root))
    if network.provenance.get("split") != split:
        raise InputError(
            f"'{network.name}' was trained on split {network.provenance.get('split')}, so {split} is no test of it"
        )
    return hearts


@lru_cache(maxsize=1)
def recorded(root: Path) -> Beats:
    """All beats; a worker reads them once."""
    return testset.read_all(root, show=False)
