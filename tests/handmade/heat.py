"""heat in any dimension: dt(u) = lap(u), explicit Euler; second order, any ghost rules."""

from typing import Any

import torch
from torch import Tensor, nn

from iterant.runtime import layers
from iterant.runtime.plan import PERIODIC, Place, Plan, Side, Stage


def heat_1d(u: Tensor, tau: Tensor) -> Tensor:
    """u + tau * lap(u), u with one ghost on each side."""
    return u[..., 1:-1] + tau * (u[..., 2:] + u[..., :-2] - 2 * u[..., 1:-1])


def heat_2d(u: Tensor, tau: Tensor) -> Tensor:
    """u + tau * lap(u), u with one ghost on each side."""
    c = u[..., 1:-1, 1:-1]
    lap = u[..., 2:, 1:-1] + u[..., :-2, 1:-1] + u[..., 1:-1, 2:] + u[..., 1:-1, :-2] - 4 * c
    return c + tau * lap


def heat_3d(u: Tensor, tau: Tensor) -> Tensor:
    """u + tau * lap(u), u with one ghost on each side."""
    c = u[..., 1:-1, 1:-1, 1:-1]
    x = u[..., 2:, 1:-1, 1:-1] + u[..., :-2, 1:-1, 1:-1]
    y = u[..., 1:-1, 2:, 1:-1] + u[..., 1:-1, :-2, 1:-1]
    z = u[..., 1:-1, 1:-1, 2:] + u[..., 1:-1, 1:-1, :-2]
    return c + tau * (x + y + z - 6 * c)


class Heat(nn.Module):
    """Steps u <- u + tau * lap(u); the plan is set by `heat`."""

    plan: Plan

    def __init__(self, tau: float) -> None:
        super().__init__()
        self.register_buffer("tau", torch.tensor(tau, dtype=torch.float64))

    def start(self, u: Tensor) -> dict[str, Tensor]:
        """The state before the first step."""
        return {"u": u}

    def step(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """One step; `index` counts from 0."""
        (stage,) = self.plan.body
        t = index * self.tau
        u = layers.pad(state["u"], self.plan.places["u"], t)
        return {"u": stage.function(u, self.tau)}

    def finish(self, state: dict[str, Tensor], index: int = 0) -> Tensor:
        """The fields of a state."""
        return state["u"]


def heat(
    dim: int = 2, *sides: tuple[Side, Side], tau: float | None = None, halo: int = 1, **plan: Any
) -> Heat:
    """A heat module; `sides` are the ghost rules of each axis, periodic by default."""
    rules = sides or ((PERIODIC, PERIODIC),) * dim
    # ghosts of a wider halo are cut off again: for tests of wide halos
    function = {1: heat_1d, 2: heat_2d, 3: heat_3d}[dim]

    def narrowed(u: Tensor, tau: Tensor) -> Tensor:
        inner = (..., *(slice(halo - 1, n - halo + 1) for n in u.shape[-dim:]))
        return function(u[inner], tau)

    place = Place(
        origin=(0.5,) * dim,
        spacing=(1.0,) * dim,
        extra=(0,) * dim,
        halo=((halo, halo),) * dim,
        sides=rules,
    )
    stage = Stage(
        function=function if halo == 1 else narrowed,
        padded=("u",),
        scalars=("tau",),
        writes=("u",),
    )
    made = Plan(
        axes=("x", "y", "z")[:dim],
        counts=None,
        fields=("u",),
        components={"u": ("u",)},
        data=(),
        places={"u": place},
        levels=("u",),
        body=(stage,),
        **{"steps": 10, **plan},
    )
    return type("Heat", (Heat,), {"plan": made})(tau or 0.9 / (2 * dim))
