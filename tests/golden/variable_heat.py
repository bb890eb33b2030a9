"""variable_heat: Heat in a layered plate: variable coefficient, a different condition on every
side.

    dt(u) = div(k * grad(u))    [variable_heat.scheme:10]

rkl2, tau = 1 / 1041; h = 1/64.

Letters: unknown u; tau step; axes x, y.
Shapes: (..., X, Y) with any leading batch axes; ghosts are added by `layers.pad`.
"""

import torch
from iterant.runtime import layers
from iterant.runtime.plan import NONE, REFLECT, Place, Plan, Side, Stage
from torch import Tensor, nn

DIGEST = "sha256:dba6faca462c6145930c591f17b4e18a62daecffa2a5c0626159f0ad7a6b04da"
SCHEME = "sha256:46fe1a322c7ac29aad0064e6acd6b26a754edf2b562d2da8b9f48a1c5d004763"
STEPS = 1041
COUNTS = (128, 64)
INV_H = 64  # 1/h
RECUR_MU = (1.5, 25 / 12, 1.89, 28 / 15, 275 / 147, 1053 / 560)
RECUR_NU = (-0.5, -5 / 6, -1.0125, -0.896, -500 / 567, -1215 / 1372)
RECUR_M = (3 / 35, 5 / 42, 0.108, 8 / 75, 110 / 1029, 1053 / 9800)
RECUR_G0 = (-2 / 35, -5 / 63, -0.063, -22 / 375, -176 / 3087, -3861 / 68600)

PLACES = {
    "u": Place(
        origin=(0.0078125, 0.0078125),
        spacing=(0.015625, 0.015625),
        extra=(0, 0),
        halo=((1, 1), (1, 1)),
        sides=(
            (Side("wall", 0, 1, 0, 1), Side("wall", 0, 2, 1, 0)),
            (REFLECT, Side("wall", 0, 0, 1, 0.5)),
        ),
    ),
    "k": Place(
        origin=(0.0078125, 0.0078125),
        spacing=(0.015625, 0.015625),
        extra=(0, 0),
        halo=((1, 1), (1, 1)),
        sides=((REFLECT, REFLECT), (REFLECT, REFLECT)),
    ),
    "u_stage": Place(
        origin=(0.0078125, 0.0078125),
        spacing=(0.015625, 0.015625),
        extra=(0, 0),
        halo=((1, 1), (1, 1)),
        sides=(
            (Side("wall", 0, 1, 0, 1), Side("wall", 0, 2, 1, 0)),
            (REFLECT, Side("wall", 0, 0, 1, 0.5)),
        ),
    ),
    "u_stage_old": Place(
        origin=(0.0078125, 0.0078125),
        spacing=(0.015625, 0.015625),
        extra=(0, 0),
        halo=((1, 1), (1, 1)),
        sides=(
            (Side("wall", 0, 1, 0, 1), Side("wall", 0, 2, 1, 0)),
            (REFLECT, Side("wall", 0, 0, 1, 0.5)),
        ),
    ),
    "u_slope": Place(
        origin=(0.0078125, 0.0078125),
        spacing=(0.015625, 0.015625),
        extra=(0, 0),
        halo=((0, 0), (0, 0)),
        sides=(
            (Side("wall", 0, 1, 0, 1), Side("wall", 0, 2, 1, 0)),
            (REFLECT, Side("wall", 0, 0, 1, 0.5)),
        ),
    ),
    "k_at_x": Place(
        origin=(0, 0.0078125),
        spacing=(0.015625, 0.015625),
        extra=(1, 0),
        halo=((0, 0), (0, 0)),
        sides=((NONE, NONE), (NONE, NONE)),
    ),
    "k_at_y": Place(
        origin=(0.0078125, 0),
        spacing=(0.015625, 0.015625),
        extra=(0, 1),
        halo=((0, 0), (0, 0)),
        sides=((NONE, NONE), (NONE, NONE)),
    ),
}


