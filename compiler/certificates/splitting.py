"""`splitting`: stages that advance some terms after the others, each part proved on its own.

Statement: if each part keeps a norm up to its limit, so does their product up to the least of the
limits; if each keeps the values between given numbers, the product keeps them between all of these.
Hypotheses: the parts keep one norm on the same grids, from step to step. tau is that of the whole
step, so the limit of a part that advances by tau/2 is twice as long. The norms of waves are those
of their own operator and are not common to two parts; that of skew stencils on a torus is.
Source: Hundsdorfer, Verwer 2003, chapter IV.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, replace

from sympy import Symbol

from ...runtime.contract import Json
from ..scheme import Scheme, Stage
from . import THEOREMS
from .assemble import assembled, limit_of
from .atoms import Diffusive, Other, atoms
from .base import Proved, Question, Theorem, Unprovable
from .energy import depends

Selection = tuple[tuple[Symbol, tuple[int, ...]], ...]
PARTS = ("symmetric", "block", "convex", "skew")
PAPER = ("claim", "kind", "statement", "norm", "domain", "hypotheses", "bound", "proof", "limit")


def _prove(question: Question) -> Proved:
    scheme = question.scheme
    if question.part is not None or scheme.step is None:
        raise Unprovable("the parts of a splitting are proved together")
    found: list[Proved] = []
    papers: list[Json] = []
    for part in parts(scheme):
        proved = _one(Question(scheme=part, claim=question.claim))
        found.append(proved)
        paper = asdict(assembled(part, question.claim, proved, limit_of(part, proved), None))
        papers.append({name: _plain(paper[name]) for name in PAPER})
    texts = set[str]().union(*(p.hypotheses for p in found))
    if question.claim.name == "l2_stable" and any(t.startswith("sources") for t in texts):
        _linear(scheme)
    if len({p.norm for p in found}) != 1:
        raise Unprovable("the parts keep different norms")
    return Proved(
        kind="splitting",
        statement=together([_statement(scheme, p) for p in found]),
        norm=found[0].norm,
        domain=narrowest(scheme, [p.domain for p in found]),
        hypotheses=tuple(sorted(texts)),
        bound=" | ".join(p.bound for p in found),
        proof={"parts": papers},
        bounds=tuple(b for p in found for b in p.bounds),
    )


def _linear(scheme: Scheme) -> None:
    """Sources may be left out of a norm only where the difference of two solutions is one."""
    for rate in scheme.rates:
        for atom in atoms(scheme, rate, None):
            faces = atom.flux.faces if isinstance(atom, Diffusive) else ()
            weights = [f.weight for f in faces if f.weight is not None]
            if isinstance(atom, Other) or not all(depends(scheme, w)[2] for w in weights):
                raise Unprovable("a part is nonlinear, and there are sources or wall values")


def _statement(scheme: Scheme, proved: Proved) -> str:
    """What a part keeps; that of skew stencils in the words of the others."""
    if proved.kind != "skew":
        return proved.statement
    name = scheme.rates[0].unknown.name
    return f"||{name}[k+1]|| <= ||{name}[k]||"


def together(statements: list[str]) -> str:
    """What all parts keep: the same norm, or the extremes of all values that any of them names."""
    if len(set(statements)) == 1:
        return statements[0]
    bounds = [re.fullmatch(r"min\((.*)\) <= (\S+) <= max\(\1\)", s) for s in statements]
    names = {b.group(2) for b in bounds if b is not None}
    if None in bounds or len(names) != 1:
        raise Unprovable("the parts keep different norms")
    values = {v for b in bounds if b is not None for v in b.group(1).split(", ")}
    listed = ", ".join(
        v for v in (f"{next(iter(names))[:-5]}[k]", "wall values", "0") if v in values
    )
    return f"min({listed}) <= {next(iter(names))} <= max({listed})"


def narrowest(scheme: Scheme, domains: list[str]) -> str:
    """The grids of all parts: "...; any number of points, at least 2 along x" for the largest."""
    least: dict[str, int] = {}
    for text in domains:
        for condition in text.split(", at least ")[1:]:
            count, _, name = condition.partition(" along ")
            least[name] = max(int(count), least.get(name, 0))
    heads = {text.split(", at least ")[0] for text in domains}
    if len(heads) != 1:
        raise Unprovable("the parts are proved on different grids")
    names = [a.name for a in scheme.axes if a.name in least]
    return heads.pop() + "".join(f", at least {least[n]} along {n}" for n in names)


def _one(question: Question) -> Proved:
    """The first one-step theorem that proves a part."""
    reasons = []
    for name in PARTS:
        theorem = THEOREMS[name]
        if question.claim.name in theorem.claims:
            try:
                proved = theorem.prove(question)
            except Unprovable as trouble:
                reasons.append(f"{name}: {trouble}")
                continue
            if _keeps(proved):
                return proved
            reasons.append(f"{name}: it keeps no common norm from step to step")
    raise Unprovable("a part of the splitting: " + "; ".join(reasons))


def _keeps(proved: Proved) -> bool:
    """A norm that is common to all parts does not grow from step to step."""
    method = proved.proof["method"]
    assert isinstance(method, dict)
    if proved.kind == "skew":
        return (proved.proof["form"], method["by"]) == ("derivative", "polynomial")
    return method["by"] in {"euler", "polynomial", "cycle"}


# ---- the parts


def parts(scheme: Scheme) -> Iterator[Scheme]:
    """The distinct parts of a splitting as schemes; raises Unprovable for anything else."""
    seen: list[tuple[Selection, tuple[Stage, ...]]] = []
    for selection, stages in _runs(scheme):
        # names and times of stages do not tell parts apart
        mark = selection, tuple(replace(s, name="", time=0) for s in stages)
        if any(terms for _, terms in selection) and mark not in seen:
            seen.append(mark)
            yield _alone(scheme, selection, stages)
    if len(seen) < 2:
        raise Unprovable("the step is no splitting")


def _runs(scheme: Scheme) -> Iterator[tuple[Selection, tuple[Stage, ...]]]:
    """Consecutive stages that advance the same terms; stages without any go with those before."""
    assert scheme.step is not None
    current: Selection = ()
    run: list[Stage] = []
    for stage in scheme.step.body:
        selection = _selection(stage)
        if selection and current and selection != current:
            yield current, tuple(run)
            run = []
        current = selection or current
        run.append(stage)
    if run:
        yield current, tuple(run)


def _selection(stage: Stage) -> Selection:
    """The terms that a stage advances, of each unknown one selection."""
    pairs = {(u.unknown, u.terms) for u in stage.updates if u.unknown is not None}
    found = tuple(sorted(((s, t) for s, t in pairs if s is not None and t is not None),
                         key=lambda pair: str(pair[0])))  # fmt: skip
    if len(found) != len(pairs) or len({s for s, _ in found}) != len(found):
        raise Unprovable("the step is no splitting")
    return found


def _alone(scheme: Scheme, selection: Selection, stages: tuple[Stage, ...]) -> Scheme:
    """The scheme of one part: its stages, and the terms that they advance as whole equations."""
    assert scheme.step is not None
    terms = dict(selection)
    rates = tuple(
        replace(r, terms=tuple(r.terms[k] for k in terms.get(r.unknown, ()))) for r in scheme.rates
    )
    body = tuple(
        replace(s, updates=tuple(replace(u, terms=None) for u in s.updates)) for s in stages
    )
    return replace(scheme, rates=rates, step=replace(scheme.step, body=body))


def _plain(document: Json) -> Json:
    """Tuples as lists, as JSON has them."""
    if isinstance(document, dict):
        return {k: _plain(v) for k, v in document.items()}
    if isinstance(document, list | tuple):
        return [_plain(v) for v in document]
    return document


THEOREM = Theorem(
    name="splitting", claims=("l2_stable", "max_principle", "positivity"), prove=_prove
)
