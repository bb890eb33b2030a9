"""Gray-Scott: two fields that react and diffuse, explicit Euler, periodic.

dt(u) = a lap(u) - u v^2 + f (1 - u),  dt(v) = b lap(v) + u v^2 - (f + k) v,  tau = 1.
"""

import torch
from torch import Tensor, nn

from iterant.runtime import layers
from iterant.runtime.plan import PERIODIC, Place, Plan, Stage

PLACE = Place(
    origin=(0.5, 0.5),
    spacing=(1.0, 1.0),
    extra=(0, 0),
    halo=((1, 1), (1, 1)),
    sides=((PERIODIC, PERIODIC), (PERIODIC, PERIODIC)),
)


def advance(  # noqa: PLR0917  (emitted code passes by position)
    u: Tensor, v: Tensor, a: Tensor, b: Tensor, f: Tensor, k: Tensor
) -> tuple[Tensor, Tensor]:
    """One step of both fields, each with one ghost on each side."""
    x = u[..., 1:-1, 1:-1]
    y = v[..., 1:-1, 1:-1]
    lap_u = u[..., 2:, 1:-1] + u[..., :-2, 1:-1] + u[..., 1:-1, 2:] + u[..., 1:-1, :-2] - 4 * x
    lap_v = v[..., 2:, 1:-1] + v[..., :-2, 1:-1] + v[..., 1:-1, 2:] + v[..., 1:-1, :-2] - 4 * y
    reaction = x * y**2
    new_u = x + (a * lap_u - reaction + f * (1 - x))
    new_v = y + (b * lap_v + reaction - (f + k) * y)
    return new_u, new_v


class GrayScott(nn.Module):
    """Steps both fields at once."""

    plan = Plan(
        axes=("x", "y"),
        counts=None,
        fields=("u", "v"),
        components={"u": ("u",), "v": ("v",)},
        data=(),
        places={"u": PLACE, "v": PLACE},
        levels=("u", "v"),
        body=(
            Stage(
                function=advance,
                padded=("u", "v"),
                scalars=("a", "b", "f", "k"),
                writes=("u", "v"),
            ),
        ),
        steps=10,
    )

    def __init__(self) -> None:
        super().__init__()
        values = {"tau": 1.0, "a": 0.16, "b": 0.08, "f": 0.035, "k": 0.065}
        for name, value in values.items():
            self.register_buffer(name, torch.tensor(value, dtype=torch.float64))

    def start(self, u: Tensor, v: Tensor) -> dict[str, Tensor]:
        """The state before the first step."""
        return {"u": u, "v": v}

    def step(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """One step; `index` counts from 0."""
        u, v = layers.pad(state["u"], PLACE), layers.pad(state["v"], PLACE)
        u, v = advance(u, v, self.a, self.b, self.f, self.k)
        return {"u": u, "v": v}

    def finish(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """The fields of a state."""
        return state
