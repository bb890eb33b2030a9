"""l2_stable of dissipative equations: ||u[k+1]|| <= ||u[k]|| up to the step a method allows."""

from __future__ import annotations

import sympy

from ..scheme import Scheme
from .allowance import Allowance, allowance
from .atoms import equations
from .base import Bounded, Proved, Question, Unprovable
from .energy import Energy, energies
from .forms import Signs, names_in, signs, text, written
from .laws import SECTOR
from .steps import exact
from .walls import domain, grids, held_faces

NORM = "l2, weighted by cell volumes"
SOURCES = "sources and wall values are left out: the difference of two solutions"


def prove(question: Question, kind: str) -> Proved:
    """||u[k+1]|| <= ||u[k]|| for every unknown, up to the step that the method allows."""
    scheme = question.scheme
    marks = signs(scheme)
    found = energies(scheme, question.part, marks, laws=SECTOR if kind == "block" else None)
    if any(r.order != 1 for r in equations(scheme, question.part)):
        raise Unprovable("an equation is not of first order in time")
    fluxes = any(e.fluxes for e in found)
    if fluxes != (kind == "block"):
        raise Unprovable("there is no flux" if kind == "block" else "there are fluxes with weights")
    _homogeneous(scheme, found)
    allowed = allowance(scheme, found, marks)
    beta = sympy.Rational(allowed.beta.numerator, allowed.beta.denominator)
    bounds = tuple(
        Bounded(
            form=allowed.fixed or sympy.factor(marks.back(beta / e.rho)),
            attained=True,
        )
        for e in found
    )
    return Proved(
        kind=kind,
        statement=_statement(found, allowed),
        norm=NORM,
        domain=in_words(scheme, found),
        hypotheses=tuple(
            sorted({*hypotheses(scheme, found, marks), *_numbers(scheme, found, allowed, marks)})
        ),
        bound="; ".join(
            f"||A|| <= {text(marks.back(e.rho))} for {e.unknown.symbol.name}" for e in found
        ),
        proof={"equations": [e.proof for e in found], "method": allowed.rule},
        bounds=bounds,
        sharp=all(p.sharp for e in found for p in e.groups.values()),
    )


def _numbers(
    scheme: Scheme, found: list[Energy], allowed: Allowance, marks: Signs
) -> tuple[str, ...]:
    """The values that a comparison with alpha rests on."""
    if allowed.fixed is None:
        return ()
    values = {str(s): v for s, v in exact(scheme).items()}
    names = names_in([marks.back(e.rho) for e in found]) & values.keys()
    return tuple(f"{n} = {text(values[n])}" for n in sorted(names))


def _homogeneous(scheme: Scheme, found: list[Energy]) -> None:
    """A nonlinear equation has no homogeneous part to which the claim could be restricted."""
    for e in found:
        if e.linear:
            continue
        if e.sources:
            raise Unprovable(f"the nonlinear equation of '{e.unknown.symbol.name}' has a source")
        if any(edge.right != 0 for pair in e.unknown.edges for edge in pair):
            raise Unprovable(
                f"the walls of '{e.unknown.symbol.name}' have values, and its equation is nonlinear"
            )


def _statement(found: list[Energy], allowed: Allowance) -> str:
    names = [str(e.unknown.symbol.name) for e in found]
    if allowed.fixed is not None:
        return " and ".join(
            f"max(||{n}[k+1]||, ||{n}[k]||) <= max(||{n}[k]||, ||{n}[k-1]||)" for n in names
        )
    if isinstance(allowed.rule, dict) and allowed.rule["by"] == "levels":
        return "powers of the step stay bounded, uniformly in steps and points"
    text = " and ".join(f"||{n}[k+1]|| <= ||{n}[k]||" for n in names)
    return text + (" at cycle ends" if allowed.cycle else "")


def in_words(scheme: Scheme, found: list[Energy]) -> str:
    """The grids on which it holds."""
    named = [(str(e.unknown.symbol.name), domain(scheme, e.unknown)) for e in found]
    return grids(scheme, named, beyond=set[int]().union(*(e.beyond for e in found)))


def hypotheses(scheme: Scheme, found: list[Energy], marks: Signs) -> tuple[str, ...]:
    """What the proof rests on, in words, sorted."""
    fixed = set[str]().union(*(e.fixed for e in found))
    names = set[str]().union(*(e.names for e in found)) - fixed
    texts = set(marks.hypotheses(names))
    values = {p.name: p.value for p in scheme.model.params}
    texts |= {f"{n} = {text(values[n])}" for n in fixed}
    for e in found:
        texts |= {data_text(scheme, n) for n in e.data}
        if e.sources or any(edge.right != 0 for pair in e.unknown.edges for edge in pair):
            texts.add(SOURCES)
    return tuple(sorted((texts | set(held_faces(scheme))) - {""}))


def data_text(scheme: Scheme, name: str) -> str:
    """The declared range of data; nothing for data by a formula."""
    data = next(d for d in scheme.model.data if name in [str(s.name) for s in d.symbols])
    if data.formula is not None or data.interval is None:
        return ""
    low, high = data.interval
    return f"{data.name} in [{written(low, '-oo')}, {written(high, 'oo')}]"
