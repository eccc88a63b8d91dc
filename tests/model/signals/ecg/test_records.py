from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.mitdb import DS1, DS2, PACED, RECORDS, UNPACED
from sparrow_ecg.model.signals.ecg.records import LONGEST_RUN, Record, available, data_root, read_record
from sparrow_ecg.model.signals.ecg.synthetic import generate, write_record
from tests.support.examples import examples

GOOD = generate("100", seconds=10)


def write(folder: Path, **changes: object) -> None:
    write_record(replace(GOOD, **changes), folder, "for a test")


def codes(change: Callable[[np.ndarray], None]) -> np.ndarray:
    changed = GOOD.codes.copy()
    change(changed)
    return changed


def refusal(root: Path, **arguments: str) -> str:
    """The message with which record 100 is refused: one line, that names the record and ends with advice."""
    with pytest.raises(InputError) as caught:
        read_record(root, "100", **arguments)
    message = str(caught.value)
    assert "\n" not in message
    assert str(root / "100") in message
    assert re.search(r": [^:]*(make data|correct|resample|choose|leave|give|fill)", message), message
    return message


def outcome(root: Path) -> str:
    """What is said of record 100, if anything."""
    try:
        read_record(root, "100")
    except InputError as error:
        return str(error)
    return ""


def test_a_record_reads_back_as_it_was_written(tmp_path: Path) -> None:
    write(tmp_path)
    record = read_record(tmp_path, "100")
    assert (record.codes == GOOD.codes).all()
    assert (record.peaks == GOOD.peaks).all()
    assert (record.codes.dtype, record.peaks.dtype) == (np.int64, np.int64)
    assert (record.symbols, record.lead, record.zero, record.bits, record.fs) == (
        GOOD.symbols,
        "MLII",
        1024,
        11,
        360,
    )


@pytest.mark.parametrize("suffix", [".hea", ".dat", ".atr"])
def test_a_missing_file_is_named(tmp_path: Path, suffix: str) -> None:
    write(tmp_path)
    (tmp_path / f"100{suffix}").unlink()
    assert f"100{suffix} is missing" in refusal(tmp_path)


@pytest.mark.parametrize("size", [0, 1, 1000, 5399])
def test_a_short_signal_is_refused(tmp_path: Path, size: int) -> None:
    write(tmp_path)
    file = tmp_path / "100.dat"
    assert file.stat().st_size == 5400
    file.write_bytes(file.read_bytes()[:size])
    assert "100.dat is damaged, or shorter than 100.hea says" in refusal(tmp_path)


@pytest.mark.parametrize("bit", [1, 2, 128])
def test_a_changed_signal_does_not_match_its_checksum(tmp_path: Path, bit: int) -> None:
    write(tmp_path)
    file = tmp_path / "100.dat"
    content = bytearray(file.read_bytes())
    content[300] ^= bit
    file.write_bytes(content)
    assert "checksum in 100.hea is not that of 100.dat" in refusal(tmp_path)


def test_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    header = (tmp_path / "100.hea").read_text()
    (tmp_path / "100.hea").write_text(re.sub(r"\d+ 0 MLII", "1 0 MLII", header))
    assert "checksum" in refusal(tmp_path)


@pytest.mark.parametrize("header", ["", "\n", "100 one 360 3600\n", "100 1 nan 3600\n", "\x00\x01 garbage"])
def test_a_damaged_header_is_refused(tmp_path: Path, header: str) -> None:
    write(tmp_path)
    (tmp_path / "100.hea").write_text(header)
    refusal(tmp_path)


def test_a_header_without_optional_fields_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "100.hea").write_text("100 1 360 3600\n100.dat 212\n")
    assert "has no lead MLII or V5 or V2 or V1 or V4, but unnamed" in refusal(tmp_path)


def test_a_header_without_signals_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "100.hea").write_text("100 0 360 3600\n")
    assert "has no lead MLII" in refusal(tmp_path)


def test_missing_samples_are_refused(tmp_path: Path) -> None:
    def gap(samples: np.ndarray) -> None:
        samples[700:710] = -2048  # how format 212 stores NaN

    write(tmp_path, codes=codes(gap))
    assert "10 of 3600 samples are missing or outside 0..2047, the first at sample 700" in refusal(tmp_path)


@pytest.mark.parametrize("code", [0, 2047])
def test_a_saturated_lead_is_refused(tmp_path: Path, code: int) -> None:
    def saturate(samples: np.ndarray) -> None:
        samples[::50] = code

    write(tmp_path, codes=codes(saturate))
    assert "saturated: 2.0% of the samples are 0 or 2047 (allowed 1%)" in refusal(tmp_path)


@pytest.mark.parametrize(("code", "word"), [(1024, "flat"), (0, "saturated"), (2047, "saturated")])
def test_a_lead_of_one_code_is_refused(tmp_path: Path, code: int, word: str) -> None:
    write(tmp_path, codes=np.full_like(GOOD.codes, code))
    message = refusal(tmp_path)
    assert f"{word}: " in message
    assert f"code {code} for 10.0 s from sample 0" in message


