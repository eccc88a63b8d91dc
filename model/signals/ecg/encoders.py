"""What makes the counts of beats, by kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.remembering import RememberingEncoding

if TYPE_CHECKING:
    from sparrow_ecg.model.signals.ecg.beats import Beats


@dataclass(frozen=True)
class JointEncoding:
    """Counts of a beat as it is, and then those relative to what is usual for the patient, of as many bits."""

    absolute: Encoding
    relative: RelativeEncoding

    needs_next_peak = True

    def __post_init__(self) -> None:
        if self.absolute.input_bits != self.relative.input_bits:
            raise InputError("field encoding.relative.input_bits: not those of encoding.absolute")

    @property
    def input_bits(self) -> int:
        return self.absolute.input_bits

    @property
    def inputs(self) -> int:
        return self.absolute.inputs + self.relative.inputs

    @property
    def before(self) -> int:
        """Samples of the window before the peak."""
        return max(self.absolute.before, self.relative.before)

    @property
    def after(self) -> int:
        """Samples of the window from the peak on."""
        return max(self.absolute.after, self.relative.after)

    def encode(self, beats: Beats) -> np.ndarray:
        """Counts of each beat: int64[beats, inputs]."""
        return np.concatenate([self.absolute.encode(beats), self.relative.encode(beats)], axis=1)


Encoder = Encoding | RelativeEncoding | JointEncoding | RememberingEncoding
# by a field that only this kind, or a kind further down, has in a network file
MARKS: dict[str, type[Encoder]] = {
    "absolute": JointEncoding,
    "remembered": RememberingEncoding,
    "relative": RelativeEncoding,
}
