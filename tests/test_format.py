"""Formatting keeps meaning and comments, and formatting twice changes nothing."""

import random
from pathlib import Path

import pytest
from hypothesis import assume, given, strategies as st

import texts
from iterant.compiler.format import format_source
from iterant.compiler.parse import parse
from iterant.compiler.source import SchemeError
from texts import shape, source


def formatted(text: str) -> str:
    """Format a text and check what must hold of every text."""
    once = format_source(source(text))
    assert format_source(source(once)) == once
    assert shape(parse(source(once))) == shape(parse(source(text)))
    assert comments(once) == comments(text)
    assert "\n\n\n" not in once.replace("\r\n", "\n")
    return once


def comments(text: str) -> list[str]:
    """The comments of a text in order."""
    return [token.text.rstrip() for token in texts.tokens(text) if token.kind == "COMMENT"]


def statement(text: str) -> str:
    """Format one statement behind a scheme line."""
    return formatted(f"scheme a\n{text}\n").removeprefix("scheme a\n").removesuffix("\n")


@pytest.mark.parametrize("path", texts.EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_formatted(path: Path) -> None:
    text = path.read_text("utf-8")
    assert formatted(text) == text


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("equation dt( u )=lap( u )-u", "equation dt(u) = lap(u) - u"),
        ("equation u=a**2+b^ - 1", "equation u = a^2 + b^-1"),
        ("equation u = 2*pi * x/y", "equation u = 2*pi * x/y"),
        ("equation u = a* b /c", "equation u = a * b / c"),
        ("equation u = - a - - b*-c", "equation u = -a - -b*-c"),
        ("iterate u[k + 1,i]=u[ k,i - 1 ]", "iterate u[k+1, i] = u[k, i-1]"),
        ("iterate u[k+1] = u[(k + 1)*2]", "iterate u[k+1] = u[(k + 1)*2]"),
        ("time rk4,step -1,until(1/2)*T,", "time rk4, step -1, until (1/2)*T"),
        ("solve multigrid,sweeps(2,1)", "solve multigrid, sweeps (2, 1)"),
        ("time strang ( a,b )", "time strang(a, b)"),
        ("domain x,y in[0,1]", "domain x, y in [0, 1]"),
        ("kernel K:u->16,size 5", "kernel K: u -> 16, size 5"),
        ("field h :channels 4", "field h: channels 4"),
        ("param c=( - 1 ),in[ -1,1 ]", "param c = (-1), in [-1, 1]"),
        ("watch m = K . T ( u )", None),
        ("watch m = K .T ( u )", "watch m = K.T(u)"),
        ("watch m=where(not x<1 and(y or z),- 2)", "watch m = where(not x < 1 and (y or z), -2)"),
        ("certify conserves(u)of dx for r", "certify conserves (u) of dx for r"),
        ("boundary u=0 on x low,periodic on y", "boundary u = 0 on x low, periodic on y"),
        ("function g( s,t )=s,trainable", "function g(s, t) = s, trainable"),
        ("field u   # note", "field u   # note"),
        ("field u# note", "field u  # note"),
        ("equation u = a +\n  b", "equation u = a\n             + b"),
        ("equation u =\n  a", "equation u\n         = a"),
        ("equation u = f(\n  a, b)", "equation u = f(a, b)"),
        ("equation u = f(a,\n  b)", "equation u = f(a,\n               b)"),
        ("solve cg,\n  tolerance 1", "solve cg,\n      tolerance 1"),
    ],
)  # fmt: skip
def test_statements(written: str, wanted: str | None) -> None:
    if wanted is None:
        with pytest.raises(SchemeError):
            statement(written)
    else:
        assert statement(written) == wanted


def test_heads_stand_in_one_column() -> None:
    assert statement("grid 4\nequation u = 1\n\n\n\ntime   rk4") == (
        "grid     4\nequation u = 1\n\ntime     rk4"
    )


def test_head_of_the_file() -> None:
    assert formatted('\n\n# one\n\n\n  # two\nscheme  a  "Doc."\nfield u') == (
        '# one\n\n# two\nscheme a\n  "Doc."\nfield u\n'
    )


def test_comments_stay() -> None:
    text = """\
scheme a    # name
  # the text
  "Doc."    # said
# before
field u     # the unknown

time  rk4,  # the method
# in column 1
      # its step
      step 1

# between

      # tail
watch  # what
      m = u
# end
"""
    assert formatted(text) == text


def test_line_ends_of_the_writer_are_kept() -> None:
    assert formatted("scheme a\r\nfield  u\r\n") == "scheme a\r\nfield u\r\n"
    assert formatted("\ufeffscheme a\nfield  u") == "scheme a\nfield u\n"


def test_long_statements_are_wrapped() -> None:
    terms = " + ".join(f"coefficient{n} * dx(u, order = {n})" for n in range(12))
    options = ", ".join(f"option{n} {n}" for n in range(30))
    text = formatted(f"scheme a\nequation dt(u) = {terms}\ntime rk4, {options}\n")
    lines = text.splitlines()
    assert max(map(len, lines)) <= 100
    assert all(line.startswith(" " * 17 + "+ ") for line in lines[2:] if " dx(" in line)
    assert sum(line.startswith(" " * 9 + "option") for line in lines) > 2


def test_unreadable_text_is_refused() -> None:
    with pytest.raises(SchemeError):
        format_source(source("scheme a\nfield u v\n"))


WHITE = ("  ", "\t", "\n  ", "\n\n ", "  # note\n  ", "\n# note\n ", " # a\n  # b\n ")


@given(st.integers(0, 2**32))
def test_white_space_at_random(seed: int) -> None:
    dice = random.Random(seed)
    pieces = list(dice.choice(texts.words()))
    for at in range(2, len(pieces) - 1, 2):
        if dice.random() < 0.3 and "\n" not in pieces[at]:
            pieces[at] = dice.choice(WHITE)
    text = "".join(pieces)
    try:
        parse(source(text))
    except SchemeError:
        assume(False)
    formatted(text)


@given(st.integers(0, 2**32))
def test_mutations(seed: int) -> None:
    text = texts.mutated(seed)
    try:
        parse(source(text))
    except SchemeError:
        return
    formatted(text)


@given(texts.statements())
def test_statements_of_the_grammar(text: str) -> None:
    text = text.replace("\r", "").replace("\n", "\n ").strip()
    try:
        parse(source(f"scheme a\n{text}\n"))
    except SchemeError:
        assume(False)
    statement(text)
