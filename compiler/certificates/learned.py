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
from fractions import Fraction

import sympy
from sympy import Expr, Symbol

from ...runtime.contract import Json
from ..channels import kernel_rules
from ..grid import Convolution, Grid, Linear, Network, Point, Read
from ..model import LIMIT, Function, Learned, is_curve
from ..operators import CurveSector, KernelNorm
from ..scheme import Rate, Scheme
from .base import Proved, Question, Theorem, Unprovable
from .expression import inline, tree
from .extent import extent
from .forms import parameter_box, signs, text
from .interval import LINE, NoRange


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


def sector(scheme: Scheme, flux: Function | None) -> tuple[Expr, Expr]:
    """(L, Phi(s) / s) of a flux: a rational number, or the sector of a curve's table."""
    s = Symbol("s", real=True)
    if flux is None:
        return sympy.S.One, sympy.S.One
    if is_curve(flux):
        return CurveSector(flux.symbol), CurveSector(flux.symbol)
    if isinstance(flux.body, Learned):
        raise Unprovable(f"nothing keeps the network '{flux.name}' in a sector")
    formula = inline(flux.body, scheme.model).xreplace({flux.parameters[0]: s})
    for ratio in (formula / s, sympy.cancel(formula / s)):
        try:
            found = extent(ratio, {**parameter_box(scheme), s: LINE})
        except NoRange:
            continue
        if found.low >= 0 and isinstance(found.high, Fraction):
            return sympy.Rational(found.high.numerator, found.high.denominator), ratio
    raise Unprovable(f"phi(s)/s of {_called(flux)} is not shown to lie in a sector [0, L]")


def _called(flux: Function) -> str:
    return f"'{flux.name}'" if flux.name else "the flux"


def total(scheme: Scheme, block: Block) -> Expr:
    """T = sum_j c_j L_j N_j^2."""
    return sympy.Add(
        *(p.factor * sector(scheme, p.flux)[0] * KernelNorm(p.kernel) ** 2 for p in block.parts)
    )


def limits(scheme: Scheme) -> tuple[tuple[Symbol, Expr], ...]:
    """Parameters that hold `limit`, by their formulas: the step at which T = 2 a in every block.

    Raises Unprovable where a step has no such form.
    """
    found = []
    for param in (p for p in scheme.model.params if p.of_limit):
        if any(kernel_rules(scheme, k.symbol) is None for k in scheme.model.kernels):
            raise Unprovable("no bound of the norm of a kernel is known for these walls")
        forms = {_limit(scheme, block_of(scheme, rate), param.symbol) for rate in scheme.rates}
        if len(forms) != 1:
            raise Unprovable(f"the equations do not have one limit of '{param.name}'")
        found.append((param.symbol, param.value.xreplace({LIMIT: forms.pop()})))
    return tuple(found)


def _limit(scheme: Scheme, block: Block, step: Symbol) -> Expr:
    """2 a / (T / step), where all factors are multiples of the step."""
    bound = sympy.cancel(total(scheme, block) / step)
    if step in bound.free_symbols or step in block.keep.free_symbols:
        raise Unprovable(f"the kernels of '{block.unknown}' are not all multiplied by '{step}'")
    return 2 * block.keep / bound


# ---- the theorem


def _prove(question: Question) -> Proved:
    scheme = question.scheme
    if question.part is not None or scheme.model.time is not None:
        raise Unprovable("it speaks of whole iterates")
    if len(scheme.rates) != 1 or not scheme.model.kernels:
        raise Unprovable("there is no learned kernel" if not scheme.model.kernels else
                         "it speaks of one unknown")  # fmt: skip
    block = block_of(scheme, scheme.rates[0])
    share = sympy.simplify((total(scheme, block) / (2 * block.keep)).xreplace(dict(scheme.limits)))
    if not share.is_Rational:
        raise Unprovable("the norm of a kernel is known once it is trained: write the step as"
                         " `param tau = 0.99 * limit`")  # fmt: skip
    if not 0 < share <= 1:
        raise Unprovable(f"the step is {text(share)} of its limit")
    _data(scheme, block)
    for part in block.parts:
        if kernel_rules(scheme, part.kernel) is None:
            raise Unprovable(f"no bound of ||{part.kernel}|| is known for its walls")
    name = str(block.unknown.name)
    data = [str(s.name) for s, _ in block.data]
    others = ", ".join(f"||{d}||" for d in data)
    right = f"max(||{name}[k]||, {others})" if data else f"||{name}[k]||"
    return Proved(
        kind="learned",
        statement=f"||{name}[k+1]|| <= {right} for all values of the weights",
        norm="l2",
        domain="every grid",
        hypotheses=tuple(sorted(_hypotheses(scheme, block))),
        bound=f"the step is {share} of its limit",
        proof={
            "share": str(share),
            "sectors": [_sector(scheme, p) for p in block.parts],
        },
        sharp=False,
    )


def _sector(scheme: Scheme, part: Part) -> Json:
    """Phi(s) / s, as the checker bounds it."""
    high, ratio = sector(scheme, part.flux)
    return {"high": tree(high), "ratio": tree(ratio)}


def _data(scheme: Scheme, block: Block) -> None:
    """a and the weights of data are >= 0, and their sum is at most 1."""
    box = parameter_box(scheme)
    try:
        keep = extent(block.keep, box)
        rest = [extent(weight, box) for _, weight in block.data]
    except NoRange as trouble:
        raise Unprovable(f"the weight of u has no range: {trouble}") from None
    whole = sympy.expand(block.keep + sympy.Add(*(w for _, w in block.data)))
    if keep.low < 0 or any(w.low < 0 for w in rest) or extent(whole, box).high > 1:
        raise Unprovable("u and data are not weighted by numbers >= 0 with a sum of at most 1")


def _hypotheses(scheme: Scheme, block: Block) -> set[str]:
    marks = signs(scheme)
    names = {p.symbol.name for p in scheme.model.params if not p.of_limit}
    return {*marks.hypotheses(names)}


THEOREM = Theorem(name="learned", claims=("l2_stable",), prove=_prove)
