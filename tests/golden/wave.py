"""wave: Second-order wave equation, leapfrog in time, eighth order in space.

    dtt(u) = c^2 * lap(u)    [wave.scheme:10]

leapfrog, tau = 1 / 472; h = 1/192.

Letters: unknown u; tau step; parameters c; axes x, y, z.
Shapes: (..., X, Y, Z) with any leading batch axes; ghosts are added by `layers.pad`.
"""

import torch
from iterant.runtime import layers
from iterant.runtime.plan import PERIODIC, Place, Plan, Stage
from torch import Tensor, nn

DIGEST = "sha256:ef568382eb0aa679bd3747a729fe40ca343c285d5eb1315885f46bf115532825"
SCHEME = "sha256:624aebe52d804848ba8c7bf3303e562596aca645237ff9c850a68c08cc90a226"
STEPS = 236
COUNTS = (192, 192, 192)
INV_H2 = 36864  # h^(-2)

PLACES = {
    "u": Place(
        origin=(1 / 384, 1 / 384, 1 / 384),
        spacing=(1 / 192, 1 / 192, 1 / 192),
        extra=(0, 0, 0),
        halo=((4, 4), (4, 4), (4, 4)),
        sides=((PERIODIC, PERIODIC), (PERIODIC, PERIODIC), (PERIODIC, PERIODIC)),
    ),
    "u_old": Place(
        origin=(1 / 384, 1 / 384, 1 / 384),
        spacing=(1 / 192, 1 / 192, 1 / 192),
        extra=(0, 0, 0),
        halo=((4, 4), (4, 4), (4, 4)),
        sides=((PERIODIC, PERIODIC), (PERIODIC, PERIODIC), (PERIODIC, PERIODIC)),
    ),
    "u_t": Place(
        origin=(1 / 384, 1 / 384, 1 / 384),
        spacing=(1 / 192, 1 / 192, 1 / 192),
        extra=(0, 0, 0),
        halo=((0, 0), (0, 0), (0, 0)),
        sides=((PERIODIC, PERIODIC), (PERIODIC, PERIODIC), (PERIODIC, PERIODIC)),
    ),
}


def start(u: Tensor, u_t: Tensor, tau: Tensor, c: Tensor) -> Tensor:
    """u_old <- u - tau*u_t + tau^2/2*dtt(u)."""
    # lap(u), wave.scheme:10
    lap_u = INV_H2 * (
        1.6
        * (
            u[..., 5:-3, 4:-4, 4:-4]
            + u[..., 4:-4, 5:-3, 4:-4]
            + u[..., 4:-4, 4:-4, 5:-3]
            + u[..., 4:-4, 4:-4, 3:-5]
            + u[..., 4:-4, 3:-5, 4:-4]
            + u[..., 3:-5, 4:-4, 4:-4]
        )
        + (8 / 315)
        * (
            u[..., 7:-1, 4:-4, 4:-4]
            + u[..., 4:-4, 7:-1, 4:-4]
            + u[..., 4:-4, 4:-4, 7:-1]
            + u[..., 4:-4, 4:-4, 1:-7]
            + u[..., 4:-4, 1:-7, 4:-4]
            + u[..., 1:-7, 4:-4, 4:-4]
        )
        - (205 / 24) * u[..., 4:-4, 4:-4, 4:-4]
        - 0.2
        * (
            u[..., 6:-2, 4:-4, 4:-4]
            + u[..., 4:-4, 6:-2, 4:-4]
            + u[..., 4:-4, 4:-4, 6:-2]
            + u[..., 4:-4, 4:-4, 2:-6]
            + u[..., 4:-4, 2:-6, 4:-4]
            + u[..., 2:-6, 4:-4, 4:-4]
        )
        - (1 / 560)
        * (
            u[..., 8:, 4:-4, 4:-4]
            + u[..., 4:-4, 8:, 4:-4]
            + u[..., 4:-4, 4:-4, 8:]
            + u[..., 4:-4, 4:-4, :-8]
            + u[..., 4:-4, :-8, 4:-4]
            + u[..., :-8, 4:-4, 4:-4]
        )
    )
    return u[..., 4:-4, 4:-4, 4:-4] - tau * u_t + 0.5 * c**2 * tau**2 * lap_u


