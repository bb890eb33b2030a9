"""Learned parts of a text: kernels, curves, parameters a step or a channel, steps by the limit."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol

from ..channels import kernel_rules, least_points, own_channels, rows_of, source_channels
from ..model import Function, Kernel, Learned, Param, is_curve, knots_of
from ..naming import attribute, safe
from ..operators import CurveSector, KernelNorm
from ..ops import ConvolutionOp
from ..scheme import Scheme
from .words import Words, plain_text, weight

# ---- formulas


def convolution_text(op: ConvolutionOp, value: str) -> str:
    """`layers.convolve(u, K)`, or its adjoint folded onto the array whose ghosts K reads."""
    kernel = safe(op.kernel.name)
    if not op.transposed:
        return f"layers.convolve({value}, {kernel})"
    place = "" if op.onto is None else f', PLACES["{safe(op.onto)}"]'
    beyond = f", beyond={op.beyond}" if any(map(any, op.beyond)) else ""
    return f"layers.convolve_adjoint({value}, {kernel}{place}{beyond})"


def network_text(scheme: Scheme, symbol: Symbol, inputs: list[str], channels: list[int]) -> str:
    """A learned function of arrays: a network of all their channels, or a curve by its table."""
    function, axis = scheme.model.function(symbol), -1 - len(scheme.axes)
    if isinstance(function.body, Learned) and not is_curve(function):
        pairs = zip(inputs, channels, strict=True)
        every = ", ".join(f"*{v}.unbind({axis})" if n > 1 else v for v, n in pairs)
        text = f"{safe(function.name)}({every})"
        return f"torch.stack({text}, dim={axis})" if function.body.sizes[-1] > 1 else text
    low, high = (float(end) for end in knots_of(function)[:2])
    own = f", channels={len(scheme.axes)}" if own_channels(scheme, function) else ""
    return f"layers.curve({inputs[0]}, {safe(function.name)}, {low}, {high}{own})"


# ---- weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Weights that `weights` of a module states together, with one row a step or one for all."""

    scheme: Scheme

    @property
    def items(self) -> tuple[Kernel | Function | Param, ...]:
        """Kernels, curves, and parameters of their own a step or a channel."""
        model = self.scheme.model
        curves = (f for f in model.functions if is_curve(f))
        own = (p for p in model.params if p.trainable and (p.per_step or p.per_channel))
        return (*model.kernels, *curves, *own)

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """All of them, steps by the limit last; none where a text has nothing of the kind."""
        return (*(i.symbol for i in self.items), *(symbol for symbol, _ in self.scheme.limits))

    @property
    def per_step(self) -> frozenset[Symbol]:
        """Those with one row a step."""
        return rows_of(self.scheme)

    @property
    def targets(self) -> str:
        """Their names, as they are taken from `weights`."""
        names = ", ".join(safe(s.name) for s in self.symbols)
        return f"{names}," if len(self.symbols) == 1 else names

    @property
    def named(self) -> dict[str, list[str]]:
        """The entries of the plan that speak of them."""
        found = {
            "weights": [weight(s) for s in self.symbols],
            "per_step": [weight(s) for s in self.symbols if s in self.per_step],
        }
        return {key: names for key, names in found.items() if names}

    def argument(self, symbol: Symbol) -> str:
        """How a step names a weight: its own row of it."""
        return safe(symbol.name) + ("[index]" if symbol in self.per_step else "")


def init_of_learned(rows: Rows) -> list[str]:
    """Kernels and curves as parameters, or buffers where they are not trained."""
    lines: list[str] = []
    model = rows.scheme.model
    for seed, k in enumerate(model.kernels):
        shape = _tuple([k.target, source_channels(model, k), *k.size])
        text = f"layers.{k.init}_kernel({shape}{_steps(rows.scheme, k)}, seed={seed})"
        lines.append(_registered(attribute(k.name), text, k.trainable))
    for f in model.functions:
        if is_curve(f):
            lines += _curve(rows.scheme, f)
    return lines


