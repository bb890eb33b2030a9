"""Declarations: who is called what, then what each name means, in an order that respects use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from .. import syntax as tree
from ..model import Axis
from ..source import Span
from . import calculus
from .names import WORDS
from .nodes import LETTERS, LEVEL
from .scope import Scope, names_in
from .terms import Term, symbol

S = TypeVar("S", bound=tree.Node)
KEYWORDS: dict[type, str] = {
    tree.SchemeStatement: "scheme",
    tree.DomainStatement: "domain",
    tree.GridStatement: "grid",
    tree.BoundaryStatement: "boundary",
    tree.GraphStatement: "graph",
    tree.FieldStatement: "field",
    tree.DataStatement: "data",
    tree.ParamStatement: "param",
    tree.FunctionStatement: "function",
    tree.KernelStatement: "kernel",
    tree.EquationStatement: "equation",
    tree.EnergyStatement: "energy",
    tree.IterateStatement: "iterate",
    tree.InitialStatement: "initial",
    tree.SpaceStatement: "space",
    tree.TimeStatement: "time",
    tree.SolveStatement: "solve",
    tree.CertifyStatement: "certify",
    tree.WatchStatement: "watch",
}
SINGLE = ("domain", "grid", "graph", "space", "time")


def every(statements: Iterable[tree.Statement], kind: type[S]) -> list[S]:
    """All statements of a kind."""
    return [statement for statement in statements if isinstance(statement, kind)]


def keyword(statement: tree.Node) -> Span:
    """Where the keyword of a statement stands."""
    start = statement.span.start
    return Span(start, start + len(KEYWORDS[type(statement)]))


def check_single(statements: Sequence[tree.Statement], scope: Scope) -> None:
    """Some statements stand once in a file."""
    seen: set[str] = set()
    for statement in statements:
        word = KEYWORDS[type(statement)]
        if word in SINGLE and word in seen:
            scope.faults.error(keyword(statement), f"'{word}' stands twice, and once is enough")
        seen.add(word)


def reserve(statements: Sequence[tree.Statement], scope: Scope) -> None:
    """Words that cannot be declared in this file, with the reason."""
    scope.reserved |= {
        "t": "it is the time",
        "limit": "it is the largest certified step",
        "pi": "it is the number 3.14159...",
    }
    scope.reserved |= dict.fromkeys(WORDS, "it is a word of the language")
    scope.reserved |= dict.fromkeys(("dt", "dtt"), "it is a derivative in time")
    indexed = [s for s in statements if isinstance(s, tree.IterateStatement)]
    around = any(
        name.name == "neighbours"
        for s in every(statements, tree.EquationStatement)
        for name in names_in(s)
    )
    if indexed or around:
        scope.reserved[LEVEL] = "it is the level of an iterate"
        scope.reserved |= dict.fromkeys(LETTERS, "it is an index of an iterate")
    if every(statements, tree.GridStatement):
        scope.reserved["h"] = "it is the spacing of the grid"


def declare_axes(statements: Sequence[tree.Statement], scope: Scope) -> None:
    """Enter the coordinates; their intervals follow when the parameters are known."""
    axes: list[Axis] = []
    for axis in (a for d in every(statements, tree.DomainStatement)[:1] for a in d.axes):
        name = axis.name.name
        term = Term(parts=(symbol(name),), span=axis.name.span)
        item = Axis(name=name, symbol=symbol(name), low=None, high=None, span=axis.name.span)
        if scope.declare(axis.name, "coordinate", item, term):
            axes.append(item)
    scope.axes = tuple(axes)
    if len(axes) > 3:
        scope.faults.error(axes[3].span, "a domain has at most three coordinates")


def declare_names(statements: Sequence[tree.Statement], scope: Scope) -> None:
    """Enter every declared name, without its meaning yet."""
    for statement in statements:
        for name, kind in _declared(statement):
            if calculus.partial_orders(name.name, scope.axes) and name.name not in scope.reserved:
                scope.faults.error(
                    name.span,
                    f"'{name.name}' is reserved: it is a derivative",
                    "choose another name",
                )
                continue
            scope.declare(name, kind)


def _declared(statement: tree.Statement) -> list[tuple[tree.Name, str]]:
    match statement:
        case tree.FieldStatement():
            return [(name, "field") for name in statement.names]
        case tree.DataStatement():
            defined = [definition.name for definition in statement.definitions]
            return [(name, "data") for name in (*statement.names, *defined)]
        case tree.ParamStatement():
            return [(definition.name, "param") for definition in statement.definitions]
        case tree.FunctionStatement() | tree.KernelStatement():
            return [(statement.name, KEYWORDS[type(statement)])]
        case tree.EnergyStatement():
            return [(statement.definition.name, "energy")]
        case _:
            return []
