"""The forms of statements, read from the grammar and written as a user writes them."""

from __future__ import annotations

import re

from iterant import grammars

RULE = re.compile(r"^\??([a-z]+):\s+((?:.+\n)(?:\s+\|.+\n)*)", re.MULTILINE)


def forms() -> dict[str, list[str]]:
    """Rule -> its alternatives, as they are written in a file."""
    found = RULE.findall(grammars.read("scheme.lark"))
    return {name: [_written(part) for part in _alternatives(body)] for name, body in found}


def _alternatives(body: str) -> list[str]:
    """A production cut at the bars that stand in no bracket.

    >>> _alternatives('a (b | c) | d')
    ['a (b | c)', 'd']
    """
    parts, depth = [""], 0
    for sign in re.sub(r"\s+", " ", body.strip()):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def _written(production: str) -> str:
    """One alternative, lists and options written out.

    >>> _written('"grid" (NUMBER | option) ("," NUMBER)* options')
    'grid (number | option), ... [, option ...]'
    >>> _written('"initial" _list{equality}')
    'initial equality, ...'
    """
    text = re.sub(r"\s*->\s*\w+\s*$", "", production)
    text = re.sub(r"_list\{(\w+)\}", r"\1, ...", text.replace("_ARROW", "->"))
    text = re.sub(r'(\w+|\)) \("," \w+\)[*+]', r"\1, ...", text)
    text = re.sub(r" options\b", " [, option ...]", text)
    text = re.sub(r'"([^"]*)"', r"\1", text)
    text = re.sub(r"\b(NAME|NUMBER|STRING)\b", lambda m: m[0].lower(), text)
    text = re.sub(r"\bsum\b", "formula", text)
    text = re.sub(r"\s*([:,)\]])", r"\1", text).replace("[ ", "[").replace("( ", "(")
    return text.replace("name (", "name(")
