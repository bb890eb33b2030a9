"""Texts become trees: the whole contract, the traps of the language, exact numbers, and limits."""

from fractions import Fraction
from pathlib import Path

import pytest

import texts
from iterant import grammars
from iterant.compiler.parse import parse, parse_into
from iterant.compiler.parsing.tables import compile_grammar
from iterant.compiler.source import Faults, SchemeError, Source, Span
from iterant.compiler.syntax import (
    Equality,
    EquationStatement,
    Expression,
    Interval,
    Name,
    Node,
    Number,
    Option,
    Power,
    Product,
    Program,
    SchemeStatement,
    Signed,
    Sum,
    TimeStatement,
    Tuple,
)
from texts import shape, source

AT = Span(0, 0)


def read(text: str) -> Program:
    """Parse statements behind a scheme line."""
    return parse(source(f"scheme test\n{text}\n"))


def formula(text: str) -> Expression:
    """Parse the right side of an equation."""
    [_, statement] = read(f"equation u = {text}").statements
    assert isinstance(statement, EquationStatement)
    return statement.equality.right


def options(text: str) -> dict[str, object]:
    """Parse options of a time statement: name to value without places."""
    [_, statement] = read(f"time rk4, {text}").statements
    assert isinstance(statement, TimeStatement)
    return {option.name.name: shape(option.value) for option in statement.options}


def name(text: str) -> Name:
    return Name(span=AT, name=text)


def number(value: object) -> Number:
    return Number(span=AT, value=Fraction(str(value)))


def test_grammar_has_no_conflict() -> None:
    pytest.importorskip("interegular")
    compile_grammar(grammars.read("scheme.lark"), strict=True)


@pytest.mark.parametrize("path", texts.EXAMPLES, ids=lambda path: path.stem)
def test_examples_parse(path: Path) -> None:
    text = path.read_text("utf-8")
    program = parse(Source(path.name, text))
    starts = [line for line in text.splitlines() if line[:1].isalpha()]
    assert len(program.statements) == len(starts)
    first = program.statements[0]
    assert isinstance(first, SchemeStatement)
    assert first.name.name == path.stem
    assert first.doc.endswith(".")
    for statement, line in zip(program.statements, starts, strict=True):
        kind = type(statement).__name__.removesuffix("Statement").lower()
        assert line.split()[0] == kind


def test_all_examples_are_here() -> None:
    assert len(texts.EXAMPLES) >= 27


# ---- the traps of values that stand beside their option


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("step (1/2)*limit", {"step": formula("1/2*limit")}),
        ("step -1", {"step": Signed(span=AT, sign="-", operand=number(1))}),
        ("step -1/2, until 3", {"step": formula("-1/2"), "until": number(3)}),
        ("step (-1)", {"step": Signed(span=AT, sign="-", operand=number(1))}),
        ("step(1/2)", {"step": formula("1/2")}),
        ("step - limit + 1", {"step": formula("-limit + 1")}),
        ("sweeps (2, 1)", {"sweeps": Tuple(span=AT, items=(number(2), number(1)))}),
        ("sweeps(2, 1)", {"sweeps": Tuple(span=AT, items=(number(2), number(1)))}),
        ("sweeps (2)", {"sweeps": number(2)}),
        ("smoother jacobi(4/5)", {"smoother": formula("jacobi(4/5)")}),
        ("in [0, 1]", {"in": Interval(span=AT, low=number(0), high=number(1))}),
        ("range [-1, 1]", {"range": formula("[-1, 1]")}),
        ("frozen, steps 4,", {"frozen": None, "steps": number(4)}),
        ("restrict average", {"restrict": name("average")}),
    ],
)
def test_option_values(text: str, expected: dict[str, Expression | None]) -> None:
    parsed = options(text)
    value = shape(Product(span=AT, operators=("*", "/"), factors=(number(1), number(2))))
    if text == "step (1/2)*limit":  # brackets make a product of their own
        assert parsed == {"step": ("Product", ("*", "*"), (value, shape(name("limit"))))}
    else:
        assert parsed == {key: shape(item) for key, item in expected.items()}


@pytest.mark.parametrize(
    "text",
    [
        "field on, of, for, time, scheme, and, not\nequation dt(on) = of * time - scheme(for)",
        "param in = 1, grid = 2, T = 3\nequation u = in * grid + K.T(T)",
        "equation where = where(energy < watch and not space, or, and)",
        "domain in in [0, 1], on in [2, 3]\nboundary on = 0 on on low",
        "kernel kernel: field -> 8, size 5\nfunction function(data) = data",
        "solve for for for, for 1",
        "certify of of of for for",
        "initial domain = schemes + gridded + inner + ofo + android",
    ],
)
def test_keywords_may_be_names(text: str) -> None:
    read(text)


