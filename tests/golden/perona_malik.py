"""perona_malik: Edge-preserving smoothing of an image of any size: a residual network.

    dt(u) = div(g(norm2(grad(u))) * grad(u))    [perona_malik.scheme:11]

explicit_euler, tau = 0.2375; h = 1.

Letters: unknown u; tau step; parameters contrast; axes x, y.
Shapes: (..., X, Y) with any leading batch axes; ghosts are added by `layers.pad`.
"""

import torch
from iterant.runtime import layers
from iterant.runtime.plan import REFLECT, Place, Plan, Stage
from torch import Tensor, nn

DIGEST = "sha256:f3f652ad109234d2ce3a53a32fdd1d1426de6a477578ee75017e9da15fd2f088"
SCHEME = "sha256:ff78a9b0dcc0be96c3d85950e594b7b7f2cb2fb459a4023b7954db61783b327e"
STEPS = 20

PLACES = {
    "u": Place(
        origin=(0.5, 0.5),
        spacing=(1, 1),
        extra=(0, 0),
        halo=((1, 1), (1, 1)),
        sides=((REFLECT, REFLECT), (REFLECT, REFLECT)),
    ),
}


def g(s2: Tensor, contrast: Tensor) -> Tensor:
    """1 / (1 + s2 / contrast^2), perona_malik.scheme:10."""
    return 1 / (1 + s2 / contrast**2)


def advance(u: Tensor, tau: Tensor, contrast: Tensor) -> Tensor:
    """u <- u + tau*dt(u)."""
    # dx(u)
    u_x = u[..., 1:, 1:-1] - u[..., :-1, 1:-1]
    # dy(u)
    u_y = 0.25 * (u[..., 1:, 2:] + u[..., :-1, 2:] - u[..., 1:, :-2] - u[..., :-1, :-2])
    flux_x = g(u_x**2 + u_y**2, contrast) * u_x
    # dy(u)
    u_y2 = u[..., 1:-1, 1:] - u[..., 1:-1, :-1]
    # dx(u)
    u_x2 = 0.25 * (u[..., 2:, 1:] + u[..., 2:, :-1] - u[..., :-2, 1:] - u[..., :-2, :-1])
    flux_y = g(u_y2**2 + u_x2**2, contrast) * u_y2
    # div of the flux, perona_malik.scheme:11
    div = flux_x[..., 1:, :] - flux_x[..., :-1, :] + flux_y[..., :, 1:] - flux_y[..., :, :-1]
    return u[..., 1:-1, 1:-1] + tau * div


class PeronaMalik(nn.Module):
    """20 steps of explicit_euler."""

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
