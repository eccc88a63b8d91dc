from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.scoring.ec57 import CLASSES, LEARNING, Compared, score

LETTERS = "NSVFQ"


def compared(reference: dict[int, str], test: dict[int, str], **more: Any) -> Compared:
    """From sample numbers with letters of classes."""
    columns = [
        np.array(column, np.int64)
        for beats in (reference, test)
        for column in (list(beats), [LETTERS.index(name) for name in beats.values()])
    ]
    return Compared(*columns, rate=360, **more)


def of(counts: Counter[str], names: str) -> int:
    return sum(counts[name] for name in names.split())


def ratio(part: int, rest: int) -> float | None:
    return part / (part + rest) if part + rest else None


def class_as_it_is(counts: Counter[str], name: str) -> dict[str, float | None]:
    """Of beats annotated N, S, V and F, missed ones too, and extra ones."""
    right = counts[name + name.lower()]
    annotated, called = (
        sum(counts[pair] for pair in pairs)
        for pairs in ([name + other for other in "nsvfqo"], [other + name.lower() for other in "NSVFO"])
    )
    se, ppv = ratio(right, annotated - right), ratio(right, called - right)
    f1 = 2 * right / (annotated + called) if annotated + called else None
    return {"count": annotated, "called": called, "right": right, "Se": se, "+P": ppv, "F1": f1}


def as_bxb_has_it(counts: Counter[str]) -> dict[str, Any]:
    """Each sum spelled out, from pairs named as EC57 does: Vn is an annotated V that was called N, O and o are none."""
    pairs = [row + column for row in "NSVFQ" for column in "nsvfq"]
    found, missed, extra = of(counts, " ".join(pairs)), of(counts, "No So Vo Fo Qo"), of(counts, "On Os Ov Of Oq")
    not_v = "Nn Ns Nf Nq Sn Ss Sf Sq Fn Fs Ff Fq Qn Qs Qf Qq On Os Of Oq"
    not_s = "Nn Nv Nf Nq Vn Vv Vf Vq Fn Fv Ff Fq Qn Qv Qf Qq On Ov Of Oq"
    called_v, called_s = of(counts, "Nv Sv Ov"), of(counts, "Ns Vs Fs Os")
    beats = sum(counts[row + column] for row in "NSVF" for column in "nsvfqo")
    return {
        "QRS": {"Se": ratio(found, missed), "+P": ratio(found, extra)},
        "VEB": {
            "Se": ratio(counts["Vv"], of(counts, "Vn Vs Vf Vq Vo")),
            "+P": ratio(counts["Vv"], called_v),
            "FPR": ratio(called_v, of(counts, not_v)),
        },
        "SVEB": {
            "Se": ratio(counts["Ss"], of(counts, "Sn Sv Sf Sq So")),
            "+P": ratio(counts["Ss"], called_s),
            "FPR": ratio(called_s, of(counts, not_s)),
        },
        "per_class": {name: class_as_it_is(counts, name) for name in "NSVF"},
        "accuracy": ratio(of(counts, "Nn Ss Vv Ff"), beats + extra - of(counts, "Nn Ss Vv Ff")),
    }


BEATS = st.dictionaries(st.integers(1, 60).map(lambda beat: 200 * beat), st.sampled_from(LETTERS), max_size=40)


def in_order(found: dict[int, str]) -> dict[int, str]:
    return dict(sorted(found.items()))


@given(BEATS.map(in_order), BEATS.map(in_order))
def test_the_sums_of_the_standard(reference: dict[int, str], test: dict[int, str]) -> None:
    """Beats that are detected at all are detected where they are: pairs are those of equal times."""
    counts = Counter(reference.get(at, "O") + test.get(at, "o").lower() for at in reference.keys() | test.keys())
    result = score({"r": compared(reference, test)}, learning=0)
    expected = as_bxb_has_it(counts)
    assert {name: result[name] for name in expected} == expected
    assert result["average"] == {name: result[name] for name in (*expected, "peak_within") if name != "per_class"}
    assert result["beats"] == sum(name in "NSVF" for name in reference.values())
    rows, columns = result["annotated"], result["detected"]
    for row, line in zip(rows, result["confusion"], strict=True):
        assert line == [counts[row + column] for column in columns]


