from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import wfdb
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.beats import read_beats
from sparrow_ecg.model.signals.ecg.form import NATIVE, Form
from sparrow_ecg.model.signals.ecg.mitdb import CLASS_OF_SYMBOL, DS1, DS2, PACED, RECORDS, UNPACED
from sparrow_ecg.model.signals.ecg.records import LONGEST_RUN, Record, available, data_root, read_record
from sparrow_ecg.model.signals.ecg.synthetic import generate, write_record
from sparrow_ecg.model.signals.ecg.testset import encoding_of
from tests.support.examples import examples

GOOD = generate("100", seconds=10)


def write(folder: Path, **changes: object) -> None:
    write_record(replace(GOOD, **changes), folder, "for a test")


def codes(change: Callable[[np.ndarray], None]) -> np.ndarray:
    changed = GOOD.codes.copy()
    change(changed)
    return changed


def refusal(root: Path, **arguments: Any) -> str:
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
    assert "lead unnamed, as 11 bits of 200 codes per mV: saturated" in refusal(tmp_path)  # 0 mV at code 0 is assumed


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


@pytest.mark.parametrize("length", [LONGEST_RUN * 360, LONGEST_RUN * 360 + 1])
def test_how_long_a_lead_may_be_flat(tmp_path: Path, length: int) -> None:
    def flatten(samples: np.ndarray) -> None:
        samples[1000 : 1000 + length] = 1500

    write(tmp_path, codes=codes(flatten))
    if length > LONGEST_RUN * 360:
        assert "flat: code 1500 for 2.0 s from sample 1000 (allowed 2 s)" in refusal(tmp_path)
    else:
        read_record(tmp_path, "100")


@pytest.mark.parametrize("rate", [100, 124.9, 1000.5, 2000])
def test_a_sampling_rate_out_of_range_is_refused_with_what_to_do(tmp_path: Path, rate: float) -> None:
    write(tmp_path, fs=rate)
    message = refusal(tmp_path)
    assert f"sampled at {rate:g} Hz, not at 125 to 1000 Hz: resample it first" in message
    assert "xform" in message


@pytest.mark.parametrize("samples", [1, 2, 359])
def test_a_record_too_short_for_a_beat_is_refused(tmp_path: Path, samples: int) -> None:
    write(tmp_path, codes=GOOD.codes[:samples])
    assert f"only {samples} samples, too short for one beat" in refusal(tmp_path)


def test_beats_after_the_end_are_refused(tmp_path: Path) -> None:
    write(tmp_path, codes=GOOD.codes[:3000])
    assert "after the end of the signal (3000 samples)" in refusal(tmp_path)


@pytest.mark.parametrize("rate", [128, 360, 500])
def test_a_beat_may_be_at_the_end(tmp_path: Path, rate: int) -> None:
    """A sample after the last, as in record 860 of svdb: it is taken at the last."""
    for late, allowed in ((0, True), (1, False)):
        write(tmp_path, fs=rate, peaks=np.array([500, len(GOOD.codes) + late]), symbols=("N", "V"))
        if allowed:
            record = read_record(tmp_path, "100")
            assert record.peaks[-1] == len(record.codes) - 1
            assert record.source.peaks.tolist() == [500, len(GOOD.codes)]
        else:
            assert "has a beat at sample 3601, after the end" in refusal(tmp_path)


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
    write(damaged, fs=data.draw(st.sampled_from([360, 250])))
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


