"""What a call in a formula means: operators, functions, kernels, and the forms below."""

from __future__ import annotations

from dataclasses import replace

from .. import syntax as tree
from ..model import TIME, Function, Kernel, Learned
from ..operators import AtPoint, Called, Convolved, ConvolvedAdjoint, Partial
from . import calculus
from .elementary import FUNCTIONS, apply
from .forms import FORMS
from .integrals import gather, is_gather
from .names import check_kind, unknown
from .place import Place, Read, as_value, count, number_word, positional
from .scope import ARTICLE, Entry
from .terms import Operators, Refusal, Result, Term, combined, join


def call(node: tree.Call, place: Place, read: Read) -> Result:
    """The value of `f(a, b)`, whatever f is."""
    function = node.function
    if isinstance(function, tree.Adjoint):
        return _adjoint(node, function, place, read)
    if not isinstance(function, tree.Name):
        found = read(function, place)
        if isinstance(found, Operators):
            return _operated(node, found, place, read)
        if found is None:
            return None
        raise Refusal(function.span, "this is no function; is a '*' missing before the bracket?")
    word = function.name
    if word in place.local:
        raise Refusal(function.span, f"'{word}' is a number here, so it takes no arguments")
    if entry := place.scope.names.get(word):
        place.scope.used.add(word)
        return _declared(node, function, entry, place, read)
    if calculus.is_operator(word, place.scope.axes):
        return _operated(node, calculus.operator(word, function.span), place, read)
    if is_gather(node, word):
        return gather(node, word, place, read)
    if word in FORMS:
        return FORMS[word](node, place, read)
    if word in FUNCTIONS:
        return _elementary(node, word, place, read)
    _arguments(node, place, read)
    unknown(function, place, "function")
    return None


def _arguments(node: tree.Call, place: Place, read: Read) -> list[Term] | None:
    """The values of all arguments, or None when one has a fault."""
    found = [as_value(read(a.value, place), a.value, place) for a in node.arguments]
    kept = [term for term in found if term]
    return kept if len(kept) == len(found) else None


def _operated(node: tree.Call, operators: Operators, place: Place, read: Read) -> Result:
    """`lap(u)`, `(1 + lap)(u)`."""
    quoted = place.scope.faults.source.quote(node.function.span)
    (argument,) = positional(node, quoted, 1, 1)
    found = read(argument, place)
    if quoted in calculus.RATES and isinstance(found, Term):
        _check_rate(found, quoted, argument, place)
    if isinstance(found, Operators):
        return calculus.compose(operators, found, node.span)
    term = as_value(found, argument, place)
    if term is None:
        return None
    return calculus.apply_operators(operators, term, place.scope.axes, node.span).at(node.span)


def _check_rate(term: Term, word: str, argument: tree.Expression, place: Place) -> None:
    """A derivative in time is taken of an unknown, or of its derivative in time."""
    scope = place.scope
    unknowns = {p for n in scope.of_kind("field") if (t := scope.names[n].term) for p in t.parts}
    inner = (p.args[0] if isinstance(p, Partial) and p.args[1] == TIME else p for p in term.parts)
    if all(part in unknowns for part in inner):
        return
    shown = f"'{scope.faults.source.quote(argument.span)}'"
    entry = scope.names.get(argument.name) if isinstance(argument, tree.Name) else None
    what = f"{shown} is {ARTICLE[entry.kind]}" if entry else f"{shown} is no unknown"
    raise Refusal(argument.span, f"{what}, and '{word}' is taken of an unknown field itself")


def _elementary(node: tree.Call, word: str, place: Place, read: Read) -> Term | None:
    function = FUNCTIONS[word]
    positional(node, word, function.least, function.most)
    terms = _arguments(node, place, read)
    return apply(word, terms, node.span, node.function.span) if terms else None


def _declared(node: tree.Call, name: tree.Name, entry: Entry, place: Place, read: Read) -> Result:
    terms = _arguments(node, place, read)
    check_kind(name, entry, place)
    word = name.name
    if entry.item is None or terms is None:
        return None
    match entry.item:
        case Function():
            return _called(node, entry, terms)
        case Kernel():
            count(node, word, 1, 1)
            return _convolved(entry, terms[0], node)
        case _ if entry.kind in ("field", "data"):
            return _at_point(node, word, entry, terms, place)
        case _:
            hint = "a product is written with '*'"
            raise Refusal(
                name.span, f"'{word}' is {ARTICLE[entry.kind]} and takes no arguments", hint
            )


