"""Schemes as test material: the examples, their meaning without places, and mutations of them."""

import random
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark
from lark import Lark

from iterant import grammars
from iterant.compiler.parsing import language
from iterant.compiler.parsing.tokens import Token, tokenize
from iterant.compiler.source import Source
from iterant.compiler.syntax import Node, Program

EXAMPLES = sorted((Path(__file__).resolve().parent.parent / "examples").glob("*.scheme"))


def source(text: str) -> Source:
    """A text as if it came from a file."""
    return Source("test.scheme", text)


def tokens(text: str) -> list[Token]:
    """All tokens of a text, comments included."""
    return list(tokenize(language.tables(), text, 0, len(text)))


def shape(item: object) -> object:
    """A tree without its places, to compare meanings."""
    if isinstance(item, Program):
        return shape(item.statements)
    if isinstance(item, tuple):
        return tuple(shape(part) for part in item)
    if isinstance(item, Node):
        parts = (shape(getattr(item, f.name)) for f in fields(item) if f.name != "span")
        return (type(item).__name__, *parts)
    return item


def nodes(item: object) -> Iterator[Node]:
    """All nodes of a tree."""
    todo = [item]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple):
            todo += node
        elif isinstance(node, Program):
            todo += node.statements
        elif isinstance(node, Node):
            yield node
            todo += [getattr(node, f.name) for f in fields(node)]


@cache
def words() -> tuple[tuple[str, ...], ...]:
    """For each example its pieces: tokens and the white between them, in turn."""
    found = []
    for path in EXAMPLES:
        text, pieces, end = path.read_text("utf-8"), [], 0
        for token in tokens(text):
            pieces += [text[end : token.span.start], token.text]
            end = token.span.end
        found.append((*pieces, text[end:]))
    return tuple(found)


# What a slip of the hand, or of an editor, leaves behind.
ODD = (
    *"()[]{}+-*/^=<>,:;.\"'#&|!@$%~?\\_\n\t\0é×−∂\u00a0\ufeff", "**", "==", "<=", ".T", "->",
    "\n\n", "\r\n", "\n  ", "0", "1", "1.5", "1e-8", "1e999", "2pi", "9" * 500, '"text"',
    "# note\n", "u", "x", "dt", "lap", "in", "on", "of", "for", "and", "or", "not", "limit", "step",
    "scheme", "domain", "grid", "field", "equation", "time",
    "(" * 300, "[" * 300, "-" * 300, "f(" * 300, "^2" * 300,
)  # fmt: skip


NUMBERS = ("0", "1", "2", "3", "1/7", "0.9", "1e-3", "64", "-1", "4096", "9" * 30)
SIGNS = ("+", "-", "*", "/", "^")


def exchanged(seed: int) -> str:
    """An example in which one to three tokens became others of their kind: it may well compile."""
    dice = random.Random(seed)
    pieces = list(dice.choice(words()))
    names = [p for p in pieces if p.isidentifier()]
    places = [i for i, p in enumerate(pieces) if p in SIGNS or p[:1].isalnum()]
    for _ in range(dice.choice((1, 1, 2, 3))):
        at = dice.choice(places)
        if pieces[at] in SIGNS:
            pieces[at] = dice.choice(SIGNS)
        elif pieces[at][:1].isdigit():
            pieces[at] = dice.choice(NUMBERS)
        elif dice.random() < 0.5:
            pieces[at] = dice.choice(names)
    return "".join(pieces)


def mutated(seed: int) -> str:
    """An example with one to six of its tokens dropped, doubled, swapped, or replaced."""
    dice = random.Random(seed)
    pieces = list(dice.choice(words()))
    every = dice.choice(words())
    for _ in range(dice.choice((1, 1, 1, 2, 3, 6))):
        at = dice.randrange(len(pieces))
        match dice.randrange(6):
            case 0:
                pieces[at] = ""
            case 1:
                pieces[at] *= 2
            case 2:
                other = dice.randrange(len(pieces))
                pieces[at], pieces[other] = pieces[other], pieces[at]
            case 3:
                pieces[at] = dice.choice(ODD)
            case 4:
                pieces[at] += dice.choice(ODD)
            case _:
                pieces[at] = dice.choice(every)
    text = "".join(pieces)
    if dice.random() < 0.05:
        text = text[: dice.randrange(len(text) + 1)]
    return text


def statements() -> st.SearchStrategy[str]:
    """Statements made from the grammar itself, with white space where words would touch."""
    grammar = Lark(grammars.read("scheme.lark"), parser="lalr", start="statement")
    names = st.sampled_from(["u", "k", "limit", "lap", "on", "step", "grid", "T", "x2"])
    return from_lark(
        grammar,
        explicit={
            "NAME": names.map(lambda word: f" {word} "),
            "NUMBER": st.sampled_from(["0", "1", "1.5", "2e-3"]).map(lambda text: f" {text} "),
            "STRING": st.just('"text"'),
            "_ADJOINT": st.just(".T "),
            "COMMENT": st.just("# note\n "),
        },
    )
