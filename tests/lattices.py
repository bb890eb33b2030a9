"""Random schemes written node by node, with their meaning stated beside the text."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from strategies import NUMBERS, Case, sizes, text_of

INDICES = ("i", "j", "l")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NodeByNode(Case):
    """Also its meaning: per unknown a sum of weight * u[k + level, i + offsets]."""

    fields: tuple[str, ...]
    sums: tuple[tuple[tuple[Fraction, str, int, tuple[int, ...]], ...], ...]

    def advanced(self, levels):
        """The newest level of each unknown, from {name: [u[k], u[k-1]]} on Z^d, periodic."""
        return {
            name: sum(float(w) * shifted(levels[f][-k], o) for w, f, k, o in terms)
            for name, terms in zip(self.fields, self.sums, strict=True)
        }


def shifted(u, offsets):
    """u[i + o] on a periodic lattice."""
    return np.roll(u, [-o for o in offsets], range(u.ndim))


@st.composite
def node_by_node(draw):
    """`iterate u[k+1, i] = ...` on Z^d: random offsets, rational weights, one or two levels."""
    dim, fields = draw(st.integers(1, 3)), draw(st.sampled_from([("u",), ("u", "v")]))
    older = draw(st.integers(0, 1))
    reach = st.integers(-3, 3)
    place = st.tuples(
        NUMBERS, st.sampled_from(fields), st.integers(-older, 0), st.tuples(*[reach] * dim)
    )
    sums = tuple(draw(st.lists(place, min_size=1, max_size=4)) for _ in fields)
    lines = [
        f"iterate {node(f, 1, (0,) * dim)} = {written(s)}"
        for f, s in zip(fields, sums, strict=True)
    ]
    declared = f"field {', '.join(fields)}\n" if len(fields) > 1 or draw(st.booleans()) else ""
    return NodeByNode(
        text="scheme random_nodes\n" + declared + "\n".join(lines) + "\n",
        counts=draw(sizes(dim)),
        steps=draw(st.integers(1, 3)),
        fields=fields,
        sums=tuple(tuple(s) for s in sums),
    )


def node(field, level, offsets):
    """u[k-1, i+2, j]."""
    shifts = (
        k + (f"{o:+d}" if o else "")
        for k, o in zip(("k", *INDICES), (level, *offsets), strict=False)
    )
    return f"{field}[{', '.join(shifts)}]"


def written(terms):
    """A sum of weighted nodes."""
    return " + ".join(f"{text_of(w)} * {node(f, level, o)}" for w, f, level, o in terms)
