"""beam_warming: Second-order upwind scheme, written node by node as in a textbook.

    u[k+1, i] = u[k, i] - c/2 * (3*u[k, i] - 4*u[k, i-1] + u[k, i-2]) + c^2/2 * (u[k, i] -
        2*u[k, i-1] + u[k, i-2])    [beam_warming.scheme:5]

iterate; h = 1.

Letters: unknown u; tau step; parameters c; axes i.
Shapes: (..., I) with any leading batch axes; ghosts are added by `layers.pad`.
"""

import torch
from iterant.runtime import layers
from iterant.runtime.plan import PERIODIC, Place, Plan, Stage
from torch import Tensor, nn

DIGEST = "sha256:7548a905665290e5ecb9035e326a7b99c0c59b83e2f3ff7e3e702435b6da8032"
SCHEME = "sha256:b06b5f47eb6e9404a949a0cf8eeb3d3effe46b186306f92b4cad1e116a0256a7"
STEPS = 1

PLACES = {
    "u": Place(
        origin=(0,), spacing=(1,), extra=(0,), halo=((2, 0),), sides=((PERIODIC, PERIODIC),)
    ),
}


def advance(u: Tensor, c: Tensor) -> Tensor:
    """u <- next(u)."""
    taps = 2 * u[..., 1:-1] - 1.5 * u[..., 2:] - 0.5 * u[..., :-2]
    taps2 = 0.5 * (u[..., 2:] + u[..., :-2]) - u[..., 1:-1]
    return c * taps + c**2 * taps2 + u[..., 2:]


class BeamWarming(nn.Module):
    """Steps of iterate."""

    plan = Plan(
        axes=("i",),
        counts=None,
        fields=("u",),
        components={"u": ("u",)},
        data=(),
        places=PLACES,
        levels=("u",),
        body=(Stage(function=advance, padded=("u",), scalars=("c",), writes=("u",)),),
        steps=STEPS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("tau", torch.tensor(1.0, dtype=torch.float64))
        self.register_buffer("c", torch.tensor(1.5, dtype=torch.float64))

    def start(self, u: Tensor) -> dict[str, Tensor]:
        """The state before the first step."""
        return {"u": u}

    def step(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """One step; `index` counts from 0."""
        u = state["u"]
        u = advance(layers.pad(u, PLACES["u"]), self.c)
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
