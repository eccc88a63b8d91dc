"""What can go wrong, by whose fault it is. A command line says it in one line; see `model.console.run`."""

from __future__ import annotations


class InputError(Exception):
    """Something the user gave is wrong: exit status 2. The message is one line: what, where, and what to do."""


class VerificationError(Exception):
    """What was to be shown does not hold, though the input was fine: exit status 1. The message says what differs."""
