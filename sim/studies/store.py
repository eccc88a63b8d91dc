"""Results on disk, in one SQLite file, so that a sweep which is killed has lost only what was being measured.

They are not in `sim.cache`: a result is what the user asked for, in a file that the user names, to be read, copied
between machines and kept; a failure is one, too, and can be replaced; and the client alone writes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sparrow_ecg.model.errors import InputError

TABLE = "CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, result TEXT NOT NULL)"


class Store:
    """A table of JSON texts by key. Each result is whole or absent, whenever the process that writes it is killed.

    Raises InputError for a file that is no database.
    """

    def __init__(self, path: Path):
        self.path = path

    def read(self, key: str) -> dict[str, Any] | None:
        """None when it is not there."""
        if not self.path.exists():
            return None
        with self._open() as database:
            row = database.execute("SELECT result FROM results WHERE key = ?", (key,)).fetchone()
        return json.loads(row[0]) if row else None

    def write(self, key: str, result: dict[str, Any]) -> dict[str, Any]:
        result = {"key": key, **result}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as database:
            database.execute("REPLACE INTO results VALUES (?, ?)", (key, json.dumps(result)))
        return result

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection for one transaction: whoever copies the file in between copies all of it."""
        try:
            with closing(sqlite3.connect(self.path)) as database, database:
                database.execute(TABLE)
                yield database
        except sqlite3.DatabaseError as error:
            raise InputError(f"{self.path}: {error}: name another file") from None