def test_a_double_detection_is_one_right_and_one_extra() -> None:
    result = score({"r": compared({1000: "V", 1400: "N"}, {1000: "V", 1040: "V", 1400: "N"})}, learning=0)
    assert (result["right"], result["missed"], result["extra"]) == (2, 0, 1)
    assert result["accuracy"] == 2 / 3
    assert result["QRS"] == {"Se": 1.0, "+P": 2 / 3}
    assert (result["VEB"]["Se"], result["VEB"]["+P"]) == (1.0, 0.5)


def test_a_missed_q_is_a_missed_qrs_and_no_wrong_class() -> None:
    result = score({"r": compared({1000: "N", 1400: "Q"}, {1000: "N"})}, learning=0)
    assert (result["beats"], result["right"], result["missed"], result["accuracy"]) == (1, 1, 0, 1.0)
    assert result["QRS"]["Se"] == 0.5


def test_one_v_near_two_beats_is_of_one_of_them() -> None:
    result = score({"r": compared({1000: "N", 1050: "V"}, {1040: "V"})}, learning=0)
    assert (result["right"], result["missed"], result["extra"]) == (1, 1, 0)


def test_f_and_q_that_are_called_v_are_neither_right_nor_wrong() -> None:
    result = score({"r": compared({1000: "F", 1400: "Q", 1800: "V"}, {1000: "V", 1400: "V", 1800: "V"})}, learning=0)
    assert result["VEB"] == {"Se": 1.0, "+P": 1.0, "FPR": None}  # no beat is left that should not be called V
    assert result["accuracy"] == 0.5  # of F and V; Q is not judged
    result = score({"r": compared({1000: "F", 1400: "Q"}, {1000: "S", 1400: "S"})}, learning=0)
    assert result["SVEB"]["FPR"] == 1.0


def test_an_unclassified_beat_is_wrong_and_a_class_beyond_is_unclassified() -> None:
    record = compared({1000: "N", 1400: "N"}, {1000: "Q", 1400: "N"})
    record.told[0] = 7
    result = score({"r": record}, learning=0)
    assert result["accuracy"] == 0.5
    assert result["confusion"][0][LETTERS.index("Q")] == 1


def test_the_first_five_minutes_are_for_learning() -> None:
    first = LEARNING * 360
    record = compared({1000: "N", first - 1: "N", first + 360: "V"}, {first + 360: "V"})
    assert score({"r": record})["accuracy"] == 1.0
    assert score({"r": record}, learning=0)["accuracy"] == 1 / 3


def test_gross_is_over_beats_and_average_over_records_that_have_the_score() -> None:
    many = {360 * beat: "N" for beat in range(1, 10)}
    records = {"a": compared(many, many), "b": compared({360: "V"}, {360: "N"}), "c": compared({}, {})}
    result = score(records, learning=0)
    assert result["accuracy"] == 0.9
    assert result["average"]["accuracy"] == 0.5
    assert result["average"]["VEB"]["Se"] == 0.0
    assert list(result["records"]) == ["a", "b", "c"]
    assert result["records"]["c"]["accuracy"] is None
    assert "records" not in score(records, each=False)


def test_how_near_the_peaks_are() -> None:
    record = compared({1000: "N", 1400: "N", 1800: "V", 2200: "V"}, {1002: "N", 1397: "N", 1800: "S"})
    near = score({"r": record}, learning=0)["peak_within"]
    assert near == {"all": 2 / 3, "N": 0.5, "S": None, "V": 1.0, "F": None, "Q": None}
    assert score({"r": record}, learning=0, within=3)["peak_within"]["N"] == 1.0


def test_flutter_is_left_out() -> None:
    record = compared({1000: "N", 3000: "N"}, {1000: "N", 1500: "V", 3000: "N"}, flutter=[(1200, 2800)])
    assert score({"r": record}, learning=0)["accuracy"] == 1.0


def test_no_records() -> None:
    with pytest.raises(InputError, match="no records"):
        score({})


def test_the_classes_are_those_of_networks_and_q() -> None:
    assert "".join(CLASSES) == LETTERS
