"""schroedinger: Free Schroedinger equation as a real system, staggered in time.

    dt(re) = -dxx(im) / 2    [schroedinger.scheme:9]
    dt(im) = dxx(re) / 2    [schroedinger.scheme:10]

symplectic_euler, tau = 2 / 889; h = 1/20.

Letters: unknown re, im; tau step; axes x.
Shapes: (..., X) with any leading batch axes; ghosts are added by `layers.pad`.
"""

import torch
from iterant.runtime import layers
from iterant.runtime.plan import Place, Plan, Side, Stage
from torch import Tensor, nn

DIGEST = "sha256:0e26f67436c2b8ec62508eda76bdab84dd7a779e19ef3591d883c32276eb77e4"
SCHEME = "sha256:dc6996c13e77ca1dcc87328d32c0cf20e8b43de3eaef3f29bec35817c294027f"
STEPS = 889
COUNTS = (400,)
INV_H2 = 400  # h^(-2)

PLACES = {
    "re": Place(
        origin=(-9.975,),
        spacing=(0.05,),
        extra=(0,),
        halo=((1, 1),),
        sides=((Side("wall", 0, 1, 0, 0), Side("wall", 0, 1, 0, 0)),),
    ),
    "im": Place(
        origin=(-9.975,),
        spacing=(0.05,),
        extra=(0,),
        halo=((1, 1),),
        sides=((Side("wall", 0, 1, 0, 0), Side("wall", 0, 1, 0, 0)),),
    ),
}


def equation1(im: Tensor, re: Tensor, tau: Tensor) -> Tensor:
    """re <- re + tau*dt(re)."""
    # dxx(im), schroedinger.scheme:9
    im_xx = INV_H2 * (im[..., 2:] + im[..., :-2] - 2 * im[..., 1:-1])
    return re - 0.5 * tau * im_xx


def equation2(re: Tensor, im: Tensor, tau: Tensor) -> Tensor:
    """im <- im + tau*dt(im)."""
    # dxx(re), schroedinger.scheme:10
    re_xx = INV_H2 * (re[..., 2:] + re[..., :-2] - 2 * re[..., 1:-1])
    return im + 0.5 * tau * re_xx


def watch_probability(im: Tensor, re: Tensor) -> Tensor:
    """the watched probability."""
    term = im**2
    sum0 = 0.05 * torch.sum(term, (-1,))
    term2 = re**2
    sum1 = 0.05 * torch.sum(term2, (-1,))
    return sum0 + sum1


def initial_re(x: Tensor) -> Tensor:
    """initial re."""
    return torch.cos(3 * x) * torch.exp(-(x**2))


def initial_im(x: Tensor) -> Tensor:
    """initial im."""
    return torch.exp(-(x**2)) * torch.sin(3 * x)


class Schroedinger(nn.Module):
    """889 steps of symplectic_euler."""

    plan = Plan(
        axes=("x",),
        counts=COUNTS,
        fields=("re", "im"),
        components={"re": ("re",), "im": ("im",)},
        data=(),
        places=PLACES,
        levels=("re", "im"),
        body=(
            Stage(
                function=equation1, padded=("im",), plain=("re",), scalars=("tau",), writes=("re",)
            ),
            Stage(
                function=equation2, padded=("re",), plain=("im",), scalars=("tau",), writes=("im",)
            ),
        ),
        watch=(
            Stage(
                function=watch_probability, padded=(), plain=("im", "re"), writes=("probability",)
            ),
        ),
        steps=STEPS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("tau", torch.tensor(2 / 889, dtype=torch.float64))

    def start(self, re: Tensor | None = None, im: Tensor | None = None) -> dict[str, Tensor]:
        """The state before the first step."""
        counts = COUNTS
        if re is None:
            re = layers.fill(
                initial_re(*layers.coordinates(PLACES["re"], counts, like=self.tau.double())),
                PLACES["re"],
                counts,
                like=self.tau,
            )
        if im is None:
            im = layers.fill(
                initial_im(*layers.coordinates(PLACES["im"], counts, like=self.tau.double())),
                PLACES["im"],
                counts,
                like=self.tau,
            )
        return {"re": re, "im": im}

    def step(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """One step; `index` counts from 0."""
        re = state["re"]
        im = state["im"]
        re = equation1(layers.pad(im, PLACES["im"]), re, self.tau)
        im = equation2(layers.pad(re, PLACES["re"]), im, self.tau)
        return {"re": re, "im": im}

    def finish(self, state: dict[str, Tensor], index: int = 0) -> dict[str, Tensor]:
        """The fields of a state, all at one time."""
        return {"re": state["re"], "im": state["im"]}

    def forward(self, re: Tensor | None = None, im: Tensor | None = None) -> dict[str, Tensor]:
        """All steps."""
        state = self.start(re, im)
        for index in range(STEPS):
            state = self.step(state, index)
        return self.finish(state, STEPS)
