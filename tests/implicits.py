"""Random iterates with the newest level on both sides: on Z^d with their meaning, between walls."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from lattices import NodeByNode, node, shifted, written
from strategies import NUMBERS, POSITIVE, Case, pick, place, sizes, text_of, walls

WEAK = st.fractions(Fraction(-1, 6), Fraction(1, 6), max_denominator=30).filter(bool)
STEPS = 3


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ImplicitNodes(NodeByNode):
    """Also its left sides: per unknown a sum of weight * u[k+1, i + offsets]."""

    lefts: tuple[tuple[tuple[Fraction, str, int, tuple[int, ...]], ...], ...]

    def advanced(self, levels):
        """The dense system of all equations, column by column."""
        shape = levels[self.fields[0]][0].shape
        size = int(np.prod(shape))
        older = [[t for t in terms if t[2] <= 0] for terms in self.sums]
        right = [
            sum((float(w) * shifted(levels[f][-k], o) for w, f, k, o in terms), np.zeros(shape))
            for terms in older
        ]
        columns = []
        for unit in np.eye(size * len(self.fields)):
            new = dict(zip(self.fields, unit.reshape(-1, *shape), strict=True))
            moved = [t for terms in self.sums for t in terms if t[2] > 0]
            assert all(k == 1 for _, _, k, _ in moved)
            rows = [
                sum((float(w) * shifted(new[f], o) for w, f, _, o in left), np.zeros(shape))
                - sum(
                    (float(w) * shifted(new[f], o) for w, f, k, o in terms if k > 0),
                    np.zeros(shape),
                )
                for left, terms in zip(self.lefts, self.sums, strict=True)
            ]
            columns.append(np.concatenate([r.reshape(-1) for r in rows]))
        flat = np.linalg.solve(np.stack(columns, 1), np.concatenate([r.reshape(-1) for r in right]))
        return dict(zip(self.fields, flat.reshape(-1, *shape), strict=True))


@st.composite
def implicit_nodes(draw):
    """Systems on Z^d: coupled, one after another, with one to three levels and a weight c."""
    dim, fields = draw(st.integers(1, 2)), draw(st.sampled_from([("u",), ("u", "v")]))
    reach = st.tuples(*[st.integers(-2, 2)] * dim)
    older, lefts, sums = draw(st.integers(0, 2)), [], []
    for number, field in enumerate(fields):
        coupled = st.sampled_from(fields if draw(st.booleans()) else (field,))
        around = draw(st.lists(st.tuples(WEAK, coupled, st.just(1), reach), max_size=3))
        own = (draw(st.sampled_from([Fraction(1), Fraction(-2), Fraction(3, 2)])), field, 1)
        lefts.append(((*own, (0,) * dim), *around))
        past = st.tuples(NUMBERS, st.sampled_from(fields), st.integers(-older, 0), reach)
        terms = draw(st.lists(past, min_size=1, max_size=3))
        if number and draw(st.booleans()):
            terms.append((draw(WEAK), fields[0], 1, draw(reach)))
        sums.append(tuple(terms))
    lines = [f"iterate {written(a)} = {written(b)}" for a, b in zip(lefts, sums, strict=True)]
    declared = f"field {', '.join(fields)}\n" if len(fields) > 1 or draw(st.booleans()) else ""
    return ImplicitNodes(
        text="scheme random_nodes\n" + declared + "\n".join(lines) + "\n",
        counts=draw(sizes(dim)),
        steps=draw(st.integers(1, STEPS)),
        fields=fields,
        sums=tuple(sums),
        lefts=tuple(lefts),
    )


@st.composite
def implicit_walls(draw):
    """Between walls, on cells or nodes: parameters on the left, anything on the right."""
    dim, fields = draw(st.integers(1, 2)), draw(st.sampled_from([("u",), ("u", "v")]))
    nodes = draw(st.booleans())
    boundary, around = draw(walls(fields, dim, nodes=nodes))
    counts = draw(sizes(dim))
    if nodes:
        counts = tuple(n if p else max(n, 2) for n, p in zip(counts, around, strict=True))
    reach = st.tuples(*[st.integers(-2, 2)] * dim)
    text = ""
    for number, field in enumerate(fields):
        new = fields if draw(st.booleans()) else (field,)
        near = st.builds(lambda f, o: node(f, 1, o), st.sampled_from(new), reach)
        weak = st.builds(lambda w, c, p: f" + {text_of(w)}{c} * {p}", WEAK, pick("", "*c"), near)
        left = f"{draw(POSITIVE)} * 3 * {node(field, 1, (0,) * dim)}" + "".join(
            draw(st.lists(weak, max_size=2))
        )
        level = st.integers(-1, 0)
        old = st.builds(node, st.sampled_from(fields), level, reach)
        forms = ("{p}/2", "sin({p}) * {q}", "x * {p}", f"r[{', '.join('ij'[:dim])}] + {{q}}")
        made = st.builds(lambda p, q, form: form.format(p=p, q=q), old, old, pick(*forms))
        right = " + ".join(draw(st.lists(made, min_size=1, max_size=3)))
        if number and draw(st.booleans()):
            right += f" + {node(fields[0], 1, draw(reach))} / 4"
        text += f"iterate {left} = {right}\n"
    given = ("data r\n" if "r[" in text else "") + ("param c = 2/3\n" if "*c" in text else "")
    return Case(
        text="scheme random_implicit\n"
        + draw(place(dim, counts, nodes=nodes))
        + boundary
        + f"field {', '.join(fields)}\n{given}{text}",
        counts=counts,
        steps=STEPS,
    )
