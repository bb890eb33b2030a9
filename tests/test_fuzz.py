"""Whatever a text holds, it is compiled or refused by a SchemeError, and soon.

`ENTRIES` names the entries that are tried; each takes a Source.
"""

import re
import time
from collections.abc import Callable, Iterable

import pytest
from hypothesis import example, given, settings, strategies as st

import texts
from iterant.compiler import pipeline
from iterant.compiler.format import format_source
from iterant.compiler.model import Model
from iterant.compiler.parse import parse
from iterant.compiler.parsing import language
from iterant.compiler.pipeline import compile_text
from iterant.compiler.scheme import Scheme
from iterant.compiler.source import SchemeError, Source

ENTRIES: dict[str, Callable[[Source], object]] = {"parse": parse, "format": format_source}
FEW = 1_000


def compile_all(source: Source) -> None:
    """The whole way, refuted claims included."""
    compile_text(source, force=True)


MANY = {"parse": 100_000, "format": 20_000}
LONGEST = 2.0  # seconds
# Names of terminals and of Python's own errors must not reach a user.
INTERNAL = {name for row in language.tables().actions for name in row} | {"None"}


def try_all(entry: Callable[[Source], object], seeds: Iterable[int]) -> int:
    """Try mutated examples; returns how many were accepted."""
    return sum(try_one(entry, seed, texts.mutated(seed)) for seed in seeds)


def try_one(entry: Callable[[Source], object], seed: int, text: str) -> bool:
    """Whether a text was accepted; anything but a SchemeError, and any long run, is a fault."""
    begin = time.process_time()
    accepted = False
    try:
        entry(texts.source(text))
        accepted = True
    except SchemeError as error:
        check(error, text)
    except Exception as error:
        raise AssertionError(f"seed {seed}: {error!r}") from error
    assert time.process_time() - begin < LONGEST, f"seed {seed}"
    return accepted


def check(error: SchemeError, text: str) -> None:
    """What a user reads: at least one fault, all places inside the text, no word of our own."""
    assert error.diagnostics
    for fault in error.diagnostics:
        assert 0 <= fault.span.start <= len(text)
        assert fault.span.start < fault.span.end
        assert fault.message
        said = set(re.findall(r"[$\w]+", f"{fault.message} {fault.hint}"))
        said -= set(re.findall(r"\w+", text))
        assert not said & INTERNAL
        assert not any(word.endswith(("Error", "Exception")) for word in said)
    shown = str(error)
    assert "\0" not in shown
    assert all(c.isprintable() or c in "\n\t" for c in shown)


@pytest.mark.parametrize("entry", ENTRIES)
def test_mutated_examples(entry: str) -> None:
    assert try_all(ENTRIES[entry], range(FEW)) > FEW // 10


@pytest.mark.slow
@pytest.mark.parametrize("entry", ENTRIES)
def test_many_mutated_examples(entry: str) -> None:
    assert try_all(ENTRIES[entry], range(MANY[entry])) > MANY[entry] // 10


@pytest.mark.parametrize("entry", ENTRIES)
@given(text=st.text())
@example(text="scheme a\n" + "\x85")
@example(text="scheme a\nfield \ud800")
@example(text="\ufeff\ufeffscheme a")
@example(text='scheme "')
@example(text="\ufeff  x")
def test_any_text(entry: str, text: str) -> None:
    try:
        ENTRIES[entry](Source("test.scheme", text))
    except SchemeError as error:
        check(error, text)


@pytest.mark.parametrize("entry", ENTRIES)
@given(lines=st.lists(st.text('scheme adfknoiutq=+-*/^()[],:.<>" #12\n', max_size=30), max_size=8))
def test_texts_of_the_alphabet(entry: str, lines: list[str]) -> None:
    text = "scheme a\n" + "\n".join(lines)
    try:
        ENTRIES[entry](Source("test.scheme", text))
    except SchemeError as error:
        check(error, text)


BASE = """scheme a
domain x, y in [0, 1]
grid 4, 5
boundary periodic
field u, T
param k = 1/2, x2 = 3, positive
"""
REST = """equation dt(u) = lap(u) + T
equation dt(T) = k * lap(T)
time explicit_euler, step 1/1000, steps 1
"""


@settings(max_examples=100)
@given(texts.statements())
def test_statements_of_the_grammar(text: str) -> None:
    """A statement made from the grammar itself, in the middle of a scheme."""
    compile_grown(text)


@pytest.mark.slow
@settings(max_examples=1000)
@given(texts.statements())
def test_many_statements_of_the_grammar(text: str) -> None:
    """A thousand of them."""
    compile_grown(text)


def compile_grown(text: str) -> None:
    """The scheme with one more statement: compiled, or refused by a SchemeError."""
    line = text.replace("\r", "").replace("\n", "\n ").strip()
    try_one(compile_all, 0, f"{BASE}{line}\n{REST}")


def compile_exchanged(seeds: Iterable[int]) -> float:
    """Compile examples with exchanged tokens; returns the share that reached discretisation."""
    reached = total = 0
    discretise = pipeline.discretise

    def counted(model: Model) -> Scheme:
        nonlocal reached
        reached += 1
        return discretise(model)

    pipeline.discretise = counted
    try:
        for seed in seeds:
            total += 1
            try_one(compile_all, seed, texts.exchanged(seed))
    finally:
        pipeline.discretise = discretise
    return reached / total


def test_compile_exchanged_examples() -> None:
    """At least a fifth of them reach the discretisation."""
    assert compile_exchanged(range(400)) > 1 / 5


@pytest.mark.slow
def test_compile_many_exchanged_examples() -> None:
    """A hundred thousand texts, none of which ends in anything but a SchemeError."""
    assert compile_exchanged(range(100_000)) > 1 / 5
