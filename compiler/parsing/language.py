"""The compiled language: tables to parse with, and the table of mistakes, both cached."""

from __future__ import annotations

import sys
from dataclasses import asdict
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ... import grammars
from .cache import cached
from .mistakes import Mistake, Mistakes, compile_mistakes
from .tables import Rule, Tables, compile_grammar

# Goes up when the form of the cached data changes.
_FORM = "2"


@cache
def tables() -> Tables:
    """The tables of `scheme.lark`."""
    grammar = grammars.read("scheme.lark")
    data = cached("tables", key=_key(grammar), make=lambda: asdict(compile_grammar(grammar)))
    rules = tuple(Rule(**{**rule, "picks": tuple(rule["picks"])}) for rule in data["rules"])
    lists = {name: tuple(value) for name, value in data.items() if isinstance(value, list)}
    return Tables(**{**data, **lists, "rules": rules})


@cache
def mistakes() -> Mistakes:
    """The table of `mistakes.toml`."""
    grammar, text = grammars.read("scheme.lark"), grammars.read("mistakes.toml")
    data = cached(
        "mistakes", key=_key(grammar, text), make=lambda: asdict(compile_mistakes(tables(), text))
    )
    return Mistakes(**{**data, "messages": tuple(Mistake(**entry) for entry in data["messages"])})


def _key(*texts: str) -> tuple[str, ...]:
    """What the cached data depend on; Lark's own `__init__` holds its version."""
    lark = find_spec("lark")
    known = Path(lark.origin).read_text("utf-8") if lark and lark.origin else ""
    return (_FORM, sys.version, known, *texts)