def first(u: Tensor, k_at_x: Tensor, k_at_y: Tensor, tau: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """u_stage <- u + 2*tau/105*dt(u); u_stage_old <- u; u_slope <- dt(u)."""
    # dx(u)
    u_x = INV_H * (u[..., 1:, 1:-1] - u[..., :-1, 1:-1])
    flux_x = u_x * k_at_x
    # dy(u)
    u_y = INV_H * (u[..., 1:-1, 1:] - u[..., 1:-1, :-1])
    flux_y = u_y * k_at_y
    # div of the flux, variable_heat.scheme:10
    div = INV_H * (
        flux_x[..., 1:, :] - flux_x[..., :-1, :] + flux_y[..., :, 1:] - flux_y[..., :, :-1]
    )
    new_u_stage = u[..., 1:-1, 1:-1] + 2 * tau / 105 * div
    return new_u_stage, u[..., 1:-1, 1:-1], div


def recur(
    u_stage: Tensor,
    u_stage_old: Tensor,
    u: Tensor,
    u_slope: Tensor,
    k_at_x: Tensor,
    k_at_y: Tensor,
    tau: Tensor,
    mu: float,
    nu: float,
    m: float,
    g0: float,
) -> Tensor:
    """u_stage_old <- mu*u_stage + nu*u_stage_old + (-mu - nu + 1)*u + g0*tau*u_slope +
    m*tau*dt(u)
    """
    # dx(u)
    u_x = INV_H * (u_stage[..., 1:, 1:-1] - u_stage[..., :-1, 1:-1])
    flux_x = u_x * k_at_x
    # dy(u)
    u_y = INV_H * (u_stage[..., 1:-1, 1:] - u_stage[..., 1:-1, :-1])
    flux_y = u_y * k_at_y
    # div of the flux, variable_heat.scheme:10
    div = INV_H * (
        flux_x[..., 1:, :] - flux_x[..., :-1, :] + flux_y[..., :, 1:] - flux_y[..., :, :-1]
    )
    return (
        mu * u_stage[..., 1:-1, 1:-1]
        + nu * u_stage_old
        + (1 - mu - nu) * u
        + tau * g0 * u_slope
        + tau * m * div
    )


def last(
    u_stage: Tensor,
    u_stage_old: Tensor,
    u: Tensor,
    u_slope: Tensor,
    k_at_x: Tensor,
    k_at_y: Tensor,
    tau: Tensor,
) -> Tensor:
    """u <- 1225/648*u_stage - 343/384*u_stage_old + 29/10368*u - 145*tau/2592*u_slope +
    35*tau/324*dt(u)
    """
    # dx(u)
    u_x = INV_H * (u_stage[..., 1:, 1:-1] - u_stage[..., :-1, 1:-1])
    flux_x = u_x * k_at_x
    # dy(u)
    u_y = INV_H * (u_stage[..., 1:-1, 1:] - u_stage[..., 1:-1, :-1])
    flux_y = u_y * k_at_y
    # div of the flux, variable_heat.scheme:10
    div = INV_H * (
        flux_x[..., 1:, :] - flux_x[..., :-1, :] + flux_y[..., :, 1:] - flux_y[..., :, :-1]
    )
    return (
        1225 / 648 * u_stage[..., 1:-1, 1:-1]
        - 343 / 384 * u_stage_old
        + 29 / 10368 * u
        - 145 * tau / 2592 * u_slope
        + 35 * tau / 324 * div
    )


def prepare(k: Tensor) -> tuple[Tensor, Tensor]:
    """what depends on given data only, computed once."""
    k_near = k[..., :-1, 1:-1]
    k_near2 = k[..., 1:, 1:-1]
    k_at_x = torch.where(
        k_near + k_near2 == 0, 0 * k_near, 2 * k_near * k_near2 / (k_near + k_near2)
    )
    k_near3 = k[..., 1:-1, :-1]
    k_near4 = k[..., 1:-1, 1:]
    k_at_y = torch.where(
        k_near3 + k_near4 == 0, 0 * k_near3, 2 * k_near3 * k_near4 / (k_near3 + k_near4)
    )
    return k_at_x, k_at_y


def initial_u(x: Tensor, y: Tensor) -> Tensor:
    """initial u."""
    return torch.full_like(x, 0)


def given_k(x: Tensor, y: Tensor) -> Tensor:
    """given k."""
    return torch.where(x < 1, torch.full_like(x, 1), 0.1)


class VariableHeat(nn.Module):
    """1041 steps of rkl2."""

    plan = Plan(
        axes=("x", "y"),
        counts=COUNTS,
        fields=("u",),
        components={"u": ("u",), "k": ("k",)},
        data=("k",),
        places=PLACES,
        levels=("u",),
        body=(
            Stage(
                function=first,
                padded=("u",),
                plain=("k_at_x", "k_at_y"),
                scalars=("tau",),
                writes=("u_stage", "u_stage_old", "u_slope"),
            ),
            Stage(
                function=recur,
                padded=("u_stage",),
                plain=("u_stage_old", "u", "u_slope", "k_at_x", "k_at_y"),
                scalars=("tau",),
                table={"mu": RECUR_MU, "nu": RECUR_NU, "m": RECUR_M, "g0": RECUR_G0},
                writes=("u_stage_old",),
                moves=(("u_stage", "u_stage_old"), ("u_stage_old", "u_stage")),
            ),
            Stage(
                function=last,
                padded=("u_stage",),
                plain=("u_stage_old", "u", "u_slope", "k_at_x", "k_at_y"),
                scalars=("tau",),
                writes=("u",),
            ),
        ),
        steps=STEPS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("tau", torch.tensor(1 / 1041, dtype=torch.float64))

    def start(self, u: Tensor | None = None, k: Tensor | None = None) -> dict[str, Tensor]:
        """The state before the first step."""
        counts = COUNTS
        if u is None:
            u = layers.fill(
                initial_u(*layers.coordinates(PLACES["u"], counts, like=self.tau.double())),
                PLACES["u"],
                counts,
                like=self.tau,
            )
        if k is None:
            k = layers.fill(
                given_k(*layers.coordinates(PLACES["k"], counts, like=self.tau.double())),
                PLACES["k"],
                counts,
                like=self.tau,
            )
        k_at_x, k_at_y = prepare(layers.pad(k, PLACES["k"]))
        return {"u": u, "k": k, "k_at_x": k_at_x, "k_at_y": k_at_y}

    def step(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """One step; `index` counts from 0."""
        u = state["u"]
        k_at_x = state["k_at_x"]
        k_at_y = state["k_at_y"]
        u_stage, u_stage_old, u_slope = first(layers.pad(u, PLACES["u"]), k_at_x, k_at_y, self.tau)
        for mu, nu, m, g0 in zip(RECUR_MU, RECUR_NU, RECUR_M, RECUR_G0, strict=True):
            u_stage_old = recur(
                layers.pad(u_stage, PLACES["u_stage"]),
                u_stage_old,
                u,
                u_slope,
                k_at_x,
                k_at_y,
                self.tau,
                mu,
                nu,
                m,
                g0,
            )
            u_stage, u_stage_old = u_stage_old, u_stage
        u = last(
            layers.pad(u_stage, PLACES["u_stage"]),
            u_stage_old,
            u,
            u_slope,
            k_at_x,
            k_at_y,
            self.tau,
        )
        return {**state, "u": u}

    def finish(self, state: dict[str, Tensor], index: int = 0) -> Tensor:
        """The fields of a state, all at one time."""
        return state["u"]

    def forward(self, u: Tensor | None = None, k: Tensor | None = None) -> Tensor:
        """All steps."""
        state = self.start(u, k)
        for index in range(STEPS):
            state = self.step(state, index)
        return self.finish(state, STEPS)