def advance(u: Tensor, u_old: Tensor, tau: Tensor, c: Tensor) -> Tensor:
    """u_old <- 2*u - u_old + tau^2*dtt(u)."""
    # lap(u), wave.scheme:10
    lap_u = INV_H2 * (
        1.6
        * (
            u[..., 5:-3, 4:-4, 4:-4]
            + u[..., 4:-4, 5:-3, 4:-4]
            + u[..., 4:-4, 4:-4, 5:-3]
            + u[..., 4:-4, 4:-4, 3:-5]
            + u[..., 4:-4, 3:-5, 4:-4]
            + u[..., 3:-5, 4:-4, 4:-4]
        )
        + (8 / 315)
        * (
            u[..., 7:-1, 4:-4, 4:-4]
            + u[..., 4:-4, 7:-1, 4:-4]
            + u[..., 4:-4, 4:-4, 7:-1]
            + u[..., 4:-4, 4:-4, 1:-7]
            + u[..., 4:-4, 1:-7, 4:-4]
            + u[..., 1:-7, 4:-4, 4:-4]
        )
        - (205 / 24) * u[..., 4:-4, 4:-4, 4:-4]
        - 0.2
        * (
            u[..., 6:-2, 4:-4, 4:-4]
            + u[..., 4:-4, 6:-2, 4:-4]
            + u[..., 4:-4, 4:-4, 6:-2]
            + u[..., 4:-4, 4:-4, 2:-6]
            + u[..., 4:-4, 2:-6, 4:-4]
            + u[..., 2:-6, 4:-4, 4:-4]
        )
        - (1 / 560)
        * (
            u[..., 8:, 4:-4, 4:-4]
            + u[..., 4:-4, 8:, 4:-4]
            + u[..., 4:-4, 4:-4, 8:]
            + u[..., 4:-4, 4:-4, :-8]
            + u[..., 4:-4, :-8, 4:-4]
            + u[..., :-8, 4:-4, 4:-4]
        )
    )
    return 2 * u[..., 4:-4, 4:-4, 4:-4] - u_old + c**2 * tau**2 * lap_u


def initial_u(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    """initial u."""
    return torch.exp(-400 * (x - 0.5) ** 2 - 400 * (y - 0.5) ** 2 - 400 * (z - 0.5) ** 2)


class Wave(nn.Module):
    """236 steps of leapfrog."""

    plan = Plan(
        axes=("x", "y", "z"),
        counts=COUNTS,
        fields=("u",),
        components={"u": ("u",)},
        data=(),
        places=PLACES,
        levels=("u", "u_old"),
        body=(
            Stage(
                function=advance,
                padded=("u",),
                plain=("u_old",),
                scalars=("tau", "c"),
                writes=("u_old",),
                moves=(("u", "u_old"), ("u_old", "u")),
            ),
        ),
        steps=STEPS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("tau", torch.tensor(1 / 472, dtype=torch.float64))
        self.register_buffer("c", torch.tensor(1.0, dtype=torch.float64))

    def start(self, u: Tensor | None = None, u_t: Tensor | None = None) -> dict[str, Tensor]:
        """The state before the first step."""
        counts = COUNTS
        if u is None:
            u = layers.fill(
                initial_u(*layers.coordinates(PLACES["u"], counts, like=self.tau.double())),
                PLACES["u"],
                counts,
                like=self.tau,
            )
        if u_t is None:
            u_t = torch.zeros_like(u)
        u_old = start(layers.pad(u, PLACES["u"]), u_t, self.tau, self.c)
        return {"u": u, "u_old": u_old}

    def step(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """One step; `index` counts from 0."""
        u = state["u"]
        u_old = state["u_old"]
        u_old = advance(layers.pad(u, PLACES["u"]), u_old, self.tau, self.c)
        u, u_old = u_old, u
        return {"u": u, "u_old": u_old}

    def finish(self, state: dict[str, Tensor], index: int = 0) -> Tensor:
        """The fields of a state, all at one time."""
        return state["u"]

    def forward(self, u: Tensor | None = None, u_t: Tensor | None = None) -> Tensor:
        """All steps."""
        state = self.start(u, u_t)
        for index in range(STEPS):
            state = self.step(state, index)
        return self.finish(state, STEPS)
