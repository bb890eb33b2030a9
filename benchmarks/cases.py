"""What is timed: the schemes of `schemes/`, their grids, and the ratios that are asked of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

FOLDER = Path(__file__).parent / "schemes"
Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"
Run: TypeAlias = Callable[[int], tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A problem and the grids it is solved on.

    `kind` is its formula (heat, wave, perona_malik, gray_scott), `wall` its boundary: periodic,
    mirror (no flux, unknowns on cells) or nodes (u = 0 one spacing outside the unknowns). `size`,
    `quick` and `small` are points along each axis: timed, timed by --quick, compared. `devito` is
    the speed that is asked of Iterant in units of Devito's.
    """

    name: str
    title: str
    kind: str
    wall: str
    axes: int
    size: int
    quick: int
    small: int
    fields: tuple[str, ...] = ("u",)
    numbers: dict[str, float] = field(default_factory=dict)
    length: float | None = 1.0
    devito: float | None = None

    @property
    def path(self) -> Path:
        """The text that Iterant compiles."""
        return FOLDER / f"{self.name}.scheme"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A case on a grid of n points an axis, with initial values and the step of the scheme.

    Without `compiled`, torch runs eagerly: for comparisons that must be quick.
    """

    case: Case
    n: int
    compiled: bool = True

    @property
    def shape(self) -> tuple[int, ...]:
        """Points along each axis."""
        return (self.n,) * self.case.axes

    @property
    def points(self) -> int:
        """Points of the grid."""
        return int(np.prod(self.shape))

    @property
    def spacing(self) -> float:
        """The distance h of two unknowns, the same along each axis."""
        if self.case.length is None:
            return 1.0
        return self.case.length / (self.n + 1 if self.case.wall == "nodes" else self.n)

    @cached_property
    def module(self) -> Any:
        """The module that Iterant compiles from the text."""
        import iterant

        grid = None if self.case.length is None else self.shape
        return iterant.compile(self.case.path, grid=grid).module()

    @cached_property
    def tau(self) -> float:
        """The step, as the text states it: a part of the certified limit."""
        return float(self.module.tau)

    @cached_property
    def initial(self) -> dict[str, Array]:
        """Random values in [0, 1), float32; Gray-Scott starts with squares, and lives on.

        Without them v would die out, and arithmetic on denormal numbers is slow where a library
        has not switched it off.
        """
        random = np.random.default_rng(7)
        values = {name: random.random(self.shape, dtype=np.float32) for name in self.case.fields}
        if self.case.kind == "gray_scott":
            square = sum(np.indices(self.shape) // 32) % 2 == 0
            for name, inside, outside in (("u", 0.5, 1.0), ("v", 0.25, 0.0)):
                start = np.where(square, np.float32(inside), np.float32(outside))
                values[name] = start + np.float32(0.02) * values[name]
        return values


HEAT = {"kappa": 0.1}
CASES = (
    Case(
        name="heat2d_periodic",
        title="2-D heat, periodic",
        kind="heat",
        wall="periodic",
        axes=2,
        size=2048,
        quick=512,
        small=400,
        numbers=HEAT,
        devito=1.5,
    ),
    Case(
        name="heat2d_walls",
        title="2-D heat, Neumann",
        kind="heat",
        wall="mirror",
        axes=2,
        size=2048,
        quick=512,
        small=400,
        numbers=HEAT,
        devito=1.5,
    ),
    Case(
        name="perona_malik",
        title="Perona-Malik, Neumann",
        kind="perona_malik",
        wall="mirror",
        axes=2,
        size=1024,
        quick=512,
        small=400,
        numbers={"contrast": 0.05},
        length=None,
        devito=1.2,
    ),
    Case(
        name="heat3d_periodic",
        title="3-D heat, periodic",
        kind="heat",
        wall="periodic",
        axes=3,
        size=192,
        quick=64,
        small=56,
        numbers=HEAT,
    ),
    Case(
        name="heat3d_nodes",
        title="3-D heat, u = 0 walls",
        kind="heat",
        wall="nodes",
        axes=3,
        size=192,
        quick=64,
        small=56,
        numbers=HEAT,
        devito=1.0,
    ),
    Case(
        name="wave3d_nodes",
        title="3-D wave, order 8, u = 0 walls",
        kind="wave",
        wall="nodes",
        axes=3,
        size=192,
        quick=64,
        small=56,
        numbers={"c": 1.0},
        devito=1.0,
    ),
    Case(
        name="gray_scott",
        title="Gray-Scott, periodic",
        kind="gray_scott",
        wall="periodic",
        axes=2,
        size=512,
        quick=400,
        small=400,
        fields=("u", "v"),
        numbers={"F": 0.037, "k": 0.06, "Du": 2e-5, "Dv": 1e-5},
        length=2.5,
        devito=1.5,
    ),
    Case(
        name="heat1d",
        title="1-D heat, periodic",
        kind="heat",
        wall="periodic",
        axes=1,
        size=256,
        quick=256,
        small=256,
        numbers=HEAT,
    ),
)
