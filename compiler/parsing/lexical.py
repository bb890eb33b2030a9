"""Faults that need no grammar: illegal signs, malformed numbers, brackets, too deep nesting."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise

from ..source import Diagnostic, Source, Span
from .mistakes import Mistakes
from .tokens import ILLEGAL, Token

LONGEST_NUMBER = 400  # digits
LARGEST_EXPONENT = 400  # of ten; float64 ends at 308
DEEPEST = 200

_PAIRS = {")": "(", "]": "["}


def lexical_fault(
    source: Source, tokens: Sequence[Token], mistakes: Callable[[], Mistakes]
) -> Diagnostic | None:
    """The first sign that no word of the language starts with, or the first malformed number.

    mistakes: knows what to write for signs of other languages; asked for when there is one.
    """
    for before, token in pairwise([None, *tokens]):
        assert token is not None
        if token.kind == "NUMBER" and (fault := _number_fault(token)):
            return fault
        if token.kind == ILLEGAL:
            return _illegal(source, before, token, mistakes().characters)
    return None


def _number_fault(token: Token) -> Diagnostic | None:
    """Numbers are exact, so their size is bounded before they are made."""
    digits, _, exponent = token.text.lower().partition("e")
    if len(digits) > LONGEST_NUMBER:
        message = f"this number has more than {LONGEST_NUMBER} digits"
        return Diagnostic(span=token.span, message=message, hint="write it with an exponent: 1e-8")
    if len(exponent) > 5 or abs(int(exponent or 0)) > LARGEST_EXPONENT:
        message = f"the exponent of this number is beyond {LARGEST_EXPONENT}"
        hint = f"numbers reach from 1e-{LARGEST_EXPONENT} to 1e{LARGEST_EXPONENT}"
        return Diagnostic(span=token.span, message=message, hint=hint)
    return None


def _illegal(
    source: Source, before: Token | None, token: Token, characters: dict[str, str]
) -> Diagnostic:
    """What is said about a sign that the language does not have."""
    sign, place = token.text, token.span
    if sign == '"':
        return Diagnostic(
            span=place,
            message="the quote is not closed on its line",
            hint="a text ends on the line on which it starts, with '\"'",
        )
    if sign == ".":
        return _stray_point(source, before, place)
    shown = f"'{sign}'" if sign.isprintable() and not sign.isspace() else f"U+{ord(sign):04X}"
    two = source.text[place.start : place.start + 2]
    hint = characters.get(two) or characters.get(sign, "")
    if not hint and sign.isspace():
        hint = "this is a white character that is no plain space: replace it by one"
    elif not hint and sign.isalpha():
        greek = unicodedata.name(sign, "").removeprefix("GREEK SMALL LETTER ").lower()
        spelt = f", {greek} for instance" if greek.isalpha() and greek.isascii() else ""
        hint = f"names are spelt with the letters a-z and A-Z, digits and underscores{spelt}"
    return Diagnostic(span=place, message=f"{shown} is no sign of the language", hint=hint)


def _stray_point(source: Source, before: Token | None, place: Span) -> Diagnostic:
    """A point that belongs to no number: `.5`, `1.`, `1.2.3`, `K.t`."""
    end = place.end
    while end < len(source.text) and (source.text[end].isalnum() or source.text[end] == "."):
        end += 1
    tail = source.text[place.start : end]
    if before is not None and before.span.end == place.start:
        if before.kind == "NUMBER":
            span = Span(before.span.start, end)
            return Diagnostic(
                span=span,
                message=f"'{source.quote(span)[:40]}' is no number",
                hint="a number has one point, with digits on both sides: 0.5",
            )
        return Diagnostic(
            span=place,
            message="a point cannot stand behind a name",
            hint="functions are written bare, as in sin(x); only a kernel's adjoint K.T has one",
        )
    hint = f"write 0{tail[:40]}" if tail[1:].isdigit() else "a number has digits on both sides: 0.5"
    return Diagnostic(span=place, message="a number cannot start with a point", hint=hint)


def bracket_fault(source: Source, tokens: Sequence[Token]) -> Diagnostic | None:
    """The first bracket that is never closed, closes nothing, or closes another kind."""
    opened: list[int] = []
    for position, token in enumerate(tokens):
        if token.text in _PAIRS.values():
            opened.append(position)
            if len(opened) > DEEPEST:
                return deep_fault(_nested_thing(tokens, opened[0]).span)
        elif token.text in _PAIRS:
            if not opened:
                return Diagnostic(
                    span=token.span,
                    message=f"'{token.text}' closes nothing: no '{_PAIRS[token.text]}' is open",
                    hint="one closing bracket is too many, or an opening one is missing before it",
                )
            other = tokens[opened.pop()]
            if other.text != _PAIRS[token.text]:
                return _wrong_pair(source, other, token)
    if opened:
        return _unclosed(source, tokens, tokens[opened[-1]])
    return None


def _wrong_pair(source: Source, opener: Token, closer: Token) -> Diagnostic:
    line, column = source.line_column(opener.span.start)
    here, _ = source.line_column(closer.span.start)
    where = f"in column {column}" if line == here else f"in line {line}, column {column}"
    return Diagnostic(
        span=closer.span,
        message=f"'{closer.text}' cannot close the '{opener.text}' opened {where}",
        hint=f"write '{_closing(opener)}' here, or close the '{opener.text}' before",
    )


def _unclosed(source: Source, tokens: Sequence[Token], opener: Token) -> Diagnostic:
    line, _ = source.line_column(opener.span.start)
    last, end = source.line_column(tokens[-1].span.end)
    where = f"column {end}" if line == last else f"line {last}, column {end}"
    return Diagnostic(
        span=opener.span,
        message=f"'{opener.text}' is never closed: the statement ends in {where}",
        hint=f"write '{_closing(opener)}' where it ends; a statement goes on in indented lines",
    )


def _closing(opener: Token) -> str:
    return ")" if opener.text == "(" else "]"


def _nested_thing(tokens: Sequence[Token], bracket: int) -> Token:
    """Where that begins to which a bracket belongs: a name called or indexed, or the bracket."""
    before = tokens[bracket - 1] if bracket > 1 else None
    called = before and before.kind == "NAME" and before.span.end == tokens[bracket].span.start
    return before if before and called else tokens[bracket]


def deep_fault(span: Span) -> Diagnostic:
    """What is said about an expression that is nested deeper than anyone reads."""
    return Diagnostic(
        span=Span(span.start, span.start + 1),
        message=f"this is nested more than {DEEPEST} deep",
        hint="give a part of it a name: param, data, function or energy",
    )
