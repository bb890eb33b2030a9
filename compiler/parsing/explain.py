"""What is said about a statement that cannot be read: one fault, the first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from ..source import Diagnostic, Source
from .mistakes import Mistake, Mistakes, Situation, find, situation
from .reader import MARK
from .tables import END, Tables
from .tokens import ILLEGAL, Token

INDENT = "indent this line if it continues the statement above"
_LONGEST_QUOTE = 40
_FORMULA = {"LPAR", "LSQB", "EQUAL"}  # behind a word, they make it the start of a formula
_FORMULAS = ("equation", "iterate", "initial")
COLUMN_1 = "a statement starts in column 1; indented lines continue the one above"


def keyword_fault(
    source: Source, tokens: Sequence[Token], *, keywords: tuple[str, ...]
) -> Diagnostic | None:
    """The fault of the first word of a statement: indented, no word, or unknown."""
    first = tokens[0]
    line, column = source.line_column(first.span.start)
    if first.kind == ILLEGAL:  # more is said about that elsewhere
        return None
    if source.line(line)[: column - 1].lstrip(MARK):
        return Diagnostic(
            span=first.span, message=f"'{short(first)}' must start in column 1", hint=COLUMN_1
        )
    if first.kind != "NAME":
        return Diagnostic(
            span=first.span,
            message=f"a statement starts with a keyword, not with '{short(first)}'",
            hint=INDENT,
        )
    if first.text in keywords:
        return None
    message = f"unknown keyword '{short(first)}'"
    return Diagnostic(span=first.span, message=message, hint=_known(tokens, keywords))


def meant(tokens: Sequence[Token], keywords: tuple[str, ...]) -> tuple[str, ...]:
    """The keywords that the first word of a statement may have been meant for, likeliest first."""
    word = tokens[0].text
    if word in keywords:
        return (word,)
    formula = len(tokens) > 1 and tokens[1].kind in _FORMULA
    close = get_close_matches(
        word.lower()[:_LONGEST_QUOTE], keywords, cutoff=0.8 if formula else 0.6
    )
    return tuple(close) if close or not formula else _FORMULAS


def _known(tokens: Sequence[Token], keywords: tuple[str, ...]) -> str:
    """A hint for an unknown keyword."""
    likely = meant(tokens, keywords)
    if likely == _FORMULAS:
        return f"a formula stands behind its keyword: equation {short(tokens[0])}...; {INDENT}"
    if likely:
        return f"did you mean '{likely[0]}'?"
    return f"known: {', '.join(keywords)}; {INDENT}"


def explain(
    source: Source,
    tokens: Sequence[Token],
    position: int,
    *,
    tables: Tables,
    mistakes: Mistakes,
) -> Diagnostic:
    """What is said about a statement whose token at a position cannot stand there."""
    if indented := _indented_keyword(source, tokens, position, tables.keywords):
        return indented
    stuck = situation(tables, tokens, position)
    mistake = find(mistakes, stuck) or _general(stuck, mistakes)
    before = mistake.at == "before" or stuck.found is None
    return Diagnostic(
        span=(stuck.before if before or stuck.found is None else stuck.found).span,
        message=_filled(mistake.message, stuck),
        hint=_filled(mistake.hint, stuck),
    )


def _filled(template: str, stuck: Situation) -> str:
    """A message with the words of the statement in the places that it leaves for them."""
    found = short(stuck.found) if stuck.found else "the end of the statement"
    values = {"{found}": found, "{before}": short(stuck.before), "{keyword}": stuck.keyword}
    return re.sub(r"{(found|before|keyword)}", lambda name: values[name.group()], template)


def short(token: Token) -> str:
    """A token as it is quoted in a message."""
    return token.text if len(token.text) <= _LONGEST_QUOTE else token.text[:_LONGEST_QUOTE] + "..."


def _indented_keyword(
    source: Source, tokens: Sequence[Token], position: int, keywords: tuple[str, ...]
) -> Diagnostic | None:
    """A keyword at the start of an indented line, when the statement above cannot go on there."""
    depth = 0
    for index, token in enumerate(tokens[: position + 1]):
        depth += (token.text in {"(", "["}) - (token.text in {")", "]"})
        if not index or depth or token.text not in keywords:
            continue
        line, column = source.line_column(token.span.start)
        if source.line(line)[: column - 1].strip():
            continue
        follows = tokens[index + 1].kind if index + 1 < len(tokens) else ""
        option = (tokens[0].text, token.text) == ("solve", "scheme")
        if tokens[index - 1].text != "," or (follows in {"NAME", "NUMBER"} and not option):
            return Diagnostic(
                span=token.span,
                message=f"the statement '{token.text}' must start in column 1",
                hint=COLUMN_1,
            )
    return None


def _general(stuck: Situation, mistakes: Mistakes) -> Mistake:
    """What is said where no example comes near: what was found, and what could have stood there."""
    accepts = set(stuck.accepts)
    choices = []
    if {"NAME", "NUMBER", "LPAR"} <= accepts:
        choices.append("a value")
        accepts -= {"NAME", "NUMBER", "LPAR", "LSQB", "SIGN", "NOT"}
    if "TIMES" in accepts:
        choices.append("an operator")
        accepts -= {"SIGN", "TIMES", "_POWER", "COMPARED", "LPAR", "LSQB", "_ADJOINT", "AND", "OR"}
    words = {terminal: f"'{word}'" for word, terminal in _spelling(accepts).items()}
    choices += [mistakes.words.get(name) or words.get(name, "") for name in sorted(accepts - {END})]
    choices += [mistakes.words[name] for name in accepts & {END}]
    return Mistake(
        message="{found} cannot stand behind '{before}'"
        if stuck.found is None
        else "'{found}' cannot stand behind '{before}'",
        hint=f"here may stand {_listed([choice for choice in choices if choice])}; "
        f"{stuck.keyword} reads: {mistakes.statements[stuck.keyword]}",
        at="found",
    )


def _spelling(terminals: set[str]) -> dict[str, str]:
    """Terminals of single words are named after them."""
    return {name.lower(): name for name in terminals if name.isalpha()}


def _listed(choices: list[str]) -> str:
    return ", ".join(choices[:-1]) + (" or " if len(choices) > 1 else "") + choices[-1]


def first_of(*faults: Diagnostic | None) -> Diagnostic | None:
    """The fault that starts first; of two at one place, the one named first."""
    told = [fault for fault in faults if fault is not None]
    return min(told, key=lambda fault: fault.span.start, default=None)
