"""The printer of documents: it decides which of their breaks become line ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from .document import (
    HARD,
    WIDTH,
    Break,
    Choice,
    Close,
    Doc,
    Group,
    Indent,
    Own,
    Rescue,
    When,
    must_break,
)

STEP = 4


class _Item(NamedTuple):
    """A piece still to be printed: how, and how it is measured."""

    doc: Doc
    flat: bool
    indent: int
    every: bool = False  # all lines are measured, not only the first
    long: bool = False  # words may be too long: only what stands around them is measured

    def but(self, doc: Doc, *, flat: bool | None = None, step: int = 0) -> _Item:
        """Another piece in the same place."""
        now = self.flat if flat is None else flat
        return _Item(doc, now, self.indent + step, self.every, self.long)


@dataclass(slots=True)
class _Printer:
    """Prints pieces from a stack; `flats` says which named groups stayed flat."""

    stack: list[_Item]
    column: int
    lines: list[str] = field(default_factory=lambda: [""])
    flats: dict[int, bool] = field(default_factory=dict)
    measured: bool = False  # the rest of this line is known to fit

    def run(self) -> str:
        while self.stack:
            item = self.stack.pop()
            match item.doc:
                case str(word):
                    self._word(word)
                case Break(flat=word, hard=hard):
                    if item.flat and not hard:
                        self._word(word)
                    else:
                        self._end(item.indent)
                case Group():
                    self._group(item, item.doc)
                case Rescue():
                    self._rescue(item, item.doc)
                case Choice(options=options):
                    self._choice(item, options)
                case Close():
                    self._end(item.indent)
                    self._word(")")
                case _:
                    if isinstance(item.doc, Own) and self.flats[item.doc.name]:
                        self.measured = False
                    self.stack += parts(item, self.flats)
        return "\n".join(line.rstrip() for line in self.lines)

    def _word(self, word: str) -> None:
        self.lines[-1] += word
        self.column += len(word)

    def _end(self, indent: int) -> None:
        self.lines.append(" " * indent)
        self.column = indent
        self.measured = False

    def _fits(self, *more: _Item) -> bool:
        return fits([*more], self.stack, self.column, self.flats)

    def _group(self, item: _Item, group: Group) -> None:
        if group.after and self.flats[group.after]:
            self.stack.append(item.but(group.body))
            return
        flat = not group.broken
        if flat and not (item.flat and self.measured):
            self.measured = True
            flat = self._fits(item.but(group, flat=True))
        if group.name:
            self.flats[group.name] = flat
        body = group.flat if flat and group.flat is not None else group.body
        self.stack.append(item.but(body, flat=flat))

    def _rescue(self, item: _Item, doc: Rescue) -> None:
        flat = item.flat and self.measured
        if not flat:
            self.measured = True
            self.flats[doc.name] = True
            flat = self._fits(item.but(doc.body, flat=True))
        if not flat:
            self.flats[doc.name] = False
            inner = _Item(doc.body, item.flat, item.indent + STEP, every=True)
            start = [item.but(Close()), inner, inner.but(HARD), item.but("(")]
            flat = not self._fits(*start)
        self.flats[doc.name] = flat
        if flat:
            self.stack.append(item.but(doc.body, flat=True))
        else:
            inside = item.but(doc.body, flat=False, step=STEP)
            self.stack += [item.but(Close()), inside, inside.but(HARD), item.but("(")]

    def _choice(self, item: _Item, options: tuple[Doc, ...]) -> None:
        if item.flat and self.measured:
            self.stack.append(item.but(options[0]))
            return
        self.measured = True
        for option in options[:-1]:
            if self._fits(item.but(option, flat=True)):
                self.stack.append(item.but(option, flat=True))
                return
        self.stack.append(item.but(options[-1], flat=False))


def parts(item: _Item, flats: dict[int, bool]) -> Iterator[_Item]:
    """What a piece without a choice of its own consists of, the last part first."""
    match item.doc:
        case tuple(docs):
            yield from (item.but(doc) for doc in reversed(docs))
        case Indent(body=body, after=after):
            step = 0 if after and flats.get(after, item.flat) else STEP
            yield item.but(body, step=step)
        case When(body=body, broken=broken, name=name):
            if flats.get(name, item.flat) != broken:
                yield item.but(body)
        case Own(body=body):
            yield item.but(body)


def fits(pending: list[_Item], rest: list[_Item], column: int, flats: dict[int, bool]) -> bool:
    """Whether pieces, and what follows them up to the next line end, stay within the width."""
    after = len(rest)
    while pending or after:
        if not pending:
            after -= 1
            pending.append(rest[after])
        item = pending.pop()
        match item.doc:
            case str(word):
                column += len(word)
                if column > WIDTH and not item.long:
                    return False
            case Break(flat=word, hard=hard):
                if item.flat and not hard:
                    column += len(word)
                    if column > WIDTH and not item.long:
                        return False
                elif item.every:
                    column = item.indent
                else:
                    return True
            case Group(flat=str(word)) if item.flat:
                column += len(word)
                if column > WIDTH and not item.long:
                    return False
            case Group(body=body, name=name, after=condition, broken=broken):
                if condition and flats.get(condition, item.flat):
                    pending.append(item.but(body))
                    continue
                flat = item.flat and not broken
                if name:
                    flats[name] = flat
                pending.append(item.but(body, flat=flat))
            case Own(body=body, name=name):
                if item.flat and flats.get(name, True):
                    pending.append(
                        _Item(body, flat=False, indent=item.indent, every=True, long=True)
                    )
                elif item.flat and must_break(body):
                    return False
                else:
                    pending.append(item.but(body))
            case Rescue(body=body, name=name):
                flats[name] = item.flat
                pending.append(item.but(body))
            case Choice(options=options):
                pending.append(item.but(options[0] if item.flat else options[-1]))
            case Close():
                column = item.indent + 1
            case _:
                pending += parts(item, flats)
    return True


def show(doc: Doc, indent: int = 0) -> str:
    """A document as text that starts `indent` columns from the left."""
    return _Printer([_Item(doc, flat=False, indent=indent)], column=indent).run()