@pytest.mark.parametrize("rate", [360, 1000])
def test_flutter_is_told_of(tmp_path: Path, rate: int) -> None:
    record = generate("100", seconds=10, form=Form(rate, 200, 11, 1024))
    write_record(record, tmp_path, "for a test")
    marks = {at * rate // 10: mark for at, mark in ((11, "["), (12, "!"), (23, "]"), (51, "["), (52, "]"), (81, "["))}
    beats = dict(zip(record.peaks.tolist(), record.symbols, strict=True))
    both = dict(sorted((beats | marks).items()))
    wfdb.wrann("100", "atr", np.array(list(both)), list(both.values()), write_dir=str(tmp_path))
    read = read_record(tmp_path, "100")
    assert read.flutter == ((396, 828), (1836, 1872), (2916, len(read.codes) - 1))
    assert len(read.peaks) == len(record.peaks)


def test_a_lead_is_chosen_by_name(tmp_path: Path) -> None:
    write(tmp_path, lead="V5")
    assert read_record(tmp_path, "100").lead == "V5"
    assert "has no lead MLII, but V5" in refusal(tmp_path, lead="MLII")
    write(tmp_path, lead="aVR")
    assert read_record(tmp_path, "100").lead == "aVR"
    assert read_record(tmp_path, "100", lead="aVR").lead == "aVR"


def write_two(folder: Path, *names: str) -> None:
    """Record 100 with two leads: GOOD, and GOOD upside down."""
    both = np.stack([GOOD.codes, 2048 - GOOD.codes], axis=1)
    wfdb.wrsamp("100", 360, ["mV"] * 2, list(names), d_signal=both, fmt=["212"] * 2, adc_gain=[200.0] * 2,
                baseline=[1024] * 2, write_dir=str(folder))  # fmt: skip
    header = folder / "100.hea"
    header.write_text(re.sub(r"200\S* 12 0", "200 11 1024", header.read_text()))
    wfdb.wrann("100", "atr", GOOD.peaks, list(GOOD.symbols), write_dir=str(folder))


def test_a_lead_is_chosen_by_order(tmp_path: Path) -> None:
    write_two(tmp_path, "V1", "MLII")
    for lead, name, at in ((None, "MLII", 1), ("0", "V1", 0), ("1", "MLII", 1), ("V1", "V1", 0)):
        record = read_record(tmp_path, "100", lead)
        assert record.lead == name
        assert (record.codes == (GOOD.codes, 2048 - GOOD.codes)[at]).all()
    for lead in ("2", "-1", "1.0", "²", "V"):
        assert f"has no lead {lead}, but V1, MLII: choose one of its leads by name, or by place" in refusal(
            tmp_path, lead=lead
        )


def test_a_lead_that_is_called_a_number_is_chosen_by_it(tmp_path: Path) -> None:
    write_two(tmp_path, "1", "0")
    assert (read_record(tmp_path, "100", "0").codes == 2048 - GOOD.codes).all()


@pytest.mark.parametrize(
    ("rate", "gain", "bits", "zero"),
    [(128, 200, 10, 0), (128, 40, 8, 128), (250, 100, 12, 0), (360, 400, 12, 0), (500, 1000, 16, -300),
     (1000, 2000, 16, 0)],
)  # fmt: skip
def test_a_record_in_another_form(tmp_path: Path, rate: int, gain: int, bits: int, zero: int) -> None:
    """Beats stay what and where they were: R peaks within a sample, the codes those of the same ECG at 360 Hz."""
    form = Form(rate, gain, bits, zero)
    made, native = generate("100", 60, form=form, lead="ECG1"), generate("100", 60)
    write_record(made, tmp_path, "for a test", gain)
    record = read_record(tmp_path, "100")
    assert (record.fs, record.bits, record.zero, record.lead) == (360, 11, 1024, "ECG1")
    assert (record.source.form, record.source.gain_missing) == (form, False)
    assert record.source.peaks.tolist() == made.peaks.tolist()
    assert record.symbols == native.symbols
    assert abs(record.peaks - made.peaks * 360 / rate).max() <= 0.5
    for at, symbol in zip(record.peaks, record.symbols, strict=True):
        if symbol in "NA":  # narrow, and made with R's highest point at the peak
            assert abs(int(record.codes[at - 20 : at + 21].argmax()) - 20) <= 1
    size = min(len(record.codes), len(native.codes))
    assert abs(record.codes[:size] - native.codes[:size]).mean() < 8  # of 200 per mV, noise and rounding of peaks in


@pytest.mark.parametrize("rate", [128, 250, 500, 1000])
@pytest.mark.parametrize("network", ["tiny", "frugal"])
def test_counts_are_close_to_those_at_360_hz(tmp_path: Path, network: str, rate: int) -> None:
    """To 0.4 on the average and 3 at most, of 16 and of 32: noise is not the same, and R peaks are on samples."""
    encoding = encoding_of(Network.load(network))
    for name, form in (("a", Form(rate, 500, 12, 0)), ("b", NATIVE)):
        write_record(generate("100", 120, form=form), tmp_path / name, "for a test", form.gain)
    there, native = (encoding.encode(read_beats(tmp_path / name, ["100"])) for name in "ab")
    off = abs(there - native)
    assert off.mean() < 0.4
    assert off.max() <= 3


def header(folder: Path, old: str, new: str) -> None:
    """Change record 100's header."""
    file = folder / "100.hea"
    assert re.search(old, file.read_text())
    file.write_text(re.sub(old, new, file.read_text()))


GAIN = r" 200\S* "


def test_a_negative_gain_turns_a_lead_over(tmp_path: Path) -> None:
    write(tmp_path, codes=2048 - GOOD.codes)
    header(tmp_path, GAIN, " -200(1024)/mV ")
    assert (read_record(tmp_path, "100").codes == GOOD.codes).all()


@pytest.mark.parametrize("gain", ["0.2(1024)/uV", "200000(1024)/V", "200(1024)", "200(1024)/MV"])
def test_gains_in_other_units(tmp_path: Path, gain: str) -> None:
    write(tmp_path)
    header(tmp_path, GAIN, f" {gain} ")
    record = read_record(tmp_path, "100")
    assert not record.source.gain_missing
    assert (record.codes == GOOD.codes).all()


@pytest.mark.parametrize("gain", ["0", "0.0", "0/mV", "-0", "(1024)/mV"])
def test_a_missing_gain_is_200(tmp_path: Path, gain: str) -> None:
    write(tmp_path)
    header(tmp_path, GAIN, f" {gain} ")
    record = read_record(tmp_path, "100")
    assert record.source.gain_missing
    assert record.source.form.gain == 200
    assert (record.codes == GOOD.codes).all()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("200/mmHg", "lead MLII: is in mmHg, not in mV, uV or V: choose another lead"),
        ("0.5(1024)/mV", "0.5 codes per mV in 100.hea, not 1 to 1000000: correct it"),
        ("-2e9(1024)/mV", "-2e+09 codes per mV"),
        ("200(99999999999)/mV", "0 mV is at code 99999999999, over 32 bits"),
    ],
)
def test_gains_that_are_refused(tmp_path: Path, line: str, message: str) -> None:
    write(tmp_path)
    header(tmp_path, GAIN, f" {line} ")
    assert message in refusal(tmp_path)


