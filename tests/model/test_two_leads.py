"""What two leads together answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sparrow_ecg.model import two_leads
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.signals.ecg.beats import Beats


def test_potentials_of_two_leads_are_added(synthetic_beats: Beats) -> None:
    network = Network.load("anyone")
    upset = {name: replace(record, codes=record.codes[::-1].copy()) for name, record in synthetic_beats.codes.items()}
    beats = replace(synthetic_beats, second=upset)
    first, second = (
        golden.run(network, network.encoding.encode(replace(beats, codes=codes))).outputs
        for codes in (beats.codes, beats.second)
    )

    def predicted(beats: Beats, leads: int) -> np.ndarray:
        return two_leads.predict(network, two_leads.seen(network, beats, leads))

    assert (predicted(beats, 1) == first.argmax(axis=1)).all()
    assert (predicted(beats, 2) == (2 * first + second).argmax(axis=1)).all()
    same = replace(beats, second=beats.codes)
    assert (predicted(same, 2) == first.argmax(axis=1)).all()
