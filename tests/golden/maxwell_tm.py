"""maxwell_tm: Electromagnetic waves on Yee's grid, perfectly conducting walls.

    dt(H) = vector(-dy(E), dx(E)) / mu    [maxwell_tm.scheme:11]
    dt(E) = (dx(H[1]) - dy(H[0])) / epsilon    [maxwell_tm.scheme:12]

leapfrog, tau = 1 / 298; h = 1/200.

Letters: unknown E, H; tau step; parameters mu, epsilon; axes x, y.
Shapes: (..., X, Y) with any leading batch axes; ghosts are added by `layers.pad`.
"""

import torch
from iterant.runtime import layers
from iterant.runtime.plan import Place, Plan, Side, Stage
from torch import Tensor, nn

DIGEST = "sha256:4aee4229c46a5fe71c278df9f9f655851ffdf20ba7f90d149938f1aed9141c62"
SCHEME = "sha256:5b8d0eff5718fcbc02024b638f97cc9af907eaffba6a89ded8a06716b4589b1d"
STEPS = 596
COUNTS = (200, 200)
INV_H = 200  # 1/h

PLACES = {
    "E": Place(
        origin=(0.0025, 0.0025),
        spacing=(0.005, 0.005),
        extra=(0, 0),
        halo=((1, 1), (1, 1)),
        sides=(
            (Side("wall", 0, 1, 0, 0), Side("wall", 0, 1, 0, 0)),
            (Side("wall", 0, 1, 0, 0), Side("wall", 0, 1, 0, 0)),
        ),
    ),
    "H_0": Place(
        origin=(0.0025, 0),
        spacing=(0.005, 0.005),
        extra=(0, 1),
        halo=((0, 0), (0, 0)),
        sides=(
            (Side("wall", 0, 1, 0, 0), Side("wall", 0, 1, 0, 0)),
            (Side("wall", 1, 0, 1, 0), Side("wall", 1, 0, 1, 0)),
        ),
    ),
    "H_1": Place(
        origin=(0, 0.0025),
        spacing=(0.005, 0.005),
        extra=(1, 0),
        halo=((0, 0), (0, 0)),
        sides=(
            (Side("wall", 1, 0, 1, 0), Side("wall", 1, 0, 1, 0)),
            (Side("wall", 0, 1, 0, 0), Side("wall", 0, 1, 0, 0)),
        ),
    ),
}


def start(E: Tensor, H_0: Tensor, H_1: Tensor, tau: Tensor, mu: Tensor) -> tuple[Tensor, Tensor]:
    """H[0] <- H[0] + tau/2*dt(H[0]); H[1] <- H[1] + tau/2*dt(H[1])."""
    # dy(E), maxwell_tm.scheme:11
    E_y = INV_H * (E[..., 1:-1, 1:] - E[..., 1:-1, :-1])
    # dx(E), maxwell_tm.scheme:11
    E_x = INV_H * (E[..., 1:, 1:-1] - E[..., :-1, 1:-1])
    return H_0 - 0.5 * tau / mu * E_y, H_1 + 0.5 * tau / mu * E_x


def advance_second(E: Tensor, H_0: Tensor, H_1: Tensor, tau: Tensor, epsilon: Tensor) -> Tensor:
    """E <- E + tau*dt(E)."""
    # dy(H0), maxwell_tm.scheme:12
    H0_y = INV_H * (H_0[..., :, 1:] - H_0[..., :, :-1])
    # dx(H1), maxwell_tm.scheme:12
    H1_x = INV_H * (H_1[..., 1:, :] - H_1[..., :-1, :])
    return E + tau * (-1 / epsilon * H0_y + 1 / epsilon * H1_x)


def advance_first(
    E: Tensor, H_0: Tensor, H_1: Tensor, tau: Tensor, mu: Tensor
) -> tuple[Tensor, Tensor]:
    """H[0] <- H[0] + tau*dt(H[0]); H[1] <- H[1] + tau*dt(H[1])."""
    # dy(E), maxwell_tm.scheme:11
    E_y = INV_H * (E[..., 1:-1, 1:] - E[..., 1:-1, :-1])
    # dx(E), maxwell_tm.scheme:11
    E_x = INV_H * (E[..., 1:, 1:-1] - E[..., :-1, 1:-1])
    return H_0 - tau / mu * E_y, H_1 + tau / mu * E_x


def finish(E: Tensor, H_0: Tensor, H_1: Tensor, tau: Tensor, mu: Tensor) -> tuple[Tensor, Tensor]:
    """H[0] <- H[0] - tau/2*dt(H[0]); H[1] <- H[1] - tau/2*dt(H[1])."""
    # dy(E), maxwell_tm.scheme:11
    E_y = INV_H * (E[..., 1:-1, 1:] - E[..., 1:-1, :-1])
    # dx(E), maxwell_tm.scheme:11
    E_x = INV_H * (E[..., 1:, 1:-1] - E[..., :-1, 1:-1])
    return H_0 + 0.5 * tau / mu * E_y, H_1 - 0.5 * tau / mu * E_x