def test_more_that_cannot_be_converted(tmp_path: Path) -> None:
    write(tmp_path)
    header(tmp_path, " 212 ", " 212x2 ")
    assert "several samples in a frame" in refusal(tmp_path)
    write(tmp_path)
    (tmp_path / "100.hea").write_text("100/1 1 360 3600\nabc 3600\n")
    assert "is made of segments" in refusal(tmp_path)
    write(tmp_path)
    wfdb.wrann("100", "atr", GOOD.peaks, list(GOOD.symbols), fs=250, write_dir=str(tmp_path))
    assert "100.atr counts 250 a second, and the signal has 360 samples" in refusal(tmp_path)
    write(tmp_path, fs=1000, peaks=np.array([500, 501, 900]), symbols=("N", "N", "N"))
    assert "two beats within a sample of 360 Hz" in refusal(tmp_path)


def test_codes_beyond_the_bits_that_a_header_says(tmp_path: Path) -> None:
    """As in svdb: they are codes, but for MIT-BIH's own form, and but for the mark of a missing sample."""
    write(tmp_path, bits=8)
    assert (read_record(tmp_path, "100").codes == GOOD.codes).all()
    missing = codes(lambda samples: samples.__setitem__(700, -2048))
    write(tmp_path, bits=8, codes=missing)
    assert "1 of 3600 samples are missing or outside -2047..2047, the first at sample 700" in refusal(tmp_path)


def test_what_11_bits_cannot_hold_is_saturated(tmp_path: Path) -> None:
    write(tmp_path, zero=0, bits=12)  # 0 mV at code 0: the level is at 5.12 mV
    assert "as 11 bits of 200 codes per mV: saturated" in refusal(tmp_path)


def test_a_lead_that_is_dead_in_parts(tmp_path: Path) -> None:
    for share in (0.4, 0.6):
        dead = round(share * len(GOOD.codes))
        write(tmp_path, codes=codes(lambda samples, dead=dead: samples.__setitem__(slice(dead), 1500)))
        assert "flat" in refusal(tmp_path)
        if share < 0.5:
            assert read_record(tmp_path, "100", in_parts=True).source.dead == pytest.approx(share)
        else:
            assert "flat" in refusal(tmp_path, in_parts=True)
    write(tmp_path, codes=np.full(500, 1500), peaks=np.array([100]), symbols=("N",))  # all of it, and under two seconds
    assert "flat" in refusal(tmp_path, in_parts=True)


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


def test_one_record_of_mit_bih_has_flutter(mitdb: Path) -> None:
    found = {name: read_record(mitdb, name).flutter for name in ("100", "207")}
    assert not found["100"]
    assert [found["207"][0], found["207"][-1], len(found["207"])] == [(14665, 18350), (554682, 589926), 6]


def test_mit_bih_is_read_as_it_is(mitdb: Path) -> None:
    """Bit by bit and beat by beat, whatever is done with other databases."""
    for name, lead in (("100", 0), ("114", 1), ("102", 0)):
        record = read_record(mitdb, name)
        path = str(mitdb / "mitdb" / name) if (mitdb / "mitdb").is_dir() else str(mitdb / name)
        annotation = wfdb.rdann(path, "atr")
        beats = [(int(at), symbol) for at, symbol in zip(annotation.sample, annotation.symbol, strict=True)
                 if symbol in CLASS_OF_SYMBOL]  # fmt: skip
        assert (record.codes == wfdb.rdrecord(path, physical=False).d_signal[:, lead]).all()
        assert list(zip(record.peaks.tolist(), record.symbols, strict=True)) == beats
        assert record.source.form == NATIVE
