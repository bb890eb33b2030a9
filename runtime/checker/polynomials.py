"""Polynomials with rational coefficients: Bernstein form on boxes, Sturm sequences on intervals."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise, product
from math import comb, lcm
from typing import Any, TypeAlias

from .ranges import Rejected

Powers: TypeAlias = tuple[int, ...]
Polynomial: TypeAlias = dict[Powers, Fraction]
Line: TypeAlias = list[Fraction]  # coefficients of 1, z, z^2, ...


# ---- several variables, on [0, 1]^d


def add(a: Polynomial, b: Polynomial, factor: Fraction) -> Polynomial:
    """a + factor * b."""
    found = dict(a)
    for p, c in b.items():
        found[p] = found.get(p, Fraction(0)) + factor * c
    return {p: c for p, c in found.items() if c}


def cosines(weights: dict[tuple[int, ...], Fraction]) -> Polynomial:
    """sum_o w_o prod_a cos(o_a theta_a) by y_a = sin^2(theta_a / 2): cos(k theta) = T_k(1 - 2y)."""
    found = dict(weights)
    for axis in range(max((len(o) for o in weights), default=0)):
        turned: Polynomial = {}
        for key, w in found.items():
            for i, c in enumerate(chebyshev(abs(key[axis]))):
                at = (*key[:axis], i, *key[axis + 1 :])
                turned[at] = turned.get(at, Fraction(0)) + c * w
        found = turned
    return {p: c for p, c in found.items() if c}


def chebyshev(k: int) -> list[int]:
    """T_k(1 - 2y) by powers of y."""
    before, here = [1], [1, -2]
    if k == 0:
        return before
    for _ in range(k - 1):
        longer = [0] * (len(here) + 1)
        for i, c in enumerate(here):
            longer[i] += 2 * c
            longer[i + 1] -= 4 * c
        for i, c in enumerate(before):
            longer[i] -= c
        before, here = here, longer
    return here


class Bernstein:
    """Bernstein coefficients on a box; they enclose the values there."""

    def __init__(self, degrees: Powers, values: dict[Powers, Fraction]) -> None:
        self.degrees, self.values = degrees, values

    @classmethod
    def of(cls, polynomial: Polynomial, dim: int) -> Bernstein:
        """On [0, 1]^dim: b_k = sum_j prod C(k, j)/C(n, j) a_j."""
        degrees = tuple(max((p[a] for p in polynomial), default=0) for a in range(dim))
        values = {}
        for k in product(*(range(n + 1) for n in degrees)):
            total = Fraction(0)
            for j, c in polynomial.items():
                for a in range(dim):
                    c *= Fraction(comb(k[a], j[a]), comb(degrees[a], j[a]))
                total += c
            values[k] = total
        return cls(degrees, values)

    def halved(self, axis: int) -> tuple[Bernstein, Bernstein]:
        """On both halves of the box, by repeated means."""
        low, high = {}, {}
        n = self.degrees[axis]
        for k in self.values:
            if k[axis]:
                continue
            row = [self.values[(*k[:axis], j, *k[axis + 1 :])] for j in range(n + 1)]
            for j in range(n + 1):
                low[(*k[:axis], j, *k[axis + 1 :])] = row[0]
                high[(*k[:axis], n - j, *k[axis + 1 :])] = row[-1]
                row = [(x + y) / 2 for x, y in pairwise(row)]
        return Bernstein(self.degrees, low), Bernstein(self.degrees, high)

    def below(self, bound: Fraction, tree: Any) -> None:
        """Shown to be <= bound everywhere by a tree [axis, lower, upper] of halvings, 0 a leaf."""
        if tree == 0 and not isinstance(tree, bool):
            if max(self.values.values()) > bound:
                raise Rejected("a symbol is not shown to stay below its bound")
            return
        if not isinstance(tree, list) or len(tree) != 3 or tree[0] not in range(len(self.degrees)):
            raise Rejected("a tree of halvings is malformed")
        for half, branch in zip(self.halved(tree[0]), tree[1:], strict=True):
            half.below(bound, branch)


# ---- one variable


def value(p: Line, x: Fraction) -> Fraction:
    """p(x)."""
    total = Fraction(0)
    for c in reversed(p):
        total = total * x + c
    return total


def multiply(p: Line, q: Line) -> Line:
    """p * q."""
    found = [Fraction(0)] * max(0, len(p) + len(q) - 1)
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            found[i + j] += a * b
    return trimmed(found)


def combined(p: Line, q: Line, factor: Fraction = Fraction(1)) -> Line:
    """p + factor * q."""
    size = max(len(p), len(q))
    padded = [*p, *[Fraction(0)] * (size - len(p))], [*q, *[Fraction(0)] * (size - len(q))]
    return trimmed([a + factor * b for a, b in zip(*padded, strict=True)])


def trimmed(p: Line) -> Line:
    """Without zeros at the end."""
    while p and not p[-1]:
        p = p[:-1]
    return p


def derivative(p: Line) -> Line:
    """p'."""
    return [i * c for i, c in enumerate(p)][1:]


