"""gray_scott: Two reacting and diffusing species.

    dt(u) = Du * lap(u) - u*v^2 + F*(1 - u)    [gray_scott.scheme:11]
    dt(v) = Dv * lap(v) + u*v^2 - (F + k)*v    [gray_scott.scheme:12]

explicit_euler, tau = 1; h = 5/1024.

Letters: unknown u, v; tau step; parameters F, k, Du, Dv; axes x, y.
Shapes: (..., X, Y) with any leading batch axes; ghosts are added by `layers.pad`.
"""

import torch
from iterant.runtime import layers
from iterant.runtime.plan import PERIODIC, Place, Plan, Stage
from torch import Tensor, nn

DIGEST = "sha256:10c762227f2b958cd8520aeee33b0118eb21d601b4d665789f1d285706d2a95e"
SCHEME = "sha256:869bf69b41fc1da1866d9f1f69bf22781af09171d16fba512216ed8cbeb90337"
STEPS = 50
COUNTS = (512, 512)
INV_H2 = 41943.04  # h^(-2)

PLACES = {
    "u": Place(
        origin=(0.00244140625, 0.00244140625),
        spacing=(0.0048828125, 0.0048828125),
        extra=(0, 0),
        halo=((1, 1), (1, 1)),
        sides=((PERIODIC, PERIODIC), (PERIODIC, PERIODIC)),
    ),
    "v": Place(
        origin=(0.00244140625, 0.00244140625),
        spacing=(0.0048828125, 0.0048828125),
        extra=(0, 0),
        halo=((1, 1), (1, 1)),
        sides=((PERIODIC, PERIODIC), (PERIODIC, PERIODIC)),
    ),
}


def spot(x: Tensor, y: Tensor) -> Tensor:
    """where(abs(x - 5/4) < 1/10 and abs(y - 5/4) < 1/10, 1, 0), gray_scott.scheme:10."""
    return torch.where(
        (torch.abs(x - 1.25) < 0.1) & (torch.abs(y - 1.25) < 0.1), torch.full_like(x, 1), 0
    )


def advance(
    u: Tensor, v: Tensor, tau: Tensor, F: Tensor, k: Tensor, Du: Tensor, Dv: Tensor
) -> tuple[Tensor, Tensor]:
    """u <- u + tau*dt(u); v <- v + tau*dt(v)."""
    # lap(u), gray_scott.scheme:11
    lap_u = INV_H2 * (
        u[..., 2:, 1:-1]
        + u[..., 1:-1, 2:]
        + u[..., 1:-1, :-2]
        + u[..., :-2, 1:-1]
        - 4 * u[..., 1:-1, 1:-1]
    )
    term = u[..., 1:-1, 1:-1] * v[..., 1:-1, 1:-1] ** 2
    new_u = u[..., 1:-1, 1:-1] + tau * (Du * lap_u + F - F * u[..., 1:-1, 1:-1] - term)
    # lap(v), gray_scott.scheme:12
    lap_v = INV_H2 * (
        v[..., 2:, 1:-1]
        + v[..., 1:-1, 2:]
        + v[..., 1:-1, :-2]
        + v[..., :-2, 1:-1]
        - 4 * v[..., 1:-1, 1:-1]
    )
    new_v = v[..., 1:-1, 1:-1] + tau * (Dv * lap_v + term + (-F - k) * v[..., 1:-1, 1:-1])
    return new_u, new_v


def initial_u(x: Tensor, y: Tensor) -> Tensor:
    """initial u."""
    return 1 - 0.5 * spot(x, y)


def initial_v(x: Tensor, y: Tensor) -> Tensor:
    """initial v."""
    return 0.25 * spot(x, y)


class GrayScott(nn.Module):
    """50 steps of explicit_euler."""

    plan = Plan(
        axes=("x", "y"),
        counts=COUNTS,
        fields=("u", "v"),
        components={"u": ("u",), "v": ("v",)},
        data=(),
        places=PLACES,
        levels=("u", "v"),
        body=(
            Stage(
                function=advance,
                padded=("u", "v"),
                scalars=("tau", "F", "k", "Du", "Dv"),
                writes=("u", "v"),
            ),
        ),
        steps=STEPS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("tau", torch.tensor(1.0, dtype=torch.float64))
        self.register_buffer("F", torch.tensor(0.037, dtype=torch.float64))
        self.register_buffer("k", torch.tensor(0.06, dtype=torch.float64))
        self.register_buffer("Du", torch.tensor(1 / 50000, dtype=torch.float64))
        self.register_buffer("Dv", torch.tensor(1 / 100000, dtype=torch.float64))

    def start(self, u: Tensor | None = None, v: Tensor | None = None) -> dict[str, Tensor]:
        """The state before the first step."""
        counts = COUNTS
        if u is None:
            u = layers.fill(
                initial_u(*layers.coordinates(PLACES["u"], counts, like=self.tau.double())),
                PLACES["u"],
                counts,
                like=self.tau,
            )
        if v is None:
            v = layers.fill(
                initial_v(*layers.coordinates(PLACES["v"], counts, like=self.tau.double())),
                PLACES["v"],
                counts,
                like=self.tau,
            )
        return {"u": u, "v": v}

    def step(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """One step; `index` counts from 0."""
        u = state["u"]
        v = state["v"]
        u, v = advance(
            layers.pad(u, PLACES["u"]),
            layers.pad(v, PLACES["v"]),
            self.tau,
            self.F,
            self.k,
            self.Du,
            self.Dv,
        )
        return {"u": u, "v": v}

    def finish(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """The fields of a state, all at one time."""
        return {"u": state["u"], "v": state["v"]}

    def forward(self, u: Tensor | None = None, v: Tensor | None = None) -> dict[str, Tensor]:
        """All steps."""
        state = self.start(u, v)
        for index in range(STEPS):
            state = self.step(state, index)
        return self.finish(state, STEPS)
