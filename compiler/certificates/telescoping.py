"""`telescoping`: the integral of a linear combination of fields does not change.

Statement: sum_i |cell_i| sum_f a_f f_i is the same at every step. On a torus the sum of S v is
(sum of the weights of S) times that of v, and that of -K^T F is -<F, K 1> = 0: terms whose stencil
sums to 0 drop out, whatever they are applied to; equal terms of different equations may cancel.
On walls the continuation by reflection is a torus, where the term itself mirrors evenly; a
two-point flux through an even wall is 0. A time method keeps the integral if its stages with all
slopes 0 return what they were given.
"""

from __future__ import annotations

import sympy
from sympy import Expr, Symbol

from ...runtime.contract import Json
from ..grid import reads
from ..scheme import Scheme, Stage, Unknown
from ..stencil import Stencil, identity
from .atoms import Atom, Constant, Diffusive, Source, atoms, home
from .base import Proved, Question, Theorem, Unprovable, value_text, weights_of
from .forms import simple
from .methods import Foreign, expanded, tableau
from .walls import EVEN, domain, grids, held_faces, is_edge, mirror_of, parity, walls_of

Left = dict[tuple[Stencil, object], Expr]


def _prove(question: Question) -> Proved:
    scheme, claim = question.scheme, question.claim
    fields = tuple(r.unknown for r in scheme.rates)
    assert claim.value is not None
    factors = weights_of(claim.value, fields)
    if not factors:
        raise Unprovable("the quantity is no sum of unknowns with rational factors")
    left: Left = {}
    sources = False
    for owner, factor in factors.items():
        rate = scheme.rate(owner)
        if rate.order != 1:
            raise Unprovable(
                f"the integral of '{owner}' drifts: its equation is not of first order"
            )
        unknown = scheme.unknown(owner)
        parts = atoms(scheme, rate, question.part)
        sources = sources or any(isinstance(a, Source) for a in parts)
        for atom in parts:
            _take(scheme, atom, unknown, factor, left)
    if any(sympy.expand(c) != 0 for c in left.values()):
        raise Unprovable(_remaining(factors, question.part))
    if left:
        _common(scheme)
    keeps(scheme)
    named = [(str(f.name), domain(scheme, scheme.unknown(f))) for f in factors]
    walls = any(e.right != 0 for f in factors for pair in scheme.unknown(f).edges for e in pair)
    text = "sources and wall values are left out: the difference of two solutions"
    return Proved(
        kind="telescoping",
        statement=f"integral({value_text(claim.value)}) is the same after every step",
        norm="sum weighted by cell volumes",
        domain=grids(scheme, named),
        hypotheses=tuple(sorted({*([text] * (sources or walls)), *held_faces(scheme)})),
        bound="",
        proof={"factors": _factors(factors)},
    )


def _factors(factors: dict[Symbol, Expr]) -> Json:
    return {str(f.name): str(c) for f, c in factors.items()}


def _take(scheme: Scheme, atom: Atom, unknown: Unknown, factor: Expr, left: Left) -> None:
    """Drop an atom that sums to 0, or keep it to be cancelled by others."""
    if isinstance(atom, Source):
        return
    if isinstance(atom, Diffusive):
        if all(sum(w for _, w in f.difference.weights) == 0 for f in atom.flux.faces):
            _closed(scheme, atom, unknown)
            return
        key: tuple[Stencil, object] = (identity(len(scheme.axes)), atom.flux)
    else:
        if sum(w for _, w in atom.stencil.weights) == 0:
            _closed(scheme, atom, unknown)
            return
        key = (atom.stencil, atom.field if isinstance(atom, Constant) else atom.node)
    left[key] = left.get(key, sympy.S.Zero) + factor * atom.coefficient


def _closed(scheme: Scheme, atom: Atom, unknown: Unknown) -> None:
    """Nothing passes through the walls; raises Unprovable."""
    for axis, end in walls_of(scheme, unknown):
        edge = unknown.edges[axis][end]
        place = f"{scheme.axes[axis].name} {('low', 'high')[end]}"
        mirror = mirror_of(scheme, unknown, axis, end)
        if edge.right != 0 and _by_state(atom):
            raise Unprovable(f"what comes in through the wall at {place} depends on the state")
        if isinstance(atom, Diffusive):
            two_point = (
                parity(edge) == EVEN and edge.mirror == 0 and not any(unknown.location)
                and all(is_edge(f.difference, f.axis) for f in atom.flux.faces)
            )  # fmt: skip
            if two_point or mirror.of(atom.flux) == EVEN:
                continue
        elif isinstance(atom, Constant):
            own = home(scheme, atom.field)
            same = mirror_of(scheme, own, axis, end).place == mirror.place
            along = mirror.along(atom.stencil) * parity(own.edges[axis][end])
            if same and along == EVEN:
                continue
        elif not isinstance(atom, Source) and (
            mirror.along(atom.stencil) * mirror.of(atom.node) == EVEN
        ):
            continue
        raise Unprovable(f"something may pass through the wall at {place}")


def _by_state(atom: Atom) -> bool:
    """Not shown to be linear: the difference of two solutions has no equation of its own."""
    if isinstance(atom, Diffusive):
        return any(f.weight is not None and reads(f.weight) for f in atom.flux.faces)
    return not isinstance(atom, Constant | Source)


def _common(scheme: Scheme) -> None:
    """Terms cancel only where all slopes of a stage are taken at one state."""
    try:
        tableau(scheme)
    except Foreign as trouble:
        raise Unprovable(f"terms of different equations cancel, but {trouble}") from None


def _remaining(factors: dict[Symbol, Expr], part: str | None) -> str:
    names = ", ".join(str(f.name) for f in factors)
    where = "" if part is None else f" of {part}"
    return f"terms of {names}{where} are no differences and do not cancel"


# ---- the time method


def keeps(scheme: Scheme) -> None:
    """With all slopes 0 the stages return what they were given; raises Unprovable."""
    if scheme.step is None:
        raise Unprovable("there is no time step")
    state = {str(r.unknown.name): 1 for r in scheme.rates}
    run(scheme.step.start, state)
    before = dict(state)
    run(scheme.step.body, state)
    kept = {n: v for n, v in before.items() if _is_level(scheme, n)}
    if any(state[n] != v for n, v in kept.items()):
        raise Unprovable("the time method does not keep sums")
    run(scheme.step.finish, state)
    if any(state[str(r.unknown.name)] != 1 for r in scheme.rates):
        raise Unprovable("the time method does not keep sums")


def _is_level(scheme: Scheme, name: str) -> bool:
    assert scheme.step is not None
    fields = {str(r.unknown.name) for r in scheme.rates}
    return name in fields | {a.name for a in scheme.step.arrays if a.level}


def run(stages: tuple[Stage, ...], state: dict[str, int]) -> None:
    """Run stages on sums: 1 for an array that holds the integral, 0 for one that holds a slope."""
    for stage, row in expanded(stages):
        fresh = {}
        for update in stage.updates:
            total = sympy.S.Zero
            for c, name in update.combination:
                if name not in state:
                    raise Unprovable("the time method reads an array that nothing has written")
                total += c.xreplace(row) * state[name]
            total = simple(total)
            if total not in {sympy.S.Zero, sympy.S.One}:
                raise Unprovable("the time method does not keep sums")
            fresh[update.target] = int(total)
        state |= fresh
        old = dict(state)
        state |= {target: old[source] for target, source in stage.moves}


THEOREM = Theorem(name="telescoping", claims=("conserves",), prove=_prove)
