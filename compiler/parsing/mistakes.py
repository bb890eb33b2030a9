"""Syntax errors by example: `mistakes.toml` compiled to a table from situations to messages.

A situation is all that the parser knows where it is stuck. It is written as several keys, the most
telling first; the first key that an example has made decides.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any

from .lalr import Stuck, accepted, parse_tokens, states_after, terminal
from .tables import END, Tables
from .tokens import Token, tokenize


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What is said, and where: at the token "found" or the one "before" it."""

    message: str
    hint: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistakes:
    """`mistakes.toml` in the form in which it is used.

    characters  a sign that no terminal has -> what to write for it
    words       terminal -> its name in the user's words
    statements  keyword -> how such a statement reads
    messages    all mistakes
    keys        key of a situation -> index of its message
    """

    characters: dict[str, str]
    words: dict[str, str]
    statements: dict[str, str]
    messages: tuple[Mistake, ...]
    keys: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Where the parser is stuck: the tokens, the bad position, and what could have stood there."""

    tokens: Sequence[Token]
    position: int
    state: int
    before_kind: str
    accepts: frozenset[str]
    words: frozenset[str]

    @property
    def keyword(self) -> str:
        return self.tokens[0].text

    @property
    def found(self) -> Token | None:
        """The bad token; None at the end of the statement."""
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    @property
    def before(self) -> Token:
        return self.tokens[self.position - 1]


def situation(tables: Tables, tokens: Sequence[Token], position: int) -> Situation:
    """What is known where a statement gets stuck; position is at least 1, after the keyword."""
    states = states_after(tables, tokens[: position - 1])
    before_kind = terminal(tables, states[-1], tokens[position - 1])
    states = states_after(tables, tokens[:position])
    return Situation(
        tokens=tokens,
        position=position,
        state=states[-1],
        before_kind=before_kind,
        accepts=accepted(tables, states),
        words=frozenset(tables.words),
    )


def find(mistakes: Mistakes, stuck: Situation) -> Mistake | None:
    """The message of the most telling key that an example has made."""
    for kind in _found_kinds(stuck):
        for _, key in _keys(stuck, kind):
            if key in mistakes.keys:
                return mistakes.messages[mistakes.keys[key]]
    return None


# ---- keys


def _keys(stuck: Situation, kind: str) -> list[tuple[bool, str]]:
    """The keys of one kind of finding, the most telling first; True for those of any statement."""
    accepts = sha256(",".join(sorted(stuck.accepts)).encode()).hexdigest()[:12]
    before = _CLASS.get(stuck.before_kind, "word")
    keyword, state = stuck.keyword, stuck.state
    return [
        (False, f"{keyword} {state} {accepts} {kind}"),
        (False, f"{keyword} {accepts} {kind}"),
        (True, f"{accepts} {kind}"),
        (False, f"{keyword} {state} {kind}"),
        (True, f"{state} {kind}"),
        (True, f"{_expected(stuck.accepts)} {before} {kind}"),
    ]


_CLASS = dict.fromkeys(("NAME", "NUMBER", "RPAR", "RSQB", "_ADJOINT"), "value") | dict.fromkeys(
    ("SIGN", "TIMES", "_POWER", "COMPARED", "EQUAL", "AND", "OR", "NOT", "IN"), "operator"
)  # fmt: skip
_ENDS = ("EQUAL", "COMMA", "RPAR", "RSQB", END)


def _expected(accepts: frozenset[str]) -> str:
    """A coarse word for what could have stood here."""
    ends = "".join(symbol for symbol in _ENDS if symbol in accepts)
    if "TIMES" in accepts:
        return "operator" + ends
    if {"NAME", "NUMBER", "LPAR"} <= accepts:
        return "value"
    return "+".join(sorted(accepts))


def _found_kinds(stuck: Situation) -> list[str]:
    """What was found, the most telling first: its spelling, its surroundings, then its kind."""
    token = stuck.found
    kinds = [END if token is None else token.kind]
    if token is not None and (token.text in stuck.words or token.text == "=="):
        kinds.insert(0, f"'{token.text}'")
    if "EQUAL" in stuck.accepts:
        later = (t.kind == "EQUAL" for t in stuck.tokens[stuck.position + 1 :])
        kinds = [*([f"{kind}..=" for kind in kinds] if any(later) else []), *kinds]
    if stuck.before_kind == "NAME" and stuck.before.text in stuck.words:
        kinds = [f"'{stuck.before.text}' {kind}" for kind in kinds] + kinds
    if _decimal_comma(stuck):
        kinds.insert(0, "0,1")
    if stuck.before.kind == "NUMBER" and token is not None and token.kind == "NAME":
        touching = stuck.before.span.end == token.span.start
        kinds = ["2x", *kinds] if touching else kinds
    return kinds


def _decimal_comma(stuck: Situation) -> bool:
    """Whether two numbers are joined by a comma without a space: 0,1."""
    comma = stuck.position - (stuck.before.kind == "COMMA")
    if comma < 1:
        return False
    three = stuck.tokens[comma - 1 : comma + 2]
    touching = all(a.span.end == b.span.start for a, b in pairwise(three))
    return touching and [t.kind for t in three] == ["NUMBER", "COMMA", "NUMBER"]


# ---- compilation


def compile_mistakes(tables: Tables, text: str) -> Mistakes:
    """The table of a `mistakes.toml`.

    Raises ValueError for an example that is no mistake, and where the example of one mistake is
    answered by another.
    """
    data: dict[str, Any] = tomllib.loads(text)
    listed = data["mistake"]
    keys: dict[str, int] = {}
    made = [
        [(example, _stuck(tables, example)) for example in entry["examples"]] for entry in listed
    ]
    for general in (False, True):
        for number, situations in enumerate(made):
            several = len({stuck.keyword for _, stuck in situations}) > 1
            for _, stuck in situations if several or not general else ():
                for anywhere, key in _keys(stuck, _found_kinds(stuck)[0]):
                    if anywhere == general:
                        keys.setdefault(key, number)
    mistakes = Mistakes(
        characters=data["characters"],
        words=data["words"],
        statements=data["statements"],
        messages=tuple(
            Mistake(message=m["message"], hint=m.get("hint", ""), at=m.get("at", "found"))
            for m in listed
        ),
        keys=keys,
    )
    for number, situations in enumerate(made):
        for example, stuck in situations:
            answer = find(mistakes, stuck)
            if answer != mistakes.messages[number]:
                raise ValueError(f"{example!r} is answered by {answer}")
    return mistakes


def _stuck(tables: Tables, example: str) -> Situation:
    """Parse an example until it is stuck."""
    tokens = list(tokenize(tables, example, 0, len(example)))
    try:
        parse_tokens(tables, tokens, leaf=lambda token: token, build=lambda *parts: parts)
    except Stuck as stuck:
        if stuck.position:
            return situation(tables, tokens, stuck.position)
    raise ValueError(f"no mistake: {example!r}")
