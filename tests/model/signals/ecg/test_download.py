from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg import download as module
from sparrow_ecg.model.signals.ecg.download import checksums, download
from sparrow_ecg.model.signals.ecg.mitdb import RECORDS

CONTENT = {
    f"{record}.{suffix}": f"{record} {suffix}".encode() for record in ("100", "101") for suffix in ("dat", "hea")
}


class PhysioNet:
    """Stands in for wfdb's downloader."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.content = dict(CONTENT)
        self.asked: list[str] = []
        digests = {file: hashlib.sha256(content).hexdigest() for file, content in CONTENT.items()}
        monkeypatch.setattr(module, "checksums", lambda: digests)
        monkeypatch.setattr("wfdb.dl_files", self.serve)

    def serve(self, database: str, folder: str, files: list[str]) -> None:
        assert database == "mitdb"
        print("Downloading files...")
        for file in files:
            self.asked.append(file)
            if file not in self.content:
                raise ConnectionError("no route\nto host")
            Path(folder, file).write_bytes(self.content[file])


@pytest.fixture
def physionet(monkeypatch: pytest.MonkeyPatch) -> PhysioNet:
    return PhysioNet(monkeypatch)


def there(root: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (root / "mitdb").iterdir()}


def test_the_checksums_are_of_all_records() -> None:
    assert sorted(checksums()) == sorted(f"{name}.{suffix}" for name in RECORDS for suffix in ("atr", "dat", "hea"))
    assert all(len(digest) == 64 for digest in checksums().values())


def test_everything_is_fetched_once(tmp_path: Path, physionet: PhysioNet, capsys: pytest.CaptureFixture[str]) -> None:
    assert download(tmp_path) == 4
    assert there(tmp_path) == CONTENT
    assert download(tmp_path) == 0
    assert sorted(physionet.asked) == sorted(CONTENT)
    assert capsys.readouterr().out == ""


def test_only_what_is_missing_or_damaged_is_fetched(tmp_path: Path, physionet: PhysioNet) -> None:
    download(tmp_path)
    physionet.asked.clear()
    (tmp_path / "mitdb/100.dat").write_bytes(b"damaged")
    (tmp_path / "mitdb/101.hea").unlink()
    assert download(tmp_path) == 2
    assert physionet.asked == ["100.dat", "101.hea"]
    assert there(tmp_path) == CONTENT


def test_a_file_that_is_not_the_published_one_is_refused(tmp_path: Path, physionet: PhysioNet) -> None:
    physionet.content["101.dat"] = b"another"
    with pytest.raises(InputError, match=r"101\.dat from https://physionet.*\(SHA-256 differs\): try again later"):
        download(tmp_path)
    assert there(tmp_path) == {file: content for file, content in CONTENT.items() if file.startswith("100")}


def test_a_lost_connection_leaves_whole_files(tmp_path: Path, physionet: PhysioNet) -> None:
    del physionet.content["101.hea"]
    with pytest.raises(InputError, match=r"record 101 does not download into .*ConnectionError.*run again") as caught:
        download(tmp_path)
    assert "\n" not in str(caught.value)
    assert set(there(tmp_path)) == {"100.dat", "100.hea"}
    physionet.content = dict(CONTENT)
    assert download(tmp_path) == 2
    assert there(tmp_path) == CONTENT


def test_the_records_at_hand_are_the_published_ones(mitdb: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("wfdb.dl_files")
    assert download(mitdb) == 0
