"""The exact scheme of a certificate: everything that is computed, as plain JSON.

axes        name, spacing (a name), its exact value, low end, length, count, periodic, and the
            placement of unknowns: "cells", "nodes", or "lattice" without a domain
parameters  name, exact value, set [low, high] (null: infinite), whether it is trained
unknowns    name, kind ("field" | "data"), location, extra, edges; data: formula or range
nodes       grid expressions, operands before what uses them; everything refers to them by number
rates       unknown, order, terms (words, coefficient, node); an implicit one has `left` besides,
            terms that read the newest level: left(new) = terms
kernels     where something is learned: channels, size, whether each step has its own; `curves` with
            their knots; `limits`, the parameters that hold `limit`, by formulas in ["norm", K] and
            ["sector", phi]; `rows`, the names of weights that have one row a step; `channels` of
            unknowns and data
step        method, the file's tau (null: not known), arrays, stages with every coefficient; one
            that `solves` left sides lists [newest level, target] besides, and solves them together

Numbers are "p/q"; expressions are nested lists (see `expression`). Spans, notes and documentation
are not part of it: two files with one meaning have one digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

import sympy
from sympy import Expr, Symbol

from ...runtime.contract import Json
from ..grid import Convolution, Face, Flux, Grid, Linear, Network, Point, Read, walk
from ..model import Model, Param
from ..scheme import Array, Edge, GridAxis, Rate, Scheme, Stage, Step, Term, Unknown, Update
from ..stencil import Stencil
from .expression import inline, tree
from .normal_learned import convolution, learned_of

SCHEMA = 3
SCHEMA_WITH_LEFT = 4  # of schemes whose newest level stands on both sides
SCHEMA_WITH_KERNELS = 5  # of schemes with learned kernels or curves


def normal(scheme: Scheme) -> dict[str, Json]:
    """The exact scheme; raises Unwritable where an expression has no exact form."""
    nodes = _nodes(scheme)
    number = {node: i for i, node in enumerate(nodes)}
    model = scheme.model
    learned = learned_of(scheme)
    schema = SCHEMA_WITH_LEFT if any(r.left for r in scheme.rates) else SCHEMA
    return {
        "schema": SCHEMA_WITH_KERNELS if learned else schema,
        "axes": [_axis(a, model.grid.placement) for a in scheme.axes],
        "parameters": [_parameter(p) for p in model.params],
        **learned,
        "unknowns": [_unknown(u, model) for u in scheme.unknowns],
        "nodes": [_node(n, number, model) for n in nodes],
        "rates": [_rate(r, number) for r in scheme.rates],
        "step": None if scheme.step is None else _step(scheme.step, scheme.step_value),
    }


def digest(document: Json) -> str:
    """sha256 of the canonical text of a JSON document."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def scheme_digest(scheme: Scheme) -> str:
    """The digest that binds certificates and emitted text to a scheme."""
    return digest(normal(scheme))


# ---- grid expressions


def _nodes(scheme: Scheme) -> list[Grid]:
    """Every distinct grid expression once, operands first, faces' parts included."""
    found: dict[Grid, None] = {}
    for rate in scheme.rates:
        for term in (*rate.terms, *rate.left):
            _collect(term.value, found)
    return list(found)


def _collect(root: Grid, found: dict[Grid, None]) -> None:
    for node in walk(root):
        if isinstance(node, Flux) and node not in found:
            parts = [node.operand]
            parts += [g for f in node.faces for g in (f.slope, f.weight) if g is not None]
            for part in parts:
                _collect(part, found)
        found.setdefault(node)


def _node(node: Grid, number: dict[Grid, int], model: Model) -> Json:
    match node:
        case Read():
            return {"is": "read", "name": str(node.symbol.name), "kind": node.kind,
                    "location": list(node.location)}  # fmt: skip
        case Linear():
            terms: Json = [[_stencil(s), number[v]] for s, v in node.terms]
            return {"is": "linear", "terms": terms, "location": list(node.location)}
        case Point():
            names = {s: f"${k}" for k, (s, _) in enumerate(node.operands)}
            return {
                "is": "point",
                "expression": tree(inline(node.expression, model), names),
                "operands": [number[v] for _, v in node.operands],
                "location": list(node.location),
            }
        case Flux():
            faces: Json = [_face(f, number) for f in node.faces]
            return {"is": "flux", "operand": number[node.operand], "faces": faces,
                    "location": list(node.location)}  # fmt: skip
        case Convolution():
            return convolution(node, number)
        case Network():
            arguments: Json = [number[a] for a in node.arguments]
            return {"is": "network", "function": str(node.function.name), "arguments": arguments,
                    "location": list(node.location)}  # fmt: skip


