"""Patient tuning, end to end: tune on a patient's first five minutes, load it through the driver, classify the rest.

The network is trained on DS1 alone. Each DS2 patient's is tuned in software, exported as a weight image for the same
chip, loaded by the C driver through the SPI pins, and judged by the RTL's own answers.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sparrow_ecg.firmware_gen.driver import Driver
from sparrow_ecg.hw.build import Build
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.beats import Beats

FOLDER = Path("build/adaptive")


def on_chip(driver: Driver, chip: Build, network: Network, counts: np.ndarray) -> np.ndarray:
    """Classes that the RTL gives with this network loaded, int64[beats].

    Raises VerificationError when one potential is not the golden model's.
    """
    driver.load(chip.image(network))
    golden = chip.golden(counts, network)
    classes = np.empty(len(counts), dtype=np.int64)
    for n, beat in enumerate(counts):
        answer = driver.classify(beat)
        if answer.potentials != golden.outputs[n].tolist():
            raise VerificationError(
                f"network {network.name}, beat {n}: {answer} on the chip, {golden.outputs[n]} in the model"
            )
        classes[n] = answer.klass
    return classes


def trained_on_ds1(name: str, beats: Beats, seed: int) -> Network:
    """The network of that recipe, trained on the split `inter`; kept for the next time."""
    from sparrow_ecg.model.training.fit import train

    path = FOLDER / f"{name}-inter-seed{seed}.json"
    if not path.exists():
        train(name, beats, "inter", seed).save(path)
    return Network.load(path)
