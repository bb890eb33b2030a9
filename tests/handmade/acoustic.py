"""acoustics: dt(p) = -c^2 div(v), dt(v) = -grad(p), staggered in space and time; walls at rest.

p at cells (X, Y), v on faces, (X + 1, Y) and (X, Y + 1): a vector field of unequal components, half
a step ahead of p; `start` and `finish` bring them to one time.
"""

import torch
from torch import Tensor, nn

from iterant.runtime import layers
from iterant.runtime.plan import NONE, REFLECT, Place, Plan, Side, Stage

REST = Side("wall", 1, 1.0, 0.0, 0.0)  # v = 0 on a face that lies on the wall
PLACES = {
    "p": Place(
        origin=(0.5, 0.5),
        spacing=(1.0, 1.0),
        extra=(0, 0),
        halo=((1, 1), (1, 1)),
        sides=((REFLECT, REFLECT), (REFLECT, REFLECT)),
    ),
    "v_0": Place(
        origin=(0.0, 0.5),
        spacing=(1.0, 1.0),
        extra=(1, 0),
        halo=((0, 0), (0, 0)),
        sides=((REST, REST), (NONE, NONE)),
    ),
    "v_1": Place(
        origin=(0.5, 0.0),
        spacing=(1.0, 1.0),
        extra=(0, 1),
        halo=((0, 0), (0, 0)),
        sides=((NONE, NONE), (REST, REST)),
    ),
}


def pressure(v_0: Tensor, v_1: Tensor, p: Tensor, c: Tensor, tau: Tensor) -> Tensor:
    """p - tau c^2 div(v)."""
    div = v_0[..., 1:, :] - v_0[..., :-1, :] + v_1[..., :, 1:] - v_1[..., :, :-1]
    return p - tau * c**2 * div


def velocity(p: Tensor, v_0: Tensor, v_1: Tensor, tau: Tensor) -> tuple[Tensor, Tensor]:
    """v - tau grad(p), p with one ghost on each side."""
    new_0 = v_0 - tau * (p[..., 1:, 1:-1] - p[..., :-1, 1:-1])
    new_1 = v_1 - tau * (p[..., 1:-1, 1:] - p[..., 1:-1, :-1])
    return new_0, new_1


class Acoustic(nn.Module):
    """Steps p with v, then v with p."""

    plan = Plan(
        axes=("x", "y"),
        counts=None,
        fields=("p", "v"),
        components={"p": ("p",), "v": ("v_0", "v_1")},
        data=(),
        places=PLACES,
        levels=("p", "v_0", "v_1"),
        body=(
            Stage(
                function=pressure,
                plain=("v_0", "v_1", "p"),
                scalars=("c", "tau"),
                writes=("p",),
            ),
            Stage(
                function=velocity,
                padded=("p",),
                plain=("v_0", "v_1"),
                scalars=("tau",),
                writes=("v_0", "v_1"),
            ),
        ),
        steps=12,
    )

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("tau", torch.tensor(0.5, dtype=torch.float64))
        self.register_buffer("c", torch.tensor(0.9, dtype=torch.float64))

    def start(self, p: Tensor, v: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
        """The state before the first step: v half a step ahead."""
        v_0, v_1 = velocity(layers.pad(p, PLACES["p"]), *layers.components(v, 2), self.tau / 2)
        return {"p": p, "v_0": v_0, "v_1": v_1}

    def step(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """One step; `index` counts from 0."""
        v_0, v_1 = state["v_0"], state["v_1"]
        p = pressure(v_0, v_1, state["p"], self.c, self.tau)
        v_0, v_1 = velocity(layers.pad(p, PLACES["p"]), v_0, v_1, self.tau)
        return {"p": p, "v_0": v_0, "v_1": v_1}

    def finish(self, state: dict[str, Tensor], index: int = 0) -> dict[str, object]:
        """The fields, v brought back to the time of p."""
        p = layers.pad(state["p"], PLACES["p"])
        v = velocity(p, state["v_0"], state["v_1"], -self.tau / 2)
        return {"p": state["p"], "v": layers.joined(v, 2)}
