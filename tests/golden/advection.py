"""advection: Linear transport with an upwind difference.

    dt(u) = -c * dx(u)    [advection.scheme:10]

explicit_euler, tau = 1 / 445; h = 1/400.

Letters: unknown u; tau step; parameters c; axes x.
Shapes: (..., X) with any leading batch axes; ghosts are added by `layers.pad`.
"""

import torch
from iterant.runtime import layers
from iterant.runtime.plan import PERIODIC, Place, Plan, Stage
from torch import Tensor, nn

DIGEST = "sha256:cee2296de722c2168934c8b5e850084ff945e4fcad356a9bf4f289b799eade05"
SCHEME = "sha256:ca47fcb4cb771da44806f810c27d0f55df31892be61443363efa0224854a3709"
STEPS = 445
COUNTS = (400,)
INV_H = 400  # 1/h

PLACES = {
    "u": Place(
        origin=(0.00125,),
        spacing=(0.0025,),
        extra=(0,),
        halo=((1, 0),),
        sides=((PERIODIC, PERIODIC),),
    ),
}


def advance(u: Tensor, tau: Tensor, c: Tensor) -> Tensor:
    """u <- u + tau*dt(u)."""
    # dx(u), advection.scheme:10
    u_x = INV_H * (u[..., 1:] - u[..., :-1])
    return u[..., 1:] - c * tau * u_x


def initial_u(x: Tensor) -> Tensor:
    """initial u."""
    return torch.where(torch.abs(x - 0.5) < 0.125, torch.full_like(x, 1), 0)


class Advection(nn.Module):
    """445 steps of explicit_euler."""

    plan = Plan(
        axes=("x",),
        counts=COUNTS,
        fields=("u",),
        components={"u": ("u",)},
        data=(),
        places=PLACES,
        levels=("u",),
        body=(Stage(function=advance, padded=("u",), scalars=("tau", "c"), writes=("u",)),),
        steps=STEPS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("tau", torch.tensor(1 / 445, dtype=torch.float64))
        self.register_buffer("c", torch.tensor(1.0, dtype=torch.float64))

    def start(self, u: Tensor | None = None) -> dict[str, Tensor]:
        """The state before the first step."""
        counts = COUNTS
        if u is None:
            u = layers.fill(
                initial_u(*layers.coordinates(PLACES["u"], counts, like=self.tau.double())),
                PLACES["u"],
                counts,
                like=self.tau,
            )
        return {"u": u}

    def step(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """One step; `index` counts from 0."""
        u = state["u"]
        u = advance(layers.pad(u, PLACES["u"]), self.tau, self.c)
        return {"u": u}

    def finish(self, state: dict[str, Tensor], index: int = 0) -> Tensor:
        """The fields of a state, all at one time."""
        return state["u"]

    def forward(self, u: Tensor | None = None) -> Tensor:
        """All steps."""
        state = self.start(u)
        for index in range(STEPS):
            state = self.step(state, index)
        return self.finish(state, STEPS)
