"""Inputs of a network that has no encoder."""

from __future__ import annotations

from dataclasses import dataclass

from sparrow_ecg.model.errors import InputError


@dataclass(frozen=True)
class DirectCounts:
    """Inputs that are counts already, with no encoder before them: each in 0..2**input_bits - 1."""

    inputs: int
    input_bits: int

    def __post_init__(self) -> None:
        if self.inputs < 1:
            raise InputError("field encoding.inputs: there is at least 1")
        if not 1 <= self.input_bits <= 16:
            raise InputError("field encoding.input_bits: not in 1..16")
