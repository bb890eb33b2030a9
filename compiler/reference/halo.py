"""The values outside the grid, one by one, as the ghost rules define them.

Letters: j = 1, 2, ... a ghost counted outward from its side; h spacing; u_g a ghost, u_m its
mirror image inside; a u + b dn(u) = c the condition at the wall, dn the outward normal derivative.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from .arithmetic import Number, Values

Index: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The ghost rule of one side of one axis; `c` is the wall's right side beside an index."""

    rule: str
    mirror: int
    h: Number
    a: Number
    b: Number
    c: Callable[[Index], Number]


def ghost(array: Values, index: Index, sides: tuple[tuple[Side, Side], ...]) -> Number:
    """The value of a grid function at an index, inside the grid or outside.

    The first axis is filled first over the inside of the later ones, then the second over all of
    the first, and so on: so an index outside on several axes is brought inside along the last one
    first. A mirror image that lies outside on the other side is reflected once more.
    """
    for axis in reversed(range(array.ndim)):
        if not 0 <= index[axis] < array.shape[axis]:
            return _outside(array, index, sides, axis)
    return array[index]


def _outside(
    array: Values, index: Index, sides: tuple[tuple[Side, Side], ...], axis: int
) -> Number:
    """The value at an index that lies outside along an axis and inside along all later ones."""
    n, i = array.shape[axis], index[axis]
    low = i < 0
    side = sides[axis][0 if low else 1]
    j = -i if low else i - n + 1
    alone = n == 1 and all(s.rule == "wall" and s.mirror == 1 for s in sides[axis])

    def inside(place: int) -> Number:
        """The value at a place counted inward from this side, 0 for the outermost unknown."""
        return ghost(array, moved(index, axis, place if low else n - 1 - place), sides)

    match side.rule:
        case "periodic":
            return ghost(array, moved(index, axis, i % n), sides)
        case "zero":
            return 0 * side.h
        case "none":
            return inside(0) if n == 1 else (1 + j) * inside(0) - j * inside(1)
        case "wall":
            # Between two walls on one and the same value, that value is its own mirror image.
            image = 0 if alone else j - 1 + side.mirror
            c = side.c(moved(index, axis, 0 if low else n - 1))
            return _beyond_wall(side, j, inside, image=image, c=c)
    raise ValueError(f"nothing is said about {index}, outside axis {axis}: rule {side.rule!r}")


def _beyond_wall(
    side: Side, j: int, inside: Callable[[int], Number], *, image: int, c: Number
) -> Number:
    """Ghost j of a wall a u + b dn(u) = c, given the place of its mirror image.

    Wall half a spacing outside:  a (u_g + u_m)/2 + b (u_g - u_m)/((2j-1) h) = c.
    Wall a spacing outside, u = c/a:  ghost 1 is the wall itself, then u_g = 2 c/a - u_m.
    Wall on the last unknown, b = 0:  u_g = 2 c/a - u_m;  else
    u_g = u_m + 2 j h g with dn(u) = g = (c - a u_wall)/b.
    """
    match side.mirror:
        case 0:
            slope = side.b / ((2 * j - 1) * side.h)
            return (c - (side.a / 2 - slope) * inside(image)) / (side.a / 2 + slope)
        case -1 if side.b == 0:
            return c / side.a if j == 1 else 2 * c / side.a - inside(image)
        case 1 if side.b == 0:
            return 2 * c / side.a - inside(image)
        case 1:
            g = (c - side.a * inside(0)) / side.b
            return inside(image) + 2 * j * side.h * g
    raise ValueError(f"no ghost rule for a wall with mirror {side.mirror} and slope {side.b}")


def moved(index: Index, axis: int, place: int) -> Index:
    """The index with another place along one axis."""
    return (*index[:axis], place, *index[axis + 1 :])
