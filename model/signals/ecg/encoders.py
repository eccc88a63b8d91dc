"""What makes the counts of beats, by kind."""

from __future__ import annotations

from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding

Encoder = Encoding | RelativeEncoding
MARKS: dict[str, type[Encoder]] = {"relative": RelativeEncoding}  # a field that only this kind has, in a network file
