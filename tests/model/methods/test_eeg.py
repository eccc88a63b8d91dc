"""The thesis's EEG network: its shape, that it learns, and goes on from another one."""

from __future__ import annotations

from dataclasses import replace

import pytest

pytest.importorskip("torch")
import torch

from sparrow_ecg.model.methods import eeg
from sparrow_ecg.model.methods.simulate import at_once, macs
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.signals.images.pictures import Pictures, encoding_of
from tests.support.eeg import segments


def test_it_learns_spikes_and_can_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    found = segments()
    monkeypatch.setattr(eeg, "RECIPE", replace(eeg.RECIPE, epochs=(4, 1), batch=8))
    pictures = Pictures(found.pixels, found.labels["up"], 2)
    cnn, snn = eeg.learn(pictures, seed=0)
    assert [each.shape for each in cnn.state_dict().values() if each.ndim > 1] == [
        *((16, 1, 5, 5), (32, 16, 5, 5), (32, 32, 5, 5), (128, 512), (2, 128)),
    ]
    assert macs(snn, (1, 32, 32)) == dict(
        zip(
            ("conv0", "conv1", "conv2", "linear0", "linear1"),
            (16 * 25 * 28**2, 512 * 25 * 24**2, 1024 * 25 * 8**2, 512 * 128, 256),
            strict=True,
        )
    )
    assert snn.steps == 100
    assert eeg.answers(cnn, found.pixels) == found.labels["up"].tolist()
    assert at_once(snn, found.pixels).classes[-1].tolist() == found.labels["up"].tolist()
    rtl = eeg.for_rtl(pictures, 0, "small", ("no", "yes"))
    assert golden.run(rtl, encoding_of(rtl).encode(found.pixels)).classes.tolist() == found.labels["up"].tolist()
    monkeypatch.setattr(eeg, "RECIPE", replace(eeg.RECIPE, epochs=(1, 2), rates=(0.0, 0.0)))
    for begun in (cnn, None):
        moved, _ = eeg.learn(pictures, seed=1, start=begun)
        kept = [torch.equal(*both) for both in zip(moved.parameters(), cnn.parameters(), strict=True)]
        assert all(kept) == (begun is cnn)
