"""perona_malik: edge-preserving smoothing of an image of any size, a residual network.

    g(s2) = 1 / (1 + s2/contrast^2)                                     perona_malik.scheme:11
    dt(u) = div(g(norm2(grad(u))) * grad(u))                            perona_malik.scheme:12

explicit_euler, 20 steps of tau = 0.95 * limit = 19/80; reflecting walls, spacing 1.

Letters: u unknown, tau step, contrast parameter; x the first spatial axis, y the second.
Shapes:  u (..., X, Y) with any leading batch axes.
"""

import torch
from torch import Tensor, nn

from iterant.runtime import layers
from iterant.runtime.plan import REFLECT, Place, Plan, Stage

DIGEST = "sha256:..."
STEPS = 20

PLACES = {
    "u": Place(
        origin=(0.5, 0.5),
        spacing=(1.0, 1.0),
        extra=(0, 0),
        halo=((1, 1), (1, 1)),
        sides=((REFLECT, REFLECT), (REFLECT, REFLECT)),
    ),
}


def g(s2: Tensor, contrast: Tensor) -> Tensor:
    """1 / (1 + s2/contrast^2), perona_malik.scheme:11."""
    return 1 / (1 + s2 / contrast**2)


def advance(u: Tensor, tau: Tensor, contrast: Tensor) -> Tensor:
    """u + tau * div(g(|grad u|^2) * grad u), u with one ghost on each side."""
    # at the faces across x: u_x, and the mean of u_y on both sides
    u_x = u[..., 1:, 1:-1] - u[..., :-1, 1:-1]
    u_y = 0.25 * (u[..., 1:, 2:] + u[..., :-1, 2:] - u[..., 1:, :-2] - u[..., :-1, :-2])
    flux_x = g(u_x**2 + u_y**2, contrast) * u_x
    # at the faces across y
    v_y = u[..., 1:-1, 1:] - u[..., 1:-1, :-1]
    v_x = 0.25 * (u[..., 2:, 1:] + u[..., 2:, :-1] - u[..., :-2, 1:] - u[..., :-2, :-1])
    flux_y = g(v_x**2 + v_y**2, contrast) * v_y
    # div(g * grad(u)), perona_malik.scheme:12
    div = flux_x[..., 1:, :] - flux_x[..., :-1, :] + flux_y[..., :, 1:] - flux_y[..., :, :-1]
    return u[..., 1:-1, 1:-1] + tau * div


class PeronaMalik(nn.Module):
    """20 residual blocks u <- u + tau * div(g(|grad u|^2) * grad u)."""

    plan = Plan(
        axes=("x", "y"),
        counts=None,
        fields=("u",),
        components={"u": ("u",)},
        data=(),
        places=PLACES,
        levels=("u",),
        body=(Stage(function=advance, padded=("u",), scalars=("tau", "contrast"), writes=("u",)),),
        steps=STEPS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("tau", torch.tensor(0.2375, dtype=torch.float64))
        self.contrast = nn.Parameter(torch.tensor(0.05, dtype=torch.float64))
        layers.keep_positive(self, "contrast")

    def start(self, u: Tensor) -> dict[str, Tensor]:
        """The state before the first step."""
        return {"u": u}

    def step(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """One step; `index` counts from 0."""
        u = state["u"]
        u = advance(layers.pad(u, PLACES["u"]), self.tau, self.contrast)
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
