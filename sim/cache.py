"""What is made once and kept: folders below ``build/cache``, each named for what decides its content.

An entry is made in a folder of its own and renamed when whole, under a lock: several processes may want it at once and
one makes it, and what is interrupted leaves nothing. Entries are never changed, and may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from filelock import FileLock


def build_folder() -> Path:
    """Where everything generated goes: ``build`` below the working directory."""
    return Path("build").resolve()


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
