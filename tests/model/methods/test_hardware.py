"""A converted network as the one that the RTL runs: every count and answer is that of the simulator in torch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.methods.graph import Graph, Sketch
from sparrow_ecg.model.methods.hardware import network_of
from sparrow_ecg.model.methods.integers import Spiking, convert
from sparrow_ecg.model.methods.simulate import at_once
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.signals.images.pictures import encoding_of
from tests.support.pictures import briefly, small, stripes

SHAPE = (1, 9, 9)


def sketch(copies: int = 1, pooled: bool = True) -> Graph:
    """Pooling that leaves out a row, a stride, no padding, two dense layers."""
    net = Sketch((copies, 9, 9))
    net.conv(4)
    net.fire()
    net.pool()
    if pooled:
        net.fire()
    net.conv(5, 2, 2, pad=0)
    net.fire()
    net.flatten()
    net.linear(6)
    net.fire()
    net.linear(4)
    return net.graph()


def made(steps: int, levels: int, copies: int, graph: Graph | None = None) -> tuple[Spiking, np.ndarray]:
    torch.manual_seed(steps)
    pictures = stripes(24, SHAPE)
    wide = replace(pictures, pixels=np.repeat(pictures.pixels, copies, 1))
    graph = briefly(graph or sketch(copies), wide)
    low = dict.fromkeys(graph.sites, 0.1)  # so that a network that has hardly learned fires
    return convert(graph, steps, levels, "spikes", 7, low), pictures.pixels


def whole(spiking: Spiking) -> Network:
    return network_of(spiking, SHAPE, "stripes", tuple("abcd"), {})


def alike(spiking: Spiking, pixels: np.ndarray) -> Network:
    network, run = whole(spiking), at_once(spiking, pixels)
    trace = golden.run(network, encoding_of(network).encode(pixels))
    assert (trace.outputs == run.answers[0].numpy()).all()
    sites = spiking.sites[-3:] if len(spiking.sites) == 4 else spiking.sites[-2:]  # pooling that does not fire is none
    for entering, site in zip(trace.counts[-len(sites) :], sites, strict=True):
        counts = run.counts[site]
        last = counts.permute(0, 2, 3, 1) if counts.ndim == 4 else counts
        assert (entering == last.reshape(len(pixels), -1).numpy()).all()
    assert 0 < trace.counts[1].mean() < network.count_max(1)
    return network


@pytest.mark.parametrize(("levels", "copies", "pooled"), [(1, 1, True), (4, 1, False), (4, 3, True), (4, 3, False)])
def test_one_step_takes_any_threshold(levels: int, copies: int, pooled: bool) -> None:
    spiking, pixels = made(1, levels, copies, sketch(copies, pooled))
    network = alike(spiking, pixels)
    assert network.steps == 1
    uneven = {
        site: (spiking.layers[at].threshold * torch.linspace(0.6, 1.2, channels)).round()
        for site, at, channels in (("fires0", 1, 4), (spiking.sites[-2], 5 if pooled else 4, 5))
    }
    alike(spiking.with_thresholds(uneven), pixels)


def test_longer_windows_take_powers_of_two() -> None:
    spiking, pixels = made(5, 5, 1)
    powers = {
        layer.name: 2.0 ** layer.threshold.log2().round() for layer in spiking.layers if layer.threshold is not None
    }
    alike(spiking.with_thresholds(powers), pixels)
    with pytest.raises(InputError, match=r"fires0: fires at \d+: the RTL fires at powers of two"):
        whole(spiking)
    with pytest.raises(InputError, match=r"fires2: fires at 64: .* the same for all channels"):
        whole(spiking.with_thresholds(powers | {"fires2": torch.tensor([64.0, 64.0, 64.0, 128.0, 64.0])}))


def test_weights_may_be_coarser_so_that_thresholds_are_shifts() -> None:
    torch.manual_seed(0)
    pictures = stripes(24, SHAPE)
    graph = briefly(sketch(), pictures)
    finest, shifting = (convert(graph, 15, 15, "spikes", 7, shifts=shifts) for shifts in (False, True))
    for fine, coarse in zip(finest.layers, shifting.layers, strict=True):
        if fine.weight is not None and coarse.weight is not None:
            assert 31 <= coarse.weight.abs().max() <= fine.weight.abs().max() <= 64 or fine.bias.abs().max() > 31
        elif coarse.threshold is not None:
            assert float(coarse.threshold.log2()) % 1 == 0
    network, run = whole(shifting), at_once(shifting, pictures.pixels)
    trace = golden.run(network, encoding_of(network).encode(pictures.pixels))
    assert (trace.outputs == run.answers[0].numpy()).all()


def test_what_the_rtl_does_not_have_is_said() -> None:
    spiking, _ = made(1, 1, 1)
    with pytest.raises(InputError, match=r"^pixels come in as currents"):
        whole(replace(spiking, coding="analog"))
    with pytest.raises(InputError, match=r"^conv1: the RTL has square windows that see every channel"):
        whole(made(1, 1, 1, small(SHAPE))[0])
    net = Sketch(SHAPE)
    net.conv(4)
    before = net.fire()
    net.conv(4)
    net.add(net.last, before)
    net.fire()
    net.flatten()
    net.linear(4)
    with pytest.raises(InputError, match=r"^add0: the RTL runs layers one after the other"):
        whole(made(1, 1, 1, net.graph())[0])
