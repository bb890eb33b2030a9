"""Time methods of two groups or two levels, read off their stages as exact 2 x 2 matrices.

Two groups a' = -w b, b' = w a, w = tau times a singular value of the coupling: a step is a word of
shears a <- a + c tau f(b), b <- b + c tau f(a). dtt(u) = -lambda u is the same for a = u_t, b = u:
kicks and drifts; two levels 2u - u_old + tau^2 f are a kick and a drift for a = (u - u_old)/tau.
The product G of the shears has determinant 1, so it keeps H = [[r/w, (s-p)/2w], [(s-p)/2w, -q/w]],
G = [[p, q], [r, s]]. Where H is definite up to w^2 = beta, powers are bounded, uniformly for
w^2 <= c with any c < beta. Different reduced words have different matrices, so that components of
one group that have one word are advanced as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import flint
from sympy import Expr, Symbol

from ..scheme import TAU, Scheme, Stage, Update
from .forms import simple
from .intervals_of_methods import first_excess
from .methods import Foreign, expanded, owners, power_of_tau

Poly = flint.fmpq_poly
Word = tuple[tuple[str, Fraction], ...]  # ("a" or "b", share of tau)
ZERO, ONE, Z = Poly([0]), Poly([1]), Poly([0, 1])


@dataclass(frozen=True, slots=True)
class Matrix:
    """G = [[p, q], [r, s]] with polynomial entries."""

    p: Poly
    q: Poly
    r: Poly
    s: Poly

    def after(self, g: Matrix) -> Matrix:
        """self * g."""
        return Matrix(
            self.p * g.p + self.q * g.r, self.p * g.q + self.q * g.s,
            self.r * g.p + self.s * g.r, self.r * g.q + self.s * g.s,
        )  # fmt: skip


def _poly(c: Fraction) -> Poly:
    return Poly([flint.fmpq(c.numerator, c.denominator)])


def reduced(word: list[tuple[str, Fraction]]) -> Word:
    """Neighbouring shears of one group joined."""
    found: list[tuple[str, Fraction]] = []
    for group, share in word:
        if found and found[-1][0] == group:
            share += found.pop()[1]
        if share:
            found.append((group, share))
    return tuple(found)


# ---- words


def group_word(scheme: Scheme, a: tuple[Symbol, ...], b: tuple[Symbol, ...]) -> Word:
    """The common word of all pairs of components; raises Foreign."""
    names = dict.fromkeys(a, "a") | dict.fromkeys(b, "b")
    events: list[tuple[Symbol, Fraction]] = []
    for stage, row in _stages(scheme):
        if stage.moves or any(array != str(s.name) for s, array in stage.at):
            raise Foreign("the groups are not advanced in turn")
        here = [_shear(u, row) for u in stage.updates]
        if len({names[s] for s, _ in here}) > 1:
            raise Foreign("both groups are advanced at once")
        events += here
    words = {reduced([(names[s], c) for s, c in events if s in {x, y}]) for x in a for y in b}
    if len(words) != 1:
        raise Foreign("the components of a group are advanced differently")
    return words.pop()


def _stages(scheme: Scheme) -> list[tuple[Stage, dict[Symbol, Expr]]]:
    if scheme.step is None:
        raise Foreign("there is no time step")
    return list(expanded(scheme.step.body))


def _shear(update: Update, row: dict[Symbol, Expr]) -> tuple[Symbol, Fraction]:
    """u <- u + c tau f(u)."""
    share, power = power_of_tau(update.slope.xreplace(row))
    if update.unknown is None or update.terms is not None or power != 1:
        raise Foreign("an update is no state plus tau times a slope")
    if update.target != str(update.unknown.name) or update.combination != ((1, update.target),):
        raise Foreign("an update combines other arrays")
    return update.unknown, share


def second_order_word(scheme: Scheme, u: Symbol) -> Word:
    """Kicks ("a") and drifts ("b") of dtt(u) = f(u)."""
    assert scheme.step is not None
    name = str(u.name)
    levels = [x for x in scheme.step.arrays if x.level and x.like == u]
    if len(levels) != 1:
        raise Foreign("the step keeps other levels than two")
    (level,) = levels
    events: list[tuple[str, Fraction]] = []
    for stage, row in _stages(scheme):
        own = [x for x in stage.updates if owners(scheme).get(x.target) == u]
        if dict(stage.at).get(u, name) != name:
            raise Foreign("the operator is applied to another array")
        moves = {m for m in stage.moves if set(m) & {name, level.name}}
        if level.rate_of is None:
            events += _two_level(own, moves, name, level.name)
        elif moves:
            raise Foreign("the velocity is renamed")
        else:
            events += [_kick_or_drift(x, row, u, level.name) for x in own]
    return reduced(events)


def _two_level(
    own: list[Update], moves: set[tuple[str, str]], name: str, old: str
) -> list[tuple[str, Fraction]]:
    """u_old <- 2u - u_old + tau^2 f, then both change names: a kick and a drift."""
    if not own and not moves:
        return []
    if len(own) != 1 or moves != {(name, old), (old, name)}:
        raise Foreign("the step is no two-level scheme")
    (update,) = own
    if update.target != old or {n: c for c, n in update.combination} != {name: 2, old: -1}:
        raise Foreign("the step is not 2 u - u_old + tau^2 f")
    if power_of_tau(update.slope) != (Fraction(1), 2) or update.terms is not None:
        raise Foreign("the step is not 2 u - u_old + tau^2 f")
    return [("a", Fraction(1)), ("b", Fraction(1))]


def _kick_or_drift(
    update: Update, row: dict[Symbol, Expr], u: Symbol, velocity: str
) -> tuple[str, Fraction]:
    pairs = {n: power_of_tau(c.xreplace(row)) for c, n in update.combination}
    share, power = power_of_tau(update.slope.xreplace(row))
    if update.target == velocity and pairs == {velocity: (Fraction(1), 0)} and power == 1:
        if update.terms is not None or update.unknown != u:
            raise Foreign("a kick uses a part of the equation")
        return "a", share
    if update.target == str(u.name) and not share and pairs.keys() == {update.target, velocity}:
        moved, by = pairs[velocity]
        if pairs[update.target] == (Fraction(1), 0) and by == 1:
            return "b", moved
    raise Foreign("an update is neither a kick nor a drift")


# ---- limits


def word_limit(word: Word) -> Fraction:
    """The largest beta such that H is definite for w^2 < beta; raises Foreign."""
    total = Matrix(ONE, ZERO, ZERO, ONE)
    for group, share in word:
        c = _poly(share) * Z
        shear = Matrix(ONE, -c, ZERO, ONE) if group == "a" else Matrix(ONE, ZERO, c, ONE)
        total = shear.after(total)
    r, q, m = _over(total.r), -_over(total.q), _over(total.p - total.s)
    betas = []
    for even in (r, 4 * r * q - m * m):
        coefficients = even.coeffs()
        if not coefficients or any(c != 0 for c in coefficients[1::2]) or coefficients[0] <= 0:
            raise Foreign("the step keeps no definite form")
        betas.append(first_excess(Poly(coefficients[0::2]), strict=True))
    return min(betas)


def _over(entry: Poly) -> Poly:
    """entry / w, which must be a polynomial."""
    quotient, rest = divmod(entry, Z)
    if rest != ZERO:
        raise Foreign("the step is no rotation for small w")
    return quotient


@dataclass(frozen=True, slots=True)
class TwoLevels:
    """u_new = c u + d v + e tau f(u) with v the level before (`slope` false) or tau times its
    slope: the roots of x^2 - t(z) x + d(z), z = tau times an eigenvalue.
    """

    trace: Poly
    determinant: Poly
    midpoint: Fraction  # e where u_new = u_old + e tau f(u), else 0


def two_levels(scheme: Scheme) -> TwoLevels:
    """The two-level methods that are not for dtt: Adams-Bashforth and the midpoint rule."""
    step = scheme.step
    if step is None or len(scheme.rates) != 1:
        raise Foreign("the step keeps several levels of several unknowns")
    u = scheme.rates[0].unknown
    name = str(u.name)
    levels = [x.name for x in step.arrays if x.level]
    if len(levels) != 1 or len(step.body) != 1 or step.body[0].table:
        raise Foreign("the step keeps other levels than two")
    (old,), (stage,) = levels, step.body
    by_target = {x.target: x for x in stage.updates}
    if dict(stage.at).get(u, name) != name or any(x.terms is not None for x in stage.updates):
        raise Foreign("the operator is applied to another array")
    if any(n not in {name, old} for x in stage.updates for _, n in x.combination):
        raise Foreign("the step combines other arrays")
    if by_target.keys() == {old} and set(stage.moves) == {(name, old), (old, name)}:
        new = by_target[old]
        c, d = (_share(new, n, 0) for n in (name, old))
        e = _poly(_slope(new, u))
        midpoint = _slope(new, u) if (c, d) == (Fraction(0), Fraction(1)) else Fraction(0)
        return TwoLevels(_poly(c) + e * Z, _poly(-d), midpoint)
    if by_target.keys() == {name, old} and not stage.moves:
        new, kept = by_target[name], by_target[old]
        if kept.combination or kept.slope != 1 or kept.unknown != u:
            raise Foreign("the step keeps something else than the older slope")
        c, d = _share(new, name, 0), _share(new, old, 1)
        return TwoLevels(_poly(c) + _poly(_slope(new, u)) * Z, -_poly(d) * Z, Fraction(0))
    raise Foreign("the step is no two-level method that is known")


def _share(update: Update, name: str, power: int) -> Fraction:
    for c, n in update.combination:
        if n == name:
            share, found = power_of_tau(c)
            if found == power:
                return share
            raise Foreign("a coefficient has an unexpected power of tau")
    return Fraction(0)


def _slope(update: Update, u: Symbol) -> Fraction:
    share, power = power_of_tau(update.slope)
    if power != 1 or update.unknown != u:
        raise Foreign("the slope has an unexpected power of tau")
    return share


def two_level_limit(found: TwoLevels) -> Fraction:
    """The largest beta: for z in [-beta, 0] both roots lie in the disc, their product inside it."""
    t, d = found.trace, found.determinant
    backward = Poly([0, -1])
    inside = min(first_excess(e(backward), strict=True) for e in (1 - d, 1 + d))
    beta = min(first_excess(e(backward)) for e in (1 + d - t, 1 + d + t))
    if beta >= inside or beta == 0:
        raise Foreign("the roots leave the unit disc")
    return beta


# ---- Du Fort-Frankel


def pair_weight(scheme: Scheme) -> Expr | None:
    """g where u_new = W (u + g f(u)) + (1 - W) u_old with 0 <= W <= 1 for tau <= g, else None.

    W = 2b/(1 + b), b = tau/g: a convex combination of an Euler step and of the older level.
    """
    step = scheme.step
    if step is None or len(step.body) != 1 or step.body[0].table:
        return None
    (stage,) = step.body
    found: set[Expr] = set()
    for update in stage.updates:
        if update.unknown is None or update.terms is not None:
            return None
        name, old = str(update.unknown.name), update.target
        shares = {n: c for c, n in update.combination}
        moves = {m for m in stage.moves if set(m) & {name, old}}
        at = dict(stage.at).get(update.unknown, name)
        if shares.keys() != {name, old} or moves != {(name, old), (old, name)} or at != name:
            return None
        if owners(scheme).get(old) != update.unknown:
            return None
        found.add(simple(update.slope / shares[name]))
        b = TAU / next(iter(found))
        if any(
            simple(x) != 0
            for x in (shares[name] - 2 * b / (1 + b), shares[old] - (1 - b) / (1 + b))
        ):
            return None
    if len(found) != 1 or len(stage.updates) != len(scheme.rates):
        return None
    g = found.pop()
    return g if g.is_Rational and g > 0 else None
