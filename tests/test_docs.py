"""Every block in the documentation runs, page by page, from top to bottom, in an empty folder.

- `python`: executed, all blocks of a page in one namespace; with `>>>` prompts what is shown must
  be what comes out (`...` stands for anything).
- `scheme`: compiled. A first line `# heat.scheme` also writes the file for the rest of the page;
  a first line `# exit 1` (refuted) or `# exit 2` (faulty) says what must happen instead.
- `console`: lines `$ iterant ...` run through the command line and must end with 0, or as a comment
  `# exit 1` says; output that is shown must come out. Other commands are for the reader.

A fragment of a scheme stands in a `{code-block} scheme`, which is coloured but not compiled.
"""

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import iterant
from house import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LANGUAGES = {"python", "scheme", "console", "sh", "text", "toml", "json"}
FENCE = re.compile(r"^( *)(`{3,})([^\n`]*)\n(.*?)^\1\2`*[ ]*$", re.MULTILINE | re.DOTALL)
EXIT = re.compile(r"#\s*exit (\d+)\s*$")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block of a page: its language, its text, and the line on which the text starts."""

    page: str
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        """The page and line, as an editor wants them."""
        return f"{self.page}:{self.line}"


def blocks(text: str, page: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page in order."""
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start(4)) + 1
        yield Block(page=page, line=line, language=match[3].strip(), text=match[4])


def run_python(block: Block, names: dict[str, Any]) -> None:
    """Execute a block in the page's namespace; prompts make it a doctest."""
    if not block.text.lstrip().startswith(">>>"):
        padded = "\n" * (block.line - 1) + block.text
        exec(compile(padded, block.page, "exec"), names)
        return
    test = doctest.DocTestParser().get_doctest(block.text, names, "", block.page, block.line - 1)
    report: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=FLAGS)
    runner.run(test, out=report.append, clear_globs=False)
    names.update(test.globs)
    assert not report, f"{block.place}\n{''.join(report)}"


def run_scheme(block: Block) -> None:
    """Compile a block; its first line may name a file to write or the exit code to expect."""
    first = block.text.partition("\n")[0]
    if name := re.fullmatch(r"#\s*(\w+\.scheme)\s*", first):
        Path(name[1]).write_text(block.text)
    wanted = EXIT.match(first)
    if not wanted:
        iterant.compile(block.text)
        return
    with pytest.raises(iterant.SchemeError) as caught:
        iterant.compile(block.text)
    refuted = isinstance(caught.value, iterant.CertificateError)
    assert refuted == (wanted[1] == "1"), block.place


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block with the output shown below it."""
    for part in re.split(r"^\$ ", text.replace("\\\n", " "), flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def run_console(block: Block) -> None:
    """Run the `iterant` commands of a block and compare exit codes and shown output."""
    plain = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    for command, shown in commands(block.text):
        wanted = EXIT.search(command)
        words = shlex.split(command, comments=True)
        if words[:1] != ["iterant"]:
            continue
        done = subprocess.run(
            [sys.executable, "-m", "iterant", *words[1:]],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | plain,
        )
        said = f"{block.place}: {command}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == (int(wanted[1]) if wanted else 0), said
        if shown.strip():
            same = doctest.OutputChecker().check_output(shown, done.stdout + done.stderr, FLAGS)
            assert same, said


def run_page(text: str, page: str) -> None:
    """Run every block of a page in order."""
    names: dict[str, Any] = {"__name__": page}
    for block in blocks(text, page):
        match block.language:
            case "python":
                run_python(block, names)
            case "scheme":
                run_scheme(block)
            case "console":
                run_console(block)


def title(path: Path) -> str:
    """Name a page as seen from the root of the checkout."""
    return str(path.relative_to(ROOT))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder in which only the example schemes lie."""
    for scheme in sorted((ROOT / "examples").glob("*.scheme")):
        shutil.copy(scheme, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    return tmp_path


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("path", PAGES, ids=title)
def test_page_runs(path: Path) -> None:
    run_page(path.read_text(), str(path))


@pytest.mark.parametrize("path", PAGES, ids=title)
def test_blocks_say_what_they_are(path: Path) -> None:
    text = path.read_text()
    found = list(blocks(text, title(path)))
    unknown = [b for b in found if b.language not in LANGUAGES and not b.language.startswith("{")]
    assert not unknown
    assert len(re.findall(r"^ *`{3,}", text, re.MULTILINE)) == 2 * len(found), "a fence is open"


@pytest.mark.parametrize("path", PAGES, ids=title)
def test_named_targets_exist(path: Path) -> None:
    known = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    listings = [b.text for b in blocks(path.read_text(), "") if b.language in {"sh", "console"}]
    named = re.findall(r"^(?:\$ )?make (\w+)", "\n".join(listings), re.MULTILINE)
    assert set(named) <= known


@pytest.mark.parametrize("path", PAGES, ids=title)
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", FENCE.sub("", path.read_text()))
    local = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert not [link for link in local if not (path.parent / link).exists()]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_rooms_that_are_named_exist(path: Path) -> None:
    named = re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.[a-z]+)?)`", path.read_text())
    homes = (ROOT, ROOT / "compiler", ROOT / "runtime")
    assert not [room for room in named if not any((home / room).exists() for home in homes)]


def test_runner_finds_faults(desk: Path) -> None:
    # The tests above are worth something only if a wrong page fails.
    def page(language: str, body: str) -> str:
        return f"```{language}\n{body}\n```\n"

    run_page(page("python", "x = 1") + page("python", ">>> x + 1\n2"), "page.md")
    with pytest.raises(AssertionError, match=r"page\.md:2"):
        run_page(page("python", ">>> 1 + 1\n3"), "page.md")
    with pytest.raises(ZeroDivisionError):
        run_page(page("python", "1 / 0"), "page.md")
    shown = [("iterant check a.scheme", "fine\n"), ("iterant fmt  a.scheme  # exit 2", "")]
    assert (
        list(commands("$ iterant check a.scheme\nfine\n$ iterant fmt \\\na.scheme  # exit 2"))
        == shown
    )


def test_listings_are_coloured_by_the_grammar() -> None:
    lexer = (ROOT / "docs" / "_ext" / "scheme_lexer.py").read_text()
    listed = re.search(r"STATEMENTS = \((.*?)\)\.split", lexer, re.DOTALL)
    assert listed
    grammar = (ROOT / "grammars" / "scheme.lark").read_text()
    keywords = re.findall(r'^(\w+): +"\1"', grammar, re.MULTILINE)
    assert set(re.findall(r"\w+", listed[1])) == set(keywords)


@pytest.mark.slow
def test_sphinx_builds_without_a_warning(tmp_path: Path) -> None:
    docs = [str(ROOT / "docs"), str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", *docs],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
