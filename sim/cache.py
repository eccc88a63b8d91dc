"""What is made once and kept: folders below ``cache`` of `build_folder`, each named for what decides its content.

An entry is made in a folder of its own and renamed when whole, under a lock: several processes may want it at once and
one makes it, and what is interrupted leaves nothing. Entries are never changed, and may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from filelock import FileLock

from sparrow_ecg.model.errors import InputError

PLAIN = re.compile(r"[\w./+-]+", re.ASCII)  # paths that make takes: it has no quotes


def build_folder() -> Path:
    """Where everything is built: ``build`` below the working directory.

    Make works in no folder with a space in its path: then it is one of this user's own in the temporary folder.
    """
    here = Path("build").resolve()
    if PLAIN.fullmatch(str(here)):
        return here
    temporary = Path(tempfile.gettempdir()).resolve()
    root = (temporary if PLAIN.fullmatch(str(temporary)) else Path("/tmp")) / f"sparrow-ecg-{os.getuid()}"
    root.mkdir(mode=0o700, exist_ok=True)
    if root.stat().st_uid != os.getuid():  # what lies there will be run
        raise InputError(f"{root} is another user's: set TMPDIR to a folder of your own")
    return root / _digest([str(here)])


def plain(path: Path) -> Path:
    """The path, or a link to it that make and its compilers take."""
    if PLAIN.fullmatch(str(path)):
        return path
    link = build_folder() / "toolchain" / f"link-{_digest([str(path)])}"
    link.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        link.symlink_to(path)
    return link


def cached(kind: str, key: Iterable[str | bytes], make: Callable[[Path], None]) -> Path:
    """The folder that ``make(folder)`` fills, made once for the same kind and key.

    key: all that decides what is made, the versions of the tools that make it among it.
    """
    target = build_folder() / "cache" / f"{kind}-{_digest(key)}"
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(target.with_suffix(".lock")):
        if not target.is_dir():  # nobody made it while we waited
            with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{kind}-") as temporary:
                whole = Path(temporary) / "whole"
                whole.mkdir()
                make(whole)
                whole.rename(target)
    return target


def _digest(key: Iterable[str | bytes]) -> str:
    digest = hashlib.sha256()
    for part in key:
        content = part.encode() if isinstance(part, str) else part
        digest.update(b"%d:" % len(content) + content)  # with its length: no two keys are joined to the same
    return digest.hexdigest()[:20]
