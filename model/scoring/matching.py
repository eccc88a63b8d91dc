"""Which detected beat is which annotated one: the rules of WFDB's ``bxb``, the reference implementation of EC57.

ANSI/AAMI EC57 (4.2) has beats compared by that program, so that what it does in doubtful cases is the standard's word:
* Going through both lists in time, the earlier of the two next beats is looked at. It pairs with the next one of the
  other list if that is within the window, and nearer to it than to the beat that follows it in its own list. Else it
  stays alone: missed, if annotated, or extra. At equal distances the later beat has the pair.
* The comparison begins with the first annotated beat from ``begin`` on. A detected beat shortly before belongs to it if
  it would pair; one shortly after ``begin`` is left out if the next is nearer, as it may be of a beat before.
* In ventricular flutter or fibrillation no beat is annotated, and a beat that is detected there and pairs with none
  is not counted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

WINDOW_MS = 150
ALONE = -1  # in place of the other of a pair
NEVER = np.iinfo(np.int64).max // 2  # the time of a beat after the last


def window(rate: float) -> int:
    """The greatest distance of a pair in samples, at ``rate`` of them a second: `WINDOW_MS`, to the nearest."""
    return int(WINDOW_MS * rate / 1000 + 0.5)


def match(
    reference: np.ndarray,
    test: np.ndarray,
    reach: int,
    begin: int = 0,
    excluded: Sequence[tuple[int, int]] = (),
) -> np.ndarray:
    """What is counted: int64[n, 2], in time, indices into ``reference`` and ``test``, or `ALONE` for one of them.

    reference, test: sample numbers of annotated and of detected beats, int64[beats], strictly increasing.
    reach:           the greatest distance of a pair, as of `window`.
    begin:           the sample from which on beats are compared.
    excluded:        first and last sample of each stretch of flutter or fibrillation; annotated beats there are left
                     out, too.
    Raises ValueError for beats out of order.
    """
    if any((np.diff(samples) <= 0).any() for samples in (reference, test)):
        raise ValueError("sample numbers of beats increase")
    annotated = [i for i, at in enumerate(reference) if at >= begin and not _inside(at, excluded)]
    ours = [*(int(reference[i]) for i in annotated), NEVER, NEVER]  # NEVER follows the last of a list, and itself
    theirs = [*map(int, test), NEVER, NEVER]
    i, j = 0, _first(ours[0], theirs, reach, begin)
    pairs: list[tuple[int, int]] = []
    while i < len(annotated) or j < len(test):
        if _pairs(ours[i : i + 2], theirs[j : j + 2], reach):
            pairs.append((annotated[i], j))
            i, j = i + 1, j + 1
        elif theirs[j] < ours[i]:
            if not _inside(theirs[j], excluded):
                pairs.append((ALONE, j))
            j += 1
        else:
            pairs.append((annotated[i], ALONE))
            i += 1
    return np.array(pairs, np.int64).reshape(-1, 2)


def _pairs(ours: Sequence[int], theirs: Sequence[int], reach: int) -> bool:
    """Whether the first of two lists pair: the later one is not as near, or nearer, to what follows the earlier."""
    earlier, later = (theirs, ours) if theirs[0] < ours[0] else (ours, theirs)
    distance = later[0] - earlier[0]
    return distance <= reach and distance < abs(later[0] - earlier[1])


def _first(start: int, theirs: Sequence[int], reach: int, begin: int) -> int:
    """Where in the detected beats the comparison begins, when the first annotated beat is at ``start``."""
    after = int(np.searchsorted(theirs, begin))
    if after and _pairs([start], theirs[after - 1 : after + 1], reach):
        return after - 1
    near = theirs[after] - begin <= reach and abs(start - theirs[after + 1]) < abs(start - theirs[after])
    return after + near


def _inside(sample: int, stretches: Sequence[tuple[int, int]]) -> bool:
    return any(first <= sample <= last for first, last in stretches)
