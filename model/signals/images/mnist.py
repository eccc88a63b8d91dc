"""MNIST: four idx files, plain or gzip, as LeCun, Cortes and Burges published them."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.images.pictures import Pictures, PictureSet, read_file

CLASSES = 10


def load(root: Path) -> PictureSet:
    """From ``mnist/`` below the data root. Raises InputError for a file that is missing, damaged or of another kind."""
    return PictureSet("mnist", _part(root / "mnist", "train"), _part(root / "mnist", "t10k"))


def _part(folder: Path, stem: str) -> Pictures:
    pixels = idx(folder / f"{stem}-images-idx3-ubyte", dimensions=3)
    labels = idx(folder / f"{stem}-labels-idx1-ubyte", dimensions=1)
    return Pictures(pixels[:, None], labels.astype(np.int64), CLASSES)


def idx(path: Path, dimensions: int) -> np.ndarray:
    """The bytes of an idx file of unsigned bytes, uint8 of so many dimensions; ``.gz`` beside it does as well."""
    zipped = path.with_name(path.name + ".gz")
    data = read_file(path if path.exists() else zipped, "mnist/ with its four idx files", _bytes)
    header = 4 + 4 * dimensions
    if data[:4] != bytes([0, 0, 8, dimensions]) or len(data) < header:
        raise InputError(f"{path}: no idx file of bytes in {dimensions} dimensions: fetch it again")
    shape = struct.unpack(f">{dimensions}I", data[4:header])
    if len(data) != header + int(np.prod(shape)):
        raise InputError(
            f"{path}: {len(data) - header} bytes, where its header says {'x'.join(map(str, shape))}: fetch it again"
        )
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape)


def _bytes(path: Path) -> bytes:
    try:
        return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except zlib.error as error:
        raise OSError(str(error)) from None
