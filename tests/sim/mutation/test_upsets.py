"""Every flip-flop of a small chip, in every cycle of a beat: the next beat is right, or an error cause tells."""

from __future__ import annotations

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.mutation.upsets import HIT, NEXT, TOLD, Upsets, _count, upset


def test_no_upset_is_lost():
    network = random_network(np.random.default_rng(3), (4, 3, 3), steps=3, weight_bits=3, input_bits=2)
    parts = upset(Build(network, Tree(), "chip", "apb"))
    assert {name: found.where for name, found in parts.items() if found.lost} == {}
    assert set(parts) >= {"controller.core", "controller.registers", "controller.unpacker"}
    assert parts["controller.core"].wrong > 0, "no upset spoils a beat: they have no effect"
    assert sum(found.flagged for found in parts.values()) > 0


def test_what_counts_as_what():
    found = Upsets()
    for tags in (0, 1 << HIT, 1 << NEXT | 1 << TOLD, 1 << NEXT):
        _count(found, "state[1]", tags)
    assert found.as_dict() == {
        "tried": 4, "recovered": 2, "flagged": 1, "lost": 1, "wrong": 1, "where": ["state"],
    }  # fmt: skip
