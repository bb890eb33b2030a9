"""acoustic_fdtd: Acoustics as a first-order system on a staggered (Yee) grid.

    dt(v) = -grad(p) / rho    [acoustic_fdtd.scheme:11]
    dt(p) = -rho * c^2 * div(v)    [acoustic_fdtd.scheme:12]

leapfrog, tau = 1 / 202; h = 1/128.

Letters: unknown p, v; tau step; parameters c, rho; axes x, y.
Shapes: (..., X, Y) with any leading batch axes; ghosts are added by `layers.pad`.
"""

import torch
from iterant.runtime import layers
from iterant.runtime.plan import PERIODIC, Place, Plan, Stage
from torch import Tensor, nn

DIGEST = "sha256:720dd85ca9605976a203186781be0670fa0b95c6de07410d0e1317e2d8e0d02a"
SCHEME = "sha256:35d237540eac0d46919c916bae8ffab514f7656218d04df33c345e8ab7716493"
STEPS = 202
COUNTS = (128, 128)
INV_H = 128  # 1/h

PLACES = {
    "p": Place(
        origin=(0.00390625, 0.00390625),
        spacing=(0.0078125, 0.0078125),
        extra=(0, 0),
        halo=((1, 0), (1, 0)),
        sides=((PERIODIC, PERIODIC), (PERIODIC, PERIODIC)),
    ),
    "v_0": Place(
        origin=(0, 0.00390625),
        spacing=(0.0078125, 0.0078125),
        extra=(0, 0),
        halo=((0, 1), (0, 0)),
        sides=((PERIODIC, PERIODIC), (PERIODIC, PERIODIC)),
    ),
    "v_1": Place(
        origin=(0.00390625, 0),
        spacing=(0.0078125, 0.0078125),
        extra=(0, 0),
        halo=((0, 0), (0, 1)),
        sides=((PERIODIC, PERIODIC), (PERIODIC, PERIODIC)),
    ),
}


def start(p: Tensor, v_0: Tensor, v_1: Tensor, tau: Tensor, rho: Tensor) -> tuple[Tensor, Tensor]:
    """v[0] <- v[0] + tau/2*dt(v[0]); v[1] <- v[1] + tau/2*dt(v[1])."""
    # dx(p), acoustic_fdtd.scheme:11
    p_x = INV_H * (p[..., 1:, 1:] - p[..., :-1, 1:])
    # dy(p), acoustic_fdtd.scheme:11
    p_y = INV_H * (p[..., 1:, 1:] - p[..., 1:, :-1])
    return v_0 - 0.5 * tau / rho * p_x, v_1 - 0.5 * tau / rho * p_y


def advance_second(
    v_0: Tensor, v_1: Tensor, p: Tensor, tau: Tensor, c: Tensor, rho: Tensor
) -> Tensor:
    """p <- p + tau*dt(p)."""
    # stencil sum of f, acoustic_fdtd.scheme:12
    sum_f = INV_H * (v_0[..., 1:, :] - v_0[..., :-1, :] + v_1[..., :, 1:] - v_1[..., :, :-1])
    return p - c**2 * rho * tau * sum_f


def advance_first(
    p: Tensor, v_0: Tensor, v_1: Tensor, tau: Tensor, rho: Tensor
) -> tuple[Tensor, Tensor]:
    """v[0] <- v[0] + tau*dt(v[0]); v[1] <- v[1] + tau*dt(v[1])."""
    # dx(p), acoustic_fdtd.scheme:11
    p_x = INV_H * (p[..., 1:, 1:] - p[..., :-1, 1:])
    # dy(p), acoustic_fdtd.scheme:11
    p_y = INV_H * (p[..., 1:, 1:] - p[..., 1:, :-1])
    return v_0 - tau / rho * p_x, v_1 - tau / rho * p_y


