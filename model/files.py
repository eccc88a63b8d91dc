"""Files that are whole or absent, and folders that can be written to."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sparrow_ecg.model.errors import InputError

BLOCK = bytes(4096)  # what an empty file does not take, and a full disk does not give


def write_atomic(path: Path, content: str | bytes) -> Path:
    """Write a whole file or none: to a temporary file beside ``path``, then rename. An OSError names ``path``."""
    data = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    return path


def check_writable(folder: Path) -> Path:
    """The folder, if files can be written there, or if it can be made; nothing is left behind.

    Else raises InputError.
    """
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(BLOCK)
    except OSError as error:
        raise InputError(f"{folder}: nothing can be written there ({error.strerror}): name another folder") from error
    return folder
