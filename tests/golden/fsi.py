"""fsi: Fast semi-iterative diffusion: the same block with extrapolation, cycles of 10 steps.

    dt(u) = div(g(norm2(grad(u))) * grad(u))    [fsi.scheme:11]

fsi, tau = 0.25; h = 1.

Letters: unknown u; tau step; parameters contrast; axes x, y.
Shapes: (..., X, Y) with any leading batch axes; ghosts are added by `layers.pad`.
"""

import torch
from iterant.runtime import layers
from iterant.runtime.plan import NONE, REFLECT, Place, Plan, Stage
from torch import Tensor, nn

DIGEST = "sha256:4e00cef8cc49eeb1ad01f21b5b1cf2bf37dd1a52f0981c9cd6a8171107037e7f"
SCHEME = "sha256:b68088181cb3ccb6aed0149c716c01dd017fcdde4eecba68bd8b1a8621763c3a"
STEPS = 40
EXTRAPOLATE_A = (1.2, 10 / 7, 14 / 9, 18 / 11, 22 / 13, 26 / 15, 30 / 17, 34 / 19, 38 / 21)

PLACES = {
    "u": Place(
        origin=(0.5, 0.5),
        spacing=(1, 1),
        extra=(0, 0),
        halo=((1, 1), (1, 1)),
        sides=((REFLECT, REFLECT), (REFLECT, REFLECT)),
    ),
    "u_old": Place(
        origin=(0.5, 0.5),
        spacing=(1, 1),
        extra=(0, 0),
        halo=((1, 1), (1, 1)),
        sides=((REFLECT, REFLECT), (REFLECT, REFLECT)),
    ),
    "weight_x": Place(
        origin=(0, 0.5),
        spacing=(1, 1),
        extra=(1, 0),
        halo=((0, 0), (0, 0)),
        sides=((NONE, NONE), (NONE, NONE)),
    ),
    "weight_y": Place(
        origin=(0.5, 0),
        spacing=(1, 1),
        extra=(0, 1),
        halo=((0, 0), (0, 0)),
        sides=((NONE, NONE), (NONE, NONE)),
    ),
}


def g(s2: Tensor, contrast: Tensor) -> Tensor:
    """1 / sqrt(1 + s2 / contrast^2), fsi.scheme:10."""
    return 1 / torch.sqrt(1 + s2 / contrast**2)


def freeze(u: Tensor, contrast: Tensor) -> tuple[Tensor, Tensor]:
    """the weights of the flux, held for a cycle."""
    # dx(u)
    u_x = u[..., 1:, 1:-1] - u[..., :-1, 1:-1]
    # dy(u)
    u_y = 0.25 * (u[..., 1:, 2:] + u[..., :-1, 2:] - u[..., 1:, :-2] - u[..., :-1, :-2])
    # dx(u)
    u_x2 = 0.25 * (u[..., 2:, 1:] + u[..., 2:, :-1] - u[..., :-2, 1:] - u[..., :-2, :-1])
    # dy(u)
    u_y2 = u[..., 1:-1, 1:] - u[..., 1:-1, :-1]
    return g(u_x**2 + u_y**2, contrast), g(u_x2**2 + u_y2**2, contrast)


def first(u: Tensor, weight_x: Tensor, weight_y: Tensor, tau: Tensor) -> Tensor:
    """u_old <- u + 2*tau/3*dt(u)."""
    # dx(u)
    u_x = u[..., 1:, 1:-1] - u[..., :-1, 1:-1]
    flux_x = u_x * weight_x
    # dy(u)
    u_y = u[..., 1:-1, 1:] - u[..., 1:-1, :-1]
    flux_y = u_y * weight_y
    # div of the flux, fsi.scheme:11
    div = flux_x[..., 1:, :] - flux_x[..., :-1, :] + flux_y[..., :, 1:] - flux_y[..., :, :-1]
    return u[..., 1:-1, 1:-1] + 2 * tau / 3 * div


def extrapolate(
    u: Tensor, u_old: Tensor, weight_x: Tensor, weight_y: Tensor, tau: Tensor, a: float
) -> Tensor:
    """u_old <- a*u + (1 - a)*u_old + a*tau*dt(u)."""
    # dx(u)
    u_x = u[..., 1:, 1:-1] - u[..., :-1, 1:-1]
    flux_x = u_x * weight_x
    # dy(u)
    u_y = u[..., 1:-1, 1:] - u[..., 1:-1, :-1]
    flux_y = u_y * weight_y
    # div of the flux, fsi.scheme:11
    div = flux_x[..., 1:, :] - flux_x[..., :-1, :] + flux_y[..., :, 1:] - flux_y[..., :, :-1]
    return a * u[..., 1:-1, 1:-1] + (1 - a) * u_old + tau * a * div


class Fsi(nn.Module):
    """40 steps of fsi."""

    plan = Plan(
        axes=("x", "y"),
        counts=None,
        fields=("u",),
        components={"u": ("u",)},
        data=(),
        places=PLACES,
        levels=("u",),
        body=(
            Stage(
                function=freeze,
                padded=("u",),
                scalars=("contrast",),
                writes=("weight_x", "weight_y"),
            ),
            Stage(
                function=first,
                padded=("u",),
                plain=("weight_x", "weight_y"),
                scalars=("tau",),
                writes=("u_old",),
                moves=(("u", "u_old"), ("u_old", "u")),
            ),
            Stage(
                function=extrapolate,
                padded=("u",),
                plain=("u_old", "weight_x", "weight_y"),
                scalars=("tau",),
                table={"a": EXTRAPOLATE_A},
                writes=("u_old",),
                moves=(("u", "u_old"), ("u_old", "u")),
            ),
        ),
        inner=10,
        advance=110 / 3,
        steps=STEPS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("tau", torch.tensor(0.25, dtype=torch.float64))
        self.register_buffer("contrast", torch.tensor(0.05, dtype=torch.float64))

    def start(self, u: Tensor) -> dict[str, Tensor]:
        """The state before the first step."""
        return {"u": u}

    def step(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """One step; `index` counts from 0."""
        u = state["u"]
        weight_x, weight_y = freeze(layers.pad(u, PLACES["u"]), self.contrast)
        u_old = first(layers.pad(u, PLACES["u"]), weight_x, weight_y, self.tau)
        u, u_old = u_old, u
        for a in EXTRAPOLATE_A:
            u_old = extrapolate(layers.pad(u, PLACES["u"]), u_old, weight_x, weight_y, self.tau, a)
            u, u_old = u_old, u
        return {"u": u}

    def finish(self, state: dict[str, Tensor], index: int = 0) -> Tensor:
        """The fields of a state, all at one time."""
        return state["u"]

    def forward(self, u: Tensor) -> Tensor:
        """All steps."""
        state = self.start(u)
        for index in range(STEPS // 10):
            state = self.step(state, index)
        return self.finish(state, STEPS // 10)
