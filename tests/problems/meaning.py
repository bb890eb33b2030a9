"""A scheme's text read as mathematics: what its equations, data and walls say of smooth functions.

Every name stands for a function of (x, ..., t); derivatives are eighth-order differences with a
step of 1/500, good to about eight digits. So a slip in a text is found without a compiler.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twins.stencils import first_weights

from .base import Array, Exact

STEP = 0.002
LATER = 0.02
WEIGHTS = first_weights(8)
AXES = "xyz"


@dataclass(frozen=True, eq=False)
class Function:
    """A scalar function of (x, ..., t), with arithmetic."""

    at: Callable[..., Any]

    def __add__(self, other: Any) -> "Function":
        return pointwise(np.add)(self, other)

    def __sub__(self, other: Any) -> "Function":
        return pointwise(np.subtract)(self, other)

    def __rsub__(self, other: Any) -> "Function":
        return pointwise(np.subtract)(other, self)

    def __mul__(self, other: Any) -> Any:
        return other * self if isinstance(other, Vector) else pointwise(np.multiply)(self, other)

    def __truediv__(self, other: Any) -> "Function":
        return pointwise(np.divide)(self, other)

    def __rtruediv__(self, other: Any) -> "Function":
        return pointwise(np.divide)(other, self)

    def __pow__(self, other: Any) -> "Function":
        return pointwise(np.power)(self, other)

    def __neg__(self) -> "Function":
        return pointwise(np.negative)(self)

    def __lt__(self, other: Any) -> "Function":
        return pointwise(np.less)(self, other)

    __radd__, __rmul__ = __add__, __mul__


class Vector(tuple[Function, ...]):
    """One function for each axis, with the arithmetic of vectors."""

    __slots__ = ()

    def __mul__(self, other: Any) -> "Vector":
        return Vector(part * other for part in self)

    def __truediv__(self, other: Any) -> "Vector":
        return Vector(part / other for part in self)

    def __sub__(self, other: "Vector") -> "Vector":
        return Vector(a - b for a, b in zip(self, other, strict=True))

    def __radd__(self, other: Any) -> "Vector":
        return Vector(part + other for part in self)

    def __neg__(self) -> "Vector":
        return self * -1.0

    __rmul__ = __mul__


def lift(value: Any) -> Function:
    """A number as the function that has it everywhere."""
    return value if isinstance(value, Function) else Function(lambda *_: value)


def pointwise(f: Callable[..., Any]) -> Callable[..., Function]:
    """A NumPy function as one of functions."""

    def apply(*arguments: Any) -> Function:
        parts = [lift(argument) for argument in arguments]
        return Function(lambda *at: f(*(part.at(*at) for part in parts)))

    return apply


def derivative(axis: int) -> Callable[[Any], Any]:
    """d/dx along one axis, the last one being time; of a vector, of its components."""

    def apply(u: Any) -> Any:
        if isinstance(u, Vector):
            return Vector(apply(part) for part in u)

        def at(*point: Any) -> Any:
            total = 0.0
            for k, weight in WEIGHTS.items():
                moved = list(point)
                moved[axis] = point[axis] + k * STEP
                total = total + weight * lift(u).at(*moved)
            return total / STEP

        return Function(at)

    return apply


def vocabulary(dim: int) -> dict[str, Any]:
    """The words of the language that the problems use, for a domain of `dim` axes."""
    partial = [derivative(axis) for axis in range(dim)]
    dt = derivative(-1)

    def grad(u: Function) -> Vector:
        return Vector(d(u) for d in partial)

    def div(v: Vector) -> Function:
        return sum((d(part) for d, part in zip(partial, v, strict=True)), lift(0.0))

    def coordinate(axis: int) -> Function:
        return Function(lambda *at: at[axis])

    names = ("sin", "cos", "exp", "sqrt", "tanh", "sinh", "where")
    return {
        **{name: pointwise(getattr(np, name)) for name in names},
        **{AXES[axis]: coordinate(axis) for axis in range(dim)},
        **{f"d{AXES[axis]}": partial[axis] for axis in range(dim)},
        **{f"d{AXES[a]}{AXES[a]}": lambda u, a=a: partial[a](partial[a](u)) for a in range(dim)},
        "t": coordinate(-1),
        "pi": np.pi,
        "dt": dt,
        "dtt": lambda u: dt(dt(u)),
        "grad": grad,
        "div": div,
        "lap": lambda u: div(grad(u)),
        "norm2": lambda v: sum((part**2 for part in v), lift(0.0)),
        "vector": lambda *parts: Vector(parts),
    }


def statements(text: str) -> Iterator[tuple[str, str]]:
    """Keyword and rest of every statement."""
    for statement in re.split(r"\n+(?=\S)", text.strip()):
        keyword, _, rest = statement.partition(" ")
        yield keyword, " ".join(rest.split()).replace("^", "**")


def parts(text: str) -> list[str]:
    """The pieces between the commas outside brackets."""
    depth, pieces = 0, [""]
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and not depth:
            pieces.append("")
        else:
            pieces[-1] += letter
    return [piece.strip() for piece in pieces]


def residuals(
    text: str, exact: Mapping[str, Exact | tuple[Exact, ...]], box: list[tuple[float, float]]
) -> Iterator[tuple[str, float]]:
    """What is left of each equation, initial value and wall for the exact solution."""
    rng = np.random.default_rng(0)
    # Away from the walls and from the middle, where a layer may end.
    inside = [
        low + (high - low) * (rng.uniform(0.1, 0.4, 20) + 0.5 * rng.integers(0, 2, 20))
        for low, high in box
    ]
    words = vocabulary(len(box))
    for name, f in exact.items():
        words[name] = Vector(map(Function, f)) if isinstance(f, tuple) else Function(f)

    def left(equality: str, names: Mapping[str, Any], at: list[Array], t: float) -> float:
        lhs, rhs = (eval(side, dict(names)) for side in equality.split(" = "))
        gap = lhs - rhs if isinstance(lhs, Vector) else Vector([lift(lhs) - rhs])
        return max(float(np.abs(part.at(*at, t)).max()) for part in gap)

    for keyword, rest in statements(text):
        pieces = [piece for piece in parts(rest) if " = " in piece]
        if keyword in {"param", "data"}:
            words |= {n: eval(e, words) for n, e in (piece.split(" = ") for piece in pieces)}
        elif keyword == "function":
            signature, body = rest.split(" = ")
            name, arguments = signature.rstrip(")").split("(")
            words[name] = eval(f"lambda {arguments}: {body}", words)
        elif keyword == "equation":
            yield rest, left(rest, words, inside, LATER)
        elif keyword == "initial":
            for piece in pieces:
                yield piece, left(piece, words, inside, 0.0)
        elif keyword == "boundary":
            for condition in ["dn(u) = 0"] if rest == "reflecting" else pieces:
                equality, _, face = condition.partition(" on ")
                for axis, end in faces(face, len(box)):
                    wall = [box[axis][end] + 0 * part if i == axis else part
                            for i, part in enumerate(inside)]  # fmt: skip
                    slope = derivative(axis) if end else lambda u, axis=axis: -derivative(axis)(u)
                    yield condition, left(equality, words | {"dn": slope}, wall, LATER)


def faces(face: str, dim: int) -> list[tuple[int, int]]:
    """The (axis, end) pairs that `on` names; all of them if it names none."""
    names = face.split()
    axes = [AXES.index(names[0])] if names else range(dim)
    ends = [("low", "high").index(names[1])] if len(names) > 1 else (0, 1)
    return [(axis, end) for axis in axes for end in ends]
