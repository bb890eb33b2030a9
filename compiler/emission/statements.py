"""One routine as the statements of a Python function: plain slices, one formula a line."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from sympy import Expr, Symbol

from ..channels import kernel_of, source_channels
from ..graph import (
    AdjointOp,
    Combine,
    ConvolutionOp,
    Coordinate,
    Inner,
    Input,
    NetworkOp,
    Node,
    Pointwise,
    Range,
    Reduce,
    Routine,
    StencilOp,
    Weight,
)
from ..model import Learned, is_curve
from ..naming import safe
from ..printer import ADD, MUL
from ..scheme import Scheme
from ..stencil import Stencil
from .learned import convolution_text, network_text
from .taps import common_factor, ordered, sum_of_taps
from .words import Words

_LINE = 84  # a formula that is longer becomes a variable of its own


@dataclass(slots=True, kw_only=True)
class Writer:
    """Writes one routine; `texts` holds what a node is called where it is read."""

    scheme: Scheme
    routine: Routine
    words: Words
    lines: list[str] = field(default_factory=list)
    inline: dict[int, tuple[str, int]] = field(default_factory=dict)
    width: int = 1  # channels of the node that is being written

    def write(self) -> tuple[list[str], str]:
        """(statements, what is returned)."""
        nodes = self.routine.nodes()
        for number_, node in nodes.items():
            if not isinstance(node.op, Input | Weight):
                self._statement(number_, node)
        returned = [self._value(i, self._out_range(a, i)) for a, i in self.routine.outputs]
        return self.lines, ", ".join(returned)

    def _out_range(self, array: str, number_: int) -> Range:
        node = self.routine.node(number_)
        return self.words.extents.get(array) or node.range or ()

    # ---- one node

    def _statement(self, number_: int, node: Node) -> None:
        if isinstance(node.op, Inner):
            self._inner(number_, node, node.op)
            return
        text, level = self._formula(node)
        users = len(self.routine.users(number_))
        written = sum(i == number_ for _, i in self.routine.outputs)
        readers = [self.routine.node(u) for u in self.routine.users(number_)]
        whole = all(not isinstance(r.op, StencilOp | AdjointOp) for r in readers)
        short = isinstance(node.op, Combine) and (users, written) == (1, 0) and len(text) <= _LINE
        several = len(self.routine.outputs)
        last = users == 0 and written == 1 and len(text) * (several - 1) <= _LINE // 2
        if isinstance(node.op, Pointwise) and not node.inputs:
            self.inline[number_] = (text, level)
            return
        note = self._note(node)
        if note:
            self.lines.append(f"# {note}")
        if last or (short and whole and all(r.range == node.range for r in readers)):
            self.inline[number_] = (text, level)
            return
        self.lines.append(f"{node.name} = {text}")

    def _inner(self, number_: int, node: Node, op: Inner) -> None:
        """One solve for all its parts: u, v = inner.solve(left_u, (u_right, v_right), ...)."""
        if len(op.new) == 1:
            self.inline[number_] = (self._solve(node, op), MUL + 3)
            return
        if op.part == 0:
            nodes = self.routine.nodes().values()
            parts = {n.op.part: n.name for n in nodes if isinstance(n.op, Inner)}
            names = ", ".join(parts[k] for k in sorted(parts))
            self.lines.append(f"{names} = {self._solve(node, op)}")

    def _solve(self, node: Node, op: Inner) -> str:
        """The call of the solve: right sides, coefficients, where the new levels live."""
        right = listed([self.routine.node(i).name for i in node.inputs])
        given = [self.words.printer({}).text(s) for s in op.scalars]
        places = listed([f'PLACES["{safe(name)}"]' for name in op.new])
        reach = listed([f"({low}, {high})" for low, high in op.reach])
        parts = [safe(op.left), right, *([listed(given)] if given else [])]
        parts += [f"places={places}", f"reach={reach}", *(["t=t"] if op.timed else [])]
        return f"inner.solve({', '.join(parts)})"

    def _note(self, node: Node) -> str:
        if not node.formula:
            return ""
        if node.span is None:
            return node.formula
        line, _ = self.scheme.model.source.line_column(node.span.start)
        return f"{node.formula}, {self.words.file}:{line}"

    def _formula(self, node: Node) -> tuple[str, int]:
        self.width = channels_of(self, node)
        match node.op:
            case StencilOp(stencils=stencils):
                return self._stencils(node, stencils)
            case AdjointOp(differences=differences):
                return self._stencils(
                    node, tuple(d.adjoint().scaled(Fraction(-1)) for d in differences)
                )
            case Pointwise(expression=expression, symbols=symbols):
                assert node.range is not None
                names = {
                    s: self._value(i, node.range) for s, i in zip(symbols, node.inputs, strict=True)
                }
                text = self.words.printer(names).text(expression)
                return text, ADD if expression.is_Add else MUL
            case Combine(coefficients=coefficients):
                return self._combine(node, coefficients), ADD
            case Coordinate(axis=axis):
                return self._coordinate(node, axis), ADD
            case NetworkOp(function=function):
                assert node.range is not None
                self.width = 1
                inputs = [self._value(i, node.range) for i in node.inputs]
                own = [channels_of(self, self.routine.node(i)) for i in node.inputs]
                return network_text(self.scheme, function, inputs, own), MUL
            case ConvolutionOp():
                assert node.range is not None
                self.width = 1
                value = self._value(node.inputs[0], node.op.needs(node.range))
                return convolution_text(node.op, value), MUL
            case Reduce():
                return self._reduce(node), MUL
            case _:
                raise AssertionError(f"{node.op} has no statement")

    def _coordinate(self, node: Node, axis: int) -> str:
        """The coordinate half a cell lower where the node lies on faces."""
        assert node.range is not None
        name = self._value(node.inputs[0], node.range)
        if not node.location[axis]:
            return name
        half = self.words.number(self.scheme.axes[axis].spacing_value / 2)
        return f"{name} - {half}"

    # ---- stencils

    def _stencils(self, node: Node, stencils: tuple[Stencil, ...]) -> tuple[str, int]:
        """Sums of taps by scale: INV_H2 * (u[..] + u[..] - 4 * u[..])."""
        groups: dict[Expr, list[tuple[Fraction, str]]] = {}
        for stencil, source in zip(stencils, node.inputs, strict=True):
            taps = groups.setdefault(stencil.scale, [])
            taps += [(w, self._tap(source, node, o)) for o, w in ordered(stencil)]
        parts = []
        for scale, taps in groups.items():
            factor = self.words.scale(scale)
            common, inner = common_factor(taps)
            text = sum_of_taps(inner)
            head = [t for t in (common, factor) if t]
            if not head:
                parts.append(text)
            else:
                single = len(inner) == 1 and inner[0][0] == 1
                parts.append(" * ".join([*head, text if single else f"({text})"]))
        return " + ".join(parts), MUL if len(parts) == 1 and groups and factor else ADD

    def _tap(self, source: int, node: Node, offset: tuple[int, ...]) -> str:
        assert node.range is not None
        at = tuple((a + o, b + o) for (a, b), o in zip(node.range, offset, strict=True))
        return self._value(source, at, level=MUL)

    def _value(self, number_: int, at: Range, *, level: int = 0) -> str:
        """A node's values on a range: its variable, sliced where it is larger."""
        child = self.routine.node(number_)
        if number_ in self.inline:
            text, own = self.inline[number_]
            return f"({text})" if own < level else text
        if isinstance(child.op, Weight):
            return self.words.printer({}).text(child.op.symbol)
        if isinstance(child.op, Reduce):
            return child.name
        if child.range is None or not self._is_array(child):
            return child.name
        text = child.name + slices(child.range, at)
        alone = self.width > 1 and channels_of(self, child) == 1
        return f"{text}.unsqueeze({-1 - len(at)})" if alone else text

    def _is_array(self, child: Node) -> bool:
        return not (isinstance(child.op, Pointwise) and not child.inputs)

    # ---- sums

    def _combine(self, node: Node, coefficients: tuple[Expr, ...]) -> str:
        """c_1 * a + c_2 * b - ...; a factor that multiplies a sum keeps it in parentheses."""
        assert node.range is not None
        text = ""
        for coefficient, source in zip(coefficients, node.inputs, strict=True):
            value, level = self._operand(source, node.range)
            negative = bool(coefficient.as_coeff_Mul()[0].is_negative)
            factor = -coefficient if negative else coefficient
            if factor == 1:
                term = f"({value})" if negative and level <= ADD else value
            else:
                scalar = self.words.printer({}).text(factor, MUL)
                term = f"{scalar} * " + (f"({value})" if level <= ADD else value)
                term = scalar if value == "1" else term
            if not text:
                text = f"-{term}" if negative else term
            else:
                text += f" {'-' if negative else '+'} {term}"
        return text

    def _operand(self, source: int, at: Range) -> tuple[str, int]:
        if source in self.inline:
            return self.inline[source]
        return self._value(source, at), MUL + 3

    def _reduce(self, node: Node) -> str:
        """volume * sum over the grid axes, values on walls at half weight; or their mean."""
        assert isinstance(node.op, Reduce)
        dim = len(self.scheme.axes)
        value = self._value(node.inputs[0], node.op.extent)
        axes = f"({', '.join(str(a - dim) for a in range(dim))},)".replace(
            ",)", ")" if dim > 1 else ",)"
        )

        def weighted(text: str) -> str:
            for a, (low, high) in enumerate(node.op.half):  # type: ignore[union-attr]
                if low or high:
                    text = f"layers.half_ends({text}, {a - dim}, {low}, {high})"
            return text

        if node.op.mean:
            ones = weighted(f"torch.ones_like({value})")
            return f"torch.sum({weighted(value)}, {axes}) / torch.sum({ones}, {axes})"
        volume = self.words.number(node.op.volume.subs(self.scheme.spacings))
        total = f"torch.sum({weighted(value)}, {axes})"
        return total if volume == "1" else f"{volume} * {total}"


