"""The neuron, against what its rule says, exhaustively at small widths."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch

from sparrow_ecg.model.methods.neurons import evenly, fires, shares, spikes


def by_rule(currents: tuple[int, ...], threshold: int) -> list[int]:
    u, train = 0, []
    for current in currents:
        u += current
        train.append(int(u >= threshold))
        u -= threshold * train[-1]
    return train


@pytest.mark.parametrize("threshold", [1, 2, 3, 5])
def test_every_window_of_four_small_currents(threshold: int) -> None:
    windows = list(product(range(-3, 6), repeat=4))
    currents = torch.tensor(windows, dtype=torch.float32).T
    limit = torch.tensor([float(threshold)])
    assert spikes(currents, limit, "if").T.tolist() == [by_rule(window, threshold) for window in windows]
    closed = [min(max(sum(window) // threshold, 0), 4) for window in windows]
    assert fires(currents.sum(0), limit, 4).tolist() == closed
    train = spikes(currents, limit, "ssf")
    assert train.sum(0).tolist() == closed
    assert set(train.unique().tolist()) <= {0.0, 1.0}


@pytest.mark.parametrize(("dtype", "limit"), [(torch.float32, 1 << 24), (torch.float64, 1 << 53)])
def test_shares_are_exact_up_to_the_last_whole_number(dtype: torch.dtype, limit: int) -> None:
    """At multiples of the threshold and one to either side of them, where rounding would show."""
    rng = np.random.default_rng(0)
    thresholds = np.unique(np.concatenate([2 ** np.arange(20), rng.integers(1, 1 << 20, 200), [3, 5, limit // 3]]))
    for threshold in thresholds.tolist():
        most = limit // threshold
        multiples = [1, 2, most // 2, most - 1, most, *(1 + rng.integers(0, most, 20)).tolist()]
        totals = [k * threshold + side for k in multiples for side in (-1, 0, 1) if k * threshold + side < limit]
        found = shares(torch.tensor(totals, dtype=dtype), threshold)
        assert found.tolist() == [total // threshold for total in totals]


def test_order_matters_to_if_and_not_to_ssf() -> None:
    early, late = torch.tensor([[3.0, -3.0]]).T, torch.tensor([[-3.0, 3.0]]).T
    limit = torch.tensor([2.0])
    assert [int(spikes(each, limit, "if").sum()) for each in (early, late)] == [1, 0]
    assert [int(spikes(each, limit, "ssf").sum()) for each in (early, late)] == [0, 0]


def test_trains_are_even() -> None:
    for steps in range(1, 9):
        counts = torch.arange(steps + 1.0)
        train = evenly(counts, steps)
        assert torch.equal(train.sum(0), counts)
        assert set(train.unique().tolist()) <= {0.0, 1.0}
        reached = train.cumsum(0)
        assert float((reached - counts * torch.arange(1, steps + 1.0)[:, None] / steps).abs().max()) < 1
