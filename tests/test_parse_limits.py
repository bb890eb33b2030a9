"""Deep, long and senseless texts are answered quickly, without recursion."""

import time

import pytest

from iterant.compiler.parse import parse
from iterant.compiler.source import SchemeError
from iterant.compiler.syntax import EquationStatement, Sum
from test_parse import formula
from texts import source


@pytest.mark.parametrize(
    ("opening", "closing"), [("(", ")"), ("f(", ")"), ("[0, ", "]"), ("w[", "]")]
)
def test_nesting(opening: str, closing: str) -> None:
    formula(opening * 200 + "x" + closing * 200)
    with pytest.raises(SchemeError, match="nested more than 200 deep") as caught:
        formula(opening * 201 + "x" + closing * 201)
    [fault] = caught.value.diagnostics
    assert caught.value.source.line_column(fault.span.start) == (2, len("equation u = ") + 1)


@pytest.mark.parametrize(
    ("chain", "last"), [("-", "x"), ("x^", "x"), ("-+", "x"), ("1 + 2 * (", "x")]
)
def test_nesting_of_operators(chain: str, last: str) -> None:
    closing = ")" * chain.count("(")
    deep = 200 // len(chain.replace("x", "")) if not closing else 100
    formula(chain * deep + last + closing * deep)
    with pytest.raises(SchemeError, match="nested more than 200 deep"):
        formula(chain * (deep + 1) + last + closing * (deep + 1))


JUNK = ("(", "[", ")", "f(", "-", "-x", "x^", "x+", "x*", "not ", ",x", "a<", "x", "1", "@", "\n",
        "\ngrid", "(\n", "\n  x", '"')  # fmt: skip


@pytest.mark.parametrize("piece", JUNK)
def test_large_junk_is_answered_quickly(piece: str) -> None:
    for start in ("equation u = ", ""):
        text = f"scheme a\n{start}"
        text += piece * ((64 * 1024 - len(text)) // len(piece))
        begin = time.process_time()
        answer = ""
        try:
            parse(source(text))
        except SchemeError as error:
            answer = str(error)
        assert time.process_time() - begin < 2
        assert len(answer) < 20_000


def test_large_good_text() -> None:
    text = "scheme a\nequation u = " + "1 + x*f(y)/3 - " * 4000 + "1\n"
    begin = time.process_time()
    statement = parse(source(text)).statements[1]
    assert time.process_time() - begin < 2
    assert isinstance(statement, EquationStatement)
    assert isinstance(statement.equality.right, Sum)
    assert len(statement.equality.right.terms) == 8001
