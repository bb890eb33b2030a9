"""From the rules of the grammar to the nodes of the syntax tree: one function a rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from .. import syntax as tree
from ..source import Span
from .tokens import Token

Options = tuple[tree.Option, ...]


def leaf(token: Token) -> object:
    """The node of a token: a name, an exact number, the inside of a string, or its text."""
    match token.kind:
        case "NAME":
            return tree.Name(span=token.span, name=token.text)
        case "NUMBER":
            return tree.Number(span=token.span, value=Fraction(token.text))
        case "STRING":
            return token.text[1:-1]
        case _:
            return token.text


def build(rule: str, span: Span, children: list[Any]) -> object:
    """The node of a rule over its kept children."""
    return _RULES[rule](span, *children)


# ---- where the unknown lives


def _scheme(span: Span, name: tree.Name, doc: str | None) -> tree.SchemeStatement:
    return tree.SchemeStatement(span=span, name=name, doc=doc or "")


def _domain(span: Span, *axes: tree.Axis) -> tree.DomainStatement:
    return tree.DomainStatement(span=span, axes=axes)


def _axis(span: Span, name: tree.Name, interval: tree.Interval | None) -> tree.Axis:
    return tree.Axis(span=span, name=name, interval=interval)


def _grid(span: Span, *items: Any) -> tree.GridStatement:
    *counts, options = items
    sizes = tuple(item for item in counts if isinstance(item, tree.Number))
    first = tuple(item for item in counts if isinstance(item, tree.Option))
    return tree.GridStatement(span=span, sizes=sizes, options=first + options)


def _boundary(span: Span, *conditions: tree.Condition) -> tree.BoundaryStatement:
    return tree.BoundaryStatement(span=span, conditions=conditions)


def _condition(
    span: Span, rule: tree.Expression | tree.Equality, face: tree.Face | None
) -> tree.Condition:
    if isinstance(rule, tree.Equality):
        return tree.Condition(span=span, left=rule.left, right=rule.right, face=face)
    return tree.Condition(span=span, left=rule, right=None, face=face)


def _face(span: Span, axis: tree.Name, side: tree.Name | None) -> tree.Face:
    return tree.Face(span=span, axis=axis, side=side)


def _graph(span: Span, options: Options) -> tree.GraphStatement:
    return tree.GraphStatement(span=span, options=options)


def _field(
    span: Span, names: tuple[tree.Name, ...], options: Options | None
) -> tree.FieldStatement:
    return tree.FieldStatement(span=span, names=names, options=options or ())


def _data_given(
    span: Span, names: tuple[tree.Name, ...], options: Options | None
) -> tree.DataStatement:
    return tree.DataStatement(span=span, names=names, definitions=(), options=options or ())


def _data_computed(span: Span, *items: Any) -> tree.DataStatement:
    *definitions, options = items
    return tree.DataStatement(span=span, names=(), definitions=tuple(definitions), options=options)


def _several(_: Span, *items: object) -> tuple[object, ...]:
    return items


# ---- what is solved


def _param(span: Span, *items: Any) -> tree.ParamStatement:
    *definitions, options = items
    return tree.ParamStatement(span=span, definitions=tuple(definitions), options=options)


def _function(
    span: Span,
    name: tree.Name,
    parameters: tuple[tree.Name, ...],
    body: tree.Expression,
    options: Options,
) -> tree.FunctionStatement:
    return tree.FunctionStatement(
        span=span, name=name, parameters=parameters, body=body, options=options
    )


def _kernel(
    span: Span,
    name: tree.Name,
    source: tree.Name | tree.Number,
    target: tree.Number,
    options: Options,
) -> tree.KernelStatement:
    return tree.KernelStatement(span=span, name=name, source=source, target=target, options=options)


def _equation(span: Span, equality: tree.Equality) -> tree.EquationStatement:
    return tree.EquationStatement(span=span, equality=equality)


def _energy(span: Span, definition: tree.Definition) -> tree.EnergyStatement:
    return tree.EnergyStatement(span=span, definition=definition)


def _iterate(span: Span, equality: tree.Equality, options: Options) -> tree.IterateStatement:
    return tree.IterateStatement(span=span, equality=equality, options=options)


def _initial(span: Span, *equalities: tree.Equality) -> tree.InitialStatement:
    return tree.InitialStatement(span=span, equalities=equalities)


def _equality(span: Span, left: tree.Expression, right: tree.Expression) -> tree.Equality:
    return tree.Equality(span=span, left=left, right=right)


def _definition(span: Span, name: tree.Name, value: tree.Expression) -> tree.Definition:
    return tree.Definition(span=span, name=name, value=value)


# ---- how it is solved, what is proved, what is shown


def _space(span: Span, options: Options) -> tree.SpaceStatement:
    return tree.SpaceStatement(span=span, options=options)


def _time(span: Span, method: tree.Method, options: Options) -> tree.TimeStatement:
    return tree.TimeStatement(span=span, method=method, options=options)


def _solve(
    span: Span, method: tree.Method, target: tree.Name | None, options: Options
) -> tree.SolveStatement:
    return tree.SolveStatement(span=span, method=method, target=target, options=options)


def _certify(span: Span, *claims: tree.Claim) -> tree.CertifyStatement:
    return tree.CertifyStatement(span=span, claims=claims)


def _claim(
    span: Span,
    name: tree.Name,
    value: tree.Expression | None,
    part: tree.Name | None,
    parameter: tree.Name | None,
) -> tree.Claim:
    return tree.Claim(span=span, name=name, value=value, part=part, parameter=parameter)


def _watch(span: Span, *items: tree.Definition | tree.Expression) -> tree.WatchStatement:
    return tree.WatchStatement(span=span, items=items)


def _option(span: Span, name: tree.Name, value: tree.Expression | None) -> tree.Option:
    return tree.Option(span=span, name=name, value=value)


def _bounds(span: Span, interval: tree.Interval) -> tree.Option:
    word = tree.Name(span=Span(span.start, span.start + len("in")), name="in")
    return tree.Option(span=span, name=word, value=interval)


def _method(
    span: Span, name: tree.Name, arguments: tuple[tree.Argument, ...] | None
) -> tree.Method:
    return tree.Method(span=span, name=name, arguments=arguments or ())


# ---- expressions


def _tuple(span: Span, *items: tree.Expression) -> tree.Tuple:
    return tree.Tuple(span=span, items=items)


def _interval(span: Span, low: tree.Expression, high: tree.Expression) -> tree.Interval:
    return tree.Interval(span=span, low=low, high=high)


def _sum(span: Span, first: tree.Expression, *rest: Any) -> tree.Sum:
    return tree.Sum(span=span, signs=("+", *rest[::2]), terms=(first, *rest[1::2]))


def _product(span: Span, first: tree.Expression, *rest: Any) -> tree.Product:
    return tree.Product(span=span, operators=("*", *rest[::2]), factors=(first, *rest[1::2]))


def _signed(span: Span, sign: str, operand: tree.Expression) -> tree.Signed:
    return tree.Signed(span=span, sign=sign, operand=operand)


def _power(span: Span, base: tree.Expression, exponent: tree.Expression) -> tree.Power:
    return tree.Power(span=span, base=base, exponent=exponent)


def _group(span: Span, inner: tree.Expression) -> tree.Expression:
    return replace(inner, span=span)


def _call(span: Span, function: tree.Expression, arguments: tuple[tree.Argument, ...]) -> tree.Call:
    return tree.Call(span=span, function=function, arguments=arguments)


def _index(span: Span, base: tree.Expression, *indices: tree.Expression) -> tree.Index:
    return tree.Index(span=span, base=base, indices=indices)


def _adjoint(span: Span, base: tree.Expression) -> tree.Adjoint:
    return tree.Adjoint(span=span, base=base)


def _argument(span: Span, item: tree.Expression | tree.Definition) -> tree.Argument:
    if isinstance(item, tree.Definition):
        return tree.Argument(span=span, name=item.name, value=item.value)
    return tree.Argument(span=span, name=None, value=item)


def _disjunction(span: Span, *operands: tree.Expression) -> tree.Logical:
    return tree.Logical(span=span, operator="or", operands=operands)


def _conjunction(span: Span, *operands: tree.Expression) -> tree.Logical:
    return tree.Logical(span=span, operator="and", operands=operands)


def _negated(span: Span, operand: tree.Expression) -> tree.Negation:
    return tree.Negation(span=span, operand=operand)


def _comparison(
    span: Span, left: tree.Expression, operator: str, right: tree.Expression
) -> tree.Comparison:
    return tree.Comparison(span=span, operator=operator, left=left, right=right)


def _membership(span: Span, item: tree.Expression, collection: tree.Expression) -> tree.Membership:
    return tree.Membership(span=span, item=item, collection=collection)


_RULES: dict[str, Callable[..., object]] = {
    function.__name__[1:]: function
    for function in (
        _scheme, _domain, _axis, _grid, _boundary, _condition, _face, _graph, _field, _data_given,
        _data_computed, _param, _function, _kernel, _equation, _energy, _iterate, _initial,
        _equality, _definition, _space, _time, _solve, _certify, _claim, _watch, _option, _bounds,
        _method, _tuple, _interval, _sum, _product, _signed, _power, _group, _call, _index,
        _adjoint, _argument, _disjunction, _conjunction, _negated, _comparison, _membership,
    )
} | dict.fromkeys(("names", "traits", "options", "arguments"), _several)  # fmt: skip
