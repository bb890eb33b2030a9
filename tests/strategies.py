"""Random small `.scheme` texts: every one is right, and means something on a handful of points.

A case is a text with the sizes it runs on. `pdes` draws equations, walls, placements, orders and
time methods; `upwind` draws transport, `staggered` waves on Yee grids; lattices.py draws schemes
node by node.
"""

from dataclasses import dataclass
from fractions import Fraction

from hypothesis import strategies as st

NAMES = ("x", "y", "z")
MOST_POINTS = {1: 9, 2: 5, 3: 4}
STEPS = 6  # a multiple of every cycle below

# Words of `time`, by the order of the equation; {} needs no option.
FIRST_ORDER = (
    "explicit_euler",
    "heun",
    "ssprk3",
    "rk4",
    "adams_bashforth2",
    "leapfrog",
    "symplectic_euler",
    "fsi, cycle 3",
    "fed, cycle 2",
    "rkc, stages 4",
    "rkl2, stages 2",
    "rkl2, stages 5",
)
SPLIT = ("lie_splitting(explicit_euler, heun)", "strang(heun, rk4)", "strang(rkl2, ssprk3)")
SECOND_ORDER = ("leapfrog", "verlet", "rk4", "symplectic_euler")
PAIRS = (*SECOND_ORDER, "ssprk3")  # of two groups of unknowns


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A text, the sizes of its grid, and how many steps to take."""

    text: str
    counts: tuple[int, ...]
    steps: int = 1

    def __repr__(self) -> str:
        return f"{self.text}# on {self.counts}, {self.steps} steps\n"


def rationals(least=-2, most=2):
    """Rational numbers with small denominators."""
    return st.fractions(least, most, max_denominator=6)


NUMBERS = rationals().filter(bool)
POSITIVE = rationals(Fraction(1, 6), 2)
LENGTHS = rationals(Fraction(1, 2), 2)  # of one cell: small ones make steps of any size blow up


def text_of(number):
    """A number as a factor."""
    return f"({number})" if number < 0 else str(number)


def pick(*options):
    """One of some strategies or values."""
    return st.one_of(*(o if isinstance(o, st.SearchStrategy) else st.just(o) for o in options))


def sizes(dim):
    """Points per axis, down to one."""
    return st.tuples(*[st.integers(1, MOST_POINTS[dim])] * dim)


# ---- walls


@st.composite
def walls(draw, fields, dim, *, nodes=False, periodic=None):
    """A `boundary` statement: periodic, reflecting or equations, for each axis, side and field.

    The fields share their nodes, so on nodes they share which walls fix them.
    """
    chosen = st.booleans() if periodic is None else st.just(periodic)
    around = [draw(chosen) for _ in range(dim)]
    if all(around):
        return "boundary periodic\n", around
    if not any(around) and draw(st.integers(0, 4)) == 0:
        return "boundary reflecting\n", around
    conditions = []
    for axis, wraps in enumerate(around):
        if wraps:
            conditions.append(f"periodic on {NAMES[axis]}")
            continue
        for side in ("low", "high"):
            fixed = draw(st.booleans())
            for f in fields:
                fixed = fixed if nodes else draw(st.booleans())
                rule = draw(condition(f, axis, dim, fixed=fixed))
                conditions.append(f"{rule} on {NAMES[axis]} {side}")
    return f"boundary {', '.join(conditions)}\n", around


def condition(field, axis, dim, *, fixed):
    """`u = c`, `dn(u) = g` or `a*u + b*dn(u) = c`; right sides may move and vary along the wall."""
    along = [f"{NAMES[a]}/3" for a in range(dim) if a != axis]
    number = rationals().map(str)
    right = pick(number, number, "1/2 + t", *(f"1 - {a}" for a in along))
    if fixed:
        left = pick(field, f"2*{field}")
    else:
        robin = st.builds(lambda a, b: f"{a}*{field} + {b}*dn({field})", POSITIVE, POSITIVE)
        left = pick(f"dn({field})", robin)
    return st.builds("{} = {}".format, left, right)


# ---- right sides


def second_order(f, dim):
    """Terms that need one condition a wall: alone they make a diffusion equation."""
    flux = f"g(norm2(grad({f}))) * grad({f})"
    return pick(
        f"lap({f})",
        f"div({flux})",
        f"div(kappa * grad({f}))",
        f"div(c * grad({f}))",
        f"div((2 + {NAMES[dim - 1]}^2) * grad({f}))",
        f"div(grad({f}) / (1 + {f}^2))",
        " + ".join(f"{a + 1} * d{NAMES[a] * 2}({f})" for a in range(dim)),
    )


def lower_order(fields, dim, *, periodic):
    """Terms that need no condition of their own beside a diffusion."""
    f, v = fields[0], fields[-1]
    x, y = NAMES[0], NAMES[dim - 1]
    first = [f"d{x}({f})", f"{f} * d{y}({v})", f"d{y}({f}^2 / 2)", f"d{x}(sin({x}) * {v})"]
    mixed = [f"d{x}{y}({f})"] if dim > 1 else []
    higher = [f"d({f}, {x}, 3)", f"lap(lap({f}))", f"(1 + lap)^2 * {f}", f"d({f}, {y}, 4)"]
    reaction = [
        f"{f}", f"{v} * {f}^2", f"sin({f})", f"exp(-{v}^2)", f"where({f} < {v}/2, {f}, 1)",
        f"max({f}, {v} - 1, 0)", f"abs({f}) * sigmoid({v})", f"sqrt(1 + {f}^2)", f"tanh({f}) / 2",
        "s", f"s * {f}", f"{x} * {f}", f"cos(t) * {y}", f"softplus({f}) - relu({v})",
    ]  # fmt: skip
    return st.sampled_from(first + mixed + reaction + (higher if periodic else []))


@st.composite
def right_side(draw, fields, dim, *, periodic):
    """Terms with rational coefficients, diffusion first where there are walls."""
    diffusion = f"{draw(POSITIVE)} * ({draw(second_order(fields[0], dim))})"
    others = st.lists(lower_order(fields, dim, periodic=periodic), max_size=2, unique=True)
    parts = [diffusion, *(f"{text_of(draw(NUMBERS))} * ({p})" for p in draw(others))]
    return draw(st.permutations(parts))[: draw(st.integers(1, len(parts)))] if periodic else parts


# ---- whole files


@st.composite
def pdes(draw):
    """A text with everything but learned parts and implicit methods."""
    dim, order = draw(st.integers(1, 3)), draw(st.sampled_from([1, 1, 1, 2]))
    fields = draw(st.sampled_from([("u",), ("u", "v")]))
    nodes = draw(st.booleans())
    boundary, around = draw(walls(fields, dim, nodes=nodes))
    counts = draw(sizes(dim))
    if nodes:  # between two walls that carry a node there is no spacing for one point
        counts = tuple(n if p else max(n, 2) for n, p in zip(counts, around, strict=True))
    derivative = "dt" if order == 1 else "dtt"
    equations, splittable = "", True
    for f in fields:
        around_f = (f, *(v for v in fields if v != f))
        terms = draw(right_side(around_f, dim, periodic=all(around)))
        splittable &= len(terms) > 1
        equations += f"equation {derivative}({f}) = {' + '.join(terms)}\n"
    free = draw(st.booleans()) and not nodes
    return Case(
        text="scheme random_pde\n"
        + draw(place(dim, counts, nodes=nodes, free=free))
        + boundary
        + f"field {', '.join(fields)}\n"
        + definitions(equations, dim)
        + equations
        + draw(space(dim))
        + draw(method(order, frozen="g(" in equations, splittable=splittable)),
        counts=counts,
        steps=STEPS,
    )


def definitions(equations, dim):
    """The parameters, data and functions that the equations use."""
    lines = {
        "kappa": "param kappa = 3/4, positive\n",
        "c *": f"data c = 1 + {NAMES[0]}^2 / 5\n",
        "g(": "function g(q) = 1 / (1 + q)\n",
    }
    used = "".join(line for word, line in lines.items() if word in equations)
    given = any(f"({part}" in equations for part in ("s)", "s *"))
    return used + ("data s\n" if given else "")


@st.composite
def place(draw, dim, counts, *, nodes=False, free=False):
    """`domain` and `grid`: intervals with sizes, or a spacing for arrays of any size."""
    names = NAMES[:dim]
    if free:
        return f"domain {', '.join(names)}\ngrid spacing {draw(LENGTHS)}\n"
    ends = [(low, low + n * draw(LENGTHS)) for n in counts for low in [draw(rationals())]]
    intervals = (f"{n} in [{a}, {b}]" for n, (a, b) in zip(names, ends, strict=True))
    kind = ", nodes" if nodes else ""
    return f"domain {', '.join(intervals)}\ngrid {', '.join(map(str, counts))}{kind}\n"


@st.composite
def space(draw, dim):
    """The order of the differences, and how fluxes and coefficients are averaged."""
    words = [f"order {draw(st.sampled_from([2, 2, 4, 6]))}"]
    if dim > 1 and draw(st.booleans()):
        words.append(f"flux {draw(st.sampled_from(['half_points', 'forward', 'corners']))}")
    if draw(st.booleans()):
        words.append(f"average {draw(st.sampled_from(['harmonic', 'arithmetic']))}")
    return f"space {', '.join(words)}\n"


@st.composite
def method(draw, order, *, frozen=False, splittable=False):
    """A time method that takes the equations; frozen weights where there are any."""
    first = FIRST_ORDER + (SPLIT if splittable else ())
    chosen = draw(st.sampled_from(SECOND_ORDER if order > 1 else first))
    if "cycle" in chosen and frozen and draw(st.booleans()):
        chosen += ", frozen"
    return f"time {chosen}, step 1/{draw(st.integers(200, 900))}, steps {STEPS}\n"


@st.composite
def upwind(draw):
    """Transport and conservation laws on periodic grids, by the wind."""
    dim = draw(st.integers(1, 3))
    x = NAMES[draw(st.integers(0, dim - 1))]
    terms = pick(
        f"-d{x}(u^2 / 2)", f"-a * d{x}(u)", f"a * d{x}(u)", f"-u * d{x}(u)", f"-d{x}(u^3 / 3 - u)",
        f"-sin({x}) * d{x}(u)", f"d{x}(u^2) + lap(u)",
    )  # fmt: skip
    counts = draw(sizes(dim))
    return Case(
        text="scheme random_wind\n"
        + draw(place(dim, counts))
        + "boundary periodic\nfield u\nparam a = 3/4, positive\n"
        + f"equation dt(u) = {draw(terms)}\n"
        + f"space upwind, order {draw(st.sampled_from([1, 3]))}\n"
        + draw(method(1)),
        counts=counts,
        steps=STEPS,
    )


@st.composite
def staggered(draw):
    """Acoustic waves on a Yee grid: pressure in the centres, velocity on the faces."""
    dim = draw(st.integers(1, 3))
    boundary, around = draw(walls(("p",), dim, periodic=draw(st.sampled_from([True, None]))))
    counts = draw(sizes(dim))
    order = draw(st.sampled_from([2, 4])) if all(around) else 2
    return Case(
        text="scheme random_waves\n"
        + draw(place(dim, counts))
        + boundary
        + "field p\nfield v: vector, staggered\n"
        + "equation dt(v) = -grad(p) / 2\nequation dt(p) = -3 * div(v)\n"
        + f"space order {order}\n"
        + f"time {draw(st.sampled_from(PAIRS))}, "
        + f"step 1/100, steps {STEPS}\n",
        counts=counts,
        steps=STEPS,
    )
