"""Every mistake in mistakes.toml gets its own message, at its place, in the user's words."""

import re
import tomllib

import pytest

from iterant import grammars
from iterant.compiler.parse import parse
from iterant.compiler.parsing import language
from iterant.compiler.parsing.mistakes import compile_mistakes
from iterant.compiler.source import Diagnostic, SchemeError
from texts import source, tokens

TABLE = tomllib.loads(grammars.read("mistakes.toml"))
EXAMPLES = [
    (entry["message"], entry.get("at", "found"), example)
    for entry in TABLE["mistake"]
    for example in entry["examples"]
]
# Words of the implementation, which no message may hold.
TERMINAL = re.compile(r"\b[A-Z]{2,}\b|__|\$END|LALR|token|terminal")


def faults(text: str) -> list[tuple[tuple[int, int], Diagnostic]]:
    """Parse a text that is no scheme; its faults with their lines and columns."""
    with pytest.raises(SchemeError) as caught:
        parse(source(text))
    where = caught.value.source.line_column
    return [(where(fault.span.start), fault) for fault in caught.value.diagnostics]


def fault(statement: str) -> tuple[int, Diagnostic]:
    """The only fault of a statement, with its column."""
    head = "" if statement.startswith("scheme") else "scheme test\n"
    [((line, column), found)] = faults(f"{head}{statement}\n")
    assert line == 1 + head.count("\n")
    return column, found


@pytest.mark.parametrize(
    ("message", "at", "example"), EXAMPLES, ids=[example for *_, example in EXAMPLES]
)
def test_example(message: str, at: str, example: str) -> None:
    column, found = fault(example)
    pattern = re.sub(r"\\{\w+\\}", r".+", re.escape(message))
    assert re.fullmatch(pattern, found.message), found.message
    ends = [token.span.start + 1 for token in tokens(example)]
    assert column in ends
    if at == "found":
        assert column > 1


def test_each_message_is_written_once() -> None:
    told = [(entry["message"], entry.get("hint", "")) for entry in TABLE["mistake"]]
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("entry", TABLE["mistake"], ids=lambda entry: entry["message"])
def test_wording(entry: dict[str, str]) -> None:
    text = f"{entry['message']} {entry.get('hint', '')}"
    assert not TERMINAL.search(text)
    assert not re.search(r"[.!?]$", entry["message"])
    assert set(re.findall(r"{(\w*)}", text)) <= {"found", "before", "keyword"}


@pytest.mark.parametrize("keyword", TABLE["statements"])
def test_model_statements_are_statements(keyword: str) -> None:
    statement = TABLE["statements"][keyword]
    assert statement.split()[0] == keyword
    parse(source(statement if keyword == "scheme" else f"scheme test\n{statement}\n"))


def test_every_keyword_and_terminal_has_its_words() -> None:
    tables = language.tables()
    assert tuple(TABLE["statements"]) == tables.keywords
    terminals = {name for row in tables.actions for name in row} - set(tables.words.values())
    assert terminals == set(TABLE["words"])


@pytest.mark.parametrize("sign", TABLE["characters"])
def test_signs_of_other_languages(sign: str) -> None:
    column, found = fault(f"equation u = a {sign} b")
    assert column == len("equation u = a ") + 1
    assert f"'{sign[0]}'" in found.message
    assert found.hint == TABLE["characters"][sign]


def test_an_example_without_a_mistake_is_refused() -> None:
    entry = '[characters]\n[words]\n[statements]\n[[mistake]]\nmessage = "m"\nexamples = ["{}"]\n'
    with pytest.raises(ValueError, match="no mistake"):
        compile_mistakes(language.tables(), entry.format("equation u = 1"))
    double = (
        entry.format("equation u =") + '[[mistake]]\nmessage = "n"\nexamples = ["equation u ="]'
    )
    with pytest.raises(ValueError, match="answered by"):
        compile_mistakes(language.tables(), double)


# ---- what needs no grammar


