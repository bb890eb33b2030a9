"""fsi: cycles of explicit steps with extrapolation, the flux weights frozen in a cycle.

w = g(|u_x|^2) on faces, once a cycle;  u <- a_j (u + tau div(w grad u)) + (1 - a_j) old.
One dimension with data: u is drawn to f; x walls reflect and move the given slope on the right.
"""

import torch
from torch import Tensor, nn

from iterant.runtime import layers
from iterant.runtime.plan import NONE, REFLECT, Place, Plan, Side, Stage

ALPHA = (2 / 3, 6 / 5, 10 / 7, 14 / 9)
OFFSET = (0.0, 0.5, 1.5, 2.5)


def slope(t: Tensor, at: tuple[Tensor, ...]) -> Tensor:
    """dn(u) on the right wall: 0.1 * sin(t)."""
    return 0.1 * torch.sin(t) + 0 * at[0]


SIDES = (REFLECT, Side("wall", 0, 0.0, 1.0, slope))
PLACES = {
    **dict.fromkeys(
        ("u", "old", "new", "f"),
        Place(origin=(0.5,), spacing=(1.0,), extra=(0,), halo=((1, 1),), sides=(SIDES,)),
    ),
    "w": Place(origin=(0.0,), spacing=(1.0,), extra=(1,), halo=((0, 0),), sides=((NONE, NONE),)),
}


def weights(u: Tensor, t: Tensor) -> Tensor:
    """1 / (1 + (u_x)^2) on all faces."""
    return 1 / (1 + (u[..., 1:] - u[..., :-1]) ** 2)


def extrapolate(  # noqa: PLR0917  (emitted code passes by position)
    u: Tensor, w: Tensor, old: Tensor, f: Tensor, tau: Tensor, a: Tensor, t: Tensor
) -> Tensor:
    """One inner step, u with one ghost on each side."""
    flux = w * (u[..., 1:] - u[..., :-1])
    pull = f * torch.cos(t) - u[..., 1:-1]
    rate = flux[..., 1:] - flux[..., :-1] + 0.1 * pull
    return a * (u[..., 1:-1] + tau * rate) + (1 - a) * old


class Fsi(nn.Module):
    """Cycles of four inner steps."""

    plan = Plan(
        axes=("x",),
        counts=None,
        fields=("u",),
        components={"u": ("u",), "f": ("f",)},
        data=("f",),
        places=PLACES,
        levels=("u",),
        body=(
            Stage(
                function=weights, padded=("u",), writes=("w",), moves=(("old", "u"),), timed=True
            ),
            Stage(
                function=extrapolate,
                padded=("u",),
                plain=("w", "old", "f"),
                scalars=("tau",),
                table={"a": ALPHA},
                times=OFFSET,
                timed=True,
                writes=("new",),
                moves=(("old", "u"), ("u", "new")),
            ),
        ),
        inner=4,
        advance=3.0,
        steps=8,
    )

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("tau", torch.tensor(0.4, dtype=torch.float64))

    def start(self, u: Tensor, f: Tensor) -> dict[str, Tensor]:
        """The state before the first cycle."""
        return {"u": u, "f": f}

    def step(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """One cycle; `index` counts from 0."""
        u, f = state["u"], state["f"]
        t = 3.0 * index * self.tau
        w = weights(layers.pad(u, PLACES["u"], t), t)
        old = u
        for a, offset in zip(ALPHA, OFFSET, strict=True):
            t = (3.0 * index + offset) * self.tau
            new = extrapolate(layers.pad(u, PLACES["u"], t), w, old, f, self.tau, a, t)
            old, u = u, new
        return {**state, "u": u}

    def finish(self, state: dict[str, Tensor], index: int = 0) -> Tensor:
        """The fields of a state."""
        return state["u"]
