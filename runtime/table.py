"""Named open sets: a table of lines "name = module:attribute", each imported when it is asked for.

A newcomer adds a method by one file and one line; nothing registers itself as a side effect of an
import, and a name that is not there is answered with the nearest one that is.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Generic, TypeVar

Entry = TypeVar("Entry")


class UnknownName(LookupError):
    """A name that an open set does not hold; `hint` names the nearest one and all that it holds."""

    def __init__(self, kind: str, name: str, hint: str) -> None:
        super().__init__(f"unknown {kind} {name!r}\n  hint: {hint}")
        self.kind, self.name, self.hint = kind, name, hint


class Table(Mapping[str, Entry], Generic[Entry]):
    """An open set: name -> what its line points at, loaded at the first look.

    A line is "name = module:attribute", or "module:attribute" where the name is the last part of
    the module; modules are relative to `package`. `kind` is what a user calls an entry.

    >>> shapes = Table("shape", "os", "path:join", "stem = path:basename")
    >>> list(shapes), shapes["stem"]("a/b")
    (['path', 'stem'], 'b')
    >>> shapes["stam"]
    Traceback (most recent call last):
    ...
    iterant.runtime.table.UnknownName: unknown shape 'stam'
      hint: did you mean 'stem'? known: path, stem
    """

    def __init__(self, kind: str, package: str, *lines: str) -> None:
        entries: dict[str, tuple[str, str]] = {}
        for line in lines:
            name, target = _read(kind, line)
            if name in entries:
                raise ValueError(f"two lines of the table of {kind}s are named {name!r}")
            entries[name] = target
        self.kind = kind
        self._package = package
        self._lines = MappingProxyType(entries)
        self._loaded: dict[str, Entry] = {}

    def __getitem__(self, name: str) -> Entry:
        if name not in self._loaded:
            if name not in self._lines:
                raise UnknownName(self.kind, name, self.hint(name))
            module, attribute = self._lines[name]
            found = import_module(f".{module}", self._package)
            self._loaded[name] = getattr(found, attribute)
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def nearest(self, name: str) -> str | None:
        """The known name that a misspelt one probably meant."""
        return next(iter(difflib.get_close_matches(name, self._lines, n=1)), None)

    def hint(self, name: str) -> str:
        """The hint for a name that is not here: the nearest one, and all that are known."""
        near = self.nearest(name)
        known = "known: " + ", ".join(self._lines)
        return f"did you mean {near!r}? {known}" if near else known


def _read(kind: str, line: str) -> tuple[str, tuple[str, str]]:
    """Cut a line into its name, its module and its attribute."""
    name, equals, target = (part.strip() for part in line.rpartition("="))
    module, colon, attribute = target.partition(":")
    if not (colon and module and attribute and (name or not equals)):
        raise ValueError(
            f"a line of the table of {kind}s reads 'name = module:attribute': {line!r}"
        )
    return name or module.rpartition(".")[2], (module, attribute)
