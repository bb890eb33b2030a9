"""Runs LALR(1) tables over the tokens of one statement and builds its tree bottom-up.

There is no recursion: a text nested thousands deep meets a limit, never the interpreter's stack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..source import Span
from .tables import END, Tables
from .tokens import Token

# A builder turns the name of a rule, the span it covers and its kept children into a node.
Build = Callable[[str, Span, list[Any]], object]
Leaf = Callable[[Token], object]


class Stuck(Exception):
    """No statement goes on with the token at this position of the sequence."""

    def __init__(self, position: int) -> None:
        self.position = position
        super().__init__(position)


def parse_tokens(tables: Tables, tokens: Sequence[Token], *, leaf: Leaf, build: Build) -> Any:
    """The tree of a statement.

    leaf, build: make the nodes, of a token and of a rule. Raises Stuck at the first bad token.
    """
    states = [0]
    values: list[object] = []
    starts: list[int] = []
    ends: list[int] = [tokens[0].span.start if tokens else 0]
    for position, token in enumerate([*tokens, None]):
        while True:
            action = tables.actions[states[-1]].get(terminal(tables, states[-1], token))
            if action is None:
                if token is None and states[-1] == tables.accepting:
                    return values[0]
                raise Stuck(position)
            if action >= 0:
                assert token is not None
                states.append(action)
                values.append(leaf(token))
                starts.append(token.span.start)
                ends.append(token.span.end)
                break
            rule = tables.rules[-action - 1]
            base = len(values) - rule.size
            span = Span(starts[base] if rule.size else ends[-1], ends[-1])
            kept = _kept(values[base:], rule.picks)
            match rule.name:
                case "*":
                    value: object = kept
                case "":
                    value = kept[0]
                case name:
                    value = build(name, span, kept)
            del states[base + 1 :], values[base:], starts[base:], ends[base + 1 :]
            states.append(tables.goto[states[-1]][rule.origin])
            values.append(value)
            starts.append(span.start)
            ends.append(span.end)
    raise AssertionError("the end of the tokens is neither accepted nor refused")


def terminal(tables: Tables, state: int, token: Token | None) -> str:
    """What a token is here: a word is a keyword only where the grammar can use that keyword."""
    if token is None:
        return END
    if token.kind == "NAME":
        keyword = tables.words.get(token.text)
        if keyword is not None and keyword in tables.actions[state]:
            return keyword
    return token.kind


def _kept(children: list[object], picks: Iterable[int | None]) -> list[object]:
    """The kept children; lists (repetitions) are spliced, a leading one is grown in place."""
    kept: list[object] = []
    for position in picks:
        child = None if position is None else children[position]
        if not isinstance(child, list):
            kept.append(child)
        elif kept:
            kept.extend(child)
        else:
            kept = child
    return kept


# ---- the same run without values


def states_after(tables: Tables, tokens: Iterable[Token]) -> list[int]:
    """The stack of states after good tokens, before any reduction that the next one would ask."""
    states = [0]
    for token in tokens:
        _advance(tables, states, terminal(tables, states[-1], token))
    return states


def terminals(tables: Tables, tokens: Iterable[Token]) -> list[str]:
    """What each token of a good statement is: a word is a keyword or a name by its place."""
    states = [0]
    found = []
    for token in tokens:
        found.append(terminal(tables, states[-1], token))
        _advance(tables, states, found[-1])
    return found


def accepted(tables: Tables, states: Sequence[int]) -> frozenset[str]:
    """The terminals that may follow in earnest; LALR reduces before it finds some of them wrong."""
    row = tables.actions[states[-1]]
    return frozenset(symbol for symbol in {*row, END} if _advance(tables, list(states), symbol))


def _advance(tables: Tables, states: list[int], symbol: str) -> bool:
    """Reduce as a terminal asks and shift it; False where it cannot stand."""
    while (action := tables.actions[states[-1]].get(symbol)) is not None and action < 0:
        rule = tables.rules[-action - 1]
        del states[len(states) - rule.size :]
        states.append(tables.goto[states[-1]][rule.origin])
    if action is not None:
        states.append(action)
        return True
    return symbol == END and states[-1] == tables.accepting