def test_a_keyword_does_not_eat_the_head_of_a_word() -> None:
    with pytest.raises(SchemeError, match="unknown keyword 'gridded'"):
        read("gridded 4")


# ---- trees


def test_sums_and_products_are_flat() -> None:
    long = formula(" - ".join(["a*b/c"] * 1000))
    assert isinstance(long, Sum)
    assert long.signs == ("+", *["-"] * 999)
    product = long.terms[-1]
    assert isinstance(product, Product)
    assert product.operators == ("*", "*", "/")


def test_brackets_are_kept_as_structure() -> None:
    outer = formula("a - (b - c)")
    assert isinstance(outer, Sum)
    assert isinstance(outer.terms[1], Sum)
    assert shape(formula("((a))")) == shape(name("a"))


def test_signs_and_powers() -> None:
    minus = formula("-x^2")
    assert isinstance(minus, Signed)
    assert isinstance(minus.operand, Power)
    tower = formula("a^b^-c")
    assert isinstance(tower, Power)
    assert shape(tower.base) == shape(name("a"))
    assert isinstance(tower.exponent, Power)
    assert shape(formula("a**b")) == shape(formula("a^b"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", Fraction(1, 10)),
        ("1e-8", Fraction(1, 10**8)),
        ("2.50E+3", 2500),
        ("0", 0),
        ("1e400", 10**400),
        ("9" * 400, 10**400 - 1),
        ("0." + "0" * 300 + "1", Fraction(1, 10**301)),
    ],
)
def test_numbers_are_exact(text: str, value: Fraction) -> None:
    parsed = formula(text)
    assert isinstance(parsed, Number)
    assert parsed.value == value


@pytest.mark.parametrize("text", ["1e401", "1e-401", "1e999999", "1e" + "9" * 5000, "9" * 401])
def test_absurd_numbers_are_refused(text: str) -> None:
    with pytest.raises(SchemeError, match="number"):
        formula(text)


def test_spans() -> None:
    text = "equation dt(u) = kappa * (u[k+1] - K.T(v)^2)  # note\n  + f(a, n = 3)"
    program = read(text)
    quoted = {
        (type(node).__name__, program.source.quote(node.span)) for node in texts.nodes(program)
    }
    assert quoted >= {
        ("EquationStatement", text),
        ("Equality", text.removeprefix("equation ")),
        ("Sum", "(u[k+1] - K.T(v)^2)"),
        ("Index", "u[k+1]"),
        ("Sum", "k+1"),
        ("Adjoint", "K.T"),
        ("Call", "K.T(v)"),
        ("Power", "K.T(v)^2"),
        ("Call", "f(a, n = 3)"),
        ("Argument", "n = 3"),
        ("Number", "3"),
    }


@pytest.mark.parametrize("path", texts.EXAMPLES, ids=lambda path: path.stem)
def test_spans_lie_inside_each_other(path: Path) -> None:
    program = parse(Source(path.name, path.read_text("utf-8")))
    for node in texts.nodes(program):
        assert program.source.quote(node.span).strip() == program.source.quote(node.span) != ""
        for field in type(node).__dataclass_fields__:
            below = getattr(node, field)
            for child in below if isinstance(below, tuple) else (below,):
                if isinstance(child, Node):
                    assert node.span.start <= child.span.start <= child.span.end <= node.span.end


# ---- forms of text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n", "\r\n"),
        (" ", "\t"),
        ("\nequation", "\n# a note\n\n  # another\nequation"),
        ("", "\n\n"),
    ],
)
def test_white_space_has_no_meaning(old: str, new: str) -> None:
    text = 'scheme a\n  "Doc."\ndomain x in [0, 1]\nequation u = a +\n  b\n'
    changed = text.replace(old, new) if old else new + text
    doc = text.replace('"Doc."', '""')
    assert shape(parse(source(changed)))[1:] == shape(parse(source(text)))[1:]  # type: ignore[index]
    assert shape(parse(source("\ufeff" + doc))) == shape(parse(source(doc)))


def test_last_line_needs_no_end() -> None:
    [_, statement] = parse(source("scheme a\nequation u = 1")).statements
    assert isinstance(statement, EquationStatement)
    assert isinstance(statement.equality, Equality)


def test_broken_statements_are_known() -> None:
    faults = Faults(source("scheme a\nfeild u\nequation dt(w) kappa\nspace order 2\n"))
    program = parse_into(faults)
    assert [type(s).__name__ for s in program.statements] == ["SchemeStatement", "SpaceStatement"]
    assert [broken.keywords[0] for broken in program.broken] == ["field", "equation"]
    assert [broken.names for broken in program.broken] == [{"u"}, {"dt", "w", "kappa"}]
    assert len(faults.errors) == 2


def test_option_is_frozen() -> None:
    option = Option(span=AT, name=name("step"), value=None)
    with pytest.raises(AttributeError):
        option.value = number(1)  # type: ignore[misc]
