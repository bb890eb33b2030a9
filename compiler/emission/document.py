"""A text with places where it may break: what lines.py prints.

A document is a word, a tuple of documents, or one of the classes below. A group is printed flat if
all of it, with what follows up to the next possible break, fits on the line; otherwise its own
breaks become line ends, and the groups inside it decide for themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field

WIDTH = 100


@dataclass(frozen=True, slots=True)
class Break:
    """A line end if the group around it breaks, else the word `flat`; `hard` is always one."""

    flat: str = ""
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Breaks or stays flat as a whole. With `after`, a group only where that group has broken.

    `flat` is how it is printed where it does not break, if no other group has a say in that.
    """

    body: Doc
    name: int = 0
    after: int = 0
    broken: bool = False
    flat: str | None = field(default=None, init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "broken", self.broken or must_break(self.body))
        if not (self.name or self.after or self.broken):
            object.__setattr__(self, "flat", flat_text(self.body))


@dataclass(frozen=True, slots=True)
class Indent:
    """One step to the right; with `after`, only where that group has broken."""

    body: Doc
    after: int = 0


@dataclass(frozen=True, slots=True)
class When:
    """Printed only where the group around it, or the named one, has broken (or has not)."""

    body: Doc
    broken: bool = True
    name: int = 0


@dataclass(frozen=True, slots=True)
class Own:
    """Brackets that may open although the named group stays flat."""

    body: Doc
    name: int


@dataclass(frozen=True, slots=True)
class Rescue:
    """Put into parentheses on a line of its own, but only if that makes it fit."""

    body: Doc
    name: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The first of several documents whose first line fits, or the last."""

    options: tuple[Doc, ...]


@dataclass(frozen=True, slots=True)
class Close:
    """The end of a `Rescue` that was printed in parentheses; only printer and ruler see it."""


Doc = str | tuple["Doc", ...] | Break | Group | Indent | When | Own | Rescue | Choice | Close
HARD = Break(hard=True)
SOFT = Break()
SPACE = Break(" ")
COMMA = When(",")  # after the last of several parts, each on its own line
MUST = When(HARD, broken=False)  # breaks the group around it, and is not printed itself


def must_break(doc: Doc) -> bool:
    """Whether a document holds a line end that no width can avoid."""
    match doc:
        case tuple():
            return any(map(must_break, doc))
        case Break(hard=hard):
            return hard
        case Group(broken=broken):
            return broken
        case Indent(body=body) | When(body=body):
            return must_break(body)
    return False


def flat_text(doc: Doc) -> str | None:
    """A document on one line; None if that depends on other groups, or is longer than any line."""
    match doc:
        case str():
            return doc
        case Break(flat=word, hard=hard):
            return None if hard else word
        case Group(flat=flat):
            return flat
        case Indent(body=body, after=0):
            return flat_text(body)
        case When(body=body, broken=broken, name=0):
            return "" if broken else flat_text(body)
        case tuple():
            total = ""
            for part in doc:
                text = flat_text(part)
                if text is None or len(total) + len(text) > WIDTH:
                    return None
                total += text
            return total
    return None
