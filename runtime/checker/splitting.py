"""Kind "splitting": runs of stages that advance some terms each, every run proved on its own.

If every part keeps one norm up to its limit, so does their product up to the least of the limits;
if every part keeps the values between given numbers, the product keeps them between all of these.
A part has all stages of its run and the terms that they advance; tau is that of the whole step, so
the limit of half a step is twice as long. Runs that advance no term must change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import convex, dissipative, waves
from .atoms import parts as atoms
from .document import Document
from .methods import tableau
from .ranges import Rejected
from .schema import keys
from .words import Claimed

PAPER = "claim kind statement norm domain hypotheses bound proof limit"
ONE_STEP = {"euler", "polynomial", "cycle"}
KINDS: Mapping[str, Callable[[Document, Claimed], None]] = {
    "symmetric": dissipative.check,
    "block": dissipative.check,
    "convex": convex.check,
    "skew": waves.check,
}
Chosen = dict[str, tuple[int, ...]]  # unknown -> numbers of its terms


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive stages that advance the same terms."""

    chosen: Chosen
    stages: tuple[dict[str, Any], ...]


def check(document: Document, claimed: Claimed) -> None:
    """Every part of the step is proved, and all parts keep the same on the same grids."""
    if claimed.part is not None:
        raise Rejected("a part of a splitting is not proved alone")
    found = parts(document)
    papers = claimed.proof["parts"]
    if len(papers) != len(found):
        raise Rejected("the proof speaks of other parts")
    claim = str(claimed.proof["claim"])
    shown = [_part(p, d, claim) for p, d in zip(papers, found, strict=True)]
    texts = set[str]().union(*(p.certificate["hypotheses"] for p in shown))
    if claim == "l2_stable" and _by_state(document) and any(t.startswith("sources") for t in texts):
        raise Rejected("a nonlinear equation has sources or wall values")
    if len({p.certificate["norm"] for p in shown}) != 1:
        raise Rejected("the parts keep different norms")
    claimed.says(
        claim=claim,
        statement=together([_bare(p) for p in shown]),
        norm=str(shown[0].certificate["norm"]),
        domain=narrowest(document, [str(p.certificate["domain"]) for p in shown]),
        hypotheses=texts,
    )
    if claimed.certificate["bound"] != " | ".join(str(p.certificate["bound"]) for p in shown):
        raise Rejected("the bounds are not those of the parts")
    claimed.least_of([str(p.certificate["limit"]["closed_form"]) for p in shown])


def together(statements: list[str]) -> str:
    """The statement that all make, or the extremes of all values that any of them names."""
    if len(set(statements)) == 1:
        return statements[0]
    names, values = set(), set[str]()
    for text in statements:
        inside, middle, after = text.removeprefix("min(").partition(") <= ")
        name, between, last = after.partition(" <= max(")
        if not text.startswith("min(") or not middle or not between or last != f"{inside})":
            raise Rejected("the parts say different things")
        names.add(name)
        values |= set(inside.split(", "))
    if len(names) != 1:
        raise Rejected("the parts say different things")
    (name,) = names
    order = [f"{name.removesuffix('[k+1]')}[k]", "wall values", "0"]
    if not values <= set(order):
        raise Rejected("the parts say different things")
    listed = ", ".join(v for v in order if v in values)
    return f"min({listed}) <= {name} <= max({listed})"


def narrowest(document: Document, domains: list[str]) -> str:
    """The grids of all parts: "...; any number of points, at least 2 along x" for the largest."""
    heads, least = set[str](), dict[str, int]()
    for text in domains:
        head, *conditions = text.split(", at least ")
        heads.add(head)
        for condition in conditions:
            count, _, name = condition.partition(" along ")
            least[name] = max(int(count), least.get(name, 0))
    if len(heads) != 1:
        raise Rejected("the parts speak of different grids")
    names = [a["name"] for a in document.axes if a["name"] in least]
    return heads.pop() + "".join(f", at least {least[n]} along {n}" for n in names)


