"""The grammar, compiled: a pattern for tokens and LALR(1) tables as plain data.

Lark turns `scheme.lark` into tables; `lalr.py` runs them. Lark itself is imported only when no
cached tables are at hand, which keeps a warm start at a few milliseconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

END = "$END"


@dataclass(frozen=True, slots=True)
class Rule:
    """One production, ready for reduction.

    `name` is what the builder is asked for; "" hands the only child up, and "*" makes a list that
    is spliced into the parent. `picks` are the kept children; None stands for an absent option.
    """

    name: str
    origin: str
    size: int
    picks: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """What the lexer and the parser run on; all of it plain data that JSON can hold.

    pattern   one regular expression for all tokens, a named group for each kind
    ignored   kinds that are white: comments and spaces
    words     spelling of a word of the grammar -> its terminal
    keywords  the words with which a statement starts
    rules     productions
    actions   state -> terminal -> next state n >= 0, or reduce by rule r as -r - 1
    goto      state -> nonterminal -> next state
    accepting the state in which the end of the tokens completes a statement; the first is 0
    """

    pattern: str
    ignored: tuple[str, ...]
    words: dict[str, str]
    keywords: tuple[str, ...]
    rules: tuple[Rule, ...]
    actions: tuple[dict[str, int], ...]
    goto: tuple[dict[str, int], ...]
    accepting: int


def compile_grammar(grammar: str, *, start: str = "statement", strict: bool = False) -> Tables:
    """The tables of a Lark grammar; equal grammars give equal tables, state numbers included.

    strict: refuse any conflict (needs the package interegular).
    """
    from lark import Lark  # noqa: PLC0415 - a warm start does without it
    from lark.grammar import Rule as LarkRule  # noqa: PLC0415
    from lark.lexer import TerminalDef  # noqa: PLC0415

    lark = Lark(grammar, parser="lalr", start=start, maybe_placeholders=True, strict=strict)
    data, memo = lark.memo_serialize([TerminalDef, LarkRule])
    table = data["parser"]["parser"]
    names: dict[int, str] = table["tokens"]
    rules = {key: item for key, item in memo.items() if item["__type__"] == "Rule"}
    numbers = {key: number for number, key in enumerate(rules)}
    states: dict[int, dict[str, tuple[int, Any]]] = {
        state: {names[symbol]: action for symbol, action in row.items()}
        for state, row in table["states"].items()
    }
    order = _breadth_first(states, table["start_states"][start])
    actions: list[dict[str, int]] = []
    goto: list[dict[str, int]] = []
    terminals = {t.name for t in lark.terminals} | {END}
    for state in order:
        row = {
            symbol: -numbers[argument["@"]] - 1 if reduces else order[argument]
            for symbol, (reduces, argument) in sorted(states[state].items())
        }
        actions.append({symbol: n for symbol, n in row.items() if symbol in terminals})
        goto.append({symbol: n for symbol, n in row.items() if symbol not in terminals})
    words, pattern = _lexicon(lark.terminals)
    return Tables(
        pattern=pattern,
        ignored=tuple(lark.ignore_tokens),
        words=words,
        keywords=tuple(word for word, terminal in words.items() if terminal in actions[0]),
        rules=tuple(_rule(item) for item in rules.values()),
        actions=tuple(actions),
        goto=tuple(goto),
        accepting=order[table["end_states"][start]],
    )


def _breadth_first(states: dict[int, dict[str, tuple[int, Any]]], start: int) -> dict[int, int]:
    """New numbers for the states; Lark's depend on the hash seed of the process."""
    order = {start: 0}
    queue = deque([start])
    while queue:
        for _, (reduces, target) in sorted(states[queue.popleft()].items(), key=lambda i: i[0]):
            if not reduces and target not in order:
                order[target] = len(order)
                queue.append(target)
    return order


def _rule(item: dict[str, Any]) -> Rule:
    """One production of Lark's, with its filter of children worked out."""
    origin: str = item["origin"]["name"]
    options = item["options"]
    symbols = iter(enumerate(item["expansion"]))
    picks: list[int | None] = []
    for absent in options["empty_indices"] or [False] * len(item["expansion"]):
        if absent:
            picks.append(None)
            continue
        position, symbol = next(symbols)
        if not symbol.get("filter_out", False):
            picks.append(position)
    name = item["alias"] or origin
    if origin.startswith("_"):
        name = "*"
    elif options["expand1"] and not item["alias"] and len(picks) == 1:
        name = ""
    return Rule(name=name, origin=origin, size=len(item["expansion"]), picks=tuple(picks))


def _lexicon(terminals: Iterable[Any]) -> tuple[dict[str, str], str]:
    """Keywords by spelling, and one pattern for every other terminal, the longest first."""
    words: dict[str, str] = {}
    others = []
    for terminal in terminals:
        if terminal.pattern.type == "str" and terminal.pattern.value.isidentifier():
            words[terminal.pattern.value] = terminal.name
        else:
            others.append(terminal)
    others.sort(key=lambda t: (-t.pattern.max_width, -len(t.pattern.value), t.name))
    return words, "|".join(f"(?P<{t.name}>{t.pattern.to_regexp()})" for t in others)
