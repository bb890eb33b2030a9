"""What a problem is: a scheme's text, its exact solution and the order it must show.

Letters: n refinement level, h spacing, tau step, t time, u the solution. Coordinates of a field are
arrays of its full shape, x along the first axis. Everything is float64.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import log

import numpy as np

from twins.methods import Rate
from twins.walls import CLOSED, PERIODIC, Array, Pair, mesh, place

Exact = Callable[..., Array]  # (x, ..., t) -> value; one for each component of a vector
Value = Array | tuple[Array, ...]
State = Mapping[str, Value]
Solve = Callable[..., Array]  # (rate, u, tau=, n_steps=) -> u after n_steps
Steps = Callable[[int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A box with its walls and the number of unknowns per axis at each level."""

    intervals: tuple[tuple[int, int], ...] = ((0, 1),)
    walls: tuple[Pair, ...] = (PERIODIC,)
    nodes: bool = False
    fixed: int | None = None  # the same number of unknowns at every level

    def size(self, n: int) -> int:
        """Unknowns per axis."""
        return self.fixed or n

    def spacing(self, n: int) -> list[float]:
        """h per axis."""
        return [h for _, h in self._placed(n)]

    def points(self, n: int) -> tuple[Array, ...]:
        """The coordinates of the unknowns."""
        return mesh(*(axis for axis, _ in self._placed(n)))

    def faces(self, n: int, axis: int) -> tuple[Array, ...]:
        """The coordinates of the faces across one axis: n+1 between walls, n if periodic."""
        axes = [points for points, _ in self._placed(n)]
        low, high = self.intervals[axis]
        count = self.size(n) + (self.walls[axis] is not None)
        axes[axis] = low + np.arange(count) * (high - low) / self.size(n)
        return mesh(*axes)

    def statements(self, n: int) -> tuple[str, str]:
        """The lines `domain` and `grid`."""
        names = zip("xyz", self.intervals, strict=False)
        box = ", ".join(f"{name} in [{low}, {high}]" for name, (low, high) in names)
        sizes = ", ".join([str(self.size(n))] * len(self.intervals))
        return f"domain {box}", f"grid {sizes}" + (", nodes" if self.nodes else "")

    def _placed(self, n: int) -> list[tuple[Array, float]]:
        return [
            place(self.size(n), low, high, pair, nodes=self.nodes)
            for (low, high), pair in zip(self.intervals, self.walls, strict=True)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A scheme at every level n, whose error against `exact` at time `until` falls as width^order.

    text(n): the scheme; points(n): the coordinates of each field's unknowns, a tuple of such
    coordinates for a vector; twin(n): the same run in plain NumPy; inputs(n): what the module is
    given, empty where the text has an `initial` line. The norm of the error is the largest
    absolute one over unknowns and fields, all of which are of size one.
    """

    name: str
    order: float
    sizes: tuple[int, ...]
    until: float
    text: Callable[[int], str]
    width: Callable[[int], float]
    points: Callable[[int], Mapping[str, tuple[Array, ...] | tuple[tuple[Array, ...], ...]]]
    exact: Mapping[str, Exact | tuple[Exact, ...]]
    twin: Callable[[int], State]
    inputs: Callable[[int], State] = lambda n: {}

    def state(self, n: int, t: float | None = None) -> State:
        """The exact solution at the unknowns, at time `until` unless told."""
        time = self.until if t is None else t
        placed = self.points(n)
        return {
            name: tuple(f(*at, time) for f, at in zip(exact, placed[name], strict=True))
            if isinstance(exact, tuple)
            else exact(*placed[name], time)
            for name, exact in self.exact.items()
        }

    def error(self, n: int, value: State) -> float:
        """The largest error of any field; a vector may be a tuple or an array of components."""
        worst = 0.0
        for name, exact in self.state(n).items():
            parts = exact if isinstance(exact, tuple) else (exact,)
            given = value[name] if isinstance(exact, tuple) else (value[name],)
            for part, got in zip(parts, given, strict=True):
                assert np.shape(got) == np.shape(part), (name, np.shape(got), np.shape(part))
                worst = max(worst, float(np.abs(np.asarray(got) - part).max()))
        return worst

    def orders(
        self, solve: Callable[[int], State], sizes: Sequence[int] | None = None
    ) -> list[float]:
        """The observed order between each two consecutive levels of `solve(n)`."""
        levels = sizes or self.sizes
        errors = [self.error(n, solve(n)) for n in levels]
        widths = [self.width(n) for n in levels]
        return [
            log(errors[i] / errors[i + 1]) / log(widths[i] / widths[i + 1])
            for i in range(len(levels) - 1)
        ]


def document(name: str, *statements: str) -> str:
    """The text of a scheme; empty statements are left out."""
    return "\n".join([f"scheme {name}", "", *(line for line in statements if line)]) + "\n"


def timing(method: str, until: Fraction, steps: int) -> str:
    """The line `time`, with a step that divides the time."""
    return f"time {method}, step {until / steps}, until {until}"


def collocated(
    *,
    name: str,
    order: float,
    sizes: tuple[int, ...],
    grid: Grid,
    statements: Sequence[str],
    time: str,
    until: Fraction,
    steps: Steps,
    exact: Mapping[str, Exact],
    rate: Callable[[int], Rate],
    solve: Solve,
) -> Problem:
    """A problem whose unknowns all sit at the same points: du/dt = rate(n)(t, u).

    The state of the twin stacks the fields along a first axis, unless there is only one.
    """

    def text(n: int) -> str:
        return document(name, *grid.statements(n), *statements, timing(time, until, steps(n)))

    def twin(n: int) -> State:
        at = grid.points(n)
        initial = [f(*at, 0.0) for f in exact.values()]
        u = initial[0] if len(initial) == 1 else np.array(initial)
        u = solve(rate(n), u, tau=float(until) / steps(n), n_steps=steps(n))
        return dict(zip(exact, [u] if len(initial) == 1 else u, strict=True))

    def width(n: int) -> float:
        return float(until) / steps(n) if grid.fixed else grid.spacing(n)[0]

    return Problem(
        name=name,
        order=order,
        sizes=sizes,
        until=float(until),
        text=text,
        width=width,
        points=lambda n: dict.fromkeys(exact, grid.points(n)),
        exact=exact,
        twin=twin,
    )


__all__ = [
    "CLOSED",
    "PERIODIC",
    "Array",
    "Exact",
    "Fraction",
    "Grid",
    "Problem",
    "Rate",
    "Solve",
    "State",
    "Steps",
    "collocated",
    "document",
    "timing",
]
