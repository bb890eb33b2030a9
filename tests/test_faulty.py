"""Every file in tests/faulty gets the messages that a careful teacher would give, and no others.

Each file states line, column and words of its faults (tests/faulty/README.md has the format).
`python tests/test_faulty.py [NAME ...]` prints what was expected beside what was said.
"""

import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "faulty"
FILES = sorted(FOLDER.glob("*.scheme"))
EXPECT = re.compile(r"# expect (\d+):(\d+) (.+)")
PIECE = re.compile(r"(?:'[^']*'|[^',])+")  # a comma between quotes separates nothing
CHOICE = re.compile(r"(?:'[^']*'|[^'|])+")
# Words of the implementation, and ends of sentences before the last one.
PYTHON = re.compile(
    r"\b[A-Z]\w*(?:Error|Exception|Warning)\b|Traceback|NoneType|<class |object at 0x"
)
SECOND_SENTENCE = re.compile(r"[.!?]\s+[A-Z]|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A fault as its file announces it: the place, and words, each a tuple of alternatives."""

    place: tuple[int, int]
    words: tuple[tuple[str, ...], ...]

    def missing(self, said: str) -> tuple[str, ...]:
        """The words that a text lacks."""
        said = said.casefold()
        return tuple(
            "|".join(choices)
            for choices in self.words
            if not any(word.casefold() in said for word in choices)
        )


def expectation(text: str) -> Expected:
    """Read `LINE:COLUMN words, words`."""
    found = EXPECT.fullmatch(f"# expect {text}")
    if not found:
        raise ValueError(f"no expectation: {text!r}")
    line, column, rest = found.groups()
    pieces = (piece.strip() for piece in PIECE.findall(rest))
    words = tuple(tuple(CHOICE.findall(piece)) for piece in pieces if piece)
    return Expected(place=(int(line), int(column)), words=words)


def expectations(path: Path) -> tuple[Expected, ...]:
    """Return what a file must be told, from its first lines or from expectations.toml."""
    table = tomllib.loads((FOLDER / "expectations.toml").read_text("utf-8"))
    if path.name in table:
        return tuple(expectation(text) for text in table[path.name]["expect"])
    found = []
    for line in path.read_text("utf-8").splitlines():
        if not EXPECT.match(line):
            break
        found.append(expectation(line.removeprefix("# expect ")))
    return tuple(found)


def complain(path: Path) -> Exception:
    """Compile a file and return the SchemeError that it raises."""
    import iterant

    try:
        iterant.compile(path)
    except iterant.SchemeError as error:
        return error
    raise AssertionError(f"{path.name} was accepted")


def told(error: Exception) -> list[tuple[int, int, str, str]]:
    """List a SchemeError's faults as (line, column, message, hint)."""
    return [
        (*error.source.line_column(fault.span.start), fault.message, fault.hint)
        for fault in error.diagnostics
        if fault.severity == "error"
    ]


def diagnose(path: Path) -> list[tuple[int, int, str, str]]:
    """List (line, column, message, hint) of what is said about a file."""
    return told(complain(path))


def unmatched(path: Path, said: list[tuple[int, int, str, str]]) -> list[str]:
    """List what was expected and not said, said and not expected, or said in other words."""
    faults, left = [], list(said)
    for wanted in expectations(path):
        here = [one for one in left if one[:2] == wanted.place]
        if not here:
            faults.append("nothing said at {}:{}".format(*wanted.place))
            continue
        best = min(here, key=lambda one: len(wanted.missing(f"{one[2]}\n{one[3]}")))
        left.remove(best)
        if lacking := wanted.missing(f"{best[2]}\n{best[3]}"):
            faults.append("{}:{} lacks {}".format(*wanted.place, ", ".join(lacking)))
    faults += ["not expected: {}:{}: {}".format(*one) for one in left]
    return faults


def caret_line(source_line: str, column: int) -> re.Pattern[str]:
    """Match a shown source line and the carets under it, which begin at the column."""
    margin = "".join(c if c == "\t" else " " for c in source_line[: column - 1])
    return re.compile(
        rf"^(?P<indent> *){re.escape(source_line)}\n(?P=indent){margin}\^+$", re.MULTILINE
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_faults_are_told(path: Path) -> None:
    error = complain(path)
    said = told(error)
    shown = str(error)
    assert not unmatched(path, said), shown
    for line, column, message, _ in said:
        assert message.strip(), "a message says something"
        assert not SECOND_SENTENCE.search(message), f"one sentence: {message}"
        assert not PYTHON.search(shown), f"no word of the implementation: {shown}"
        assert f"{path.name}:{line}:{column}: {message}" in shown
        source_line = error.source.line(line)
        if source_line.strip() and source_line.isprintable() and len(source_line) < 100:
            assert caret_line(source_line, column).search(shown), f"carets: {shown}"
        elif source_line.strip():
            assert re.search(r"^\s*\^+$", shown, re.MULTILINE), f"carets: {shown}"


def test_files_are_numbered() -> None:
    numbers = [int(path.name[:3]) for path in FILES]
    assert numbers == list(range(1, len(FILES) + 1))
    assert all(re.fullmatch(r"\d{3}(_[a-z0-9]+)+\.scheme", path.name) for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_expectations_lie_in_the_file(path: Path) -> None:
    wanted = expectations(path)
    assert wanted
    places = [one.place for one in wanted]
    assert places == sorted(set(places)), "in reading order, one for each place"
    lines = path.read_bytes().decode("utf-8", "replace").split("\n")
    for one in wanted:
        line, column = one.place
        assert one.words
        assert 1 <= line <= len(lines)
        assert 1 <= column <= max(1, len(lines[line - 1]))


def test_table_names_files() -> None:
    table = tomllib.loads((FOLDER / "expectations.toml").read_text("utf-8"))
    assert set(table) <= {path.name for path in FILES}


def main(names: list[str]) -> int:
    """Print got beside expected for all files, or for those whose name holds one of the names."""
    chosen = [path for path in FILES if not names or any(name in path.name for name in names)]
    bad = 0
    for path in chosen:
        try:
            said = diagnose(path)
        except Exception as error:  # noqa: BLE001  a crash is what this looks for
            said, faults = [], [f"{type(error).__name__}: {error}"]
        else:
            faults = unmatched(path, said)
        bad += bool(faults)
        print(f"{'WRONG' if faults else 'ok   '} {path.name}")
        if faults:
            for one in expectations(path):
                words = ", ".join("|".join(choices) for choices in one.words)
                print("      expected {}:{} {}".format(*one.place, words))
            for line, column, message, hint in said:
                print(f"      said     {line}:{column} {message}" + f" [{hint}]" * bool(hint))
            for fault in faults:
                print(f"      -> {fault}")
    print(f"{len(chosen) - bad} of {len(chosen)} as expected")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
