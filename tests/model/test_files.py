from __future__ import annotations

import errno
from pathlib import Path

import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import check_writable, write_atomic


@pytest.mark.parametrize("call", ["mkstemp", "chmod", "replace"])
def test_a_file_that_cannot_be_written_is_named_and_leaves_nothing(call, tmp_path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr({"mkstemp": "tempfile.mkstemp"}.get(call, f"os.{call}"), full)
    path = tmp_path / "results" / "x.json"
    with pytest.raises(OSError, match="No space left") as caught:
        write_atomic(path, "{}")
    assert caught.value.filename == str(path)
    assert not list(path.parent.iterdir())


@pytest.mark.parametrize("folder", [".", "new", "new/below"])
def test_a_folder_that_can_be_written_to_is_left_as_it_was(folder, tmp_path):
    assert check_writable(tmp_path / folder) == tmp_path / folder
    assert not list(tmp_path.iterdir())


def test_a_file_in_place_of_a_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()
    for folder in ("file", "file/below"):
        with pytest.raises(InputError, match=f"{folder}: nothing can be written there"):
            check_writable(tmp_path / folder)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc, where root may not write either")
def test_a_folder_without_permission_is_refused():
    with pytest.raises(InputError, match="nothing can be written there"):
        check_writable(Path("/proc/results"))