def channels_of(writer: Writer, node: Node) -> int:
    """The channels of what a node computes."""
    op, model = node.op, writer.scheme.model
    if isinstance(op, Input):
        return writer.words.channels.get(op.array, 1)
    if isinstance(op, ConvolutionOp):
        kernel = kernel_of(model, op.kernel)
        return source_channels(model, kernel) if op.transposed else kernel.target
    if isinstance(op, NetworkOp) and not is_curve(model.function(op.function)):
        body = model.function(op.function).body
        return body.sizes[-1] if isinstance(body, Learned) else 1
    nodes = (writer.routine.node(i) for i in node.inputs)
    return max((channels_of(writer, n) for n in nodes), default=1)


def listed(items: list[str]) -> str:
    """A tuple as text."""
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"


def slices(own: Range, at: Range) -> str:
    """`[..., 1:-1, 2:]`: the part `at` of an array that covers `own`; nothing if it is all."""
    parts = []
    for (start, stop), (low, high) in zip(own, at, strict=True):
        first, last = low - start, stop - high
        parts.append((str(first) if first else "") + ":" + (f"-{last}" if last else ""))
    if all(p == ":" for p in parts):
        return ""
    return "[..., " + ", ".join(parts) + "]"


__all__ = ["Symbol", "Writer", "slices"]
