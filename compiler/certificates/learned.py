"""u[k+1] = a u + sum_j d_j f_j - sum_j c_j K_j^T Phi_j(K_j u): blocks of learned kernels.

Letters: G_j = diag(Phi_j(s) / s) with 0 <= G_j <= L_j; N_j a bound of ||K_j||, for the ghosts that
K_j reads; T = sum_j c_j L_j N_j^2. A step is M u + sum_j d_j f_j with M = a - sum_j c_j K_j^T G_j
K_j symmetric and a - T <= M <= a, so that ||M|| <= a exactly where T <= 2 a:
  ||u[k+1]|| <= a ||u[k]|| + sum_j |d_j| ||f_j||,  for every u and every weight.
With slopes in [0, L] the same holds for differences of two solutions. Sources: Alt, Schrader,
Weickert, Peter, Augustin 2022 (blocks); Chen, Pock 2017 (the data term); derived here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy
from sympy import Expr, Symbol

from ...runtime.contract import Json
from ..channels import channels_of, kernel_rules, least_points
from ..grid import Convolution, Grid, Linear, Network, Point, Read
from ..model import LIMIT, Function, Learned, is_curve
from ..operators import CurveSector, KernelNorm
from ..scheme import Rate, Scheme
from .base import Proved, Question, Theorem, Unprovable
from .expression import inline
from .extent import extent
from .forms import parameter_box, signs, text
from .interval import NoRange
from .sectors import VARIABLE, sector_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """c K^T Phi(K u): the factor, the kernel, Phi as a function of the file or a formula in s."""

    factor: Expr
    kernel: Symbol
    flux: Function | None  # None: the identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One equation as a u + sum_j d_j f_j - sum_j c_j K_j^T Phi_j(K_j u)."""

    unknown: Symbol
    keep: Expr
    data: tuple[tuple[Symbol, Expr], ...]
    parts: tuple[Part, ...]


def block_of(scheme: Scheme, rate: Rate) -> Block:
    """An iterate taken apart; raises Unprovable where it has another form."""
    keep, data, parts = sympy.S.Zero, dict[Symbol, Expr](), list[Part]()
    for term in rate.terms:
        if isinstance(term.value, Convolution):
            parts.append(_part(scheme, rate, term.coefficient, term.value))
            continue
        for symbol, weight, kind in _reads(term.value):
            if channels_of(scheme.model, symbol) != channels_of(scheme.model, rate.unknown):
                raise Unprovable(f"'{symbol}' has other channels than '{rate.unknown}'")
            if kind == "data":
                data[symbol] = data.get(symbol, sympy.S.Zero) + weight * term.coefficient
            elif symbol == rate.unknown:
                keep += weight * term.coefficient
            else:
                raise Unprovable(f"the equation of '{rate.unknown}' reads '{symbol}' too")
    if not parts:
        raise Unprovable("there is no learned kernel")
    return Block(unknown=rate.unknown, keep=keep, data=tuple(data.items()), parts=tuple(parts))


def _reads(value: Grid) -> Iterator[tuple[Symbol, Expr, str]]:
    """The values at the point itself, with their weights."""
    match value:
        case Read(symbol=symbol, kind=kind) if kind in {"field", "data"}:
            yield symbol, sympy.S.One, kind
        case Linear(terms=terms) if all(
            isinstance(v, Read) and len(s.weights) == 1 and not any(s.weights[0][0])
            for s, v in terms
        ):
            for stencil, operand in terms:
                assert isinstance(operand, Read)
                ((_, weight),) = stencil.weights
                number = sympy.Rational(weight.numerator, weight.denominator)
                yield operand.symbol, number * stencil.scale, operand.kind
        case _:
            raise Unprovable("a term is neither K.T(phi(K(u))) nor u or data at the point itself")


