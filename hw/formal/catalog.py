"""All that is claimed of the RTL."""

from __future__ import annotations

from sparrow_ecg.hw.formal import apb, cores, images, queues, registers, spi, spi_chip
from sparrow_ecg.hw.formal.harness import Property


def properties() -> list[Property]:
    """In the order in which they are proven. Raises ModuleNotFoundError without the register compiler."""
    return [claim for module in (queues, images, cores, registers, apb, spi, spi_chip) for claim in module.properties()]