def watch_energy(E: Tensor, H_0: Tensor, H_1: Tensor, mu: Tensor, epsilon: Tensor) -> Tensor:
    """the watched energy."""
    term = E**2
    sum0 = 1 / 40000 * torch.sum(term, (-2, -1))
    term2 = H_0**2
    sum1 = 1 / 40000 * torch.sum(layers.half_ends(term2, -1, True, True), (-2, -1))
    term3 = H_1**2
    sum2 = 1 / 40000 * torch.sum(layers.half_ends(term3, -2, True, True), (-2, -1))
    return 0.5 * epsilon * sum0 + 0.5 * mu * sum1 + 0.5 * mu * sum2


def initial_E(x: Tensor, y: Tensor) -> Tensor:
    """initial E."""
    return torch.exp(-300 * (x - 0.5) ** 2 - 300 * (y - 0.5) ** 2)


def initial_H_0(x: Tensor, y: Tensor) -> Tensor:
    """initial H[0]."""
    return torch.full_like(x, 0)


def initial_H_1(x: Tensor, y: Tensor) -> Tensor:
    """initial H[1]."""
    return torch.full_like(x, 0)


class MaxwellTm(nn.Module):
    """596 steps of leapfrog."""

    plan = Plan(
        axes=("x", "y"),
        counts=COUNTS,
        fields=("E", "H"),
        components={
            "E": ("E",),
            "H": (
                "H_0",
                "H_1",
            ),
        },
        data=(),
        places=PLACES,
        levels=("E", "H_0", "H_1"),
        body=(
            Stage(
                function=advance_second,
                padded=(),
                plain=("E", "H_0", "H_1"),
                scalars=("tau", "epsilon"),
                writes=("E",),
            ),
            Stage(
                function=advance_first,
                padded=("E",),
                plain=("H_0", "H_1"),
                scalars=("tau", "mu"),
                writes=("H_0", "H_1"),
            ),
        ),
        watch=(
            Stage(
                function=watch_energy,
                padded=(),
                plain=("E", "H_0", "H_1"),
                scalars=("mu", "epsilon"),
                writes=("energy",),
            ),
        ),
        steps=STEPS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("tau", torch.tensor(1 / 298, dtype=torch.float64))
        self.register_buffer("mu", torch.tensor(1.0, dtype=torch.float64))
        self.register_buffer("epsilon", torch.tensor(1.0, dtype=torch.float64))

    def start(self, E: Tensor | None = None, H: Tensor | None = None) -> dict[str, Tensor]:
        """The state before the first step."""
        counts = COUNTS
        if E is None:
            E = layers.fill(
                initial_E(*layers.coordinates(PLACES["E"], counts, like=self.tau.double())),
                PLACES["E"],
                counts,
                like=self.tau,
            )
        if H is None:
            H_0 = layers.fill(
                initial_H_0(*layers.coordinates(PLACES["H_0"], counts, like=self.tau.double())),
                PLACES["H_0"],
                counts,
                like=self.tau,
            )
            H_1 = layers.fill(
                initial_H_1(*layers.coordinates(PLACES["H_1"], counts, like=self.tau.double())),
                PLACES["H_1"],
                counts,
                like=self.tau,
            )
        else:
            H_0, H_1 = layers.components(H, 2)
        H_0, H_1 = start(layers.pad(E, PLACES["E"]), H_0, H_1, self.tau, self.mu)
        return {"E": E, "H_0": H_0, "H_1": H_1}

    def step(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """One step; `index` counts from 0."""
        E = state["E"]
        H_0 = state["H_0"]
        H_1 = state["H_1"]
        E = advance_second(E, H_0, H_1, self.tau, self.epsilon)
        H_0, H_1 = advance_first(layers.pad(E, PLACES["E"]), H_0, H_1, self.tau, self.mu)
        return {"E": E, "H_0": H_0, "H_1": H_1}

    def finish(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """The fields of a state, all at one time."""
        E = state["E"]
        H_0 = state["H_0"]
        H_1 = state["H_1"]
        H_0, H_1 = finish(layers.pad(E, PLACES["E"]), H_0, H_1, self.tau, self.mu)
        return {"E": state["E"], "H": layers.joined((H_0, H_1), 2)}

    def forward(self, E: Tensor | None = None, H: Tensor | None = None) -> dict[str, Tensor]:
        """All steps."""
        state = self.start(E, H)
        for index in range(STEPS):
            state = self.step(state, index)
        return self.finish(state, STEPS)