def _part(scheme: Scheme, rate: Rate, coefficient: Expr, value: Convolution) -> Part:
    """-coefficient * K^T Phi(K u) with one and the same K."""
    inner, flux = value.operand, None
    if isinstance(inner, Network):
        flux = scheme.model.function(inner.function)
        (inner,) = inner.arguments
    elif isinstance(inner, Point) and len(inner.operands) == 1:
        flux = _formula(scheme, inner)
        inner = inner.operands[0][1]
    lone = isinstance(inner, Convolution) and inner.operand == Read(
        symbol=rate.unknown, kind="field", location=value.location
    )
    if not (value.transposed and lone and isinstance(inner, Convolution)):
        raise Unprovable("a kernel stands in another form than K.T(phi(K(u)))")
    if inner.transposed or inner.kernel != value.kernel or value.ghosts != rate.unknown:
        raise Unprovable("K and K.T are not of one kernel on the unknown itself")
    return Part(factor=-coefficient, kernel=value.kernel, flux=flux)


def _formula(scheme: Scheme, node: Point) -> Function:
    """A formula of one grid function as a function of its own."""
    ((symbol, _),) = node.operands
    s = Symbol("s", real=True)
    return Function(
        name="",
        symbol=Symbol(""),
        parameters=(s,),
        body=node.expression.xreplace({symbol: s}),
        trainable=False,
        per_step=False,
        per_channel=False,
        lipschitz=None,
        span=scheme.model.grid.span,
    )


# ---- bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A flux in its sector, or with its slopes, between 0 and `high`; and what shows it."""

    high: Expr
    proof: dict[str, Json]
    names: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()


def kept(scheme: Scheme, part: Part, claim: str) -> Kept:
    """L of a flux for a claim: of Phi(s)/s for l2_stable, of Phi' for nonexpansive."""
    flux = part.flux
    if flux is None:
        return Kept(high=sympy.S.One, proof={"by": "identity"})
    if isinstance(flux.body, Learned) and not (is_curve(flux) and claim == "l2_stable"):
        what = "a slope >= 0" if is_curve(flux) else "a sector"
        raise Unprovable(f"nothing keeps the learned function '{flux.name}' at {what}")
    if isinstance(flux.body, Learned):
        return Kept(high=CurveSector(flux.symbol), proof={"by": "curve"})
    formula = inline(flux.body, scheme.model).xreplace({flux.parameters[0]: VARIABLE})
    found = sector_of(formula, scheme.model)
    bounds, what = (found.sector, "Phi(s)/s") if claim == "l2_stable" else (found.slope, "Phi'(s)")
    if bounds is None or bounds[0] < 0:
        raise Unprovable(f"{what} is not between 0 and a number for all s")
    own = {p.symbol for p in scheme.model.params if p.per_channel and p.trainable}
    if found.scale.free_symbols & own:
        raise Unprovable(f"the bound of {what} is another one a channel")
    proof: dict[str, Json] = {"by": "formula", "claimed": found.claimed, "proof": found.proof}
    return Kept(high=found.scaled(bounds[1]), proof=proof, names=found.names, fixed=found.fixed)


def total(block: Block, sectors: list[Kept]) -> Expr:
    """T = sum_j c_j L_j N_j^2."""
    pairs = zip(block.parts, sectors, strict=True)
    return sympy.Add(*(p.factor * own.high * KernelNorm(p.kernel) ** 2 for p, own in pairs))


def limits(scheme: Scheme) -> tuple[tuple[Symbol, Expr], ...]:
    """Parameters that hold `limit`, by their formulas: the step at which T = 2 a in every block.

    The L of all claims of the file counts. Raises Unprovable where a step has no such form.
    """
    if any(kernel_rules(scheme, k.symbol) is None for k in scheme.model.kernels):
        raise Unprovable("no bound of the norm of a kernel is known for these walls")
    claims = [c.name for c in scheme.model.claims if c.name in CLAIMS] or ["l2_stable"]
    found = []
    for param in (p for p in scheme.model.params if p.of_limit):
        forms = {
            _limit(scheme, block_of(scheme, rate), param.symbol, claim)
            for rate in scheme.rates
            for claim in claims
        }
        least = _least(forms)
        if least is None:
            raise Unprovable(f"the claims do not have one limit of '{param.name}'")
        found.append((param.symbol, param.value.xreplace({LIMIT: least})))
    return tuple(found)


