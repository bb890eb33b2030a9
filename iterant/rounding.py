"""`iterant certify --rounding`: what floating-point arithmetic adds to a step that is certified.

A certificate speaks of exact arithmetic. Here the emitted text itself is run on bounds instead of
arrays. Each value is a sum of terms w u[i + o], of which each has gone through m roundings: of
weights, of parameters, of operations. It is computed as w (1 + d) with |d| <= m u / (1 - m u), u
half the gap between 1 and the next number (Higham, Accuracy and Stability of Numerical Algorithms,
lemma 3.1). A convolution is bounded by the sum of the sizes of its weights (Young), so that a step
is computed to within eps = u ||E|| / (1 - M u) of the l2 norm of its arrays: E holds the sums of
m |w| for each pair of arrays, ||E||^2 is at most its largest row sum times its largest column sum,
M the largest m. Overflow and underflow are left out. Contracted and folded kernels round no more
often.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction
from math import isqrt
from typing import Any

from .api import load
from .runtime.contract import Certificate

DIGITS = {"float32": 24, "float64": 53, "bfloat16": 8}  # of the significand, the leading one too
SCALAR = ""  # what a term without an array is a multiple of
Sizes = Mapping[str, Fraction]


class NoStatement(ValueError):
    """Nothing is said about this step; the text says why."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Of a value sum w u, by array: the sum of |w| as `sizes`, of m |w| as `worn`; the largest m.

    `value` is what a scalar is; if its size is that of its terms, none of them cancel.
    """

    sizes: Sizes
    worn: Sizes
    most: int = 0
    value: Fraction = Fraction(0)

    @property
    def scalar(self) -> bool:
        """No array stands in it."""
        return self.sizes.keys() <= {SCALAR}

    @property
    def size(self) -> Fraction:
        """Of a scalar."""
        return self.sizes.get(SCALAR, Fraction(0))

    def __getitem__(self, _: Any) -> Bound:
        return self

    def __neg__(self) -> Bound:
        return replace(self, value=-self.value)

    def __add__(self, other: Any) -> Bound:
        other = bound(other)
        sizes = _total(self.sizes, other.sizes)
        worn = _total(_total(self.worn, other.worn), sizes)
        return Bound(sizes, worn, max(self.most, other.most) + 1, self.value + other.value)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Bound:
        return self + -bound(other)

    def __rsub__(self, other: Any) -> Bound:
        return bound(other) + -self

    def __mul__(self, other: Any) -> Bound:
        factor, rest = bound(other), self
        if not factor.scalar:
            factor, rest = rest, factor
        if not factor.scalar:
            raise NoStatement("two arrays are multiplied")
        more = not _exact(factor)
        size, wear = factor.size, factor.worn.get(SCALAR, Fraction(0)) + more * factor.size
        return Bound(
            {n: s * size for n, s in rest.sizes.items()},
            {n: size * m + wear * rest.sizes[n] for n, m in rest.worn.items()},
            rest.most + factor.most + more,
            rest.value * factor.value,
        )

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Bound:
        return self * bound(other)._inverse()

    def __rtruediv__(self, other: Any) -> Bound:
        return bound(other) * self._inverse()

    def __pow__(self, power: Any) -> Bound:
        if not self.scalar or not isinstance(power, int) or not power:
            raise NoStatement("a power of an array, or one that is not whole")
        if power < 0:
            return (self**-power)._inverse()
        # a power that is no square is the library's, off by less than two roundings a factor
        most = power * (self.most + 2)
        return Bound({SCALAR: self.size**power}, {SCALAR: most * self.size**power}, most,
                     self.value**power)  # fmt: skip

    def _inverse(self) -> Bound:
        """One over it; a kernel may round the inverse and then the product."""
        if not self.scalar or not self.value or abs(self.value) != self.size:
            raise NoStatement("the terms of a divisor may cancel")
        return _number(1 / self.value, self.most + 1)

    @classmethod
    def __torch_function__(cls, *_: Any, **__: Any) -> Any:
        raise NoStatement("a function of an array that is not linear")


def bound(value: Any) -> Bound:
    """A number of the text: itself rounded twice, to a literal and to the kind of the arrays."""
    if isinstance(value, Bound):
        return value
    exact = Fraction(value)
    return _number(exact, 0 if _short(exact) else 2)


def _number(value: Fraction, most: int) -> Bound:
    return Bound({SCALAR: abs(value)}, {SCALAR: most * abs(value)}, most, value)


def _total(one: Sizes, other: Sizes) -> Sizes:
    zero = Fraction(0)
    return {n: one.get(n, zero) + other.get(n, zero) for n in sorted(one.keys() | other.keys())}


def _short(value: Fraction) -> bool:
    """A number that each kind of arithmetic holds."""
    return _power_of_two(value.denominator) and abs(value.numerator) < 2**8


def _exact(factor: Bound) -> bool:
    """A product with a power of two is not rounded."""
    return not factor.most and _power_of_two(factor.size.numerator) and (
        _power_of_two(factor.size.denominator))  # fmt: skip


def _power_of_two(n: int) -> bool:
    return n & (n - 1) == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """A step is computed to within `eps` of the l2 norm of its arrays; eps is rounded up."""

    dtype: str
    eps: Fraction


def roundings(module: Any) -> tuple[Rounding, ...]:
    """What one body of an emitted module adds in each kind of number; raises NoStatement."""
    last = stepped(module)
    most = max(value.most for value in last)
    rows = [sum(value.worn.values()) for value in last]
    columns = [sum(v.worn.get(n, Fraction(0)) for v in last) for n in module.plan.levels]
    norm = _root(Fraction(max(rows)) * max(columns))
    units = {dtype: Fraction(1, 2**digits) for dtype, digits in DIGITS.items()}
    return tuple(
        Rounding(dtype=dtype, eps=norm * unit / (1 - most * unit))
        for dtype, unit in units.items()
        if most * unit < 1
    )


def stepped(module: Any) -> list[Bound]:
    """The arrays of the state after one body, by those before it; raises NoStatement."""
    plan = module.plan
    if any(side.rule != "periodic" for p in plan.places.values() for s in p.sides for side in s):
        raise NoStatement("it speaks of periodic axes")
    if any(stage.solves for stage in plan.body):
        raise NoStatement("the newest level is solved for")
    state = {name: Bound({name: Fraction(1)}, {name: Fraction(0)}) for name in plan.levels}
    for stage, row in _calls(plan.body):
        if any(name not in state for name in (*stage.padded, *stage.plain)):
            raise NoStatement("a source or given data are read")
        if stage.function is not None:
            arrays = [state[name] for name in (*stage.padded, *stage.plain)]
            numbers = [*(_parameter(module, name) for name in stage.scalars), *map(bound, row)]
            result = stage.function(*arrays, *numbers, *[_Time()] * stage.timed)
            state |= zip(stage.writes, result if isinstance(result, tuple) else (result,),
                         strict=True)  # fmt: skip
        state |= {target: state[source] for target, source in stage.moves}
    last = [bound(state[name]) for name in plan.levels]
    if any(SCALAR in value.sizes for value in last):
        raise NoStatement("a source is added")
    return last


def _calls(body: Any) -> Iterator[tuple[Any, tuple[float, ...]]]:
    for stage in body:
        rows = list(zip(*stage.table.values(), strict=True)) or [()]
        yield from ((stage, row) for row in rows)


def _parameter(module: Any, name: str) -> Bound:
    """A parameter of the module, rounded to float64 and to the kind of the arrays."""
    value = getattr(module, name)
    if not hasattr(value, "ndim") or value.ndim:
        raise NoStatement(f"'{name}' is not one number")
    return _number(Fraction(float(value.detach())), 2)


class _Time:
    """The time: a coefficient that depends on it has no one size."""

    def __getattr__(self, _: str) -> Any:
        raise NoStatement("a coefficient depends on the time")

    def __mul__(self, _: Any) -> Any:
        raise NoStatement("a coefficient depends on the time")

    __rmul__ = __add__ = __radd__ = __sub__ = __rsub__ = __truediv__ = __pow__ = __mul__


def _root(square: Fraction) -> Fraction:
    """A square root, rounded up to a few digits."""
    scale = 10**12
    return Fraction(isqrt(int(square * scale**2)) + 1, scale)


# ---- as text


def statements(artifact: Any) -> Iterator[str]:
    """The statement for the user, beside the certificates about l2_stable."""
    stable = [
        c for c in artifact.certificates if isinstance(c, Certificate) and c.claim == "l2_stable"
    ]
    if not stable:
        yield "rounding: nothing is certified as l2_stable"
        return
    module: Any = load(artifact.source_code)
    try:
        found = roundings(module)
    except NoStatement as reason:
        yield f"rounding: no statement, {reason}"
        return
    plan = module.plan
    alone = len(plan.levels) == 1 and all(c.norm.startswith("l2") for c in stable)
    body = "step" if plan.inner == 1 else f"cycle of {plan.inner} steps"
    for r in found:
        eps = _up(r.eps)
        said = f"a {body} is computed to within {eps:.2e} of the norm of its arrays"
        if alone:
            said += f", so n of them grow by (1 + {eps:.2e})^n at most"
        yield f"rounding in {r.dtype}: {said}"


def _up(value: Fraction) -> Decimal:
    """Three digits that are not below."""
    up = Context(prec=3, rounding=ROUND_CEILING)
    return up.divide(Decimal(value.numerator), Decimal(value.denominator))
