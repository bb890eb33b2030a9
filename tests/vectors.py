"""Random texts with vector fields: side by side with scalars, and staggered with walls."""

from hypothesis import strategies as st

from strategies import POSITIVE, STEPS, Case, method, pick, place, sizes, space, walls


@st.composite
def collocated(draw):
    """A scalar and a vector at the same points, coupled by grad, div, dot, norm2 and curl."""
    dim = draw(st.integers(1, 3))
    boundary, _ = draw(walls(("u", *(f"v[{a}]" for a in range(dim))), dim))
    counts = draw(sizes(dim))
    scalar = pick(
        "div(u * v)", "dot(v, grad(u))", "u * norm2(v)", "div(v)", "v[0]", "norm2(grad(u)) / 4"
    )
    parts = ["grad(u)", "u * v", "v * norm2(v)", "grad(div(v)) / 8"]
    if dim == 2:
        parts += ["vector(v[1], -v[0])", "vector(dy(u), -dx(u))", "vector(curl(v), u)"]
    if dim == 3:
        parts += ["curl(v)", "vector(0, u, v[0])"]
    a, b, c, d = (draw(POSITIVE) for _ in range(4))
    return Case(
        text="scheme random_vectors\n"
        + draw(place(dim, counts))
        + boundary
        + "field u\nfield v: vector\n"
        + f"equation dt(u) = {a} * lap(u) - {b} * ({draw(scalar)})\n"
        + f"equation dt(v) = {c} * lap(v) - {d} * ({draw(pick(*parts))})\n"
        + draw(space(dim))
        + draw(method(1)),
        counts=counts,
        steps=STEPS,
    )


@st.composite
def electric(draw):
    """Maxwell's equations with one electric component, walls that conduct or mirror."""
    boundary, around = draw(walls(("E",), 2))
    counts = draw(sizes(2))
    order = draw(st.sampled_from([2, 4])) if all(around) else 2
    decay = draw(pick("", " - E", " - 2 * sin(E)", " + cos(t) * y"))
    return Case(
        text="scheme random_fields\n"
        + draw(place(2, counts))
        + boundary
        + f"field E\nfield H: vector, staggered\nparam mu = {draw(POSITIVE)}, positive\n"
        + "equation dt(H) = vector(-dy(E), dx(E)) / mu\n"
        + f"equation dt(E) = dx(H[1]) - dy(H[0]){decay}\n"
        + f"space order {order}\n"
        + f"time {draw(pick('leapfrog', 'symplectic_euler', 'rk4'))}, step 1/100, steps {STEPS}\n",
        counts=counts,
        steps=STEPS,
    )


@st.composite
def walled_iterates(draw):
    """`iterate` between walls: nonlinear in the nodes, with parameters, data and coordinates."""
    dim = draw(st.integers(1, 2))
    boundary, _ = draw(walls(("u",), dim))
    counts = draw(sizes(dim))
    indices = ("i", "j")[:dim]

    def node(level="k", shift=0, axis=0):
        moved = [f"{n}{shift:+d}" if a == axis and shift else n for a, n in enumerate(indices)]
        return f"u[{level}, {', '.join(moved)}]"

    ends = st.builds(node, pick("k", "k-1"), st.integers(-2, 2), st.integers(0, dim - 1))
    terms = st.builds(
        lambda p, q, form: form.format(p=p, q=q),
        ends,
        ends,
        pick("{p} - {q}", "{p} * {q}", "max({p}, {q}, 0)", "c * sin({p})", "x * {q}", "r * {p}"),
    )
    chosen = draw(st.lists(terms, max_size=3))
    sums = "".join(f" + {draw(POSITIVE)}/4 * ({t})" for t in chosen)
    text = f"iterate {node('k+1')} = {node()} / 2{sums}\n"
    given = "data r\n" if "r *" in text else ""
    used = "param c = 2/3\n" if "c *" in text else ""
    return Case(
        text="scheme random_iterate\n"
        + draw(place(dim, counts))
        + boundary
        + f"field u\n{given}{used}{text}",
        counts=counts,
        steps=3,
    )
