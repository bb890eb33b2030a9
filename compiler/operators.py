"""The words of calculus that sympy has no exact word for: applied, never evaluated.

The discretisation sees the equation as it was written. Operators written as factors, such as
`(1 + lap)^2 * u`, are applied during analysis, before sympy, where products commute.
"""

from __future__ import annotations

from typing import Any

import sympy


class Operator(sympy.Function):  # type: ignore[misc]
    """Base of the words that are applied and never evaluated; all values are real."""

    is_real = True

    @property
    def is_number(self) -> bool:
        """Whether it has digits; `Integral(1)` holds no symbol and has none all the same."""
        return False

    def _sympystr(self, printer: Any) -> str:
        """By its own name: sympy prints some of these names in a form of its own."""
        return f"{type(self).__name__}({', '.join(map(printer._print, self.args))})"

    @classmethod
    def eval(cls, *arguments: Any) -> None:
        """Stay as written."""


class Partial(Operator):
    """`Partial(f, x, m)`: m-th derivative along x; `dx(f)`, `d(f, x, 3)`, a part of `grad(f)`."""


class Laplacian(Operator):
    """`Laplacian(f)`: `lap(f)`."""


class Divergence(Operator):
    """`Divergence(F_1, ..., F_d)`: `div(F)`, one argument an axis, in the order of `domain`."""


class Integral(Operator):
    """`Integral(f)`: over the domain; `Integral(f, (y, a, b), ...)`: over bound names."""


class BoundaryIntegral(Operator):
    """`BoundaryIntegral(f)`."""


class Mean(Operator):
    """`Mean(f)`: the mean over the domain."""


class Variation(Operator):
    """`Variation(E, u)`: gradient of the discretised energy of density E, per cell volume."""


class Where(Operator):
    """`Where(condition, a, b)`; the condition is a sympy Boolean."""

    @classmethod
    def eval(cls, condition: Any, yes: Any, no: Any) -> Any:
        """A condition without unknowns is decided."""
        if condition is sympy.true or yes == no:
            return yes
        return no if condition is sympy.false else None


class Elementary(Operator):
    """A function of a number, which sympy can compare by the digits of its formula."""

    @property
    def is_number(self) -> bool:
        """Whether its argument is one."""
        return bool(self.args[0].is_number)

    def _eval_evalf(self, prec: int) -> Any:
        return sympy.N(self.formula(self.args[0]), max(1, round(prec / 3.33)))

    @staticmethod
    def formula(s: Any) -> Any:
        """In functions that sympy knows."""
        raise NotImplementedError


class Sigmoid(Elementary):
    """1 / (1 + exp(-s))."""

    @staticmethod
    def formula(s: Any) -> Any:
        """The logistic function."""
        return 1 / (1 + sympy.exp(-s))


class Relu(Elementary):
    """max(s, 0)."""

    @staticmethod
    def formula(s: Any) -> Any:
        """The positive part."""
        return (s + abs(s)) / 2


class Softplus(Elementary):
    """log(1 + exp(s))."""

    @staticmethod
    def formula(s: Any) -> Any:
        """A smooth positive part."""
        return sympy.log(1 + sympy.exp(s))


class Gelu(Elementary):
    """s (1 + erf(s / sqrt 2)) / 2."""

    @staticmethod
    def formula(s: Any) -> Any:
        """S times the normal distribution function."""
        return s * (1 + sympy.erf(s / sympy.sqrt(2))) / 2


class Called(Operator):
    """`Called(g, a, b)`: the declared function with symbol g at arguments a, b."""


class Convolved(Operator):
    """`Convolved(K, f)`: the declared kernel applied to f."""


class ConvolvedAdjoint(Operator):
    """`ConvolvedAdjoint(K, f)`: its exact adjoint, `K.T(f)`."""


class KernelNorm(Operator):
    """`KernelNorm(K)`: the bound of ||K|| that a step by `limit` is made of."""


class CurveSector(Operator):
    """`CurveSector(phi)`: the largest phi(s) / s of a learned curve."""


class HarmonicMean(Operator):
    """2ab / (a + b), and 0 where both are 0: a coefficient between two values of it."""


class GraphLaplacian(Operator):
    """`GraphLaplacian(z)`: sum_j w_ij (z_i - z_j)."""


class Neighbours(Operator):
    """`Neighbours(kind, f)`: sum, mean or max of f over j in neighbours(i); kind is a Symbol."""


class AtNode(Operator):
    """`AtNode(z, level, o_1, ...)`: `u[k + level, i + o_1, ...]`; on graphs i or j."""


class AtPoint(Operator):
    """`AtPoint(u, y1, ..., yn)`: `u(y)`, an unknown or data at a point bound by an integral."""


class RandomNormal(Operator):
    """`RandomNormal(seed)`: NumPy PCG64 standard normal values, float64, C order."""


class RandomUniform(Operator):
    """`RandomUniform(seed)`: NumPy PCG64 uniform values in [0, 1), float64, C order."""
