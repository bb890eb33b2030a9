"""Fluxes g(|grad u|^2) grad u of the literature, and what is shown of them."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from iterant.compiler.analyse import analyse
from iterant.compiler.certificates.sectors import Sector, sector
from iterant.compiler.parse import parse
from iterant.compiler.source import Source

FLUXES = {
    "linear": "1",
    "Charbonnier": "1 / sqrt(1 + r/l^2)",
    "Perona-Malik, rational": "1 / (1 + r/l^2)",
    "Perona-Malik, exponential": "exp(-r / (2*l^2))",
    "regularised TV": "1 / sqrt(r + l^2)",
    "Huber": "min(1, l / sqrt(r))",
    "Weickert": "where(r > 0, 1 - exp(-(331488/100000) / (r/l^2)^4), 1)",
    "Tukey": "where(r < l^2, (1 - r/l^2)^2, 0)",
    "Geman-McClure": "1 / (1 + r/l^2)^2",
    "forward-backward": "(1 - r/l^2) / (1 + r^2/l^4)",
}
# Phi(s) of one slope, in `div(vector(phi(dx(u)), phi(dy(u))))`
LAWS = ("tanh(s)", "relu(s)", "erf(s)", "gelu(s)", "softplus(s)")

FILE = """scheme flux
domain   x
grid     spacing 1
boundary reflecting
field    u
param    l = 1/10, positive, trainable
function g(r) = {g}
function phi(s) = {phi}
equation dt(u) = div(g(norm2(grad(u))) * grad(u))
time     explicit_euler, step 1/100, steps 1
"""


@cache
def bounded_fluxes() -> tuple[tuple[str, str, list[str], list[str]], ...]:
    """Name, g(r) or Phi(s), inf g, sup g, inf Phi', sup Phi', and the claims that may hold."""
    laws = [(name, g, g, "s * g(s^2)") for name, g in FLUXES.items()]
    laws += [("", phi, "1", phi) for phi in LAWS]
    rows = []
    for name, text, g, phi in laws:
        model = analyse(parse(Source("flux.scheme", FILE.format(g=g, phi=phi))))
        found = sector(model.functions[1], model)
        ends = [*(found.sector or (None, None)), *(found.slope or (None, None))]
        rows.append((name, text, [_written(end, found) for end in ends], _claims(name, found)))
    return tuple(rows)


def _claims(name: str, found: Sector) -> list[str]:
    forward = found.sector is not None and found.sector[0] >= 0
    monotone = found.slope is not None and found.slope[0] >= 0
    rows = ["l2_stable"] * forward + ["max_principle"] * (forward and bool(name))
    return rows + ["nonexpansive"] * monotone


def _written(value: Fraction | None, found: Sector) -> str:
    if value is None:
        return "none"
    number = str(value) if value.denominator < 1000 else f"{float(value):.8f}"
    unit = str(found.scale).replace("**", "^")
    return number if unit == "1" or number == "0" else unit if number == "1" else (
        f"{number} {unit}")  # fmt: skip