@pytest.mark.parametrize(
    ("statement", "column", "words"),
    [
        ("equation u = f(a", 15, "'(' never closed column 17"),
        ("equation u = f(a[1)", 19, "')' cannot close '[' column 17"),
        ("equation u = f(a))", 18, "')' closes nothing '('"),
        ("equation u = a]", 15, "']' closes nothing '['"),
        ("equation u = f(\n  a[1\n  ) + 2", None, "')' cannot close '[' line 3, column 4"),
        ('equation u = "a', 14, "quote not closed"),
        ("equation u = é", 14, "'é' no sign letters"),
        ("equation u = κ", 14, "'κ' no sign letters kappa"),
        ("equation u =\u00a01", 13, "U+00A0 no sign plain space"),
        ("equation u = 1.2.3", 14, "'1.2.3' no number"),
        ("equation u = 1. + 2", 14, "'1.' no number"),
        ("equation u = .5", 14, "number point write 0.5"),
        ("equation u = K.t(v)", 15, "point behind a name K.T"),
        ("equation u = 2 x = é", 16, "'*' missing 'x'"),
        ("equation u = f(x y", 15, "'(' never closed"),
        ("equation u = 1e999", 14, "exponent"),
    ],
)
def test_signs_numbers_and_brackets(statement: str, column: int | None, words: str) -> None:
    found = faults(f"scheme test\n{statement}\n")[0]
    said = f"{found[1].message} {found[1].hint}"
    assert all(word in said for word in words.split()), said
    if column is not None:
        assert found[0] == (2, column)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("scheme a\ngird 4\n", (2, 1), "unknown 'gird' 'grid'"),
        ("scheme a\nGRID 4\n", (2, 1), "unknown 'GRID' 'grid'"),
        ("scheme a\ndt(u) = lap(u)\n", (2, 1), "unknown keyword 'dt' equation indent"),
        ("scheme a\n+ b\n", (2, 1), "keyword '+' indent"),
        ("  scheme a\n", (1, 3), "'scheme' column 1"),
        ("# note\n\tscheme a\nfield u\n", (2, 2), "'scheme' column 1"),
        ("scheme a\ndomain x\n  field u\n", (3, 3), "'field' column 1"),
        ("scheme a\ntime rk4, step 1,\n  solve cg = 2\n", (3, 3), "'solve' column 1"),
        ("scheme a\nparam c = 1,\n  field u, v: vector\n", (3, 3), "'field' column 1"),
        ("scheme a\nsolve multigrid, cycle w,\n  scheme fas, levels = 2\n", (3, 22), "without '='"),
        ("field u\n", (1, 1), "'scheme' name"),
        ("field u\nscheme a\n", (2, 1), "'scheme' first"),
        ("scheme a\nscheme b\n", (2, 1), "second 'scheme' line 1"),
        ("", (1, 1), "empty scheme"),
        ("# note\n", (1, 1), "comments scheme"),
        ("scheme a\nfield u\0\n", (2, 8), "U+0000 text"),
        ("scheme a\rfield u\r", (1, 9), "U+000D carriage returns"),
        ("scheme a\n# \u202e\n", (2, 3), "U+202E"),
        ("scheme a\n" + "x" * 70_000, (1, 1), "64 KiB"),
        ("scheme a\n" + "é" * 40_000, (1, 1), "64 KiB"),
    ],
)
def test_files_and_lines(text: str, place: tuple[int, int], words: str) -> None:
    [(where, found)] = faults(text)
    assert where == place
    said = f"{found.message} {found.hint}"
    assert all(word in said for word in words.split()), said


def test_all_statements_are_looked_at() -> None:
    text = "schem a\nfield u v\n\ngrid -4\nequation dt(u) lap(u)\n  + 1\nspace order 2\nfeild w\n"
    assert [where for where, _ in faults(text)] == [(1, 1), (2, 9), (4, 6), (5, 16), (8, 1)]


def test_no_end_of_faults_is_cut_off() -> None:
    found = faults("scheme a\n" + "oops\n" * 10_000)
    assert len(found) == 51
    assert "too many faults" in found[-1][1].message