def divided(p: Line, q: Line) -> tuple[Line, Line]:
    """Quotient and remainder."""
    found = [Fraction(0)] * max(0, len(p) - len(q) + 1)
    rest = list(p)
    while len(rest) >= len(q):
        factor = rest[-1] / q[-1]
        shift = len(rest) - len(q)
        found[shift] = factor
        rest = trimmed(
            [c - factor * q[i - shift] if i >= shift else c for i, c in enumerate(rest)][:-1]
        )
    return found, rest


def primitive(p: Line) -> Line:
    """A positive multiple with small coefficients, so that sequences stay short."""
    return [c / abs(p[-1]) for c in p] if p else p


def common(p: Line, q: Line) -> Line:
    """The greatest common divisor, up to a factor."""
    while q:
        p, q = q, primitive(divided(p, q)[1])
    return primitive(p)


def changes(values: Iterator[Fraction]) -> int:
    """Sign changes in a sequence."""
    signs = [v > 0 for v in values if v]
    return sum(a != b for a, b in pairwise(signs))


def roots_between(p: Line, low: Fraction, high: Fraction) -> int:
    """Distinct roots in (low, high], by Sturm; p must be free of squares."""
    sequence = [p, derivative(p)]
    while len(sequence[-1]) > 1:
        rest = primitive(divided(sequence[-2], sequence[-1])[1])
        if not rest:
            break
        sequence.append([-c for c in rest])
    at_low, at_high = ([value(q, x) for q in sequence] for x in (low, high))
    return changes(iter(at_low)) - changes(iter(at_high))


def squarefree(p: Line) -> Line:
    """The product of the distinct factors."""
    return divided(p, common(p, derivative(p)))[0] if len(p) > 1 else p


def odd_part(p: Line) -> Line:
    """The product of the factors of odd multiplicity: p = square * odd part (Yun's algorithm)."""
    a = common(p, derivative(p))
    b, c = divided(p, a)[0], divided(derivative(p), a)[0]
    odd: Line = [Fraction(1)]
    multiplicity = 0
    while len(b) > 1:
        d = combined(c, derivative(b), Fraction(-1))
        factor = common(b, d) if d else primitive(b)
        multiplicity += 1
        if multiplicity % 2:
            odd = multiply(odd, factor)
        b = divided(b, factor)[0]
        c = divided(d, factor)[0] if d else []
    return odd


def nonnegative_on(p: Line, low: Fraction, high: Fraction) -> bool:
    """p >= 0 on [low, high], decided.

    Without its roots at the ends p is mostly positive, and Bernstein coefficients on halved
    intervals show that fast; where it touches 0 inside, Sturm sequences decide.
    """
    p = trimmed(p)
    if not p or low == high:
        return not p or value(p, low) >= 0
    inner = on_unit(p, low, high)
    while not inner[0]:
        inner = inner[1:]  # y >= 0
    while not sum(inner):
        inner = [-c for c in divided(inner, [Fraction(-1), Fraction(1)])[0]]  # 1 - y >= 0
    if inner[0] < 0 or sum(inner) < 0:
        return False
    found = positive_by_halving(inner)
    return found if found is not None else _by_sturm(p, low, high)


def on_unit(p: Line, low: Fraction, high: Fraction) -> Line:
    """q(y) = p(low + y (high - low))."""
    found: Line = []
    step = [low, high - low]
    for c in reversed(p):
        found = combined(multiply(found, step), [c])
    return found


def positive_by_halving(p: Line) -> bool | None:
    """Whether p > 0 on [0, 1]: True, False, or None when that takes too many halvings.

    Bernstein coefficients as whole numbers; a half carries 2^n times its own, which keeps signs.
    """
    n = len(p) - 1
    scale = lcm(*(c.denominator for c in p)) * lcm(*(comb(n, j) for j in range(n + 1)))
    whole = [int(c * scale / comb(n, j)) for j, c in enumerate(p)]
    stack = [[sum(comb(k, j) * whole[j] for j in range(k + 1)) for k in range(n + 1)]]
    for _ in range(2000):
        row = stack.pop()
        if row[0] < 0 or row[-1] < 0:
            return False
        if min(row) < 0:
            low, high = [row[0] << n], [row[-1] << n]
            for k in range(1, n + 1):
                row = [x + y for x, y in pairwise(row)]
                low.append(row[0] << (n - k))
                high.append(row[-1] << (n - k))
            stack += [low, high[::-1]]
        if not stack:
            return True
    return None


def _by_sturm(p: Line, low: Fraction, high: Fraction) -> bool:
    """No sign change inside, and a positive value there."""
    odd = odd_part(p)
    inside = roots_between(odd, low, high) - (value(odd, high) == 0)
    if inside:
        return False
    sample = (low + high) / 2
    while value(p, sample) == 0:
        sample = (low + sample) / 2
    return value(p, sample) > 0
