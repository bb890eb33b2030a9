"""Names: what is declared, what is reserved, and what a misspelt word was meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr, Symbol

from .. import syntax as tree
from ..model import Axis
from ..source import Faults, Span
from .foreign import ours
from .terms import Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A declared name; `item` is None for a name whose declaration has a fault of its own."""

    kind: str  # coordinate, field, data, param, function, kernel, energy
    span: Span
    item: Any = None
    term: Term | None = None  # what the bare name means


@dataclass(slots=True)
class Scope:
    """All names of one file, and the faults found so far."""

    faults: Faults
    axes: tuple[Axis, ...] = ()
    lattice: tuple[Axis, ...] = ()  # the indices of an iterate without a domain
    names: dict[str, Entry] = field(default_factory=dict)
    reserved: dict[str, str] = field(default_factory=dict)  # name -> why
    told: set[str] = field(default_factory=set)  # unknown names are told once
    disputed: set[str] = field(default_factory=set)  # declared twice, or with a faulty option
    used: set[str] = field(default_factory=set)
    values: dict[Symbol, Expr] = field(default_factory=dict)  # of parameters, as numbers
    numbers: dict[str, Term] = field(default_factory=dict)  # the same, to read formulas with
    closed: bool = True  # False: a statement could not be read, so any name may be declared

    def declare(
        self, name: tree.Name, kind: str, item: Any = None, term: Term | None = None
    ) -> bool:
        """Enter a name unless it is reserved or taken; says whether it was entered."""
        if why := self.reserved.get(name.name):
            self.faults.error(name.span, f"'{name.name}' is reserved: {why}", "choose another name")
            return False
        if earlier := self.names.get(name.name):
            self.faults.error(name.span, _taken(name.name, kind, earlier.kind))
            self.disputed.add(name.name)
            return False
        self.names[name.name] = Entry(kind=kind, span=name.span, item=item, term=term)
        return True

    def fill(self, name: str, item: Any, term: Term | None = None) -> None:
        """Give a declared name its meaning."""
        entry = self.names[name]
        self.names[name] = Entry(kind=entry.kind, span=entry.span, item=item, term=term)

    def of_kind(self, *kinds: str) -> list[str]:
        """The names of these kinds, in order of declaration."""
        return [name for name, entry in self.names.items() if entry.kind in kinds]

    @property
    def faced(self) -> tuple[Axis, ...]:
        """The axes that have faces."""
        return self.axes or self.lattice

    def items(self, kind: str) -> list[Any]:
        """What the sound names of a kind mean, in order of declaration."""
        entries = (entry for entry in self.names.values() if entry.kind == kind)
        return [entry.item for entry in entries if entry.item is not None]

    def tell_unused(self) -> None:
        """Warn of declared helpers that nothing refers to."""
        for name, entry in self.names.items():
            if entry.kind in ("param", "function", "kernel") and name not in self.used:
                self.faults.warn(entry.span, f"the {entry.kind} '{name}' is never used")

    def find(self, name: tree.Name, *kinds: str, what: str = "") -> Entry | None:
        """The entry of a name of one of these kinds; tells what is wrong if there is none."""
        self.used.add(name.name)
        entry = self.names.get(name.name)
        if entry and entry.kind in kinds:
            return entry if entry.item is not None else None
        what = what or " or ".join(kinds)
        if entry:
            if entry.item is not None:
                self.faults.error(
                    name.span, f"'{name.name}' is {ARTICLE[entry.kind]}, not {_a(what)}"
                )
            return None
        self.unknown(name, what, self.of_kind(*kinds))
        return None

    def unknown(self, name: tree.Name, what: str, known: Iterable[str], hint: str = "") -> None:
        """Tell that a name is unknown, once a name, and what it may have been meant for."""
        if name.name in self.told or not self.closed:
            return
        self.told.add(name.name)
        self.faults.error(
            name.span, f"unknown {what} '{name.name}'", hint or suggest(name.name, known)
        )


