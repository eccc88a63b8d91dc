"""What the encoder can do in a cycle.

An instruction takes operands a and b, and does what `How` says with

    d = a - b,    m = |d|, or d >> down,

once, or, where it walks, for each of some blocks of the window, a cycle each.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, auto

from sparrow_ecg.model.signals.ecg.relative.usual import FRACTION, SPANS


class A(IntEnum):
    ZERO = 0
    SHAPE = auto()  # a block of the beat
    TEMPLATE = auto()
    SUM = auto()  # the accumulator
    LOADED = auto()  # a sum of the ring, less the level
    PREVIOUS = auto()  # intervals, in samples
    FOLLOWING = auto()
    CHANGE = auto()  # distance from the beat before
    USUAL = auto()  # the word that is named
    TWICE = auto()  # as much again


class B(IntEnum):
    ZERO = 0
    SHAPE = auto()
    TEMPLATE = auto()
    BEFORE = auto()  # what was kept
    USUAL = auto()
    LESS_16 = auto()  # -16
    LESS_32 = auto()  # -32


class How(IntEnum):
    NOTHING = 0
    SET = auto()  # sum = m
    ADD = auto()
    MOST = auto()  # sum = max(sum, m)
    LEAST = auto()
    COUNT = auto()  # how many m are more than a quarter of the sum
    REGULAR = auto()  # whether the rhythm is: sum < m
    STILL = auto()  # whether it still is: and that
    STRANGE = auto()  # whether the beat is: sum >= m
    PUT = auto()  # the word is a; sum = 0
    MOVE = auto()  # the word moves towards a by 2**-down; sum = 0
    TEACH = auto()  # the template's block is a
    LEAD = auto()  # the template's block moves towards a
    LEVEL = auto()  # of the window: m; sum = 0
    CHANGE = auto()  # m; sum = 0
    SIZE = auto()  # of the patient's QRS: log(m + 1); sum = 0
    NOTE = auto()  # for the word: log(m + 1); sum = 0
    RECALL = auto()  # what was noted for the word is held
    HOLD = auto()  # log(m + 1), and the sign of d; sum = 0
    LEARNED = auto()  # one beat more, if it taught
    # An offer of a count, after which the sum is 0:
    RATIO = auto()  # what is held less log(m + 1)
    SHARE = auto()  # log(m + 1) less the size
    OVER = auto()  # what is held less the size
    SIDE = auto()  # what is held less the size, from an eighth on, with the sign of d and of what is held
    MANY = auto()  # how many were counted


OFFERS = How.RATIO, How.SHARE, How.OVER, How.SIDE, How.MANY
COMPARES = How.MOST, How.LEAST, How.COUNT, How.REGULAR, How.STILL, How.STRANGE
CLEARS = How.PUT, How.MOVE, How.LEVEL, How.CHANGE, How.SIZE, How.NOTE, How.HOLD, *OFFERS


class Word(IntEnum):
    """What is kept of the patient, but for the template. ``fraction``: bits after the point; ``bits``: with those."""

    fraction: int
    bits: int

    def __new__(cls, fraction: int, whole: int):
        word = int.__new__(cls, len(cls.__members__))
        word._value_ = len(cls.__members__)
        word.fraction, word.bits = fraction, fraction + whole
        return word

    P = FRACTION, 20
    S = FRACTION, 20
    ST = FRACTION, 20
    T = FRACTION, 20
    ALL = FRACTION, 20
    SHORT = SPANS[0], 10
    MIDDLE = SPANS[1], 10
    LONG = SPANS[2], 10
    SWING = SPANS[0], 10
    LAST = 0, 10


class Down(IntEnum):
    """Shifts that depend on the beat."""

    DISTANCE = 8  # the running distances move fast at first
    TEMPLATE = 9  # so does the template, and slowly towards a strange beat
    SIZE = 10  # no shift: |d|


class When(IntEnum):
    ALWAYS = 0
    MOVES = auto()  # in regular rhythm, or among the first beats
    DOUBTS = auto()  # the beat does not teach


@dataclass(frozen=True)
class Instruction:
    """down:  0 to 7, or a `Down`. when: a word or block moves, or the least is taken.
    keep:  a for `B.BEFORE` in later cycles. load: the loaded sum becomes a block of the beat.
    first, last: blocks of a walk. offset, finer: a count is doubled ``finer`` times, and the offset added.
    """

    how: How
    a: A = A.ZERO
    b: B = B.ZERO
    down: int = 0
    word: Word = Word.SHORT
    when: When = When.ALWAYS
    keep: bool = False
    load: bool = False
    walks: bool = False
    first: int = 0
    last: int = 0
    offset: int = 0
    finer: int = 0

    @property
    def cycles(self) -> int:
        return self.last - self.first + 1 if self.walks else 1


ALIGNED = max(word.fraction for word in Word)  # bits after the point in which words are reckoned
