"""burgers_neural_closure: Viscous Burgers in conservation form with a learned closure term:
numerics and network in one equation.

    dt(u) = -dx(u^2 / 2) + nu * dxx(u) + closure(u, dx(u))    [burgers_neural_closure.scheme:11]

ssprk3, tau = 0.0005; h = 1/512.

Letters: unknown u; tau step; parameters nu; axes x.
Shapes: (..., X) with any leading batch axes; ghosts are added by `layers.pad`.
"""

import math

import torch
from iterant.runtime import layers
from iterant.runtime.plan import PERIODIC, Place, Plan, Stage
from torch import Tensor, nn

DIGEST = "sha256:b3d0f87158db742640440fc5fe9e263a78e2c1e7728214a4d25573020a02dfca"
SCHEME = "sha256:dba960cc91a7b053a299f3c8f5b4426d7c91e815a602854db575855ccce66fa2"
STEPS = 1000
COUNTS = (512,)
INV_H = 512  # 1/h
INV_H2 = 262144  # h^(-2)

PLACES = {
    "u": Place(
        origin=(0.0009765625,),
        spacing=(0.001953125,),
        extra=(0,),
        halo=((1, 1),),
        sides=((PERIODIC, PERIODIC),),
    ),
    "u_s1": Place(
        origin=(0.0009765625,),
        spacing=(0.001953125,),
        extra=(0,),
        halo=((1, 1),),
        sides=((PERIODIC, PERIODIC),),
    ),
    "u_s2": Place(
        origin=(0.0009765625,),
        spacing=(0.001953125,),
        extra=(0,),
        halo=((1, 1),),
        sides=((PERIODIC, PERIODIC),),
    ),
}


def stage1(u: Tensor, tau: Tensor, nu: Tensor, closure: nn.Module) -> Tensor:
    """u_s1 <- u + tau*dt(u)."""
    # dxx(u), burgers_neural_closure.scheme:11
    u_xx = INV_H2 * (u[..., 2:] + u[..., :-2] - 2 * u[..., 1:-1])
    term = 0.5 * torch.clamp(u[..., 1:], max=0) ** 2
    term2 = 0.5 * torch.clamp(u[..., :-1], min=0) ** 2
    # dx(f), burgers_neural_closure.scheme:11
    f_x = INV_H * (term[..., 1:] - term[..., :-1] + term2[..., 1:] - term2[..., :-1])
    # dx(u)
    u_x = 0.5 * INV_H * (u[..., 2:] - u[..., :-2])
    closure_value = closure(u[..., 1:-1], u_x)
    return u[..., 1:-1] + tau * (nu * u_xx - f_x + closure_value)


def stage2(u_s1: Tensor, u: Tensor, tau: Tensor, nu: Tensor, closure: nn.Module) -> Tensor:
    """u_s2 <- 3/4*u + 1/4*u_s1 + tau/4*dt(u)."""
    # dxx(u), burgers_neural_closure.scheme:11
    u_xx = INV_H2 * (u_s1[..., 2:] + u_s1[..., :-2] - 2 * u_s1[..., 1:-1])
    term = 0.5 * torch.clamp(u_s1[..., 1:], max=0) ** 2
    term2 = 0.5 * torch.clamp(u_s1[..., :-1], min=0) ** 2
    # dx(f), burgers_neural_closure.scheme:11
    f_x = INV_H * (term[..., 1:] - term[..., :-1] + term2[..., 1:] - term2[..., :-1])
    # dx(u)
    u_x = 0.5 * INV_H * (u_s1[..., 2:] - u_s1[..., :-2])
    closure_value = closure(u_s1[..., 1:-1], u_x)
    return 0.75 * u + 0.25 * u_s1[..., 1:-1] + 0.25 * tau * (nu * u_xx - f_x + closure_value)


def stage3(u_s2: Tensor, u: Tensor, tau: Tensor, nu: Tensor, closure: nn.Module) -> Tensor:
    """u <- 1/3*u + 2/3*u_s2 + 2*tau/3*dt(u)."""
    # dxx(u), burgers_neural_closure.scheme:11
    u_xx = INV_H2 * (u_s2[..., 2:] + u_s2[..., :-2] - 2 * u_s2[..., 1:-1])
    term = 0.5 * torch.clamp(u_s2[..., 1:], max=0) ** 2
    term2 = 0.5 * torch.clamp(u_s2[..., :-1], min=0) ** 2
    # dx(f), burgers_neural_closure.scheme:11
    f_x = INV_H * (term[..., 1:] - term[..., :-1] + term2[..., 1:] - term2[..., :-1])
    # dx(u)
    u_x = 0.5 * INV_H * (u_s2[..., 2:] - u_s2[..., :-2])
    closure_value = closure(u_s2[..., 1:-1], u_x)
    return 1 / 3 * u + 2 / 3 * u_s2[..., 1:-1] + 2 * tau / 3 * (nu * u_xx - f_x + closure_value)


def initial_u(x: Tensor) -> Tensor:
    """initial u."""
    return torch.sin(2 * math.pi * x)


class BurgersNeuralClosure(nn.Module):
    """1000 steps of ssprk3."""

    plan = Plan(
        axes=("x",),
        counts=COUNTS,
        fields=("u",),
        components={"u": ("u",)},
        data=(),
        places=PLACES,
        levels=("u",),
        body=(
            Stage(
                function=stage1, padded=("u",), scalars=("tau", "nu", "closure"), writes=("u_s1",)
            ),
            Stage(
                function=stage2,
                padded=("u_s1",),
                plain=("u",),
                scalars=("tau", "nu", "closure"),
                writes=("u_s2",),
            ),
            Stage(
                function=stage3,
                padded=("u_s2",),
                plain=("u",),
                scalars=("tau", "nu", "closure"),
                writes=("u",),
            ),
        ),
        steps=STEPS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("tau", torch.tensor(0.0005, dtype=torch.float64))
        self.register_buffer("nu", torch.tensor(0.001, dtype=torch.float64))
        self.closure = layers.Mlp((2, 32, 32, 1), "gelu", seed=0)

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
        u_s1 = stage1(layers.pad(u, PLACES["u"]), self.tau, self.nu, self.closure)
        u_s2 = stage2(layers.pad(u_s1, PLACES["u_s1"]), u, self.tau, self.nu, self.closure)
        u = stage3(layers.pad(u_s2, PLACES["u_s2"]), u, self.tau, self.nu, self.closure)
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
