"""Where a certificate speaks: steps, parameters and grids, drawn from what it states.

Ends are taken too: the limit itself where it is attained, closed ends of the set of a parameter,
and 0.99 of the way to each of them.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle
from typing import Any

import numpy as np

from ..compiler.emit import Artifact
from ..compiler.naming import attribute
from ..emitted import Emitted, places_count
from ..runtime.contract import Certificate

NEAR = 0.99  # of the way to a limit or to an end
LONG = 30.0  # stands for an end at infinity
STEPS = (1.0, 0.1, 50.0)  # of the file's step, where every step is allowed
POINTS = {1: (17, 8, 24, 5), 2: (6, 9, 4), 3: (3, 4)}  # an axis, where the size is free


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Parameters by name and a step for which a certificate speaks.

    `bounded`: powers may be looked at here; at an end that is known to some digits they may not.
    """

    values: Mapping[str, float]
    tau: float | None
    bounded: bool = True

    @property
    def words(self) -> str:
        """`tau = 0.01, kappa = 0.1`."""
        known = ({} if self.tau is None else {"tau": self.tau}) | dict(self.values)
        return ", ".join(f"{n} = {v:.6g}" for n, v in known.items())


# ---- parameters and steps


def settings(artifact: Artifact, found: Certificate, random: np.random.Generator) -> Iterator[Any]:
    """Settings without end: the file's own parameters first, then others."""
    own = own_values(artifact)
    steps = _steps(artifact, found)
    members = None if found.parameter is None else cycle(list(_members(found, random)))
    for number in range(10**6):
        values = {} if number == 0 else _drawn(found, own, random)
        if members is not None:
            member, inside = next(members)
            values[str(found.parameter)] = member
            yield Setting(values=values, tau=None, bounded=inside)
            continue
        share, inside = next(steps)
        yield Setting(values=values, tau=_step(found, {**own, **values}, share, values),
                      bounded=inside)  # fmt: skip


def _steps(artifact: Artifact, found: Certificate) -> Iterator[tuple[float, bool]]:
    """Steps as shares of the limit, or absolute ones where there is no limit."""
    limit = found.limit
    if limit is None:
        file = _file_step(artifact)
        fixed = any(text.startswith("tau = ") for text in found.hypotheses)
        return cycle([(file, True)] if fixed else [(file * s, True) for s in STEPS])
    exactly = limit.attained and not re.search(r"\d{9}", limit.closed_form)
    ends = [(1.0, exactly)] if limit.attained else []
    return cycle([(NEAR, True), *ends, (0.5, True), (0.07, True)])


def _step(
    found: Certificate, names: Mapping[str, float], share: float, changed: Mapping[str, float]
) -> float:
    if found.limit is None:
        return share
    if changed:
        return share * closed_form(found.limit.closed_form, names) * (1 - 1e-14)
    exact = Fraction(found.limit.value)
    near = float(exact)
    return share * (near if Fraction(near) <= exact else math.nextafter(near, 0.0))


def _file_step(artifact: Artifact) -> float:
    return float(getattr(artifact.module(), "tau", 1.0))


def own_values(artifact: Artifact) -> dict[str, float]:
    """Parameters and spacings of the file by name."""
    from ..compiler.certificates.steps import exact

    scheme = artifact.scheme
    known = {} if scheme is None else exact(scheme)
    return {str(s): float(v) for s, v in known.items() if v.is_number}


def _drawn(
    found: Certificate, own: Mapping[str, float], random: np.random.Generator
) -> dict[str, float]:
    """Values of parameters from what the hypotheses say of them."""
    values = {}
    fixed = {text.partition(" ")[0] for text in found.hypotheses if re.match(r"\w+ = ", text)}
    for text in found.hypotheses:
        name, _, rest = text.partition(" ")
        if name not in own or name in fixed or not _is_parameter(found, name):
            continue
        if rest.startswith("in ["):
            values[name] = _between(rest, random)
        elif rest in {"> 0", "< 0", "real"}:
            size = float(10 ** random.uniform(-1, 1))
            sign = {"> 0": 1, "< 0": -1, "real": random.choice([-1, 1])}[rest]
            values[name] = float(sign) * size
    return values


