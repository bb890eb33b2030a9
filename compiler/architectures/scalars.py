"""Which scalars an expression needs: parameters, the step, the time, coefficients of a table."""

from __future__ import annotations

from sympy import Basic, Expr, Symbol

from ..graph import ConvolutionOp, NetworkOp, Pointwise, Routine
from ..model import Model, is_curve
from ..operators import Called
from ..scheme import STEP_TIME, TAU, Scheme, Stage


def free_scalars(model: Model, expression: Basic) -> set[Symbol]:
    """Free symbols, those inside the bodies of called functions included, functions left out."""
    functions = {f.symbol: f for f in model.functions}
    heads = {c.args[0] for c in expression.atoms(Called)}
    found = {s for s in expression.free_symbols if s not in heads}
    for head in heads:
        function = functions[head]
        if isinstance(function.body, Basic):
            found |= free_scalars(model, function.body) - set(function.parameters)
    return found


def scalars_of(scheme: Scheme, routine: Routine, stage: Stage | None = None) -> tuple[Symbol, ...]:
    """The scalar arguments: the step, parameters, coefficients of the table."""
    found = free_of(scheme, routine)
    tables = [s for s, _ in stage.table] if stage is not None else []
    params = [p.symbol for p in scheme.model.params]
    order = [TAU, *params]
    rest = sorted(found - set(order) - set(tables) - {STEP_TIME}, key=str)
    return tuple(s for s in (*order, *rest) if s in found)


def free_of(scheme: Scheme, routine: Routine) -> set[Symbol]:
    """All scalar symbols of a routine's formulas."""
    found: set[Symbol] = set()
    for node in routine.nodes().values():
        own: set[Symbol] = set()
        for expression in expressions_of(node.op):
            own |= free_scalars(scheme.model, expression)
        found |= own - set(node.op.symbols) if isinstance(node.op, Pointwise) else own
        if isinstance(node.op, NetworkOp) and is_curve(scheme.model.function(node.op.function)):
            found.add(node.op.function)
    return found


def moving_walls(scheme: Scheme) -> bool:
    """Whether a wall's right side depends on the time."""
    return any(
        STEP_TIME in edge.right.free_symbols
        for u in scheme.unknowns
        for pair in u.edges
        for edge in pair
    )


def expressions_of(op: object) -> tuple[Expr, ...]:
    """The scalar expressions that an op holds."""
    if isinstance(op, Pointwise):
        return (op.expression,)
    if isinstance(op, ConvolutionOp):
        return (op.kernel,)
    return tuple(getattr(op, "coefficients", ()))