def _part(paper: dict[str, Any], document: Document, claim: str) -> Claimed:
    """One part's proof, checked on the scheme of that part."""
    keys(paper, PAPER)
    if paper["proof"]["claim"] != claim or paper["proof"]["part"] is not None:
        raise Rejected("a part of the proof speaks of another claim")
    if paper["proof"]["step"] is not None:
        raise Rejected("a part of the proof states a step of its own")
    found = Claimed(paper, document)
    KINDS[paper["kind"]](document, found)
    rule = found.proof["method"]["by"]
    if paper["kind"] == "skew":
        # Of the norms of waves only that of skew stencils is one for all operators.
        kept = (found.proof["form"], rule) == ("derivative", "polynomial")
    else:
        kept = rule in ONE_STEP
    if not kept or paper["limit"] is None or not paper["limit"]["attained"]:
        raise Rejected("a part does not keep a common norm from step to step")
    return found


def _bare(part: Claimed) -> str:
    """The statement without its limit; that of skew stencils in the words of the others."""
    if part.kind == "skew":
        (name,) = (r["unknown"] for r in part.document.rates)
        return f"||{name}[k+1]|| <= ||{name}[k]||"
    tail = f" for 0 < tau <= {part.certificate['limit']['closed_form']}"
    return str(part.certificate["statement"]).removesuffix(tail)


def _by_state(document: Document) -> bool:
    """Whether an equation is not shown to be linear."""
    for rate in document.rates:
        for atom in atoms(document, rate, None):
            faces = document.nodes[atom.node]["faces"] if atom.kind == "flux" else []
            weights = [f["weight"] for f in faces if f["weight"] is not None]
            if atom.kind == "other" or any(document.reads(w) for w in weights):
                return True
    return False


# ---- the parts


def parts(document: Document) -> list[Document]:
    """The schemes of the parts, each once."""
    step = document.step
    if step is None or step["start"] or step["finish"]:
        raise Rejected("the step is no splitting")
    found: list[Run] = []
    for run in _runs(document):
        alone = _alone(document, run)
        if not any(run.chosen.values()):
            tableau(alone)  # a state plus slopes that are 0
        elif run not in found:
            found.append(run)
    if len(found) < 2:
        raise Rejected("the step is no splitting")
    return [_alone(document, run) for run in found]


def _runs(document: Document) -> list[Run]:
    """The stages in order; those that advance nothing belong to the run before them."""
    assert document.step is not None
    found: list[Run] = []
    for stage in document.step["body"]:
        chosen = _chosen(document, stage)
        last = found[-1] if found else Run({}, ())
        if found and (not chosen or not last.chosen or chosen == last.chosen):
            found[-1] = Run(chosen or last.chosen, (*last.stages, stage))
        else:
            found.append(Run(chosen, (stage,)))
    return found


def _chosen(document: Document, stage: dict[str, Any]) -> Chosen:
    """The terms that a stage advances, of each unknown one selection."""
    sizes = {r["unknown"]: len(r["terms"]) for r in document.rates}
    found: Chosen = {}
    for update in stage["updates"]:
        name, terms = update["unknown"], update["terms"]
        if name is None:
            continue
        if not isinstance(terms, list) or terms != sorted(set(terms)):
            raise Rejected("the step is no splitting")
        if any(type(k) is not int or not 0 <= k < sizes[name] for k in terms):
            raise Rejected("a stage advances a term that there is not")
        if found.setdefault(name, tuple(terms)) != tuple(terms):
            raise Rejected("a stage advances different terms of one equation")
    return found


def _alone(document: Document, run: Run) -> Document:
    """The scheme of one part: its stages, and the terms that they advance as whole equations."""
    rates = [
        {**r, "terms": [r["terms"][k] for k in run.chosen.get(r["unknown"], ())]}
        for r in document.rates
    ]
    body = [{**s, "updates": [{**u, "terms": None} for u in s["updates"]]} for s in run.stages]
    step = {**(document.step or {}), "body": body}
    return Document({**document.data, "rates": rates, "step": step})
