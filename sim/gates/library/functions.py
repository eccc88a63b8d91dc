"""Boolean functions of Liberty, as expressions that both Python and C evaluate on words of bits."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

# Liberty's precedence, tightest first: ! and ', then ^, then & or * or a blank, then | or +.
TOKEN = re.compile(r"\s*([A-Za-z_]\w*|[01]|[()!'^&*|+])")


@cache
def parse(function: str) -> str:
    """A Liberty function in fully bracketed ``~ & ^ |``; its names become ``{name}``, to be filled by `str.format`.

    The constants 0 and 1 become ``{c0}`` and ``{c1}``: all bits clear, all bits set.
    Raises ValueError where the text is not such a function.
    """
    tokens, end = [], 0
    text = function.strip()
    while end < len(text):
        found = TOKEN.match(text, end)
        if not found:
            raise ValueError(f"{function!r} is not a Liberty function")
        tokens.append(found[1])
        end = found.end()
    expression = _either(tokens)
    if tokens:
        raise ValueError(f"{function!r} is not a Liberty function: {tokens[0]!r} is one too many")
    return expression


def names(function: str) -> list[str]:
    """The pins that a function names, each once."""
    return list(dict.fromkeys(re.findall(r"[A-Za-z_]\w*", function)))


def _binary(operators: str, sign: str, operand: Callable[[list[str]], str], blank: bool = False):
    def read(tokens: list[str]) -> str:
        left = operand(tokens)
        while tokens and (tokens[0] in operators or (blank and tokens[0] not in ")|+^'")):
            if tokens[0] in operators:
                tokens.pop(0)
            left = f"({left} {sign} {operand(tokens)})"
        return left

    return read


def _not(tokens: list[str]) -> str:
    if not tokens:
        raise ValueError("a Liberty function ends too early")
    token = tokens.pop(0)
    if token == "!":
        return f"(~{_not(tokens)})"
    if token == "(":
        inner = _either(tokens)
        if not tokens or tokens.pop(0) != ")":
            raise ValueError("a bracket is not closed in a Liberty function")
    elif token in "!'^&*|+)":
        raise ValueError(f"{token!r} out of place in a Liberty function")
    else:
        inner = "{" + token + "}" if not token.isdigit() else "{c" + token + "}"
    while tokens and tokens[0] == "'":
        tokens.pop(0)
        inner = f"(~{inner})"
    return inner


_either = _binary("|+", "|", _binary("&*", "&", _binary("^", "^", _not), blank=True))