def _called(node: tree.Call, entry: Entry, terms: list[Term]) -> Term:
    """A declared function at its arguments; learned ones take the channels of all together."""
    function: Function = entry.item
    positional(node, function.name, len(function.parameters), len(function.parameters))
    for term in terms:
        if term.vector:
            raise Refusal(
                node.function.span, f"'{function.name}' takes scalars and this is a vector"
            )
    result = combined((), [replace(term, channels=1) for term in terms], node.span)
    body, channels = function.body, entry.term.channels if entry.term else 1
    if isinstance(body, Learned) and body.kind == "mlp":
        given = sum(term.channels or 1 for term in terms)
        if given != body.sizes[0]:
            raise Refusal(
                entry.term.span if entry.term else body.span,
                f"the network of '{function.name}' takes {body.sizes[0]} inputs"
                f" and is given {given}",
                "its inputs are the channels of all its arguments",
            )
    elif channels is None:
        channels = join(terms, node.span)
    part = Called(function.symbol, *(term.scalar for term in terms))
    return replace(result, parts=(part,), channels=channels, number=False, uniform=False)


def _convolved(entry: Entry, term: Term, node: tree.Call) -> Term:
    kernel: Kernel = entry.item
    _check_kernel(kernel, term, entry.term.channels if entry.term else None, node)
    result = combined((Convolved(kernel.symbol, *term.parts),), [term], node.span)
    return replace(result, channels=kernel.target, number=False, uniform=False)


def _check_kernel(kernel: Kernel, term: Term, wanted: int | None, node: tree.Call) -> None:
    if term.vector:
        raise Refusal(
            node.function.span,
            f"the kernel '{kernel.name}' takes a scalar field and this is a vector",
        )
    if wanted is not None and term.channels not in (wanted, None):
        raise Refusal(
            node.arguments[0].span,
            f"the kernel '{kernel.name}' takes {number_word(wanted)} channel{'s' * (wanted > 1)}"
            f" and is given {term.channels}",
        )


def _adjoint(node: tree.Call, function: tree.Adjoint, place: Place, read: Read) -> Term | None:
    """`K.T(w)`."""
    terms = _arguments(node, place, read)
    if not isinstance(function.base, tree.Name):
        raise Refusal(function.base.span, "only a declared kernel has an adjoint, as in K.T(w)")
    entry = place.scope.find(function.base, "kernel")
    count(node, f"{function.base.name}.T", 1, 1)
    if entry is None or terms is None:
        return None
    kernel: Kernel = entry.item
    if terms[0].channels != kernel.target and terms[0].channels is not None:
        raise Refusal(
            node.arguments[0].span,
            f"the adjoint of '{kernel.name}' takes {kernel.target} channels"
            f" and is given {terms[0].channels}",
        )
    source = entry.term.channels if entry.term else 1
    result = combined((ConvolvedAdjoint(kernel.symbol, terms[0].scalar),), terms, node.span)
    return replace(result, channels=source, number=False, uniform=False)


def _at_point(node: tree.Call, word: str, entry: Entry, terms: list[Term], place: Place) -> Term:
    """`u(y)` under an integral over y; `u(x, y)` at the coordinates is u itself."""
    axes = place.scope.axes
    if not axes or not entry.term:
        raise Refusal(
            node.function.span, f"'{word}' is {ARTICLE[entry.kind]} and takes no arguments"
        )
    count(node, word, len(axes), len(axes))
    bound = {t.scalar for t in place.local.values() if not t.vector}
    for argument, term, axis in zip(node.arguments, terms, axes, strict=True):
        if term.vector or term.scalar not in bound | {axis.symbol}:
            raise Refusal(
                argument.span,
                f"'{word}' is taken at {axis.name} or at a name bound by an integral here",
                "as in integral(u(y), y in [0, 1])",
            )
    points = tuple(term.scalar for term in terms)
    if points == tuple(axis.symbol for axis in axes):
        return entry.term.at(node.span)
    parts = tuple(AtPoint(part, *points) for part in entry.term.parts)
    return replace(entry.term, parts=parts, size=1 + len(parts) + len(points), span=node.span)
