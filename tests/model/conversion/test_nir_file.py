"""NIR files: ours come back as the very networks, those of others become integers, the rest is refused in one line."""

from __future__ import annotations

from pathlib import Path

import nir
import numpy as np
import pytest

from sparrow_ecg.model.conversion import nir_file
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.model.network.file import NETWORKS


@pytest.mark.parametrize("name", sorted(path.stem for path in NETWORKS.glob("*.json")))
def test_shipped_networks_come_back(name: str, tmp_path: Path) -> None:
    network = Network.load(name)
    again = nir_file.load(nir_file.save(network, tmp_path / f"{name}.nir"))
    assert again.digest == network.digest
    assert again.text() == network.text()


def test_drawn_networks_come_back(tmp_path: Path) -> None:
    for seed in range(20):
        network = random_network(np.random.default_rng(seed))
        assert nir_file.load(nir_file.save(network, tmp_path / "drawn.nir")).digest == network.digest


def test_a_changed_weight_is_not_taken_for_ours(tmp_path: Path) -> None:
    graph = nir_file.graph(Network.load("tiny"))
    graph.nodes["affine0"].weight[0, 0] += 1
    nir.write(tmp_path / "changed.nir", graph)
    with pytest.raises(InputError, match=r"changed\.nir: its weights are not those"):
        nir_file.load(tmp_path / "changed.nir")


@pytest.mark.filterwarnings("ignore")  # its own way of writing NIR is going out, and it divides by 1 - beta
def test_a_network_of_snntorch(tmp_path: Path) -> None:
    """Its own answers, and those of the integers that are made of it."""
    torch, snn = pytest.importorskip("torch"), pytest.importorskip("snntorch")
    from snntorch import utils
    from snntorch.export_nir import export_to_nir

    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 600)
    x = np.clip(rng.normal(0.25, 0.1, (600, 6)) + 0.5 * (np.arange(6) // 2 == labels[:, None]), 0, 1)

    def neurons(n: int, **more):  # type: ignore[no-untyped-def]
        one = torch.ones(n)
        return snn.Leaky(
            beta=one, threshold=one, init_hidden=True, reset_mechanism="subtract", reset_delay=False, **more
        )

    net = torch.nn.Sequential(torch.nn.Linear(6, 8), neurons(8), torch.nn.Linear(8, 3), neurons(3, output=True))
    optimizer, shown = torch.optim.Adam(net.parameters(), 1e-2), torch.tensor(x, dtype=torch.float32)

    def answers():  # type: ignore[no-untyped-def]
        utils.reset(net)
        return sum(net(shown)[1] for _ in range(7))  # the membranes of the last layer, which sum what comes in

    for _ in range(60):
        loss = torch.nn.functional.cross_entropy(answers(), torch.tensor(labels))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    utils.reset(net)
    nir.write(tmp_path / "elsewhere.nir", export_to_nir(net, shown[:1], ignore_dims=[0]))
    network = nir_file.load(tmp_path / "elsewhere.nir", steps=7, weight_bits=8, input_bits=6)
    assert network.shape == (6, 8, 3)
    told = golden.run(network, np.rint(63 * x).astype(np.int64)).classes
    assert (told == labels).mean() > 0.9


def chain(*nodes: nir.NIRNode) -> nir.NIRGraph:
    return nir.NIRGraph.from_list(*nodes)


AFFINE = nir.Affine(np.eye(3), np.zeros(3))
ONES = np.ones(3)


@pytest.mark.parametrize(
    ("graph", "said"),
    [
        (chain(AFFINE, nir.LIF(ONES, ONES, 0 * ONES, ONES), AFFINE), "leak"),
        (chain(AFFINE, nir.IF(ONES, 0 * ONES), AFFINE), "threshold is not above 0"),
        (chain(AFFINE, nir.Affine(np.eye(3), ONES)), "no neurons between"),
        (chain(AFFINE, nir.Scale(ONES), AFFINE), "Scale cannot be read"),
        (chain(nir.Affine(np.nan * np.eye(3), ONES)), "no number"),
    ],
)
def test_what_cannot_be_read_is_one_line(graph: nir.NIRGraph, said: str, tmp_path: Path) -> None:
    path = tmp_path / "other.nir"
    nir.write(path, graph)
    with pytest.raises(InputError, match=said) as raised:
        nir_file.load(path)
    assert "\n" not in str(raised.value)
    assert str(path) in str(raised.value)


def test_no_nir_file(tmp_path: Path) -> None:
    (tmp_path / "text.nir").write_text("text")
    with pytest.raises(InputError, match="no NIR file"):
        nir_file.load(tmp_path / "text.nir")