@pytest.mark.parametrize("length", [LONGEST_RUN, LONGEST_RUN + 1])
def test_how_long_a_lead_may_be_flat(tmp_path: Path, length: int) -> None:
    def flatten(samples: np.ndarray) -> None:
        samples[1000 : 1000 + length] = 1500

    write(tmp_path, codes=codes(flatten))
    if length > LONGEST_RUN:
        assert "flat: code 1500 for 2.0 s from sample 1000 (allowed 2 s)" in refusal(tmp_path)
    else:
        read_record(tmp_path, "100")


@pytest.mark.parametrize("rate", [250, 128, 360.5])
def test_another_sampling_rate_is_refused_with_what_to_do(tmp_path: Path, rate: float) -> None:
    write(tmp_path, fs=rate)
    message = refusal(tmp_path)
    assert f"sampled at {rate:g} Hz, not 360 Hz: resample it first" in message
    assert "xform" in message


def test_another_resolution_is_refused(tmp_path: Path) -> None:
    write(tmp_path, bits=12)
    assert "codes of 12 bits, not 11" in refusal(tmp_path)


@pytest.mark.parametrize("samples", [1, 2, 359])
def test_a_record_too_short_for_a_beat_is_refused(tmp_path: Path, samples: int) -> None:
    write(tmp_path, codes=GOOD.codes[:samples])
    assert f"only {samples} samples, too short for one beat" in refusal(tmp_path)


def test_beats_after_the_end_are_refused(tmp_path: Path) -> None:
    write(tmp_path, codes=GOOD.codes[:3000])
    assert "after the end of the signal (3000 samples)" in refusal(tmp_path)


@pytest.mark.parametrize("kept", [0, 7, 8])
def test_annotations_that_are_cut_off_are_refused(tmp_path: Path, kept: int) -> None:
    write(tmp_path)
    file = tmp_path / "100.atr"
    file.write_bytes(file.read_bytes()[:kept])
    assert "100.atr is " in refusal(tmp_path)


@examples(150)
@given(data=st.data())
def test_any_damage_gives_a_record_or_one_line(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    damaged = tmp_path_factory.getbasetemp() / "damaged"
    write(damaged)
    file = damaged / f"100.{data.draw(st.sampled_from(['hea', 'dat', 'atr']))}"
    content = file.read_bytes()
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, min(len(content), 200))] * 2)))
    insert = data.draw(st.binary(max_size=6) | st.text("0123456789 -.(/)\n", max_size=6).map(str.encode))
    file.write_bytes(content[:start] + insert + content[end:])
    assert "\n" not in outcome(damaged)


def test_beats_out_of_order_are_refused(tmp_path: Path) -> None:
    write(tmp_path, peaks=np.array([500, 500, 900]), symbols=("N", "N", "N"))
    assert "out of order" in refusal(tmp_path)


def test_annotations_without_beats_are_refused(tmp_path: Path) -> None:
    write(tmp_path, peaks=np.array([500, 900]), symbols=("+", "~"))
    assert "100.atr has no beats" in refusal(tmp_path)


def test_annotations_that_are_no_beats_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, peaks=np.array([10, 500, 600, 900]), symbols=("+", "N", "!", "V"))
    record = read_record(tmp_path, "100")
    assert (record.peaks.tolist(), record.symbols) == ([500, 900], ("N", "V"))


def test_a_lead_is_chosen_by_name(tmp_path: Path) -> None:
    write(tmp_path, lead="V5")
    assert read_record(tmp_path, "100").lead == "V5"
    assert "has no lead MLII, but V5" in refusal(tmp_path, lead="MLII")
    write(tmp_path, lead="aVR")
    assert "has no lead MLII or V5 or" in refusal(tmp_path)
    assert read_record(tmp_path, "100", lead="aVR").lead == "aVR"


def test_the_data_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records, empty = tmp_path / "records", tmp_path / "empty"
    empty.mkdir()
    write(records / "mitdb")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECG_DATA", raising=False)
    for root in (None, empty, tmp_path / "absent"):
        with pytest.raises(InputError, match=r"no ECG records in .*make data"):
            data_root(root)
    monkeypatch.setenv("ECG_DATA", str(records))
    assert data_root() == records
    assert data_root(records / "mitdb") == records / "mitdb"  # a folder of records serves too
    assert available(records) == available(records / "mitdb") == ("100",)
    with pytest.raises(InputError, match="no ECG records in"):
        data_root(empty)


def test_the_records_of_mit_bih_by_name() -> None:
    assert (len(DS1), len(DS2), len(RECORDS)) == (22, 22, 48)
    assert set(DS1) | set(DS2) == set(UNPACED)
    assert not set(DS1) & set(DS2)
    assert set(UNPACED) | set(PACED) == set(RECORDS)


def test_every_record_of_mit_bih_passes_the_checks(mitdb: Path) -> None:
    records: list[Record] = [read_record(mitdb, name) for name in RECORDS]
    assert all(len(record.codes) == 650_000 for record in records)
    assert {record.name: record.lead for record in records if record.lead != "MLII"} == {
        "102": "V5",
        "104": "V5",
    }
    first = read_record(mitdb, "114")  # its MLII is the second signal
    assert (int(first.codes[0]), first.lead) == (1027, "MLII")
