"""Two encoders in one: their counts beside each other, in the network file and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.encoders import Encoder, JointEncoding
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.remembering import RememberingEncoding
from tests.support.networks import random_network

JOINT = JointEncoding(
    Encoding(before=100, block=8, blocks=20, input_bits=4, features=("mean",)), RelativeEncoding(("area", "change"), 4)
)
REMEMBERING = RememberingEncoding(("change",), 2, JOINT.relative)


def test_counts_are_those_of_both(synthetic_beats: Beats) -> None:
    counts = JOINT.encode(synthetic_beats)
    assert counts.shape == (len(synthetic_beats), JOINT.inputs)
    assert (counts[:, :21] == JOINT.absolute.encode(synthetic_beats)).all()
    assert (counts[:, 21:] == JOINT.relative.encode(synthetic_beats)).all()
    assert (JOINT.before, JOINT.after) == (100, 160)


@pytest.mark.parametrize("encoding", [JOINT, JOINT.relative, JOINT.absolute, REMEMBERING])
def test_a_network_file_has_its_encoder(encoding: Encoder, tmp_path: Path) -> None:
    drawn = random_network(np.random.default_rng(1), (encoding.inputs, 3, 2), steps=7, weight_bits=4, input_bits=4)
    network = replace(drawn, encoding=encoding)
    again = Network.load(network.save(tmp_path / "network.json"))
    assert again.encoding == encoding
    assert again.digest == network.digest


def test_both_have_the_same_bits() -> None:
    with pytest.raises(InputError, match=r"field encoding.relative.input_bits: not those"):
        replace(JOINT, relative=replace(JOINT.relative, input_bits=5))
