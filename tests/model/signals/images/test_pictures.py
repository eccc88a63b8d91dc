"""MNIST's and CIFAR's own files: read to the last byte, or said what is wrong with which."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.images import cifar, mnist
from sparrow_ecg.model.signals.images.pictures import Pictures

RNG = np.random.default_rng(0)


def idx(array: np.ndarray) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    folder = tmp_path / "mnist"
    folder.mkdir()
    for stem, n in (("train", 6), ("t10k", 3)):
        images, labels = RNG.integers(0, 256, (n, 28, 28)).astype(np.uint8), np.arange(n, dtype=np.uint8)
        (folder / f"{stem}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images)))
        (folder / f"{stem}-labels-idx1-ubyte").write_bytes(idx(labels))
    return tmp_path


def test_mnist_plain_and_zipped(digits: Path) -> None:
    found = mnist.load(digits)
    assert found.train.pixels.shape == (6, 1, 28, 28)
    assert found.test.labels.tolist() == [0, 1, 2]
    assert len(found.train.take(slice(1, 3))) == 2


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t10k-labels-idx1-ubyte", b"\0\0\x08\x03abc", "no idx file"),
        ("t10k-labels-idx1-ubyte", idx(np.zeros(3, np.uint8))[:-1], "2 bytes, where its header says 3"),
        ("t10k-labels-idx1-ubyte", idx(np.zeros(4, np.uint8)), "3 pictures and 4 labels"),
        ("t10k-labels-idx1-ubyte", idx(np.array([1, 2, 11], np.uint8)), "not in 0..9"),
        ("t10k-images-idx3-ubyte.gz", b"no gzip", "cannot be read"),
        ("t10k-images-idx3-ubyte.gz", gzip.compress(b"abc", mtime=0)[:-9], "cannot be read"),
    ],
)
def test_damaged_mnist(digits: Path, name: str, content: bytes, said: str) -> None:
    (digits / "mnist" / name).write_bytes(content)
    with pytest.raises(InputError, match=said) as raised:
        mnist.load(digits)
    assert "\n" not in str(raised.value)


def test_sets_that_do_not_go_together(digits: Path) -> None:
    (digits / "mnist" / "t10k-images-idx3-ubyte").write_bytes(idx(np.zeros((3, 14, 14), np.uint8)))
    with pytest.raises(InputError, match="training pictures of 1x28x28, test pictures of 1x14x14"):
        mnist.load(digits)
    for kind, size in (("images-idx3", (0, 28, 28)), ("labels-idx1", (0,))):
        (digits / "mnist" / f"t10k-{kind}-ubyte").write_bytes(idx(np.zeros(size, np.uint8)))
    with pytest.raises(InputError, match="6 training and 0 test pictures"):
        mnist.load(digits)


@pytest.mark.parametrize("order", [np.arange(60) % 3, np.arange(60) // 20])
def test_some_are_of_each_class_alike(order: np.ndarray) -> None:
    """In files that have classes in turn, or one after the other, too; and no picture comes twice."""
    pictures = Pictures(np.arange(60, dtype=np.uint8).reshape(60, 1, 1, 1), order, 3)
    some = pictures.some(20)
    assert np.bincount(some.labels).tolist() == [7, 7, 6]
    assert (np.diff(some.pixels.ravel().astype(int)) > 0).all()
    assert np.array_equal(pictures.labels[some.pixels.ravel()], some.labels)
    assert len(pictures.some(1000)) == 60


def test_too_few_to_validate(digits: Path) -> None:
    train = mnist.load(digits).train
    assert [len(part) for part in train.split(2)] == [4, 2]
    with pytest.raises(InputError, match="6 training pictures: more than the 6"):
        train.split(6)


def test_mnist_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        mnist.load(tmp_path)


@pytest.mark.parametrize(
    ("classes", "labels", "folder"), [(10, 1, "cifar-10-batches-bin"), (100, 2, "cifar-100-binary")]
)
def test_cifar(tmp_path: Path, classes: int, labels: int, folder: str) -> None:
    (tmp_path / folder).mkdir()
    record = RNG.integers(0, 10, (4, labels + 3072)).astype(np.uint8)
    names = (
        [*(f"data_batch_{k}.bin" for k in range(1, 6)), "test_batch.bin"]
        if classes == 10
        else ["train.bin", "test.bin"]
    )
    for name in names:
        (tmp_path / folder / name).write_bytes(record.tobytes())
    (tmp_path / folder / "NOTE.txt").write_text("as JPEG\n")
    found = cifar.load(tmp_path, classes)
    assert found.note == "as JPEG"
    assert len(found.train) == 4 * (len(names) - 1)
    assert found.test.labels.tolist() == record[:, labels - 1].tolist()
    assert np.array_equal(found.test.pixels[3, 2, 31], record[3, -32:])
    (tmp_path / folder / names[-1]).write_bytes(record.tobytes()[:-1])
    with pytest.raises(InputError, match="whole records"):
        cifar.load(tmp_path, classes)
