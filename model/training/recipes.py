"""Recipes: everything that decides a network, but for the beats and the seed. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from sparrow_ecg.model.signals.ecg.encoders import Encoder, JointEncoding
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.features import FEATURES, OF_ITSELF
from sparrow_ecg.model.signals.ecg.relative.remembering import RememberingEncoding
from sparrow_ecg.model.signals.ecg.splits import BETWEEN


@dataclass(frozen=True)
class Drawing:
    """How beats are drawn for patients that are not among those that train: all of the training part, in every epoch
    as many of each patient, in leads that turn, and no checkpoint is chosen.

    most:   beats of each class that a record shows in an epoch, at most; where it has more, they are drawn.
    leads:  sides from which the heart is shown: the two leads turned in as many equal steps.
    jitter: samples that a peak is off, at most.
    noise:  standard deviation of what is added to a count.
    prior:  how much of the difference between how often classes are drawn and how often they are is taken back, 0..1.
    """

    most: tuple[int, ...]
    leads: int = 12
    jitter: int = 2
    noise: float = 4.0
    prior: float = 0.5


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a network, but for the beats and the seed.

    encoding:       what makes the counts of a beat.
    hidden:         neurons of each hidden layer.
    steps:          the time window T.
    weight_bits:    width of a weight.
    epochs:         epochs with floats, and then with integers.
    batch:          beats in a batch.
    rates:          highest learning rate of either part; it rises to there, and falls to 0.
    headroom:       bits by which weights are finer than the least squared rounding error asks for.
    dropout:        probability that a hidden count is dropped, with floats.
    weight_decay:   of AdamW.
    sparsity:       fraction of each hidden layer's weights that is held at zero.
    refit:          whether the validation beats train, too, and the last checkpoint is taken: for a recipe which these
                    beats have chosen.
    peaks:          whose R peaks beats are seen at: those of the annotation, or of the front end. Beats that it misses,
                    or that may not be classified, are in no part of a split then.
    strangers:      epochs of either part on splits that test other patients; none: as many as elsewhere.
    drawing:        how beats are drawn for strangers; without it, all beats are shown in each epoch.
    """

    encoding: Encoder
    hidden: tuple[int, ...]
    steps: int
    weight_bits: int
    epochs: tuple[int, int]
    batch: int
    rates: tuple[float, float]
    headroom: int = 0
    dropout: float = 0.0
    weight_decay: float = 1e-4
    sparsity: float = 0.0
    refit: bool = False
    peaks: Literal["annotated", "detected"] = "annotated"
    strangers: tuple[int, int] | None = None
    drawing: Drawing | None = None

    def on(self, split: str) -> Recipe:
        """The recipe as it is on a split."""
        return replace(self, epochs=self.strangers) if self.strangers and split in BETWEEN else self

    @property
    def learns_all(self) -> bool:
        """Whether the validation part trains, too, and the last checkpoint is taken."""
        return self.refit or self.drawing is not None


RHYTHM = ("previous", "following", "mean", "range")
RECIPES = {
    "tiny": Recipe(
        encoding=Encoding(before=48, block=8, blocks=16, input_bits=4, features=RHYTHM),
        hidden=(14,),
        steps=7,
        weight_bits=5,
        epochs=(60, 60),
        batch=512,
        rates=(0.02, 0.01),
        headroom=1,
        sparsity=0.4,
    ),
    "steady": Recipe(
        encoding=Encoding(before=48, block=8, blocks=16, input_bits=5, features=RHYTHM),
        hidden=(14,),
        steps=7,
        weight_bits=5,
        epochs=(60, 60),
        batch=512,
        rates=(0.02, 0.01),
        headroom=1,
        sparsity=0.4,
    ),
    "frugal": Recipe(
        encoding=Encoding(before=96, block=4, blocks=64, input_bits=5, features=RHYTHM),
        hidden=(96, 24),
        steps=7,
        weight_bits=5,
        epochs=(60, 60),
        batch=512,
        rates=(0.015, 0.008),
        headroom=1,
        dropout=0.05,
        weight_decay=2e-2,
        sparsity=0.75,
    ),
    "keen": Recipe(
        encoding=JointEncoding(
            Encoding(before=96, block=4, blocks=64, input_bits=5, features=RHYTHM),
            RelativeEncoding(tuple(OF_ITSELF), input_bits=5),
        ),
        hidden=(144, 48),
        steps=7,
        weight_bits=5,
        epochs=(60, 60),
        batch=512,
        rates=(0.015, 0.008),
        headroom=1,
        dropout=0.05,
        weight_decay=2e-2,
        sparsity=0.75,
        refit=True,
    ),
    "accurate": Recipe(
        encoding=Encoding(before=96, block=4, blocks=64, input_bits=8, features=RHYTHM),
        hidden=(144, 48),
        steps=15,
        weight_bits=8,
        epochs=(40, 12),
        batch=1024,
        rates=(0.01, 0.002),
        dropout=0.1,
        weight_decay=5e-2,
    ),
    "reference": Recipe(
        encoding=Encoding(before=90, block=1, blocks=180, input_bits=8),
        hidden=(56, 56, 56),
        steps=15,
        weight_bits=8,
        epochs=(32, 12),
        batch=1024,
        rates=(0.01, 0.002),
    ),
    "anyone": Recipe(
        encoding=RelativeEncoding(tuple(OF_ITSELF), input_bits=5),
        hidden=(32, 12),
        steps=7,
        weight_bits=6,
        epochs=(30, 30),
        batch=256,
        rates=(0.01, 0.005),
        headroom=1,
        dropout=0.1,
        weight_decay=2e-2,
        drawing=Drawing(most=(300, 40, 150, 10), noise=2.0),
    ),
}
# As anyone, for more patients: it remembers. EACH: beats of each class that a record shows, here and in `tuning`.
EACH = 600, 80, 150, 40
RECIPES["mindful"] = replace(
    RECIPES["anyone"],
    encoding=RememberingEncoding(
        remembered=("previous_8", "previous_32", "p_change", "unusual_p", "unusual_all", "change", "area"),
        beats=3,
        now=RelativeEncoding(tuple(FEATURES), input_bits=5),
    ),
    hidden=(48, 16),
    drawing=Drawing(most=EACH, noise=2.0),
)
# The monitor's: as these two, on what the front end hears. How long guard learns for strangers was chosen on DS1.
HEARD: dict[str, Any] = {"refit": True, "peaks": "detected"}
RECIPES |= {
    "watch": replace(RECIPES["steady"], **HEARD),
    "guard": replace(RECIPES["frugal"], **HEARD, strangers=(3, 3)),
}
