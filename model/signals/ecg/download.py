"""MIT-BIH from PhysioNet, with wfdb's own downloader; each file is checked against its SHA-256."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

from sparrow_ecg.model.console import progress
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.mitdb import DATABASE

ADDRESS = "https://physionet.org/content/mitdb/1.0.0/"
SHA256 = Path(__file__).with_name("mitdb.sha256")  # of version 1.0.0, as `sha256sum` writes them


def checksums() -> dict[str, str]:
    """The SHA-256 of each file of the 48 records, by its name."""
    lines = (line.split() for line in SHA256.read_text().splitlines())
    return {file: digest for digest, file in lines}


def download(root: Path) -> int:
    """Bring MIT-BIH into the folder ``mitdb`` of a data root; gives the number of files that were fetched.

    Files that are there and intact stay, others are fetched, and each is put in place only once it is whole
    and right. Raises `InputError` when that fails.
    """
    import wfdb

    folder, wanted = root / DATABASE, checksums()
    missing = [file for file, digest in wanted.items() if _sha256(folder / file) != digest]
    if not missing:
        return 0
    records = sorted({Path(file).stem for file in missing})
    for record in progress(records, "MIT-BIH from PhysioNet"):
        files = [file for file in missing if Path(file).stem == record]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder, prefix=".") as draft:
                with redirect_stdout(io.StringIO()):  # wfdb prints a line for each call
                    wfdb.dl_files(DATABASE, draft, files)
                for file in files:
                    if _sha256(Path(draft, file)) != wanted[file]:
                        raise InputError(
                            f"{file} from {ADDRESS} is not the published file (SHA-256 differs): try again later"
                        )
                    os.replace(Path(draft, file), folder / file)
        except InputError:
            raise
        except Exception as error:  # of the network in many layers, and of the disk
            raise InputError(
                f"record {record} does not download into {folder} ({type(error).__name__}): check connection and"
                f" disk, and run again to go on; or copy the files of {ADDRESS} there by hand"
            ) from error
    return len(missing)


def _sha256(file: Path) -> str | None:
    """The digest of a file; None if there is none."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