def finish(p: Tensor, v_0: Tensor, v_1: Tensor, tau: Tensor, rho: Tensor) -> tuple[Tensor, Tensor]:
    """v[0] <- v[0] - tau/2*dt(v[0]); v[1] <- v[1] - tau/2*dt(v[1])."""
    # dx(p), acoustic_fdtd.scheme:11
    p_x = INV_H * (p[..., 1:, 1:] - p[..., :-1, 1:])
    # dy(p), acoustic_fdtd.scheme:11
    p_y = INV_H * (p[..., 1:, 1:] - p[..., 1:, :-1])
    return v_0 + 0.5 * tau / rho * p_x, v_1 + 0.5 * tau / rho * p_y


def initial_p(x: Tensor, y: Tensor) -> Tensor:
    """initial p."""
    return torch.exp(-200 * (x - 0.5) ** 2 - 200 * (y - 0.5) ** 2)


def initial_v_0(x: Tensor, y: Tensor) -> Tensor:
    """initial v[0]."""
    return torch.full_like(x, 0)


def initial_v_1(x: Tensor, y: Tensor) -> Tensor:
    """initial v[1]."""
    return torch.full_like(x, 0)


class AcousticFdtd(nn.Module):
    """202 steps of leapfrog."""

    plan = Plan(
        axes=("x", "y"),
        counts=COUNTS,
        fields=("p", "v"),
        components={
            "p": ("p",),
            "v": (
                "v_0",
                "v_1",
            ),
        },
        data=(),
        places=PLACES,
        levels=("p", "v_0", "v_1"),
        body=(
            Stage(
                function=advance_second,
                padded=("v_0", "v_1"),
                plain=("p",),
                scalars=("tau", "c", "rho"),
                writes=("p",),
            ),
            Stage(
                function=advance_first,
                padded=("p",),
                plain=("v_0", "v_1"),
                scalars=("tau", "rho"),
                writes=("v_0", "v_1"),
            ),
        ),
        steps=STEPS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("tau", torch.tensor(1 / 202, dtype=torch.float64))
        self.register_buffer("c", torch.tensor(1.0, dtype=torch.float64))
        self.register_buffer("rho", torch.tensor(1.0, dtype=torch.float64))

    def start(self, p: Tensor | None = None, v: Tensor | None = None) -> dict[str, Tensor]:
        """The state before the first step."""
        counts = COUNTS
        if p is None:
            p = layers.fill(
                initial_p(*layers.coordinates(PLACES["p"], counts, like=self.tau.double())),
                PLACES["p"],
                counts,
                like=self.tau,
            )
        if v is None:
            v_0 = layers.fill(
                initial_v_0(*layers.coordinates(PLACES["v_0"], counts, like=self.tau.double())),
                PLACES["v_0"],
                counts,
                like=self.tau,
            )
            v_1 = layers.fill(
                initial_v_1(*layers.coordinates(PLACES["v_1"], counts, like=self.tau.double())),
                PLACES["v_1"],
                counts,
                like=self.tau,
            )
        else:
            v_0, v_1 = layers.components(v, 2)
        v_0, v_1 = start(layers.pad(p, PLACES["p"]), v_0, v_1, self.tau, self.rho)
        return {"p": p, "v_0": v_0, "v_1": v_1}

    def step(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """One step; `index` counts from 0."""
        p = state["p"]
        v_0 = state["v_0"]
        v_1 = state["v_1"]
        p = advance_second(
            layers.pad(v_0, PLACES["v_0"]),
            layers.pad(v_1, PLACES["v_1"]),
            p,
            self.tau,
            self.c,
            self.rho,
        )
        v_0, v_1 = advance_first(layers.pad(p, PLACES["p"]), v_0, v_1, self.tau, self.rho)
        return {"p": p, "v_0": v_0, "v_1": v_1}

    def finish(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """The fields of a state, all at one time."""
        p = state["p"]
        v_0 = state["v_0"]
        v_1 = state["v_1"]
        v_0, v_1 = finish(layers.pad(p, PLACES["p"]), v_0, v_1, self.tau, self.rho)
        return {"p": state["p"], "v": layers.joined((v_0, v_1), 2)}

    def forward(self, p: Tensor | None = None, v: Tensor | None = None) -> dict[str, Tensor]:
        """All steps."""
        state = self.start(p, v)
        for index in range(STEPS):
            state = self.step(state, index)
        return self.finish(state, STEPS)
