"""How many examples hypothesis draws."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

USUAL = 100


def examples(count: int, **others: Any) -> settings:
    """A decorator: the test draws ``count`` examples, and more in the proportion in which the profile draws more.

    others: further settings of hypothesis.
    """
    return settings(max_examples=count * settings.default.max_examples // USUAL, **others)
