"""Time methods as the reference runs them, stage times included, against the twins' plain loops."""

from functools import partial

import numpy as np
import pytest

from iterant.compiler.analyse import analyse
from iterant.compiler.discretise import discretise
from iterant.compiler.model import TIME
from iterant.compiler.parse import parse
from iterant.compiler.reference import Evaluator
from iterant.compiler.source import Source
from twins import methods

TAU, STEPS = 0.01, 6
LAW = "equation dt(u) = dxx(u) - u^3 + sin(3*t)\n"
STILL = "equation dt(u) = dxx(u) - u^3 + x\n"


def evaluator(time, *, law=LAW, walls="u = t on x low, 2*u + dn(u) = cos(t) on x high"):
    """A rod with walls and a source that move, unless the law stands still."""
    text = (
        f"scheme rod\ndomain x in [0, 1]\ngrid 5\nboundary {walls}\nfield u\n{law}"
        f"time {time}, step 1/100, steps {STEPS}\n"
    )
    return Evaluator(scheme=discretise(analyse(parse(Source("rod.scheme", text)))))


def begin():
    return np.random.default_rng(2).uniform(-1, 1, 5)


def rate_of(found, part=None):
    """f(t, u), or one of its terms."""
    symbol = found.scheme.unknowns[0].symbol

    def rate(t, u):
        if part is None:
            return found.rate(symbol, {"u": u}, time=t)
        chosen = [found.scheme.rates[0].terms[k] for k in part]
        return sum(found.apply_term(term, {"u": u}, time=t) for term in chosen)

    return rate


def agree(found, expected):
    np.testing.assert_allclose(found.run({"u": begin()}, TAU, STEPS)["u"], expected, rtol=1e-11)


ONE_STEP = {
    "explicit_euler": methods.explicit_euler,
    "heun": methods.heun,
    "ssprk3": methods.ssprk3,
    "rk4": methods.rk4,
    "rkc, stages 5": methods.rkc(5),
    "rkc, stages 2": methods.rkc(2),
    "rkl2, stages 4": methods.rkl2(4),
    "rkl2, stages 2": methods.rkl2(2),
}
SEVERAL_STEPS = {
    "adams_bashforth2": methods.adams_bashforth2,
    "leapfrog": methods.midpoint_leapfrog,
}
CYCLES = {"fed, cycle 3": methods.fed_cycle, "fsi, cycle 3": methods.fsi_cycle}


@pytest.mark.parametrize("time", ONE_STEP)
def test_one_step_methods(time):
    found = evaluator(time)
    step = ONE_STEP[time]
    agree(found, methods.march(step, rate_of(found), begin(), tau=TAU, n_steps=STEPS))


@pytest.mark.parametrize("time", SEVERAL_STEPS)
def test_multi_step_methods(time):
    found = evaluator(time)
    agree(found, SEVERAL_STEPS[time](rate_of(found), begin(), tau=TAU, n_steps=STEPS))


@pytest.mark.parametrize("time", CYCLES)
def test_cycles(time):
    found = evaluator(time, law=STILL, walls="u = 1 on x low, dn(u) = 2 on x high")
    cycle = partial(CYCLES[time], rate_of(found), tau=TAU, n=3)
    agree(found, cycle(cycle(begin())))


SUMS = {
    "dxx(u) - u^3 + sin(3*t)": "dxx",
    "sin(3*t) - u^3 + dxx(u)": "source",
    "-u^3 + dxx(u) + sin(3*t)": "cube",
}


def kind(term):
    """Which of the three terms it is."""
    formula = getattr(term.value, "expression", None)
    return "dxx" if formula is None else "source" if formula.has(TIME) else "cube"


@pytest.mark.parametrize("law", SUMS)
@pytest.mark.parametrize("name", ["lie_splitting", "strang"])
def test_splittings(name, law):
    """The first method advances the first additive term as it was written, the second the rest."""
    found = evaluator(f"{name}(heun, rk4)", law=f"equation dt(u) = {law}\n")
    kinds = [kind(term) for term in found.scheme.rates[0].terms]
    first = kinds.index(SUMS[law])
    rest = [k for k in range(3) if k != first]
    parts = ((methods.heun, rate_of(found, [first])), (methods.rk4, rate_of(found, rest)))
    step = methods.lie_splitting(parts) if name == "lie_splitting" else methods.strang(*parts)
    agree(found, methods.march(step, rate_of(found), begin(), tau=TAU, n_steps=STEPS))
