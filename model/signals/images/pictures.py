"""Labelled pictures, whichever files they come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network, PictureCounts


@dataclass(frozen=True, eq=False)
class Pictures:
    """pixels: uint8[n, channels, height, width]. labels: int64[n], each below ``classes``."""

    pixels: np.ndarray
    labels: np.ndarray
    classes: int

    def __post_init__(self) -> None:
        if len(self.pixels) != len(self.labels):
            raise InputError(f"{len(self.pixels)} pictures and {len(self.labels)} labels: they are not of one set")
        if len(self.labels) and not 0 <= self.labels.min() <= self.labels.max() < self.classes:
            raise InputError(f"a label is not in 0..{self.classes - 1}: the file is damaged, or not of this set")

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, which: np.ndarray | slice) -> Pictures:
        return Pictures(self.pixels[which], self.labels[which], self.classes)

    def some(self, most: int) -> Pictures:
        """So many, spread over those of each class: files may have classes in turn, and each tenth would be of one."""
        every = max(len(self) // most, 1)
        return self.take(np.sort(np.argsort(self.labels, kind="stable")[::every]))

    def split(self, last: int) -> tuple[Pictures, Pictures]:
        """All but the last so many, and those. Raises InputError where nothing would be left."""
        if len(self) <= last:
            raise InputError(f"{len(self)} training pictures: more than the {last} that validate are needed")
        return self.take(slice(0, -last)), self.take(slice(-last, None))


@dataclass(frozen=True, eq=False)
class PictureSet:
    """train tunes everything; ``test`` nothing. note: what must be said beside every figure, or nothing."""

    name: str
    train: Pictures
    test: Pictures
    note: str = ""

    def __post_init__(self) -> None:
        if not (len(self.train) and len(self.test)):
            raise InputError(f"{self.name}: {len(self.train)} training and {len(self.test)} test pictures: both needed")
        if self.train.pixels.shape[1:] != self.test.pixels.shape[1:]:
            sizes = ("x".join(map(str, part.pixels.shape[1:])) for part in (self.train, self.test))
            raise InputError(f"{self.name}: training pictures of {next(sizes)}, test pictures of {next(sizes)}")


def encoding_of(network: Network) -> PictureCounts:
    """What makes its counts of pictures. Raises InputError where there is nothing."""
    if not isinstance(network.encoding, PictureCounts):
        raise InputError(f"network '{network.name}' does not take pictures: give one that does")
    return network.encoding


def read_file(path: Path, what: str, read: Callable[[Path], bytes]) -> bytes:
    """All of a file; raises InputError, one line, where it is missing or cannot be read."""
    try:
        return read(path)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{path}: no such file: --data names a folder that holds {what}") from None
    except (OSError, EOFError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}): fetch it again") from None
