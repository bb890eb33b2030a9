"""Fluxes of the literature, with what is known of them: one table for the tests and the page.

A row holds g(r) of r = |grad u|^2, sup g and inf Phi' of Phi(s) = g(s^2) s in units of `scale`, and
which claims hold of an explicit step up to its limit.
"""

from dataclasses import dataclass
from math import e

from iterant.compiler import pipeline
from iterant.compiler.source import Source
from iterant.runtime.contract import Verdict


@dataclass(frozen=True, kw_only=True)
class Flux:
    """A diffusivity, the supremum of g, the infimum of Phi' and the factor of both."""

    name: str
    text: str
    high: float = 1.0
    low: float = 0.0
    scale: str = "1"

    @property
    def monotone(self) -> bool:
        """Whether two states come no further apart."""
        return self.low >= 0


FLUXES = (
    Flux(name="linear", text="max(1, 1 - r)", low=1.0),
    Flux(name="Charbonnier", text="1 / sqrt(1 + r/l^2)"),
    Flux(name="Perona-Malik, rational", text="1 / (1 + r/l^2)", low=-1 / 8),
    Flux(name="Perona-Malik, exponential", text="exp(-r / (2*l^2))", low=-2 * e**-1.5),
    Flux(name="regularised TV", text="1 / sqrt(r + l^2)", scale="1/l"),
    Flux(name="Huber", text="min(1, l / sqrt(r))"),
    Flux(name="Weickert", text="where(r > 0, 1 - exp(-(331488/100000) / (r/l^2)^4), 1)",
         low=-2.33489617),
    Flux(name="Tukey", text="where(r < l^2, (1 - r/l^2)^2, 0)", low=-4 / 5),
    Flux(name="Geman-McClure", text="1 / (1 + r/l^2)^2", low=-1 / 4),
)  # fmt: skip
NAMED = {flux.name: flux for flux in FLUXES}

FILE = """
scheme flux
domain   {axes}
grid     spacing 1/2
boundary {walls}
field    u
param    l = 1/4{trained}
function g(r) = {text}
space    flux {place}
equation dt(u) = div(g(norm2(grad(u))) * grad(u))
time     {method}, step {step}, steps 3
certify  {claims}
"""


def text(flux: Flux, claims: str, *, step: str = "limit", axes: str = "x",
         walls: str = "reflecting", place: str = "forward", method: str = "explicit_euler",
         trained: str = ", positive") -> str:  # fmt: skip
    """A file with that flux."""
    return FILE.format(text=flux.text, claims=claims, step=step, axes=axes, walls=walls,
                       place=place, method=method, trained=trained)  # fmt: skip


def verdicts(source: str) -> tuple[Verdict, ...]:
    """What is said of the claims of a file."""
    return pipeline.prove(Source("flux.scheme", source)).verdicts