def _curve(scheme: Scheme, function: Function) -> list[str]:
    name, (_, _, knots) = attribute(function.name), knots_of(function)
    own = own_channels(scheme, function)
    channels = f", channels={own}" if own else ""
    text = f"layers.identity_curve({knots}{_steps(scheme, function)}{channels})"
    kept = [f'layers.keep_sector(self, "{name}")'] if function.trainable else []
    return [_registered(name, text, function.trainable), *kept]


def _steps(scheme: Scheme, item: Kernel | Function) -> str:
    return ", steps=STEPS" if item.per_step else ""


def _registered(name: str, text: str, trainable: bool) -> str:
    if trainable:
        return f"self.{name} = nn.Parameter({text})"
    return f'self.register_buffer("{name}", {text})'


def full_text(scheme: Scheme, param: Param, value: str) -> str:
    """The tensor of a parameter: one number a step or a channel, shaped to meet its arrays."""
    own = own_channels(scheme, param)
    sizes: list[int | str] = ["STEPS"] if param.per_step else []
    sizes += [own, *[1] * len(scheme.axes)] if own else []
    return f"torch.full({_tuple(sizes)}, {value}, dtype=torch.float64)"


def _tuple(items: list[int | str]) -> str:
    return f"({', '.join(map(str, items))}{',' if len(items) == 1 else ''})"


# ---- the method `weights`


def weights_doc(rows: Rows) -> str:
    """What `weights` returns."""
    names = ", ".join(safe(s.name) for s in rows.symbols)
    own = [safe(s.name) for s in rows.symbols if s in rows.per_step]
    if not own:
        return f"{names}."
    if len(own) == len(rows.symbols):
        return f"{names}, one row a step."
    return f"{names}; one row a step of {', '.join(own)}."


def weights_lines(rows: Rows, words: Words) -> list[str]:
    """The body of `weights`: what is learned, and the steps that follow from it."""
    lines = []
    own = [i.symbol for i in rows.items]
    scheme = rows.scheme
    if own:
        names = ", ".join(safe(s.name) for s in own)
        lines.append(f"{names} = {', '.join(f'self.{attribute(s.name)}' for s in own)}")
    for symbol, value in scheme.limits:
        names_of = {
            node: _measure(scheme, node)
            for node in sorted(value.atoms(KernelNorm, CurveSector), key=str)
        }
        stands = {node: Symbol(f"#{n}", positive=True) for n, node in enumerate(names_of)}
        printer = words.printer({stands[node]: text for node, text in names_of.items()})
        lines.append(f"# {_note(scheme, symbol, words)}")
        lines.append(f"{safe(symbol.name)} = {printer.text(value.xreplace(stands))}")
    comma = "," if len(rows.symbols) == 1 else ""
    lines.append(f"return {', '.join(safe(s.name) for s in rows.symbols)}{comma}")
    return lines


def _note(scheme: Scheme, symbol: Symbol, words: Words) -> str:
    """The parameter as the file defines it, with its line."""
    param = next(p for p in scheme.model.params if p.symbol == symbol)
    line, _ = scheme.model.source.line_column(param.span.start)
    text = " ".join(scheme.model.source.quote(param.span).split("#")[0].split())
    return f"{plain_text(text)}, {words.file}:{line}"


def _measure(scheme: Scheme, node: Expr) -> str:
    """A norm or a sector of the weights of now."""
    symbol = node.args[0]
    if isinstance(node, CurveSector):
        own = ", per_channel=True" if own_channels(scheme, scheme.model.function(symbol)) else ""
        return f"layers.sector({safe(symbol.name)}{own})"
    points = least_points(scheme, symbol)
    least = "" if points is None else f", points={points}"
    return f"layers.norm_bound({safe(symbol.name)}, {rules_of(scheme, symbol)}{least})"


def rules_of(scheme: Scheme, symbol: Symbol) -> str:
    """How the field that a kernel reads is continued, per axis and side, as text."""
    rules = kernel_rules(scheme, symbol)
    assert rules is not None, "a limit knows the ghosts of its kernels"
    return _tuple([f'("{low}", "{high}")' for low, high in rules])
