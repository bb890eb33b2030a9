"""What the tests of certificates share: schemes from texts, dense matrices of a step."""

import json
from dataclasses import asdict, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import sympy

from iterant.compiler import model as m
from iterant.compiler.analyse import analyse
from iterant.compiler.certificates.certify import certify, limit
from iterant.compiler.discretise import discretise
from iterant.compiler.parse import parse
from iterant.compiler.reference.evaluator import Evaluator
from iterant.compiler.scheme import Scheme
from iterant.compiler.source import Source, Span
from iterant.runtime.contract import Certificate, Limit, Verdict

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
HERE = Span(0, 0)


@lru_cache(maxsize=512)
def scheme_of(text: str) -> Scheme:
    """The scheme of a text, its step left open."""
    return discretise(analyse(parse(Source("case.scheme", text))))


def pde(
    equation: str,
    *,
    domain: str = "x in [0, 1]",
    grid: str = "16",
    boundary: str = "periodic",
    time: str = "explicit_euler",
    fields: str = "u",
    extra: str = "",
    space: str = "",
) -> Scheme:
    """A scheme in a few words; the step is 1/1000000, to be replaced."""
    rate = "".join(f"equation {e}\n" for e in equation.split(";"))
    form = f"space {space}\n" if space else ""
    return scheme_of(
        f"scheme case\ndomain {domain}\ngrid {grid}\nboundary {boundary}\nfield {fields}\n{extra}\n"
        f"{rate}{form}time {time}, step 1/1000000, steps 840\n"
    )


def claim(name: str, value: sympy.Expr | None = None, part: str | None = None) -> m.Claim:
    """A claim as the analysis would give it."""
    return m.Claim(name=name, value=value, part=part, parameter=None, span=HERE)


def verdict(scheme: Scheme, name: str = "l2_stable", tau: Any = None, **more: Any) -> Verdict:
    """The verdict on a claim."""
    step = None if tau is None else sympy.sympify(tau)
    return certify(replace(scheme, step_value=step), claim(name, **more), tau=step)


def certificate(
    scheme: Scheme, name: str = "l2_stable", tau: Any = None, **more: Any
) -> Certificate:
    """The certificate of a claim, which must be proved."""
    found = verdict(scheme, name, tau, **more)
    assert isinstance(found, Certificate), found
    return found


def plain(found: Certificate) -> dict[str, Any]:
    """A certificate as the JSON that is written to a file."""
    written: dict[str, Any] = json.loads(json.dumps(asdict(found)))
    return written


def limit_of(scheme: Scheme, name: str = "l2_stable") -> Limit:
    """The limit of a claim, which must be proved."""
    found = limit(scheme, claim(name))
    assert isinstance(found, Limit), found
    return found


def closed(text: str) -> sympy.Expr:
    """A closed form of a limit or of a textbook as an expression in positive names."""
    names = set("h hx hy hz kappa c nu D mu epsilon rho a b lam Du Dv e K".split())
    symbols = {n: sympy.Symbol(n, positive=True) for n in names} | {"min": sympy.Min}
    return sympy.sympify(text.replace("^", "**"), locals=symbols)


# ---- dense matrices


def levels(scheme: Scheme) -> list[str]:
    """The arrays between steps."""
    fields = [str(r.unknown.name) for r in scheme.rates]
    assert scheme.step is not None
    return list(dict.fromkeys([*fields, *(a.name for a in scheme.step.arrays if a.level)]))


def matrix(scheme: Scheme, tau: float, counts: tuple[int, ...] | None = None) -> Any:
    """The body of the step as a dense float64 matrix on its raw levels, and their weights."""
    run = Evaluator(scheme=scheme, counts=counts)
    names = levels(scheme)
    shapes = [run.problem.shape(n) for n in names]
    zero = {n: np.zeros(s) for n, s in zip(names, shapes, strict=True)}
    base = _joined(run.step(zero, tau), names)
    columns = []
    for name, shape in zip(names, shapes, strict=True):
        for index in np.ndindex(*shape):
            impulse = {**zero, name: zero[name].copy()}
            impulse[name][index] = 1.0
            columns.append(_joined(run.step(impulse, tau), names) - base)
    return np.stack(columns, axis=1)


def _joined(state: Any, names: list[str]) -> Any:
    return np.concatenate([np.asarray(state[n], float).ravel() for n in names])


def volumes(scheme: Scheme, counts: tuple[int, ...] | None = None) -> Any:
    """The cell volumes of the raw levels: half where a point lies on a wall."""
    run = Evaluator(scheme=scheme, counts=counts)
    found = []
    assert scheme.step is not None
    like = {a.name: str(a.like.name) for a in scheme.step.arrays}
    for name in levels(scheme):
        home = like.get(name, name)
        unknown = next(u for u in scheme.unknowns if str(u.symbol.name) == home)
        weights = np.ones(run.problem.shape(name))
        for axis, pair in enumerate(unknown.edges):
            for end, edge in zip((0, -1), pair, strict=True):
                if edge.rule == "wall" and edge.mirror == 1:
                    np.moveaxis(weights, axis, 0)[end] /= 2
        found.append(weights.ravel())
    return np.concatenate(found)


def norm(step: Any, weights: Any) -> float:
    """The operator norm in the product with these weights."""
    root = np.sqrt(weights)
    return float(np.linalg.norm(root[:, None] * step / root[None, :], 2))


def radius(step: Any) -> float:
    """The largest modulus of an eigenvalue."""
    return float(np.abs(np.linalg.eigvals(step)).max())


def value(limit: Limit) -> float:
    """The rational value of a limit."""
    return float(Fraction(limit.value))
