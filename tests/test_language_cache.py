"""The compiled grammar is cached safely, and a warm start is light."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from iterant import grammars
from iterant.compiler.parse import parse, read_source
from iterant.compiler.parsing import language
from iterant.compiler.parsing.cache import cached
from iterant.compiler.parsing.tables import compile_grammar
from iterant.compiler.source import SchemeError
from texts import source

ROOT = Path(__file__).resolve().parent


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    language.tables.cache_clear()
    language.mistakes.cache_clear()
    yield tmp_path / "iterant"
    language.tables.cache_clear()
    language.mistakes.cache_clear()


def answers() -> None:
    """The language works: a good text is read, a bad one is explained."""
    parse(source("scheme a\nfield u\n"))
    with pytest.raises(SchemeError, match="has nothing to its right"):
        parse(source("scheme a\nequation u =\n"))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_second_start_reads_what_the_first_wrote(folder: Path) -> None:
    answers()
    written = files(folder)
    assert sorted(name.split("-")[0] for name in written) == ["mistakes", "tables"]
    fresh = language.tables()
    language.tables.cache_clear()
    assert language.tables() == fresh == compile_grammar(grammars.read("scheme.lark"))
    answers()
    assert files(folder) == written
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[1, 2"])
def test_a_spoilt_file_is_made_again(folder: Path, content: bytes) -> None:
    answers()
    written = files(folder)
    for path in folder.iterdir():
        path.write_bytes(content)
    language.tables.cache_clear()
    language.mistakes.cache_clear()
    answers()
    assert files(folder) == written


@pytest.mark.skipif(os.name != "posix", reason="owners and modes are those of POSIX")
def test_a_file_that_others_may_write_is_not_believed(folder: Path) -> None:
    assert cached("x", key=("k",), make=lambda: "mine") == "mine"
    [path] = folder.iterdir()
    path.write_text(json.dumps("theirs"))
    assert cached("x", key=("k",), make=lambda: "mine") == "theirs"
    path.chmod(0o666)
    assert cached("x", key=("k",), make=lambda: "mine") == "mine"
    path.write_text(json.dumps("theirs"))
    path.chmod(0o600)
    folder.chmod(0o777)
    assert cached("x", key=("k",), make=lambda: "mine") == "mine"
    assert cached("y", key=("k",), make=lambda: "mine") == "mine"
    assert len(list(folder.iterdir())) == 1


def test_another_key_is_another_file(folder: Path) -> None:
    assert cached("x", key=("1",), make=lambda: 1) == 1
    assert cached("x", key=("2",), make=lambda: 2) == 2
    assert len(list(folder.iterdir())) == 2


def test_no_cache_folder_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    for value in (str(blocked), "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", value)
        monkeypatch.chdir(tmp_path)
        assert cached("x", key=("k",), make=lambda: 3) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def run(code: str, **environment: str) -> str:
    """Run code in a fresh interpreter and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=os.environ | environment,
    )
    return done.stdout.strip()


def test_tables_do_not_depend_on_the_hash_seed() -> None:
    code = (
        "import hashlib; from iterant import grammars;"
        "from iterant.compiler.parsing.tables import compile_grammar as c;"
        "print(hashlib.sha256(repr(c(grammars.read('scheme.lark'))).encode()).hexdigest())"
    )
    assert len({run(code, PYTHONHASHSEED=seed) for seed in "123"}) == 1


def test_warm_start_does_not_load_lark(folder: Path) -> None:
    answers()
    code = (
        "import sys; from iterant.compiler.parse import parse;"
        "from iterant.compiler.source import SchemeError, Source;"
        "parse(Source('a', 'scheme a'))\n"
        "try: parse(Source('a', 'scheme'))\n"
        "except SchemeError: print('lark' in sys.modules)"
    )
    assert run(code, XDG_CACHE_HOME=str(folder.parent)) == "False"


def test_tables_are_plain_data() -> None:
    data = asdict(language.tables())
    assert json.loads(json.dumps(data)) == json.loads(json.dumps(data))
    assert set(data["actions"][0]) == {data["words"][word] for word in data["keywords"]}


# ---- files


def test_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.scheme"
    path.write_bytes('\ufeffscheme a\r\n  "Übung"\r\n'.encode())
    read = read_source(path)
    assert read.name == str(path)
    [statement] = parse(read).statements
    assert getattr(statement, "doc") == "Übung"  # noqa: B009


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        (b"\x89PNG\r\n", (1, 1), "0x89 UTF-8"),
        (b"scheme a\nfield \xe9", (2, 7), "0xe9 UTF-8"),
        ("scheme à\n é".encode() + b"\xc3", (2, 3), "0xc3 UTF-8"),
        (b"\xff\xfes\0", (1, 1), "0xff UTF-8"),
        (b"x" * 70_000, (1, 1), "64 KiB"),
    ],
)
def test_files_that_are_none(
    tmp_path: Path, data: bytes, place: tuple[int, int], words: str
) -> None:
    path = tmp_path / "a.scheme"
    path.write_bytes(data)
    with pytest.raises(SchemeError) as caught:
        read_source(path)
    [fault] = caught.value.diagnostics
    assert caught.value.source.line_column(fault.span.start) == place
    assert all(word in f"{fault.message} {fault.hint}" for word in words.split())


@pytest.mark.parametrize("name", ["missing.scheme", ".", "a\0b"])
def test_files_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(SchemeError, match="cannot read this file"):
        read_source(tmp_path / name)