def _limit(scheme: Scheme, block: Block, step: Symbol, claim: str) -> Expr:
    """2 a / (T / step), where all factors are multiples of the step."""
    sectors = [kept(scheme, p, claim) for p in block.parts]
    bound = sympy.cancel(total(block, sectors) / step)
    if step in bound.free_symbols or step in block.keep.free_symbols:
        raise Unprovable(f"the kernels of '{block.unknown}' are not all multiplied by '{step}'")
    return 2 * block.keep / bound


def _least(forms: set[Expr]) -> Expr | None:
    """The smallest of formulas that are rational multiples of each other."""
    first, *others = sorted(forms, key=str)
    for other in others:
        ratio = sympy.simplify(other / first)
        if not ratio.is_Rational:
            return None
        first = other if ratio < 1 else first
    return first


# ---- the theorem


def _prove(question: Question) -> Proved:
    scheme, claim = question.scheme, question.claim.name
    if not scheme.model.kernels:
        raise Unprovable("there is no learned kernel")
    if question.part is not None or scheme.model.time is not None or len(scheme.rates) != 1:
        raise Unprovable("it speaks of a whole iterate for one unknown")
    block = block_of(scheme, scheme.rates[0])
    for part in block.parts:
        if kernel_rules(scheme, part.kernel) is None:
            raise Unprovable(f"no bound of ||{part.kernel}|| is known for its walls")
    parts = [kept(scheme, p, claim) for p in block.parts]
    bound = total(block, parts) / (2 * block.keep)
    share = sympy.simplify(bound.xreplace(dict(scheme.limits)))
    if not share.is_Rational:
        raise Unprovable("the norm of a kernel is known once it is trained: write the step as"
                         " `param tau = 0.99 * limit`")  # fmt: skip
    if not 0 < share <= 1:
        raise Unprovable(f"the step is {text(share)} of its limit")
    _data(scheme, block)
    return Proved(
        kind="learned",
        statement=statement(str(block.unknown.name), [str(s.name) for s, _ in block.data], claim),
        norm="l2",
        domain=_grids(scheme, block),
        hypotheses=tuple(sorted(_hypotheses(scheme, parts))),
        bound=f"the step is {share} of its limit",
        proof={"share": str(share), "sectors": [p.proof for p in parts]},
    )


def _grids(scheme: Scheme, block: Block) -> str:
    """On which grids the norms are bounded."""
    points = least_points(scheme, block.parts[0].kernel)
    return "every grid" if points is None else f"every grid of {points} points an axis or more"


def statement(name: str, data: list[str], claim: str) -> str:
    """What is shown, for all values of the weights."""
    if claim == "nonexpansive":
        given = f", the same {' and '.join(data)}" if data else ""
        return (
            f"||{name}[k+1] - v[k+1]|| <= ||{name}[k] - v[k]|| for all {name}, v{given} and weights"
        )
    others = "".join(f", ||{d}||" for d in data)
    right = f"max(||{name}[k]||{others})" if data else f"||{name}[k]||"
    return f"||{name}[k+1]|| <= {right} for all values of the weights"


def _data(scheme: Scheme, block: Block) -> None:
    """a and the weights of data are >= 0, and their sum is at most 1."""
    box = parameter_box(scheme)
    try:
        keep = extent(block.keep, box)
        rest = [extent(weight, box) for _, weight in block.data]
        whole = sympy.expand(block.keep + sympy.Add(*(w for _, w in block.data)))
        top = extent(whole, box).high
    except NoRange as trouble:
        raise Unprovable(f"the weight of u has no range: {trouble}") from None
    if keep.low < 0 or any(w.low < 0 for w in rest) or top > 1:
        raise Unprovable("u and data are not weighted by numbers >= 0 with a sum of at most 1")


def _hypotheses(scheme: Scheme, parts: list[Kept]) -> set[str]:
    """The sets of parameters; those of some fluxes keep their value."""
    fixed = frozenset[str]().union(*(p.fixed for p in parts))
    names = {str(p.symbol.name) for p in scheme.model.params if not p.of_limit} - fixed
    values = {p.name: p.value for p in scheme.model.params}
    return {*signs(scheme).hypotheses(names), *(f"{n} = {text(values[n])}" for n in fixed)}


CLAIMS = ("l2_stable", "nonexpansive")
THEOREM = Theorem(name="learned", claims=CLAIMS, prove=_prove, learned=True)
