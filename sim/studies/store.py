"""Results on disk, one file each, so that a sweep which is killed has lost only what was being measured.

They are not in `sim.cache`: a result is what the user asked for, in a folder that the user names, to be read, copied
between machines and kept; a failure is one, too, and can be replaced; and the client alone writes: nothing is locked.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sparrow_ecg.model.files import write_atomic


class Store:
    """A folder of ``<key>.json``. Each file is whole or absent, whenever the process that writes it is killed."""

    def __init__(self, folder: Path):
        self.folder = folder

    def path(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def read(self, key: str) -> dict[str, Any] | None:
        """None when it is not there, or is not what was written (a disk that was full, an editor)."""
        try:
            result = json.loads(self.path(key).read_text())
        except (OSError, ValueError):
            return None
        return result if isinstance(result, dict) and result.get("key") == key else None

    def write(self, key: str, result: dict[str, Any]) -> dict[str, Any]:
        result = {"key": key, **result}
        write_atomic(self.path(key), json.dumps(result, indent=1) + "\n")
        return result
