"""Random iterates with learned kernels: blocks u - tau K.T(phi(K(u))), with data, with two kernels.

`blocks` draws texts that certify for every weight; `kernel_iterates` draws any use of kernels.
"""

from hypothesis import strategies as st

from strategies import Case

WALLS = ("periodic", "reflecting", "u = 0", "zero")
FLUXES = {
    "pm": "function phi(s) = s / (1 + (s / contrast)^2)",
    "charbonnier": "function phi(s) = s / sqrt(1 + (s / contrast)^2)",
    "exponential": "function phi(s) = s * exp(-s^2 / (2 * contrast^2))",
    "own": "function phi(s) = spline(s, knots = 7), trainable, per channel, per step",
    "shared": "function phi(s) = spline(s, knots = 5, range = [-1, 3]), trainable",
}
CONTRASTS = (
    "param contrast = 1/2, positive",
    "param contrast = 1/2, positive, trainable, per step",
    "param contrast = 1/2, in [1/10, 2], trainable, per channel",
    "param contrast = 1/2, positive, trainable, per step, per channel",
)


@st.composite
def grids(draw):
    """(lines, sizes): a domain on cells or nodes, of any size or of a fixed one."""
    dim = draw(st.sampled_from((1, 1, 2)))
    names = ", ".join("xy"[:dim])
    counts = tuple(draw(st.integers(2, 5 if dim == 2 else 8)) for _ in range(dim))
    wall = draw(st.sampled_from(WALLS))
    if draw(st.booleans()):
        lines = [f"domain {names}", f"grid spacing {draw(st.sampled_from(('1', '1/2')))}"]
    else:
        placed = ", nodes" if draw(st.booleans()) and wall in {"reflecting", "u = 0"} else ""
        sizes = ", ".join(map(str, counts))
        lines = [f"domain {names} in [0, 1]", f"grid {sizes}{placed}"]
    return [*lines, f"boundary {wall}"], counts


@st.composite
def kernels(draw, name, dim, source="u"):
    """A kernel statement."""
    sizes = [draw(st.integers(1, 4 if dim == 1 else 3)) for _ in range(dim)]
    size = f"({', '.join(map(str, sizes))})" if dim > 1 else sizes[0]
    init = draw(st.sampled_from(("", ", init random")))
    per = draw(st.sampled_from(("", ", per step")))
    return (
        f"kernel {name}: {source} -> {draw(st.integers(1, 3))}, size {size}{init}, trainable{per}"
    )


@st.composite
def blocks(draw, share="0.99"):
    """u - tau K.T(phi(K(u))), perhaps with a data term: stable for every weight."""
    lines, counts = draw(grids())
    flux = draw(st.sampled_from(sorted(FLUXES)))
    data = draw(st.booleans())
    steps = draw(st.integers(1, 3))
    channels = draw(st.sampled_from(("", "", ": channels 2", ": channels 3")))
    lines += [f"field u{channels}", draw(kernels("K", len(counts)))]
    lines += (
        [
            f"data f{channels}",
            "param fidelity = 1/5, in [0, 1/2], trainable, per step",
        ]
        if data
        else []
    )
    lines += [draw(st.sampled_from(CONTRASTS))] if "contrast" in FLUXES[flux] else []
    lines += [FLUXES[flux], f"param tau = {share} * limit"]
    tail = " - fidelity * (u[k] - f)" if data else ""
    lines += [f"iterate u[k+1] = u[k] - tau * K.T(phi(K(u[k]))){tail}, steps {steps}"]
    return Case(text=_text(lines, "certify l2_stable"), counts=counts, steps=steps)


@st.composite
def kernel_iterates(draw):
    """Sums, compositions and formulas of kernels that no theorem need speak of."""
    lines, counts = draw(grids())
    dim = len(counts)
    first, second = draw(kernels("K", dim)), draw(kernels("M", dim))
    outputs = first.partition("-> ")[2].partition(",")[0]
    composed = draw(kernels("L", dim, source=outputs))
    forms = (
        "K.T(K(u[k])) / 9 - M.T(M(u[k]) * abs(M(u[k]))) / 9",
        "K.T(L.T(tanh(L(K(u[k]))))) / 9",
        "K.T(tanh(K(u[k]) + gain * K(u[k])^2)) / 9 - u[k]^3 / 9",
        "K.T(K(u[k]) * (f + 1)) / 9 - tanh(u[k] + f)",
    )
    form = draw(st.sampled_from(forms))
    used = [
        line for line, name in ((first, "K("), (second, "M("), (composed, "L(")) if name in form
    ]
    channels = draw(st.sampled_from(("", ": channels 2")))
    lines += [f"field u{channels}", "data f", *used]
    lines += ["param gain = 1/3, trainable, per step, per channel"] if "gain" in form else []
    steps = draw(st.integers(1, 2))
    lines += [f"iterate u[k+1] = u[k] - {form}, steps {steps}"]
    return Case(text=_text(lines), counts=counts, steps=steps)


def _text(lines, *claims):
    return "\n".join(["scheme drawn", *lines, *claims]) + "\n"
