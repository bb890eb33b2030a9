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
            action = tables.actions[states[-1]].get(_terminal(tables, states[-1], token))
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
            start = starts[base] if rule.size else ends[-1]
            end = ends[-1]
            children = values[base:]
            del states[base + 1 :], values[base:], starts[base:], ends[base + 1 :]
            kept = _kept(children, rule.picks)
            if rule.name == "":
                value: object = kept[0]
            elif rule.name == "*":
                value = kept
            else:
                value = build(rule.name, Span(start, end), kept)
            states.append(tables.goto[states[-1]][rule.origin])
            values.append(value)
            starts.append(start)
            ends.append(end)
    raise AssertionError("the end of the tokens is neither accepted nor refused")


def _terminal(tables: Tables, state: int, token: Token | None) -> str:
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
