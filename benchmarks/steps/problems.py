"""Two steps that cannot be taken, and what a march with them is: the same for every peer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A periodic problem on the unit interval or square, explicit Euler, `points` an axis."""

    title: str
    axes: int
    points: int
    tau: float
    steps: int
    scheme: str  # for Iterant

    @property
    def spacing(self) -> float:
        """h."""
        return 1 / self.points

    @property
    def initial(self) -> Array:
        """A smooth bump of height 1 with a ten-thousandth of noise, as measured data have."""
        x = (np.arange(self.points) + 0.5) * self.spacing
        bump = np.exp(-40 * (x - 0.5) ** 2)
        for _ in range(self.axes - 1):
            bump = np.multiply.outer(bump, np.exp(-40 * (x - 0.5) ** 2))
        noise = np.random.default_rng(0).uniform(-1e-4, 1e-4, bump.shape)
        return np.asarray(bump + noise)


HEAT = """scheme heat
domain   x, y in [0, 1]
grid     32, 32
boundary periodic
field    u
equation dt(u) = lap(u)
time     explicit_euler, step 3/10240, steps 400
certify  l2_stable
"""
TRANSPORT = """scheme transport
domain   x in [0, 1]
grid     64
boundary periodic
field    u
equation dt(u) = -dx(u)
time     explicit_euler, step 1/128, steps 400
certify  l2_stable
"""
PROBLEMS: Mapping[str, Problem] = {
    "heat": Problem(
        title="2-D heat at 1.2 of the limit h^2/4",
        axes=2, points=32, tau=0.3 / 32**2, steps=400, scheme=HEAT,
    ),
    "transport": Problem(
        title="transport by central differences, which no step makes stable",
        axes=1, points=64, tau=0.5 / 64, steps=400, scheme=TRANSPORT,
    ),
}  # fmt: skip
