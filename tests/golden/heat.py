"""heat: Heat conduction on a periodic square.

    dt(u) = kappa * lap(u)    [heat.scheme:10]

explicit_euler, tau = 1 / 29140; h = 1/256.

Letters: unknown u; tau step; parameters kappa; axes x, y.
Shapes: (..., X, Y) with any leading batch axes; ghosts are added by `layers.pad`.
"""

import torch
from iterant.runtime import layers
from iterant.runtime.plan import PERIODIC, Place, Plan, Stage
from torch import Tensor, nn

DIGEST = "sha256:12ddd33076b4fa284ca38f2a81a5bf817bdd4d4d9eb3ccad1af23c7fe2cd84d8"
SCHEME = "sha256:848d8f07e97d81811043867c791c6afe80edb932bc72daf5cc00db913a76db69"
STEPS = 1457
COUNTS = (256, 256)
INV_H2 = 65536  # h^(-2)

PLACES = {
    "u": Place(
        origin=(0.001953125, 0.001953125),
        spacing=(0.00390625, 0.00390625),
        extra=(0, 0),
        halo=((1, 1), (1, 1)),
        sides=((PERIODIC, PERIODIC), (PERIODIC, PERIODIC)),
    ),
}


def advance(u: Tensor, tau: Tensor, kappa: Tensor) -> Tensor:
    """u <- u + tau*dt(u)."""
    # lap(u), heat.scheme:10
    lap_u = INV_H2 * (
        u[..., 2:, 1:-1]
        + u[..., 1:-1, 2:]
        + u[..., 1:-1, :-2]
        + u[..., :-2, 1:-1]
        - 4 * u[..., 1:-1, 1:-1]
    )
    return u[..., 1:-1, 1:-1] + kappa * tau * lap_u


def initial_u(x: Tensor, y: Tensor) -> Tensor:
    """initial u."""
    return torch.exp(-100 * (x - 0.5) ** 2 - 100 * (y - 0.5) ** 2)


class Heat(nn.Module):
    """1457 steps of explicit_euler."""

    plan = Plan(
        axes=("x", "y"),
        counts=COUNTS,
        fields=("u",),
        components={"u": ("u",)},
        data=(),
        places=PLACES,
        levels=("u",),
        body=(Stage(function=advance, padded=("u",), scalars=("tau", "kappa"), writes=("u",)),),
        steps=STEPS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("tau", torch.tensor(1 / 29140, dtype=torch.float64))
        self.register_buffer("kappa", torch.tensor(0.1, dtype=torch.float64))

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
        u = advance(layers.pad(u, PLACES["u"]), self.tau, self.kappa)
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