def _stencil(stencil: Stencil) -> Json:
    weights: Json = [[list(o), str(w)] for o, w in stencil.weights]
    return {"weights": weights, "scale": tree(stencil.scale), "shift": list(stencil.shift)}


def _face(face: Face, number: dict[Grid, int]) -> Json:
    return {
        "axis": face.axis,
        "difference": _stencil(face.difference),
        "slope": number[face.slope],
        "weight": None if face.weight is None else number[face.weight],
        "flux": number[face.flux],
    }


# ---- declarations


def _axis(axis: GridAxis, placement: str) -> Json:
    return {
        "name": axis.name,
        "spacing": str(axis.spacing.name),
        "value": tree(axis.spacing_value),
        "low": tree(axis.low),
        "length": _optional(axis.length),
        "count": axis.count,
        "placement": placement,
        "periodic": axis.periodic,
    }


def _parameter(param: Param) -> Json:
    low, high = param.interval or (None, None)
    return {
        "name": str(param.symbol.name),
        "value": None if param.of_limit else tree(param.value),
        "low": "0" if param.positive and low is None else _optional(low),
        "high": _optional(high),
        "declared": param.interval is not None,
        "positive": param.positive,
        "trainable": param.trainable,
        "varies": param.per_step or param.per_channel,
    }


def _unknown(unknown: Unknown, model: Model) -> Json:
    found: dict[str, Json] = {
        "name": str(unknown.symbol.name),
        "field": unknown.field,
        "kind": unknown.kind,
        "location": list(unknown.location),
        "extra": list(unknown.extra),
        "edges": [[_edge(e) for e in pair] for pair in unknown.edges],
    }
    if unknown.kind == "data":
        data = next(d for d in model.data if unknown.symbol in d.symbols)
        component = data.symbols.index(unknown.symbol)
        formula = None if data.formula is None else inline(data.formula[component], model)
        low, high = data.interval or (None, None)
        found |= {"formula": _optional(formula), "low": _optional(low), "high": _optional(high)}
    return found


def _edge(edge: Edge) -> Json:
    return {
        "rule": edge.rule,
        "mirror": edge.mirror,
        "value": tree(edge.value),
        "slope": tree(edge.slope),
        "homogeneous": bool(edge.right == 0),
    }


def _optional(expression: Expr | None) -> Json:
    return None if expression is None or expression in {sympy.oo, -sympy.oo} else tree(expression)


# ---- equations and step


def _rate(rate: Rate, number: dict[Grid, int]) -> Json:
    found: dict[str, Json] = {"unknown": str(rate.unknown.name), "order": rate.order}
    found["terms"] = [_term(t, number) for t in rate.terms]
    if rate.left:
        found["left"] = [_term(t, number) for t in rate.left]
    return found


def _term(term: Term, number: dict[Grid, int]) -> Json:
    coefficient = tree(term.coefficient)
    return {"words": list(term.words), "coefficient": coefficient, "node": number[term.value]}


def _step(step: Step, tau: Expr | None) -> Json:
    return {
        "method": step.method,
        "tau": _optional(tau),
        "arrays": [_array(a) for a in step.arrays],
        "start": _stages(step.start),
        "start_steps": step.start_steps,
        "body": _stages(step.body),
        "finish": _stages(step.finish),
        "inner": step.inner,
        "advance": tree(step.advance),
    }


def _array(array: Array) -> Json:
    return {
        "name": array.name,
        "like": _name(array.like),
        "level": array.level,
        "rate_of": None if array.rate_of is None else _name(array.rate_of),
    }


def _stages(stages: Iterable[Stage]) -> Json:
    return [_stage(stage) for stage in stages]


def _stage(stage: Stage) -> Json:
    found: dict[str, Json] = {
        "at": [[str(s.name), array] for s, array in stage.at],
        "updates": [_update(u) for u in stage.updates],
        "moves": [list(pair) for pair in stage.moves],
        "table": [[str(s.name), [tree(v) for v in row]] for s, row in stage.table],
        "frozen": stage.frozen,
    }
    if stage.solves:
        found["solves"] = [[str(s.name), array] for s, array in stage.solves]
    return found


def _update(update: Update) -> Json:
    return {
        "target": update.target,
        "combination": [[tree(c), array] for c, array in update.combination],
        "slope": tree(update.slope),
        "unknown": None if update.unknown is None else _name(update.unknown),
        "terms": None if update.terms is None else list(update.terms),
    }


def _name(symbol: Symbol) -> str:
    return str(symbol.name)
