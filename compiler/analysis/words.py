"""The open sets of the language as data: methods, solvers, claims, and the options each takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from .options import Takes

FLAG = Takes(kind="flag")
COUNT = Takes(kind="integer", least=Fraction(1))
POSITIVE = Takes(kind="number", least=Fraction(0), above=True)
DAMPING = Takes(kind="step", least=Fraction(0), above=True)
STEP = Takes(kind="step", least=Fraction(0), above=True)
PER = Takes(kind="word", choices=("step", "channel"), repeated=True)
INTERVAL = Takes(kind="interval")

# ---- where the unknown lives, what is solved

QUADRATURES = ("gauss", "trapezoid", "simpson", "midpoint")
GRID: Mapping[str, Takes] = {
    "nodes": FLAG,
    "cells": FLAG,
    "spacing": Takes(kind="numbers", least=Fraction(0), above=True),
    "quadrature": Takes(kind="word", choices=QUADRATURES),
}
GRAPH: Mapping[str, Takes] = {
    "undirected": FLAG,
    "directed": FLAG,
    "weighted": FLAG,
    "normalised": FLAG,
    "max_degree": COUNT,
}
FIELD: Mapping[str, Takes] = {"vector": FLAG, "staggered": FLAG, "channels": COUNT}
DATA: Mapping[str, Takes] = {**FIELD, "in": INTERVAL}
PARAM: Mapping[str, Takes] = {"positive": FLAG, "in": INTERVAL, "trainable": FLAG, "per": PER}
FUNCTION: Mapping[str, Takes] = {"trainable": FLAG, "per": PER, "lipschitz": POSITIVE}
KERNEL: Mapping[str, Takes] = {
    "size": Takes(kind="integers", least=Fraction(1), most=Fraction(33)),
    "init": Takes(kind="word", choices=("derivative", "random")),
    "trainable": FLAG,
    "per": Takes(kind="word", choices=("step",), repeated=True),
}
ITERATE: Mapping[str, Takes] = {"steps": COUNT}
ACTIVATIONS = (
    "tanh", "relu", "gelu", "sigmoid", "softplus", "sin", "silu", "elu", "leaky_relu", "identity",
)  # fmt: skip
MLP: Mapping[str, Takes] = {"activation": Takes(kind="word", choices=ACTIVATIONS)}
SPLINE: Mapping[str, Takes] = {
    "knots": Takes(kind="integer", least=Fraction(2), most=Fraction(10_000)),
    "range": INTERVAL,
}

# ---- how it is solved

SPACE: Mapping[str, Takes] = {
    "order": COUNT,
    "upwind": FLAG,
    "spectral": FLAG,
    "average": Takes(kind="word", choices=("harmonic", "arithmetic")),
    "flux": Takes(kind="word", choices=("half_points", "forward", "corners")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeMethod:
    """A time method: its own options, and arguments ("method" or "number"), if any."""

    options: Mapping[str, Takes]
    arguments: tuple[str, ...] = ()
    implicit: bool = False  # a solver may be chosen by `solve`
    needs: str = ""  # "pair": dtt, or two groups of unknowns; "energy": a gradient flow


HOW_FAR: Mapping[str, Takes] = {"step": STEP, "steps": COUNT, "until": POSITIVE}
# Coefficients are exact: those of rkc have thousands of digits beyond 64 stages.
_CYCLES: Mapping[str, Takes] = {
    "cycle": Takes(kind="integer", least=Fraction(1), most=Fraction(256)),
    "frozen": FLAG,
}
_CHEBYSHEV: Mapping[str, Takes] = {
    "stages": Takes(kind="integer", least=Fraction(2), most=Fraction(64))
}
_LEGENDRE: Mapping[str, Takes] = {
    "stages": Takes(kind="integer", least=Fraction(2), most=Fraction(256))
}
_TABLEAU: Mapping[str, Takes] = {"a": Takes(kind="numbers"), "b": Takes(kind="numbers")}
TIME_METHODS: Mapping[str, TimeMethod] = {
    **{
        name: TimeMethod(options={})
        for name in (
            "explicit_euler", "heun", "midpoint", "ralston", "ssprk3", "kutta3",
            "bogacki_shampine", "rk4", "rk38", "dormand_prince", "adams_bashforth2", "leapfrog",
            "symplectic_euler",
        )
    },
    "runge_kutta": TimeMethod(options=_TABLEAU),
    "du_fort_frankel": TimeMethod(options={"alpha": POSITIVE}),
    "verlet": TimeMethod(options={}, needs="pair"),
    "fsi": TimeMethod(options=_CYCLES),
    "fed": TimeMethod(options=_CYCLES),
    "rkc": TimeMethod(options=_CHEBYSHEV),
    "rkl2": TimeMethod(options=_LEGENDRE),
    **{
        name: TimeMethod(options={}, implicit=True)
        for name in (
            "implicit_euler", "crank_nicolson", "bdf2", "imex_euler", "imex_cnab2", "aos", "adi",
            "etdrk2", "etdrk4",
        )
    },
    **{
        name: TimeMethod(options={}, implicit=True, needs="energy")
        for name in ("convex_splitting", "sav", "discrete_gradient")
    },
    "theta": TimeMethod(options={}, arguments=("number",), implicit=True),
    "lie_splitting": TimeMethod(options={}, arguments=("method", "method"), implicit=True),
    "strang": TimeMethod(options={}, arguments=("method", "method"), implicit=True),
}  # fmt: skip

SMOOTHERS = ("jacobi", "richardson", "gauss_seidel", "chebyshev")
TOLERANCE = Takes(
    kind="number", least=20 * Fraction(1, 2**52), wanted="above rounding, which is 4e-15 in float64"
)
_STOP: Mapping[str, Takes] = {"tolerance": TOLERANCE, "at_most": COUNT}
_MEMORY: Mapping[str, Takes] = {"memory": COUNT, "damping": DAMPING}
_PRECONDITIONER: Mapping[str, Takes] = {
    "preconditioner": Takes(kind="word", choices=("fft", "multigrid", "jacobi", "tridiagonal")),
}
_MULTIGRID: Mapping[str, Takes] = {
    "scheme": Takes(kind="word", choices=("cs", "fas"), called="multigrid scheme"),
    "cycle": Takes(kind="word", choices=("v", "w", "f"), called="multigrid cycle"),
    "levels": Takes(kind="integer", least=Fraction(1), most=Fraction(40)),
    "smoother": Takes(kind="call", choices=SMOOTHERS),
    "sweeps": Takes(kind="integers", least=Fraction(0), several=2),
    "restrict": Takes(kind="word", choices=("average", "full_weighting", "injection")),
    "prolong": Takes(kind="word", choices=("linear", "constant", "cubic")),
    "trainable": FLAG,
    "per": Takes(kind="word", choices=("cycle",), repeated=True),
}
_GRADIENT: Mapping[str, Takes] = {**_STOP, "step": STEP, "steps": COUNT}
SOLVERS: Mapping[str, Mapping[str, Takes]] = {
    "picard": _STOP,
    "krasnoselskii_mann": {**_STOP, "damping": DAMPING},
    "anderson": {**_STOP, **_MEMORY},
    "broyden": {**_STOP, **_MEMORY},
    "newton_krylov": {**_STOP, **_PRECONDITIONER, "memory": COUNT},
    "newton_kantorovich": {**_STOP, **_PRECONDITIONER},
    "cg": {**_STOP, **_PRECONDITIONER},
    "gmres": {**_STOP, **_PRECONDITIONER, "restart": COUNT},
    "multigrid": {**_STOP, **_MULTIGRID},
    "fft": _STOP,
    "tridiagonal": _STOP,
    "gradient_descent": _GRADIENT,
    "accelerated_gradient": _GRADIENT,
    "neural_energy_descent": {
        **_GRADIENT,
        "samples": COUNT,
        "boundary_samples": COUNT,
        "damping": DAMPING,
    },
}

# ---- what is proved


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimWord:
    """A claim: whether a quantity follows it, as in `conserves integral(u)`."""

    quantity: bool = False


CLAIMS: Mapping[str, ClaimWord] = {
    "l2_stable": ClaimWord(),
    "nonexpansive": ClaimWord(),
    "contraction": ClaimWord(),
    "max_principle": ClaimWord(),
    "energy_decay": ClaimWord(),
    "conserves": ClaimWord(quantity=True),
    "convergent": ClaimWord(),
    "positivity": ClaimWord(),
    "order": ClaimWord(),
}
BOUNDARY_WORDS = ("periodic", "reflecting", "zero")
