"""No wrong verdict: whatever is certified of random schemes holds for dense matrices and states."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings, strategies as st

import strategies
from iterant.compiler.certificates.atoms import Constant, Diffusive, Source, atoms
from iterant.compiler.grid import reads
from iterant.compiler.reference.evaluator import Evaluator
from iterant.compiler.scheme import Scheme
from iterant.compiler.source import SchemeError
from iterant.runtime.checker import check
from iterant.runtime.contract import Certificate
from proofs import levels, norm, radius, scheme_of, verdict, volumes


@st.composite
def provable(draw: st.DrawFn) -> strategies.Case:
    """Diffusion of every kind between walls of every kind: what theorems speak of."""
    dim, order = draw(st.integers(1, 3)), draw(st.sampled_from([1, 1, 1, 2]))
    nodes = draw(st.booleans())
    boundary, around = draw(strategies.walls(("u",), dim, nodes=nodes))
    counts = draw(strategies.sizes(dim))
    if nodes:
        counts = tuple(n if p else max(n, 2) for n, p in zip(counts, around, strict=True))
    kinds = draw(st.lists(dissipation(dim), min_size=1, max_size=2, unique=True))
    terms = " + ".join(f"{draw(strategies.POSITIVE)} * ({k})" for k in kinds)
    equation = f"equation {'dt' if order == 1 else 'dtt'}(u) = {terms}\n"
    return strategies.Case(
        text="scheme provable\n"
        + draw(strategies.place(dim, counts, nodes=nodes))
        + boundary
        + "field u\n"
        + strategies.definitions(equation, dim)
        + equation
        + draw(strategies.space(dim))
        + draw(strategies.method(order, frozen="g(" in equation, splittable=len(kinds) > 1)),
        counts=counts,
        steps=strategies.STEPS,
    )


def dissipation(dim: int) -> st.SearchStrategy[str]:
    """Terms of a decaying equation."""
    y = strategies.NAMES[dim - 1]
    return st.sampled_from([
        "lap(u)", "div(kappa * grad(u))", "div(c * grad(u))", f"div((2 + {y}^2) * grad(u))",
        "div(g(norm2(grad(u))) * grad(u))", "div(exp(-u^2) * grad(u))", "-lap(lap(u))", "-u",
        f"d{y}{y}(u)", "-d(u, x, 4)", "d(u, x, 6)", "div(grad(u))", "-kappa^2 * u",
        f"div((1 + sin({y})) * grad(u))", "div(min(1, 1/(1 + u^4)) * grad(u))", "dx(u)", "-dx(u)",
    ])  # fmt: skip


CASES = st.one_of(provable(), provable(), strategies.pdes(), strategies.upwind(),
                  strategies.staggered())  # fmt: skip


class Trial:
    """A random scheme on its small grid, in float64."""

    def __init__(self, scheme: Scheme, counts: tuple[int, ...], seed: int) -> None:
        self.scheme, self.counts = scheme, counts
        self.random = np.random.default_rng(seed)
        self.run = Evaluator(scheme=scheme, counts=counts)
        self.data = {
            str(u.symbol.name): self.random.standard_normal(self.run.problem.shape(u.symbol.name))
            for u in scheme.unknowns
            if u.kind == "data" and str(u.symbol.name) not in self.run.data
        }

    def state(self, size: float) -> dict[str, Any]:
        """Random values on all levels."""
        shapes = {n: self.run.problem.shape(n) for n in levels(self.scheme)}
        return {n: size * self.random.standard_normal(s) for n, s in shapes.items()}

    def step(self, state: dict[str, Any], tau: float) -> dict[str, Any]:
        """One body."""
        return self.run.step({**state, **self.data}, tau)

    def matrix(self, tau: float) -> Any:
        """The linear part of the body, dense."""
        shapes = {n: self.run.problem.shape(n) for n in levels(self.scheme)}
        zero = {n: np.zeros(s) for n, s in shapes.items()}
        base = self.joined(self.step(zero, tau))
        columns = []
        for name, shape in shapes.items():
            for index in np.ndindex(*shape):
                impulse = {**zero, name: zero[name].copy()}
                impulse[name][index] = 1.0
                columns.append(self.joined(self.step(impulse, tau)) - base)
        return np.stack(columns, axis=1)

    def joined(self, state: Any) -> Any:
        """All levels as one vector."""
        return np.concatenate([np.asarray(state[n], float).ravel() for n in levels(self.scheme)])

    @property
    def linear(self) -> bool:
        """Whether every term is linear in the fields."""
        return all(
            isinstance(a, Source | Constant)
            or (isinstance(a, Diffusive) and not any(
                f.weight and reads(f.weight) for f in a.flux.faces))
            for r in self.scheme.rates
            for a in atoms(self.scheme, r, None)
        )  # fmt: skip

    @property
    def bare(self) -> bool:
        """Neither sources nor wall values."""
        sources = any(
            isinstance(a, Source) for r in self.scheme.rates for a in atoms(self.scheme, r, None)
        )
        edges = [e for u in self.scheme.unknowns for pair in u.edges for e in pair]
        return not sources and all(e.right == 0 for e in edges)


def largest(found: Certificate) -> float:
    """A step for which the certificate speaks."""
    assert found.limit is not None
    return float(Fraction(found.limit.value)) * (1 if found.limit.attained else 0.999)


def l2_holds(trial: Trial, found: Certificate) -> None:
    """The norm does not grow, or powers stay bounded."""
    tau = largest(found)
    if trial.linear:
        step = trial.matrix(tau)
        if "||u[k+1]|| <=" in found.statement or found.statement.startswith("the norm"):
            weights = volumes(trial.scheme, trial.counts) if found.kind != "skew" else None
            assert weights is None or norm(step, weights) <= 1 + 1e-9
        assert radius(step) <= 1 + 1e-5
        return
    for size in (1e-3, 1.0, 30.0):
        state = trial.state(size)
        after = trial.step(state, tau)
        root = np.sqrt(volumes(trial.scheme, trial.counts))
        assert np.linalg.norm(root * trial.joined(after)) <= (
            np.linalg.norm(root * trial.joined(state)) * (1 + 1e-9)
        )


def extremes_hold(trial: Trial, found: Certificate) -> None:
    """Weights are not negative and sum to at most 1."""
    if trial.linear:
        step = trial.matrix(largest(found))
        assert step.min() >= -1e-9
        assert found.claim == "positivity" or step.sum(axis=1).max() <= 1 + 1e-9
    elif trial.bare:
        for size in (1e-3, 1.0, 30.0):
            state = trial.state(size)
            if found.claim == "positivity":
                state = {n: np.abs(v) for n, v in state.items()}
            after = trial.step(state, largest(found))
            for name, before in state.items():
                slack = 1e-9 * size
                assert after[name].min() >= min(before.min(), 0) - slack
                if found.claim == "max_principle":
                    assert after[name].max() <= max(before.max(), 0) + slack


def integral_kept(trial: Trial, found: Certificate) -> None:
    """The sum over cells does not change."""
    assert found.limit is None
    state = trial.state(0.5)
    for name in state:  # an older level with the same integral, no older slope
        if name.startswith("u_"):
            state[name] = 0 * state["u"] if "slope" in name else state["u"].copy()
    after = trial.step(state, 1e-3)
    if not trial.bare:
        base = trial.step({n: np.zeros_like(v) for n, v in state.items()}, 1e-3)
        if not trial.linear:
            return
        after = {n: after[n] - base[n] for n in state}
    weights = volumes(trial.scheme, trial.counts)
    size = len(state["u"].ravel())
    before, now = (weights[:size] @ s["u"].ravel() for s in (state, after))
    assert abs(before - now) <= 1e-9 * (1 + np.abs(state["u"]).sum())


TRUTHS = {
    "l2_stable": l2_holds,
    "max_principle": extremes_hold,
    "positivity": extremes_hold,
    "conserves": integral_kept,
}


def tried(case: strategies.Case, seed: int) -> dict[str, str]:
    """The verdict of each claim on a random scheme, each certificate held against numbers."""
    try:
        scheme = scheme_of(case.text)
    except SchemeError:
        return {}
    found = {}
    for claim, holds in TRUTHS.items():
        value = sympy.Symbol("u", real=True) if claim == "conserves" else None
        if claim == "conserves" and "u" not in {str(r.unknown.name) for r in scheme.rates}:
            continue
        answer = verdict(scheme, claim, value=value)
        found[claim] = answer.verdict
        if isinstance(answer, Certificate):
            report = check(answer)
            assert report.accepted, report.reason
            holds(Trial(scheme, case.counts, seed), answer)
    return found


@settings(max_examples=60, deadline=None)
@given(case=CASES, seed=st.integers(0, 99))
def test_certificates_of_random_schemes_hold(case: strategies.Case, seed: int) -> None:
    tried(case, seed)


@pytest.mark.slow
@settings(max_examples=2000, deadline=None)
@given(case=CASES, seed=st.integers(0, 99))
def test_certificates_of_many_random_schemes_hold(case: strategies.Case, seed: int) -> None:
    tried(case, seed)