def owns(name: tree.Name, scope: Scope) -> bool:
    """Whether a name is declared here, and not a second time."""
    entry = scope.names.get(name.name)
    return entry is not None and entry.span == name.span


ARTICLE = {
    "coordinate": "a coordinate",
    "field": "a field",
    "data": "data",
    "param": "a parameter",
    "function": "a function",
    "kernel": "a kernel",
    "energy": "an energy",
}


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _taken(name: str, kind: str, earlier: str) -> str:
    if kind == earlier:
        return f"the {kind} '{name}' is declared twice"
    if earlier == "coordinate":
        return f"'{name}' is already a coordinate of the domain"
    return f"'{name}' is declared twice, first as {ARTICLE[earlier]}"


def meant(word: str, known: Iterable[str]) -> str | None:
    """The known word that a misspelt one was probably meant for."""
    known = list(known)
    if other := ours(word, known):
        return other
    lower = {other.casefold(): other for other in known}
    found = difflib.get_close_matches(word.casefold(), lower, n=1, cutoff=0.6)
    if found:
        return lower[found[0]]
    starts = [other for other in known if len(word) > 2 and other.startswith(word)]
    return starts[0] if len(starts) == 1 else None


def suggest(word: str, known: Iterable[str], *, most: int = 12) -> str:
    """A hint for a misspelt word: the likely one, and what is known if that is short."""
    known = list(known)
    likely = meant(word, known)
    listed = f"known: {', '.join(known)}" if 0 < len(known) <= most else ""
    if likely is None:
        return listed
    return f"did you mean '{likely}'?" + (f" {listed}" if listed and len(known) > 1 else "")


def names_in(node: Any) -> Iterator[tree.Name]:
    """All names of a formula, in reading order."""
    stack = [node]
    while stack:
        node = stack.pop()
        if isinstance(node, tree.Name):
            yield node
        elif isinstance(node, tree.Node):
            children = [getattr(node, key) for key in node.__dataclass_fields__ if key != "span"]
            stack += reversed(children)
        elif isinstance(node, tuple):
            stack += reversed(node)


def is_longer(node: tree.Expression, most: int) -> bool:
    """Whether a formula has more than so many nodes."""
    stack: list[Any] = [node]
    count = 0
    while stack and count <= most:
        part = stack.pop()
        if isinstance(part, tree.Node):
            count += 1
            stack += [getattr(part, key) for key in part.__dataclass_fields__ if key != "span"]
        elif isinstance(part, tuple):
            stack += part
    return count > most


def in_order(bodies: dict[str, Any], faults: Faults) -> tuple[list[str], set[str]]:
    """Names such that each stands after those in its body, and the names of circles, told."""
    order: list[str] = []
    circular: set[str] = set()
    state: dict[str, int] = {}  # 1: on the path, 2: done
    for start, body in bodies.items():
        if start in state:
            continue
        state[start] = 1
        path = [(start, names_in(body))]
        while path:
            here, rest = path[-1]
            name = next(rest, None)
            if name is None:
                path.pop()
                state[here] = 2
                order.append(here)
            elif name.name in bodies and name.name not in state:
                state[name.name] = 1
                path.append((name.name, names_in(bodies[name.name])))
            elif state.get(name.name) == 1:
                circle = [step for step, _ in path]
                circle = circle[circle.index(name.name) :]
                if not circular.intersection(circle):
                    _tell_circle(name, circle, faults)
                circular.update(circle)
    return order, circular


def _tell_circle(name: tree.Name, circle: list[str], faults: Faults) -> None:
    if len(circle) == 1:
        faults.error(name.span, f"'{name.name}' is defined by itself")
        return
    listed = ", ".join(f"'{step}'" for step in circle[:-1]) + f" and '{circle[-1]}'"
    faults.error(name.span, f"{listed} are defined by each other, in a circle")
