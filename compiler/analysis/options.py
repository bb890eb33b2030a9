"""Options: a word and at most one value, checked against the table of what a statement takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import sympy

from .. import syntax as tree
from ..model import Method
from ..source import Span
from . import exact
from .expressions import scalar
from .place import Place, number_word, whole
from .scope import meant, suggest
from .terms import Refusal


class Faulty:
    """Stands for a value whose fault has been told, so that nothing is said to be missing."""


FAULTY: Final = Faulty()


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """What an option takes.

    kind "flag": nothing; "word": one of `choices`; "integer", "number": exact and at least `least`
    (more than it if `above`); "step": a number that may hold `limit`; "integers", "numbers": one,
    or a list;    "interval"; "call": one of `choices` with numbers in brackets.
    """

    kind: str
    choices: tuple[str, ...] = ()
    least: Fraction | None = None
    most: Fraction | None = None
    above: bool = False
    called: str = ""  # in messages, when it is not the option's name
    wanted: str = ""  # in messages, what it must be when it is less than `least`
    repeated: bool = False
    several: int = 3  # items that a list has at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Values by name, with the places where they stand; FAULTY where a fault has been told."""

    values: Mapping[str, Any]
    places: Mapping[str, Span]  # of the values, or of the words that have none
    words: Mapping[str, Span]

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or the default where there is none or a fault in it."""
        found = self.values.get(name, default)
        return default if found is FAULTY else found

    def pairs(self, leave: Iterable[str] = ()) -> tuple[tuple[str, Any], ...]:
        """As the model holds them; a flag has the value None."""
        left = set(leave)
        return tuple(
            (name, None if value is True else value)
            for name, value in self.values.items()
            if name not in left and value is not FAULTY
        )


def read_options(
    options: Iterable[tree.Option], takes: Mapping[str, Takes], place: Place, *, of: str
) -> Options:
    """All options of one statement; what is wrong with them is told."""
    values: dict[str, Any] = {}
    places: dict[str, Span] = {}
    words: dict[str, Span] = {}
    for option in options:
        word = option.name.name
        if word not in takes:
            place.scope.faults.error(
                option.name.span, f"unknown option '{word}' of {of}", suggest(word, takes)
            )
            if likely := meant(word, takes):
                values.setdefault(likely, FAULTY)
                places.setdefault(likely, option.name.span)
                words.setdefault(likely, option.name.span)
            continue
        try:
            value = _value(option, takes[word], place)
        except Refusal as refusal:
            place.scope.faults.error(refusal.span, refusal.message, refusal.hint)
            value = FAULTY
        if word in values and not takes[word].repeated:
            place.scope.faults.error(option.name.span, f"the option '{word}' is given twice")
        elif takes[word].repeated and value is not FAULTY:
            value = (*_several(values.get(word)), value)
        values[word] = value
        words.setdefault(word, option.name.span)
        places.setdefault(word, option.value.span if option.value else option.name.span)
    return Options(values=values, places=places, words=words)


def _several(found: Any) -> tuple[Any, ...]:
    return found if isinstance(found, tuple) else ()


def _value(option: tree.Option, takes: Takes, place: Place) -> Any:
    word, node = option.name.name, option.value
    if takes.kind == "flag":
        if node is not None:
            raise Refusal(node.span, f"'{word}' takes no value")
        return True
    if node is None:
        raise Refusal(option.name.span, f"'{word}' needs a value", _example(word, takes))
    return _READERS[takes.kind](node, word, takes, place)


def _example(word: str, takes: Takes) -> str:
    listed = {"word": takes.choices, "call": takes.choices}.get(takes.kind)
    samples = {"step": "0.9 * limit", "interval": "[0, 1]", "number": "1/2"}
    return (
        f"known: {', '.join(listed)}" if listed else f"as in {word} {samples.get(takes.kind, '4')}"
    )


def _word(node: tree.Expression, word: str, takes: Takes, place: Place) -> Any:
    if isinstance(node, tree.Name) and node.name in takes.choices:
        return node.name
    given = place.scope.faults.source.quote(node.span)
    if not isinstance(node, tree.Name):
        raise Refusal(node.span, f"'{word}' takes a word", f"known: {', '.join(takes.choices)}")
    hint = suggest(given, takes.choices, most=30)
    raise Refusal(node.span, f"unknown {takes.called or word} '{given}'", hint)


def _integer(node: tree.Expression, word: str, takes: Takes, place: Place) -> Any:
    number = whole(node)
    if number is None:
        raise Refusal(node.span, f"'{word}' takes a whole number")
    _check_range(sympy.Integer(number), node, word, takes)
    return number


def _items(node: tree.Expression, word: str, takes: Takes) -> tuple[tree.Expression, ...]:
    items = node.items if isinstance(node, tree.Tuple) else (node,)
    if len(items) > takes.several:
        message = f"'{word}' takes {number_word(takes.several)} numbers at most"
        raise Refusal(items[takes.several].span, message)
    return items


def _integers(node: tree.Expression, word: str, takes: Takes, place: Place) -> Any:
    items = _items(node, word, takes)
    return tuple(_integer(item, word, takes, place) for item in items)


def _numbers(node: tree.Expression, word: str, takes: Takes, place: Place) -> Any:
    items = _items(node, word, takes)
    found = tuple(_number(item, word, takes, place) for item in items)
    return FAULTY if FAULTY in found else found


def _number(node: tree.Expression, word: str, takes: Takes, place: Place) -> Any:
    term = scalar(node, place)
    number = scalar(node, place.within(place.scope.numbers)) if term else None
    if term is None or number is None:
        return FAULTY
    _check_range(number.scalar, node, word, takes)
    return term.scalar


def _step(node: tree.Expression, word: str, takes: Takes, place: Place) -> Any:
    """A number, or one with `limit`, which is positive."""
    term = scalar(node, place.within({}, "limit"))
    one = {"limit": exact.constant(1, node.span)}
    number = scalar(node, place.within({**place.scope.numbers, **one})) if term else None
    if term is None or number is None:
        return FAULTY
    _check_range(number.scalar, node, word, takes)
    return term.scalar


def _check_range(value: sympy.Expr, node: tree.Expression, word: str, takes: Takes) -> None:
    least, most = takes.least, takes.most
    if least is not None:
        found = exact.number_sign(value - sympy.Rational(least.numerator, least.denominator))
        if found == -1 or (found == 0 and takes.above):
            wanted = "positive" if (takes.above and not least) else f"at least {least}"
            wanted = takes.wanted or wanted
            raise Refusal(node.span, f"'{word}' must be {wanted}")
    if (
        most is not None
        and exact.number_sign(value - sympy.Rational(most.numerator, most.denominator)) == 1
    ):
        raise Refusal(node.span, f"'{word}' is at most {most}")


def _interval(node: tree.Expression, word: str, takes: Takes, place: Place) -> Any:
    if not isinstance(node, tree.Interval):
        raise Refusal(node.span, f"'{word}' takes an interval such as [0, 1]")
    low, high = scalar(node.low, place), scalar(node.high, place)
    if low is None or high is None:
        return FAULTY
    if exact.number_sign(high.scalar - low.scalar) in (-1, 0):
        raise Refusal(node.span, "an interval runs from its low end to a high end that is larger")
    return low.scalar, high.scalar


def _call(node: tree.Expression, word: str, takes: Takes, place: Place) -> Any:
    """`jacobi(4/5)`, `richardson(0.9 * limit)`, or a bare word."""
    name = node.function if isinstance(node, tree.Call) else node
    if not isinstance(name, tree.Name):
        raise Refusal(node.span, f"'{word}' takes a name", f"known: {', '.join(takes.choices)}")
    _word(name, word, takes, place)
    arguments = node.arguments if isinstance(node, tree.Call) else ()
    if len(arguments) > 1:
        message = f"'{name.name}' takes one number and is given {number_word(len(arguments))}"
        raise Refusal(arguments[1].span, message)
    terms = [scalar(argument.value, place.within({}, "limit")) for argument in arguments]
    if None in terms:
        return FAULTY
    return Method(
        name=name.name,
        name_span=name.span,
        arguments=tuple(term.scalar for term in terms if term),
        span=node.span,
    )


_READERS = {
    "word": _word,
    "integer": _integer,
    "integers": _integers,
    "number": _number,
    "numbers": _numbers,
    "step": _step,
    "interval": _interval,
    "call": _call,
}
