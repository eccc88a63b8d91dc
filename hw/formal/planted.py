"""Bugs that are planted on purpose: a proof that finds none of them proves nothing."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any


@dataclass(frozen=True)
class Bug:
    """In a module of `hw`, ``core.tree`` for example, the text ``old`` becomes ``new``."""

    module: str
    old: str
    new: str

    @property
    def place(self) -> str:
        """``core/tree.py``"""
        return f"{self.module.replace('.', '/')}.py"

    @property
    def text(self) -> str:
        """In one line."""
        return " ".join(f"'{self.old}' becomes '{self.new}'".split())

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Functions and methods of the module have the bug meanwhile, wherever they were imported to.

        Raises ValueError where the text is not there, or more than once.
        """
        module = import_module(f"sparrow_ecg.hw.{self.module}")
        source = inspect.getsource(module)
        if source.count(self.old) != 1:
            raise ValueError(f"hw.{self.module} has {source.count(self.old)} times {self.old!r}, not once")
        broken = ModuleType(module.__name__)
        broken.__file__ = module.__file__
        exec(compile(source.replace(self.old, self.new), str(module.__file__), "exec"), vars(broken))
        right = {name: function.__code__ for name, function in _functions(module)}
        try:
            self._swap(module, {name: function.__code__ for name, function in _functions(broken)})
            yield
        finally:
            self._swap(module, right)

    @staticmethod
    def _swap(module: ModuleType, codes: dict[str, Any]) -> None:
        for name, function in _functions(module):
            function.__code__ = codes[name]


def _functions(module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    """Those that the module itself defines, and the methods of its classes."""
    for name, thing in vars(module).items():
        if getattr(thing, "__module__", None) != module.__name__:
            continue
        if isinstance(thing, FunctionType):
            yield name, thing
        elif isinstance(thing, type):
            for method, found in vars(thing).items():
                function = getattr(found, "__func__", found)
                if isinstance(function, FunctionType) and function.__code__.co_filename == module.__file__:
                    yield f"{name}.{method}", function
