"""The whole monitor, sample by sample, against the golden model; and that a difference is seen and named."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.mac import Mac
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.frontend.frontend import FrontEnd, Hearable
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.model.signals.ecg.abused import abuse
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.signals.ecg.records import Record
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.features import FEATURES
from sparrow_ecg.model.signals.ecg.relative.remembering import RememberingEncoding
from sparrow_ecg.model.signals.ecg.synthetic import generate
from sparrow_ecg.sim.rtl import told
from sparrow_ecg.sim.rtl.monitor import MonitorEngine
from sparrow_ecg.sim.rtl.monitor_compare import compare, compare_one, differences
from sparrow_ecg.sim.rtl.verilator import lint

RHYTHM = ("previous", "following", "mean", "range")
WIDE = Encoding(before=96, block=4, blocks=64, input_bits=5, features=RHYTHM)
REMEMBERING = RememberingEncoding(("change", "previous_8", "area"), 3, RelativeEncoding(tuple(FEATURES), input_bits=6))
SHORT = Encoding(before=16, block=8, blocks=4, input_bits=3, features=("range", "previous"))


def drawn(encoding: Hearable, seed: int) -> Network:
    """A network of random weights with these inputs."""
    shape = (encoding.inputs, 5, 4)
    network = random_network(np.random.default_rng(seed), shape, steps=7, weight_bits=3, input_bits=encoding.input_bits)
    return replace(network, encoding=encoding)


BUILDS = {
    "tree, short window": Build(drawn(SHORT, 1), Tree(), "monitor"),
    "mac, remembering": Build(drawn(REMEMBERING, 3), Mac(0), "monitor"),
    "serial, wide window, 250 Hz": Build(drawn(WIDE, 2), Serial(2), "monitor", rate=250),
}


@cache
def engine(name: str) -> MonitorEngine:
    return MonitorEngine(BUILDS[name])


def disturbed(seed: int, samples: int = 360 * 60) -> np.ndarray:
    """ECG with all that can go wrong."""
    return abuse(generate("a", seconds=samples / 360, seed=seed).codes[:samples], seed)


def heart(seed: int, samples: int = 360 * 60, name: str = "a") -> Record:
    return replace(generate(name, seconds=samples / 360, seed=seed), codes=disturbed(seed, samples))


@pytest.mark.parametrize("name", BUILDS)
@pytest.mark.parametrize("stall", [0, 7])
def test_bit_exact(name: str, stall: int) -> None:
    for seed in range(3):
        compared = compare_one(engine(name), heart(seed), stall)
        assert str(compared.first or "") == ""
        assert compared.wrong == 0
        assert compared.beats > 20


def test_records_in_processes() -> None:
    name = "tree, short window"
    done = list(compare(BUILDS[name], [heart(5, 8000, "a"), heart(6, 9000, "b")]))
    assert [(each.record, each.samples, each.wrong) for each in done] == [("a", 8000, 0), ("b", 9000, 0)]


def test_whatever_differs_is_named() -> None:
    """The right answers, with one thing changed in each."""
    name = "tree, short window"
    build, codes = BUILDS[name], disturbed(1)
    front = FrontEnd.of(build.network)
    heard, seen = front.run(codes, probed=True), engine(name).run(codes)
    trace = golden.run(build.network, heard.counts)
    assert differences(front, "a", heard, trace, seen) == (0, None)
    beat = int(np.flatnonzero(heard.judged)[3])
    for field in ("peak", "previous", "judged", "counts", "potentials", "klass", "block"):
        wrong = getattr(seen, field).copy()
        wrong[beat] += 1
        count, first = differences(front, "a", heard, trace, replace(seen, **{field: wrong}))
        assert count == 1
        assert first
        assert first.signal == f"{field} of beat {beat}"
        assert first.sample == 4 * int(heard.block[beat]) + 3
    states = seen.states.copy()
    states[1000, 2] += 1
    count, first = differences(front, "a", heard, trace, replace(seen, states=states))
    assert (count, first.block, first.signal) == (1, 1000, "height")
    short = replace(
        seen,
        **{
            name: getattr(seen, name)[:-1]
            for name in ("block", "peak", "previous", "judged", "klass", "counts", "potentials")
        },
    )
    count, first = differences(front, "a", heard, trace, short)
    assert (count, first.signal) == (1, "beats")


def test_only_what_comes_after_a_sample() -> None:
    beside = told.compared(
        FrontEnd.of(BUILDS["tree, short window"].network), heart(3), engine("tree, short window").run(disturbed(3))
    )
    late = told.after(beside, 10_000)
    assert len(late.reference) == len(late.annotated) == (beside.reference >= 10_000).sum()
    assert len(late.test) == len(late.told) == (beside.test >= 10_000).sum() > 0


def test_what_it_told_is_what_the_model_heard() -> None:
    name = "tree, short window"
    codes = disturbed(2)
    front = FrontEnd.of(BUILDS[name].network)
    heard, seen = front.run(codes), engine(name).run(codes)
    assert told.samples(front, seen).tolist() == heard.peak.tolist()
    assert ((told.classes(seen) == told.UNJUDGED) == ~heard.judged).all()
    record = replace(generate("a", seconds=60, seed=2), codes=codes)
    stretches = told.events(front, record, seen)
    assert sum(event.last - event.first for event in stretches) == pytest.approx(
        4 * heard.off.sum(), abs=4 * len(stretches)
    )


@pytest.mark.parametrize("name", BUILDS)
def test_verilog_is_clean(name: str) -> None:
    assert lint(BUILDS[name].verilog) == []


def test_weights_that_are_loaded_are_refused() -> None:
    with pytest.raises(InputError, match="rom"):
        Build(drawn(SHORT, 1), Serial(2, "ram"), "monitor").component  # noqa: B018
