"""Networks step by step against closed forms: with SSF every count of every layer is equal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.methods.activations import staircase
from sparrow_ecg.model.methods.architectures import ARCHITECTURES
from sparrow_ecg.model.methods.integers import Spiking, convert
from sparrow_ecg.model.methods.simulate import Run, at_once, coded, dtypes, macs, step_by_step
from tests.support.pictures import briefly, small, stripes


def equal(one: Run, other: Run) -> bool:
    same = [torch.equal(one.counts[site], other.counts[site]) for site in one.counts]
    return all(same) and torch.equal(one.answers[-1], other.answers[-1])


def made(
    coding="analog", steps: int = 5, levels: int = 5, bits: int = 9, copies: int = 1
) -> tuple[Spiking, np.ndarray]:  # type: ignore[no-untyped-def]
    torch.manual_seed(1)
    pictures = stripes(24)
    wide = replace(pictures, pixels=np.repeat(pictures.pixels, copies, 1))
    graph = briefly(small((copies, 8, 8)), wide)
    return convert(graph, steps, levels, coding, bits), pictures.pixels


@pytest.mark.parametrize(
    ("coding", "steps", "levels", "copies"),
    [
        ("analog", 1, 1, 1),
        ("analog", 7, 7, 1),
        ("analog", 3, 4, 1),
        ("spikes", 1, 4, 3),
        ("spikes", 4, 5, 3),
        ("spikes", 6, 6, 1),
    ],
)
def test_ssf_step_by_step_is_the_quantised_network(coding, steps: int, levels: int, copies: int) -> None:  # type: ignore[no-untyped-def]
    network, pixels = made(coding, steps, levels, copies=copies)
    whole = at_once(network, pixels)
    assert equal(whole, step_by_step(network, pixels, "ssf"))
    active = [float(count.mean()) for count in whole.counts.values()]
    assert min(active) > 0  # no site is silent, so that there is something to compare


def test_if_is_another_neuron() -> None:
    network, pixels = made(steps=7, levels=7)
    assert not equal(at_once(network, pixels), step_by_step(network, pixels, "if"))


def test_if_goes_on_as_it_began() -> None:
    """Followed beyond T, counts and activity are those of T, and answers those of a longer window."""
    network, pixels = made(steps=4, levels=4)
    short, long = step_by_step(network, pixels, "if"), step_by_step(network, pixels, "if", longest=9)
    assert torch.equal(long.answers[:4], short.answers)
    assert all(torch.equal(long.counts[site], count) for site, count in short.counts.items())
    assert long.active == short.active
    assert torch.equal(long.answers, step_by_step(replace(network, steps=9), pixels, "if").answers)


def test_integers_follow_the_float_network() -> None:
    """Quantised in floats and in integers of 12 bits, answers differ by rounding alone."""
    torch.manual_seed(1)
    pictures = stripes(64)
    graph = briefly(small(), pictures, steps=20)
    network = convert(graph, 15, 15, "analog", 12)
    shown = torch.tensor(pictures.pixels / 255, dtype=torch.float32)
    with torch.no_grad():
        floats = graph(shown, staircase(15)).argmax(1).numpy()
    assert (at_once(network, pictures.pixels).classes[-1] == floats).mean() > 0.95


def test_a_longer_window_of_currents_needs_no_other_integers() -> None:
    torch.manual_seed(1)
    graph = briefly(small(), stripes(24))
    short, long = (convert(graph, steps, steps, "analog", 9) for steps in (4, 16))
    for one, other in zip(short.layers, long.layers, strict=True):
        for name in ("weight", "bias", "threshold"):
            mine, theirs = getattr(one, name), getattr(other, name)
            assert (mine is None and theirs is None) or torch.equal(mine, theirs)


def test_sums_are_exact_or_refused() -> None:
    network, pixels = made()
    narrow = at_once(network, pixels)
    assert set(dtypes(network, pixels.shape[1:], 5).values()) == {torch.float32}
    assert all(torch.equal(count, count.round()) for count in narrow.counts.values())
    assert torch.equal(narrow.answers, narrow.answers.round())

    def heavier(bits: int) -> Spiking:
        """Its second convolution's weights so many bits larger."""
        return replace(
            network,
            layers=tuple(
                replace(each, weight=each.weight * 2**bits)
                if each.name == "conv1" and each.weight is not None
                else each
                for each in network.layers
            ),
        )

    wide = dtypes(heavier(20), pixels.shape[1:], 5)
    assert [name for name, each in wide.items() if each is torch.float64] == ["conv1", "fires1"]
    assert equal(at_once(heavier(20), pixels), step_by_step(heavier(20), pixels, "ssf"))
    with pytest.raises(InputError, match="not exact"):
        dtypes(heavier(50), pixels.shape[1:], 5)


def test_codes_of_a_picture() -> None:
    network, _ = made("spikes", 1, 4, copies=3)
    ramp = np.arange(256, dtype=np.uint8).reshape(4, 1, 8, 8)
    codes = coded(network, ramp).transpose(0, 1).reshape(3, 256)
    assert [int(code.argmax()) for code in codes] == [85, 64, 51]  # a third, a quarter, a fifth of 255
    assert all(torch.equal(code, (torch.arange(256) >= int(code.argmax())).float()) for code in codes)


def test_work_of_a_layer() -> None:
    network, pixels = made()
    work = macs(network, pixels.shape[1:])
    assert list(work.values()) == [4 * 64 * 9, 4 * 64 * 9, 8 * 16 * 72, 6 * 4 * 72, 6 * 4 * 8, 4 * 24]


def test_what_cannot_be_converted_is_said() -> None:
    torch.manual_seed(1)
    graph = briefly(small(), stripes(24))
    with pytest.raises(InputError, match="0 steps"):
        convert(graph, 0, 4, "analog", 9)
    with torch.no_grad():
        graph.nodes[0].layer.weight[0, 0] = float("nan")  # type: ignore[operator,index]
    with pytest.raises(InputError, match="no number"):
        convert(graph, 4, 4, "analog", 9)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_architecture_is_converted(name: str) -> None:
    """After brief training SSF is exact in every site; IF deviates, and by how much is printed."""
    torch.manual_seed(0)
    pictures = stripes(2, (3, 32, 32), 10)
    graph = briefly(ARCHITECTURES[name]((3, 32, 32), 10, True), pictures, steps=1)
    network, some = convert(graph, 2, 2, "analog", 9), pictures.pixels[:1]
    whole = at_once(network, some)
    assert equal(whole, step_by_step(network, some, "ssf"))
    assert float(next(iter(whole.counts.values())).sum()) > 0
    late = step_by_step(network, some, "if").counts
    off = np.mean([float((late[site] - count).abs().mean()) for site, count in whole.counts.items()])
    print(f"{name}: {len(network.sites)} sites, IF's counts off by {off:.3f} of {network.steps} in the mean")
