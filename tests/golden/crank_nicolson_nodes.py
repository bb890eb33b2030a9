"""crank_nicolson_nodes: An implicit scheme node by node: the newest level stands on both
sides.

    u[k+1, i] - r/2 * (u[k+1, i+1] - 2*u[k+1, i] + u[k+1, i-1]) = u[k, i] + r/2 * (u[k, i+1] -
        2*u[k, i] + u[k, i-1])    [crank_nicolson_nodes.scheme:5]

iterate; h = 1.

Letters: unknown u; tau step; parameters r; axes i.
Shapes: (..., I) with any leading batch axes; ghosts are added by `layers.pad`.
"""

import torch
from iterant.runtime import inner, layers
from iterant.runtime.plan import PERIODIC, Place, Plan, Stage
from torch import Tensor, nn

DIGEST = "sha256:49b3effac7e8069a94d501e3bc4874bc0e404a607fba7106a8c5c2d9fc82b788"
SCHEME = "sha256:96c072e43a09d0a0ff65ae8079e501af9b5ece1de79bdb992cf9d6d50ff14310"
STEPS = 1

PLACES = {
    "u": Place(
        origin=(0,), spacing=(1,), extra=(0,), halo=((1, 1),), sides=((PERIODIC, PERIODIC),)
    ),
    "u_right": Place(
        origin=(0,), spacing=(1,), extra=(0,), halo=((0, 0),), sides=((PERIODIC, PERIODIC),)
    ),
    "u_new": Place(
        origin=(0,), spacing=(1,), extra=(0,), halo=((1, 1),), sides=((PERIODIC, PERIODIC),)
    ),
}


def advance(u: Tensor, r: Tensor) -> Tensor:
    """u_right <- the right side of u."""
    taps = 0.5 * (u[..., 2:] + u[..., :-2]) - u[..., 1:-1]
    return r * taps + u[..., 1:-1]


def left_u(u_new: Tensor, r: Tensor) -> Tensor:
    """the left side of u."""
    taps = 0.5 * (-u_new[..., 2:] - u_new[..., :-2])
    return r * taps + (1 + r) * u_new[..., 1:-1]


def solve_u(u_right: Tensor, r: Tensor) -> Tensor:
    """u <- new with left_u(new) = u_right."""
    return inner.solve(left_u, (u_right,), (r,), places=(PLACES["u_new"],), reach=((1, 1),))


class CrankNicolsonNodes(nn.Module):
    """Steps of iterate."""

    plan = Plan(
        axes=("i",),
        counts=None,
        fields=("u",),
        components={"u": ("u",)},
        data=(),
        places=PLACES,
        levels=("u",),
        body=(
            Stage(function=advance, padded=("u",), scalars=("r",), writes=("u_right",)),
            Stage(
                function=solve_u,
                padded=(),
                plain=("u_right",),
                scalars=("r",),
                writes=("u",),
                solves=True,
            ),
        ),
        steps=STEPS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("tau", torch.tensor(1.0, dtype=torch.float64))
        self.register_buffer("r", torch.tensor(5.0, dtype=torch.float64))

    def start(self, u: Tensor) -> dict[str, Tensor]:
        """The state before the first step."""
        return {"u": u}

    def step(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """One step; `index` counts from 0."""
        u = state["u"]
        u_right = advance(layers.pad(u, PLACES["u"]), self.r)
        u = solve_u(u_right, self.r)
        return {"u": u}

    def finish(self, state: dict[str, Tensor], index: int = 0) -> Tensor:
        """The fields of a state, all at one time."""
        return state["u"]

    def forward(self, u: Tensor) -> Tensor:
        """All steps."""
        state = self.start(u)
        for index in range(STEPS):
            state = self.step(state, index)
        return self.finish(state, STEPS)
