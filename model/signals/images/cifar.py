"""CIFAR-10 and CIFAR-100 in their binary version: a record is one label byte (CIFAR-100: two, the second is the fine
one) and 3,072 bytes of red, green and blue, 32 x 32 each (Krizhevsky, "Learning Multiple Layers of Features", 2009).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.images.pictures import Pictures, PictureSet, read_file

SIDE, COLOURS = 32, 3
NOTE = "NOTE.txt"  # one line beside the files, shown with every figure


def load(root: Path, classes: int = 10) -> PictureSet:
    """From ``cifar-10-batches-bin/`` or ``cifar-100-binary/`` below the data root.

    Raises InputError for a file that is missing or is not whole records.
    """
    folder = root / {10: "cifar-10-batches-bin", 100: "cifar-100-binary"}[classes]
    train = [f"data_batch_{k}.bin" for k in range(1, 6)] if classes == 10 else ["train.bin"]
    test = ["test_batch.bin" if classes == 10 else "test.bin"]
    note = (folder / NOTE).read_text().strip() if (folder / NOTE).is_file() else ""
    return PictureSet(f"cifar{classes}", _part(folder, train, classes), _part(folder, test, classes), note)


def _part(folder: Path, names: list[str], classes: int) -> Pictures:
    records = np.concatenate([_records(folder / name, 1 if classes == 10 else 2) for name in names])
    labels = records[:, -COLOURS * SIDE * SIDE - 1].astype(np.int64)
    return Pictures(records[:, -COLOURS * SIDE * SIDE :].reshape(-1, COLOURS, SIDE, SIDE), labels, classes)


def _records(path: Path, labels: int) -> np.ndarray:
    data = read_file(path, f"{path.parent.name}/ in the binary version", Path.read_bytes)
    size = labels + COLOURS * SIDE * SIDE
    if not data or len(data) % size:
        raise InputError(f"{path}: {len(data)} bytes are not whole records of {size}: fetch it again")
    return np.frombuffer(data, np.uint8).reshape(-1, size)
