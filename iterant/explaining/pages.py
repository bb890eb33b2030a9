"""What `iterant explain` prints of a linear scheme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ..compiler.amplification.step import NotLinear
from ..compiler.pipeline import Compiled
from ..compiler.scheme import Scheme
from ..report import report
from ..spelling import spelt
from ..witnesses import bodies_to
from .curves import Curves, curves, worst
from .method import Method, method_of
from .modified import modified

LENGTHS = (4, 6, 8, 12, 16, 24, 32, 64)  # cells in a wavelength
ROUND = 1e-9  # of |lambda|: what eigenvalues in floats leave open


@dataclass(frozen=True, kw_only=True)
class Explained:
    """A scheme with its step, its curves along the first axis and its largest factor."""

    scheme: Scheme
    tau: float
    curves: Curves
    largest: float
    where: tuple[float, ...]
    method: Method | None

    @property
    def name(self) -> str:
        """The name of the scheme."""
        return self.scheme.model.name

    @property
    def axis(self) -> str:
        """The axis along which waves travel in curves."""
        return self.scheme.axes[0].name


def explained(found: Compiled) -> Explained:
    """Everything that is printed and drawn; raises NotLinear."""
    scheme = found.scheme
    if scheme.model.kernels:
        raise NotLinear("its kernels are learned")
    tau = 1.0 if scheme.step_value is None else float(scheme.step_value)
    largest, where = worst(scheme, tau)
    return Explained(
        scheme=scheme, tau=tau, curves=curves(scheme, tau), largest=largest, where=where,
        method=method_of(scheme),
    )  # fmt: skip


def rows(found: Compiled, page: Explained) -> Iterator[tuple[str, str]]:
    """(heading or "", text) in order."""
    kept = {"equations", "time"} | ({"space"} if found.model.time is not None else set())
    heading = ""
    for title, text in report(found.model, found.scheme, found.limit):
        heading = title or heading
        if heading in kept:
            yield title, text
    yield from _amplification(page)
    yield from _method(page)
    for number, text in enumerate(modified(page.scheme)):
        yield "modified" if number == 0 else "", text
    if any(not axis.periodic for axis in page.scheme.axes):
        yield "walls", "left out: waves say nothing about them"


def _amplification(page: Explained) -> Iterator[tuple[str, str]]:
    place = ", ".join(
        f"{angle(t)} along {a.name}" for t, a in zip(page.where, page.scheme.axes, strict=True)
    )
    if page.largest <= 1 + ROUND:
        yield "waves", "no |lambda| is above 1"
    else:
        yield "waves", f"the largest |lambda| is {page.largest:.9g}, at theta = {place}"
    steps = 1 if page.scheme.step is None else page.scheme.step.inner
    if page.largest > 1 + ROUND and (many := bodies_to(page.largest)) is not None:
        per = "a step" if steps == 1 else f"in {steps} steps"
        yield "", f"it grows by {page.largest:.6g} {per}, by 10^6 in {many * steps} steps"
    count = page.curves.factors.shape[1]
    if count > (known := len(page.curves.principal)):
        yield "", f"{count} eigenvalues: {known} of the equation's own, the others are parasitic"


def _method(page: Explained) -> Iterator[tuple[str, str]]:
    error = None if page.method is None else page.method.error()
    if error is not None and page.scheme.model.time is not None:
        name = page.scheme.model.time.method.name
        yield "method", f"{name}: order {error[0]} in tau, error constant {spelt(_shown(error[1]))}"


def _shown(value: Fraction) -> Any:
    import sympy

    return sympy.Rational(value.numerator, value.denominator)


def angle(theta: float) -> str:
    """`pi/2`, `0.31 pi`, `0`."""
    share = theta / np.pi
    near = Fraction(share).limit_denominator(12)
    if abs(share - float(near)) > 1e-9:
        return f"{share:.4g} pi"
    if near == 0:
        return "0"
    sign, top = ("-" if near < 0 else ""), abs(near.numerator)
    below = "" if near.denominator == 1 else f"/{near.denominator}"
    return f"{sign}{'' if top == 1 else top}{' ' if top != 1 else ''}pi{below}"


def headings(page: Explained) -> tuple[str, ...]:
    """Of the columns of `wavelengths`."""
    travel = ("phase speed / exact", "size left after one wavelength / exact")
    still = ("decay rate / exact",)
    return ("cells in a wavelength", "|lambda|", *(travel if page.curves.travels else still))


def wavelengths(page: Explained) -> Iterator[tuple[str, ...]]:
    """Rows of numbers: what happens to waves of so many cells."""
    found = page.curves
    chosen = [found.phase(), found.left()] if found.travels else [found.decay()]
    for cells in LENGTHS:
        theta = 2 * np.pi / cells
        size = np.abs(found.factors[:, found.principal[0]])
        shown = [np.interp(theta, found.theta, size)]
        shown += [np.interp(theta, found.theta, c[:, 0]) for c in chosen]
        yield (str(cells), *(f"{value:.6f}" for value in shown))