def _is_parameter(found: Certificate, name: str) -> bool:
    """A number of the file that training leaves alone."""
    scheme: Any = found.scheme
    return any(p["name"] == name and not p["trainable"] for p in scheme["parameters"])


def _between(rest: str, random: np.random.Generator) -> float:
    low, high = (part.strip() for part in rest[4:-1].split(","))
    if "?" in {low, high}:
        raise ValueError("an end of a parameter's set has no short name")
    a = -LONG if low == "-oo" else float(Fraction(low))
    b = LONG if high == "oo" else float(Fraction(high))
    return float(random.choice([a, b, random.uniform(a, b)]))


def _members(found: Certificate, random: np.random.Generator) -> Iterator[tuple[float, bool]]:
    """Values of the parameter of a claim `for r`, and whether powers may be looked at there."""
    for part in found.set:
        assert isinstance(part, dict)
        low, high = (None if part[k] is None else float(Fraction(str(part[k])))
                     for k in ("low_value", "high_value"))  # fmt: skip
        a = low if low is not None else (-LONG if high is None else min(-LONG, high - LONG))
        b = high if high is not None else max(LONG, a + LONG)
        for end, other, side in ((a, b, "low"), (b, a, "high")):
            yield other + NEAR * (end - other), True
            if part[side] is not None and part[f"{side}_closed"]:
                exactly = str(part[side]) == str(part[f"{side}_value"])
                yield end, exactly
        yield a + (b - a) * float(random.uniform(0.01, 0.99)), True


# ---- closed forms


_OPERATORS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS: Mapping[str, Callable[..., float]] = {"sqrt": math.sqrt, "min": min, "Min": min}


def closed_form(text: str, names: Mapping[str, float]) -> float:
    """The value of a limit's closed form; it is read as a tree, and nothing of it is run.

    >>> closed_form("min(h^2/(4*kappa), sqrt(3)*h)", {"h": 0.5, "kappa": 0.1})
    0.625
    """
    return float(_value(ast.parse(text.replace("^", "**"), mode="eval").body, names))


def _value(node: ast.expr, names: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id="pi"):
            return math.pi
        case ast.Name(id=name):
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner, names)
        case ast.BinOp(left=a, op=op, right=b):
            return float(_OPERATORS[type(op)](_value(a, names), _value(b, names)))
        case ast.Call(func=ast.Name(id=word), args=inside):
            return _FUNCTIONS[word](*(_value(part, names) for part in inside))
    raise ValueError(f"a closed form holds {ast.dump(node)}")


# ---- grids


def grids(artifact: Artifact, found: Certificate | None) -> Iterator[tuple[int, ...]]:
    """Sizes that the certificate allows, without end: small ones, or the file's own alone."""
    plan = artifact.module().plan
    dim = len(plan.axes)
    if plan.counts is not None and places_count(artifact):
        return cycle([tuple(plan.counts)])
    least = [1] * dim
    for count, name in re.findall(
        r"at least (\d+) along (\w+)", "" if found is None else found.domain
    ):
        least[plan.axes.index(name)] = int(count)
    sizes = POINTS.get(dim, (3,))
    return cycle([tuple(max(n + a, m) for a, m in enumerate(least)) for n in sizes])


def emitted(artifact: Artifact, setting: Setting, counts: tuple[int, ...], seed: int) -> Emitted:
    """The module at a setting."""
    import torch

    known = {name for name, _ in artifact.module().named_buffers(recurse=False)}
    values = {n: v for n, v in setting.values.items() if attribute(n) in known}
    return Emitted(
        artifact=artifact,
        counts=counts,
        tau=setting.tau,
        values=values,
        random=torch.Generator().manual_seed(seed),
    )
