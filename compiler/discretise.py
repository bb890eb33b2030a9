"""Model -> Scheme: exact stencils, held fluxes, the time method's stages, the order."""

from __future__ import annotations

from sympy import Symbol

from .discretisation.context import Context
from .discretisation.determined import check_determined
from .discretisation.formulas import check_formulas
from .discretisation.implicit import blocks, iterate_rate
from .discretisation.nodewise import depth
from .discretisation.order import interior_row, wall_rows
from .discretisation.placement import axes_of, locations_of, unknowns_of
from .discretisation.support import refuse_later
from .discretisation.terms import terms_of, terms_of_addends
from .discretisation.watching import watches_of
from .integrators import METHODS, build_step
from .model import Equation, Model
from .scheme import GridAxis, Rate, Scheme, Term, Unknown
from .source import Faults
from .stencil import Location

_ORDER_OF = {"dt": 1, "dtt": 2}


def discretise(model: Model) -> Scheme:
    """The scheme that a model describes.

    Raises SchemeError with every fault found: a statement whose back end does not exist yet, no
    staggering that fits, an upwind flux that cannot be split, a method that does not fit.
    """
    faults = Faults(model.source)
    refuse_later(model, faults)
    check_formulas(model, faults)
    faults.check()
    axes = axes_of(model, faults)
    locations = locations_of(model, faults)
    faults.check()
    unknowns = unknowns_of(model, locations)
    context = _context(model, axes, locations, unknowns, faults)
    together = blocks(e for e in model.equations if e.kind == "iterate")
    rates = tuple(
        iterate_rate(context, e, together[e.unknown])
        if e.kind == "iterate"
        else _rate(context, locations, e)
        for e in model.equations
    )
    faults.check()
    rates, step = build_step(model, rates, depth(model.equations), faults)
    check_determined(model, rates, unknowns=unknowns, axes=axes, faults=faults)
    faults.check()
    interior = interior_row(rates, axes)
    return Scheme(
        model=model,
        axes=axes,
        unknowns=unknowns,
        rates=rates,
        step=step,
        order=(interior, *wall_rows(rates, unknowns, axes, interior.order)),
        watches=watches_of(context, model),
        notes=tuple(d.message for d in faults.warnings),
    )


def _context(
    model: Model,
    axes: tuple[GridAxis, ...],
    locations: dict[Symbol, Location],
    unknowns: tuple[Unknown, ...],
    faults: Faults,
) -> Context:
    homes: dict[Symbol, Location] = {u.symbol: u.location for u in unknowns}
    return Context(
        model=model,
        axes=axes,
        locations=homes | locations,
        faults=faults,
        constants=frozenset(p.symbol for p in model.params),
    )


def _rate(context: Context, locations: dict[Symbol, Location], equation: Equation) -> Rate:
    return Rate(
        unknown=equation.unknown,
        order=_ORDER_OF[equation.kind],
        terms=_terms(context, equation, locations[equation.unknown]),
        span=equation.span,
    )


def _terms(context: Context, equation: Equation, at: Location) -> tuple[Term, ...]:
    """The right side, addend by addend where the time method tells them apart."""
    time = context.model.time
    if (
        time is not None
        and METHODS[time.method.name].splits
        and any(a != 0 for a in equation.addends)
    ):
        return terms_of_addends(context, equation.addends, at, equation.span)
    return terms_of(context, equation.right, at, equation.span)
