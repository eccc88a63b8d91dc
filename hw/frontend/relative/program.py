"""The programs of the encoder, of which the arithmetic is that of `model/signals/ecg/relative`.

`load` takes a window in when it is complete. When the next beat is known, `count` offers the counts, and then `learn`
learns; before the first beat of a session goes `begin`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sparrow_ecg.hw.frontend.relative.instruction import A, B, Down, How, Instruction, When, Word
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.features import CHANGE, FEATURES, REPOLARISED, UNIT, WIDE
from sparrow_ecg.model.signals.ecg.relative.logarithm import log2
from sparrow_ecg.model.signals.ecg.relative.usual import BLOCKS, LEVEL, QRS, SEGMENTS, SPANS, P

Program = list[Instruction]
DISTANCES = {"p": Word.P, "s": Word.S, "st": Word.ST, "t": Word.T, "all": Word.ALL}
MEANS = dict(zip(SPANS, (Word.SHORT, Word.MIDDLE, Word.LONG), strict=True))
ALL = slice(0, BLOCKS)
CLEAR = Instruction(How.SET)


def walk(where: slice, how: How, a: A, b: B = B.ZERO, down: int = 0, **more) -> Instruction:
    return Instruction(how, a, b, down=down, walks=True, first=where.start, last=where.stop - 1, **more)


def _sum(where: slice, a: A = A.SHAPE, b: B = B.ZERO) -> Instruction:
    """Sizes, added up."""
    return walk(where, How.ADD, a, b, Down.SIZE)


def _steps(where: slice, how: How, a: A = A.SHAPE) -> Program:
    """Of the sizes of the steps from block to block."""
    first, rest = slice(where.start, where.start + 1), slice(where.start + 1, where.stop)
    return [walk(first, How.NOTHING, a, keep=True), walk(rest, how, a, B.BEFORE, Down.SIZE, keep=True)]


def _distance(name: str) -> Instruction:
    return _sum(SEGMENTS[name], A.SHAPE, B.TEMPLATE)


def _peak(a: A) -> Instruction:
    return walk(WIDE, How.MOST, a, down=Down.SIZE)


HOLD = Instruction(How.HOLD, A.SUM)
RATIO, SHARE = Instruction(How.RATIO, A.SUM), Instruction(How.SHARE, A.SUM)


def _usual(how: How, word: Word, **more) -> Instruction:
    return Instruction(how, A.USUAL, word=word, **more)


def _recall(word: Word) -> Instruction:
    return Instruction(How.RECALL, word=word)


def _interval(which: A, span: int) -> Program:
    return [Instruction(How.HOLD, which), _usual(How.RATIO, MEANS[span], finer=1)]


def _off(which: A, over: Word = Word.SHORT) -> Program:
    return [Instruction(How.HOLD, which, B.USUAL, down=Down.SIZE), _usual(How.RATIO, over)]


def _time(held: Instruction) -> Program:
    """Over a constant, of which the logarithm goes into the offset."""
    return [held, Instruction(How.RATIO, finer=1, offset=-int(log2(np.array(UNIT + 1))) << 1)]


_SIZE = CLEAR, _sum(QRS, A.TEMPLATE), Instruction(How.SIZE, A.SUM, B.LESS_16)
P_FIRST = slice(P.start, P.start + 1)
COUNTS: dict[str, Program] = {  # of each of `FEATURES`, from an empty sum to its offer, to which its offset is added
    **{f"away_{name}": [_recall(word), Instruction(How.OVER)] for name, word in DISTANCES.items() if name != "all"},
    **{f"unusual_{name}": [_recall(word), _usual(How.RATIO, word)] for name, word in DISTANCES.items()},
    "area": [_sum(QRS), SHARE],
    "height": [_peak(A.SHAPE), HOLD, _peak(A.TEMPLATE), RATIO],
    "wide": [
        _peak(A.SHAPE),
        walk(WIDE, How.COUNT, A.SHAPE, down=Down.SIZE),
        Instruction(How.MANY, finer=1),
    ],
    "wide_steep": [*_steps(WIDE, How.MOST), *_steps(WIDE, How.COUNT), Instruction(How.MANY, finer=1)],
    "sharp": [*_steps(WIDE, How.MOST), HOLD, _peak(A.SHAPE), RATIO],
    "p_size": [*_steps(P, How.ADD), SHARE],
    "p_change": [*_steps(P, How.ADD), HOLD, *_steps(P, How.ADD, A.TEMPLATE), RATIO],
    "p_height": [  # the most over the least, which is kept
        walk(P_FIRST, How.SET, A.SHAPE),
        walk(P, How.LEAST, A.SHAPE),
        Instruction(How.NOTHING, A.SUM, keep=True),
        CLEAR,
        walk(P, How.MOST, A.SHAPE, B.BEFORE),
        SHARE,
    ],
    **{f"previous_{1 << span}": _interval(A.PREVIOUS, span) for span in SPANS},
    **{f"following_{1 << span}": _interval(A.FOLLOWING, span) for span in SPANS},
    "rate": [_usual(How.HOLD, Word.SHORT), _usual(How.RATIO, Word.LONG, finer=2)],
    "previous_off": _off(A.PREVIOUS),
    "following_off": _off(A.FOLLOWING),
    "previous_odd": _off(A.PREVIOUS, Word.SWING),
    "t_direction": [
        walk(REPOLARISED, How.ADD, A.SHAPE),
        Instruction(How.HOLD, A.SUM, down=Down.SIZE),
        walk(WIDE, How.ADD, A.SHAPE),
        Instruction(How.SIDE, A.SUM),
    ],
    "change": [Instruction(How.SHARE, A.CHANGE)],
    "swing": [_usual(How.HOLD, Word.SWING), _usual(How.RATIO, Word.SHORT)],
    "following_previous": [Instruction(How.HOLD, A.FOLLOWING), Instruction(How.RATIO, A.PREVIOUS, finer=1)],
    "both": [
        Instruction(How.ADD, A.PREVIOUS),
        Instruction(How.ADD, A.FOLLOWING),
        HOLD,
        Instruction(How.RATIO, A.TWICE, word=Word.SHORT, finer=2),
    ],
    "previous_time": _time(Instruction(How.HOLD, A.PREVIOUS)),
    "following_time": _time(Instruction(How.HOLD, A.FOLLOWING)),
    "mean_time": _time(_usual(How.HOLD, Word.MIDDLE)),
}


def load() -> Program:
    """The level, then every block of the beat, and how far those of `CHANGE` are from the beat before. Distances and
    the size that they are measured in are noted: then there is less to do when the next beat is known.
    """
    rest = slice(0, CHANGE.start), slice(CHANGE.stop, BLOCKS)
    return [
        CLEAR,
        Instruction(How.LEVEL),
        walk(LEVEL, How.ADD, A.LOADED),
        Instruction(How.LEVEL, A.SUM, down=2),
        walk(rest[0], How.NOTHING, A.LOADED, load=True),
        walk(CHANGE, How.ADD, A.LOADED, B.SHAPE, Down.SIZE, load=True),
        walk(rest[1], How.NOTHING, A.LOADED, load=True),
        Instruction(How.CHANGE, A.SUM),
        *_SIZE,
        *(
            each
            for name, word in DISTANCES.items()
            for each in (_distance(name), Instruction(How.NOTE, A.SUM, word=word))
        ),
    ]


def begin() -> Program:
    """The first beat is the template, and its interval is usual."""
    empty = [Instruction(How.PUT, word=word) for word in (*DISTANCES.values(), Word.SWING)]
    words = *MEANS.values(), Word.LAST
    intervals = [Instruction(How.PUT, A.PREVIOUS, word=word) for word in words]
    taught = walk(ALL, How.TEACH, A.SHAPE), Instruction(How.CHANGE), *_SIZE
    return [*empty, *intervals, *taught, *(Instruction(How.NOTE, word=word) for word in DISTANCES.values())]


def count(encoding: RelativeEncoding) -> Iterator[Instruction]:
    yield CLEAR
    for name in encoding.relative:
        *steps, offer = COUNTS[name]
        yield from steps
        yield replace(offer, offset=offer.offset + FEATURES[name].offset)


def learn() -> Iterator[Instruction]:
    """`State.learn`: whether the beat teaches, then the distances, the template, the swing and the mean intervals."""
    yield Instruction(How.SET, A.PREVIOUS, B.USUAL, down=Down.SIZE)
    yield _usual(How.REGULAR, Word.SHORT, down=3)
    yield Instruction(How.SET, A.FOLLOWING, B.USUAL, down=Down.SIZE)
    yield _usual(How.STILL, Word.SHORT, down=2)
    yield CLEAR
    for name in ("all", "p", "s", "st", "t"):
        word = DISTANCES[name]
        yield _distance(name)
        if name == "all":
            yield Instruction(How.STRANGE, A.TWICE, word=word)
        yield Instruction(How.LEAST, A.TWICE, B.LESS_32, word=word, when=When.DOUBTS)
        yield _toward(word, Down.DISTANCE, When.MOVES)
    yield walk(ALL, How.LEAD, A.SHAPE, down=Down.TEMPLATE, when=When.MOVES)
    yield Instruction(How.SET, A.PREVIOUS, B.USUAL, down=Down.SIZE, word=Word.LAST)
    yield _usual(How.LEAST, Word.SHORT)
    yield _toward(Word.SWING, Word.SWING.fraction)
    yield Instruction(How.PUT, A.PREVIOUS, word=Word.LAST)
    for word in MEANS.values():
        yield Instruction(How.SET, A.PREVIOUS)
        yield Instruction(How.LEAST, A.TWICE, word=word)
        yield _usual(How.MOST, word, down=1)
        yield _toward(word, word.fraction)
    yield Instruction(How.LEARNED)


def _toward(word: Word, down: int, when: When = When.ALWAYS) -> Instruction:
    """The word moves a part of the way to the sum."""
    return Instruction(How.MOVE, A.SUM, down=down, word=word, when=when)
