"""wave: dtt(u) = lap(u), of space order 8 in 3-D and 2 in 2-D, by leapfrog on two levels."""

import torch
from torch import Tensor, nn

from iterant.runtime import layers
from iterant.runtime.plan import Place, Plan, Side, Stage

ZERO_WALL = Side("wall", 0, 1.0, 0.0, 0.0)
W0, W1, W2, W3, W4 = -205 / 72, 8 / 5, -1 / 5, 8 / 315, -1 / 560


def wave_so8(u: Tensor, old: Tensor, tau: Tensor) -> Tensor:
    """2 u - old + tau^2 * lap(u), u with four ghosts on each side."""
    i = slice(4, -4)
    x = (
        W1 * (u[..., 5:-3, i, i] + u[..., 3:-5, i, i])
        + W2 * (u[..., 6:-2, i, i] + u[..., 2:-6, i, i])
        + W3 * (u[..., 7:-1, i, i] + u[..., 1:-7, i, i])
        + W4 * (u[..., 8:, i, i] + u[..., :-8, i, i])
    )
    y = (
        W1 * (u[..., i, 5:-3, i] + u[..., i, 3:-5, i])
        + W2 * (u[..., i, 6:-2, i] + u[..., i, 2:-6, i])
        + W3 * (u[..., i, 7:-1, i] + u[..., i, 1:-7, i])
        + W4 * (u[..., i, 8:, i] + u[..., i, :-8, i])
    )
    z = (
        W1 * (u[..., i, i, 5:-3] + u[..., i, i, 3:-5])
        + W2 * (u[..., i, i, 6:-2] + u[..., i, i, 2:-6])
        + W3 * (u[..., i, i, 7:-1] + u[..., i, i, 1:-7])
        + W4 * (u[..., i, i, 8:] + u[..., i, i, :-8])
    )
    c = u[..., i, i, i]
    return 2 * c - old + tau**2 * (3 * W0 * c + x + y + z)


def wave_so2(u: Tensor, old: Tensor, tau: Tensor) -> Tensor:
    """2 u - old + tau^2 * lap(u), u with one ghost on each side."""
    c = u[..., 1:-1, 1:-1]
    lap = u[..., 2:, 1:-1] + u[..., :-2, 1:-1] + u[..., 1:-1, 2:] + u[..., 1:-1, :-2] - 4 * c
    return 2 * c - old + tau**2 * lap


class Wave(nn.Module):
    """Steps (u, old) <- (2 u - old + tau^2 lap(u), u); the plan is set by `wave`."""

    plan: Plan

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("tau", torch.tensor(0.3, dtype=torch.float64))

    def start(self, u: Tensor, old: Tensor | None = None) -> dict[str, Tensor]:
        """The state before the first step: at rest unless `old` is given."""
        return {"u": u, "old": u if old is None else old}

    def step(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """One step; `index` counts from 0."""
        u, old = state["u"], state["old"]
        new = self.plan.body[0].function(layers.pad(u, self.plan.places["u"]), old, self.tau)
        return {"u": new, "old": u}

    def finish(self, state: dict[str, Tensor], index: int = 0) -> Tensor:
        """The fields of a state."""
        return state["u"]


def wave(dim: int = 3, sides: tuple[Side, Side] = (ZERO_WALL, ZERO_WALL)) -> Wave:
    """A wave module with u = 0 on all walls."""
    halo = 4 if dim == 3 else 1
    place = Place(
        origin=(0.5,) * dim,
        spacing=(1.0,) * dim,
        extra=(0,) * dim,
        halo=((halo, halo),) * dim,
        sides=(sides,) * dim,
    )
    stage = Stage(
        function=wave_so8 if dim == 3 else wave_so2,
        padded=("u",),
        plain=("old",),
        scalars=("tau",),
        writes=("new",),
        moves=(("old", "u"), ("u", "new")),
    )
    plan = Plan(
        axes=("x", "y", "z")[:dim],
        counts=None,
        fields=("u",),
        components={"u": ("u",)},
        data=(),
        places=dict.fromkeys(("u", "old", "new"), place),
        levels=("u", "old"),
        body=(stage,),
        steps=10,
    )
    return type("Wave", (Wave,), {"plan": plan})()
