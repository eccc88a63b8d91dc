"""The constants are those of the front end and the network; what C cannot compute is refused."""

import re
from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.firmware_gen.chain.headers import constants, front_end, network_header, tables_header
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Dense, Network

TINY = Network.load("tiny")


def test_each_constant_is_defined_once() -> None:
    front = front_end(TINY, 250)
    text = network_header(TINY, front)
    names = re.findall(r"#define (\w+)", text)
    assert len(set(names)) == len(names)
    for name, number in constants(TINY, front).items():
        assert f"#define ECG_CHAIN_{name} {number}\n" in text
    assert (front.ticks.step.numerator, front.ticks.step.denominator) == (25, 36)
    assert "_SAMPLES 25\n" in text
    assert "_TICKS 36\n" in text
    assert f"_NETWORK 0x{TINY.digest[:8]}u" in text


def test_the_same_network_gives_the_same_bytes() -> None:
    front = front_end(TINY, 360)
    assert network_header(TINY, front) == network_header(Network.load("tiny"), front_end(TINY, 360))
    assert tables_header(TINY, front) == tables_header(Network.load("tiny"), front)


@pytest.mark.parametrize("name", ["keen", "anyone", "reference"])
def test_an_encoding_that_the_front_end_has_not_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"front end (does not make|needs whole)|not made in C"):
        front_end(Network.load(name), 360)


def test_sums_that_are_too_wide_are_refused() -> None:
    hidden, last = TINY.layers
    wide = replace(TINY, layers=(hidden, Dense(last.weights, last.biases + (1 << 31), None)))
    with pytest.raises(InputError, match="33 bits"):
        front_end(wide, 360)


def test_a_rate_that_there_is_not_is_refused() -> None:
    with pytest.raises(InputError, match="125 to 1000"):
        front_end(TINY, 100)


def test_a_threshold_beyond_the_sums() -> None:
    hidden, last = TINY.layers
    assert hidden.firing
    high = replace(TINY, layers=(replace(hidden, firing=replace(hidden.firing, threshold_log2=48)), last))
    assert "{14, 31}" in tables_header(high, front_end(high, 360))
    assert not hidden.firing.compute(np.array([(1 << 31) - 1]) >> 31).any()
