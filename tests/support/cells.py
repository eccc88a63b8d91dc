"""Naming the cell libraries that a test needs."""

from __future__ import annotations

import pytest


def libraries(*names: str) -> pytest.MarkDecorator:
    """Run the test with each of these PDKs as the fixture ``library``."""
    return pytest.mark.parametrize("library", names, indirect=True)
