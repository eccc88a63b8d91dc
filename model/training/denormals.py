"""Numbers too small for a float's full precision, which are slow, as zero: a pruned weight's averages fade to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def flushed() -> Iterator[None]:
    """For as long as it lasts: it is the processor's state, and others in the thread want such numbers to be there."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
