"""Long lines between walls: substructuring, with blocks that are all alike.

Rows far from walls are shifts of one another. So a line is cut into interiors of b values, all with
one matrix I, by separators of s values, wide enough that interiors do not meet:

    front (>= 3s) | b | s | b | s | ... | b | back (3s)

    y = I^-1 f_I,  g = f_S - B y - A y',  x_S = T^-1 g,  x_I = y - I^-1 (P x_S + Q x_S')

Letters: P, Q (b, s) how an interior reads the separators before and behind it; A, B (s, b) how
these read it; T the Schur complement of all separators, dense and small; K interiors. A solve is
three products of matrices. Source: Smith, Bjorstad, Gropp, Domain Decomposition, chapter 4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from .left import cast


@dataclass(frozen=True, kw_only=True)
class Cut:
    """How a line of N values is cut: front, K interiors of b with separators of s, back."""

    front: int
    interiors: int
    b: int
    s: int

    @property
    def back(self) -> int:
        """Values behind the last interior."""
        return 3 * self.s

    @property
    def separators(self) -> int:
        """How many values lie in separators, front and back included."""
        return self.front + (self.interiors - 1) * self.s + self.back

    @property
    def short(self) -> int:
        """Values of the shortest line with the same front, back and interior."""
        return self.front + self.b + self.back


def cut(values: int, point: int, reach: int) -> Cut | None:
    """A good cut of a line, None where it is too short; a point holds `point` values."""
    s = point * reach
    wanted = max(32.0, s, (2.0 * values * s * s) ** (1 / 3), values * s / 1500)
    b = -(-int(wanted) // point) * point
    interiors = (values - 5 * s) // (b + s)
    if interiors < 2:
        return None
    return Cut(front=values - 2 * s - interiors * (b + s), interiors=interiors, b=b, s=s)


@dataclass(frozen=True, eq=False, kw_only=True)
class Lines:
    """A factorised line for each mode: `inner` I^-1, `separated` T^-1, and P, Q, A, B."""

    cut: Cut
    inner: Tensor
    separated: Tensor
    before: Tensor  # P
    behind: Tensor  # Q
    after: Tensor  # A: separators read the interior behind them
    ahead: Tensor  # B: separators read the interior before them

    def apply(self, x: Tensor) -> Tensor:
        """(modes, rows, N) -> the same."""
        k, b, s, front = self.cut.interiors, self.cut.b, self.cut.s, self.cut.front
        modes, rows, _ = x.shape
        behind = front + k * (b + s)
        chunks = x[..., front:behind].reshape(modes, rows * k, b + s)
        y = chunks[..., :b] @ self.inner.mT
        middle = chunks[..., b:].reshape(modes, rows, k * s)
        g = torch.cat([x[..., :front], middle, x[..., behind:]], dim=-1)
        g = g - self._spread(y @ self.after.mT, rows, -s) - self._spread(y @ self.ahead.mT, rows, 0)
        z = g @ self.separated.mT
        low = z[..., front - s : front + (k - 1) * s].reshape(modes, rows * k, s)
        high = z[..., front : front + k * s].reshape(modes, rows * k, s)
        inside = y - (low @ self.before.mT + high @ self.behind.mT) @ self.inner.mT
        body = torch.cat([inside, high], dim=-1).reshape(modes, rows, k * (b + s))
        return torch.cat([z[..., :front], body, z[..., front + k * s :]], dim=-1)

    def _spread(self, values: Tensor, rows: int, shift: int) -> Tensor:
        """Values of K separators, the first of which begins `shift` after the front, among all."""
        first, size = self.cut.front + shift, self.cut.interiors * self.cut.s
        line = values.reshape(-1, rows, size)
        return torch.nn.functional.pad(line, (first, self.cut.separators - first - size))

    def transposed(self) -> Lines:
        """The factors of the transposed line: exactly the adjoint."""
        return replace(
            self,
            inner=_adjoint(self.inner),
            separated=_adjoint(self.separated),
            before=_adjoint(self.after),
            behind=_adjoint(self.ahead),
            after=_adjoint(self.before),
            ahead=_adjoint(self.behind),
        )

    def to(self, dtype: torch.dtype) -> Lines:
        """The same in another precision."""
        return replace(
            self,
            inner=cast(self.inner, dtype),
            separated=cast(self.separated, dtype),
            before=cast(self.before, dtype),
            behind=cast(self.behind, dtype),
            after=cast(self.after, dtype),
            ahead=cast(self.ahead, dtype),
        )


def _adjoint(matrix: Tensor) -> Tensor:
    return matrix.mH.resolve_conj()


def lines(found: Cut, short: Tensor) -> Lines:
    """From the matrices of the shortest line of that cut, (modes, front + b + back, the same)."""
    front, b, s, k = found.front, found.b, found.s, found.interiors
    last = front + b
    inner = torch.linalg.inv(short[:, front:last, front:last])
    before, behind = short[:, front:last, front - s : front], short[:, front:last, last : last + s]
    after, ahead = short[:, front - s : front, front:last], short[:, last : last + s, front:last]
    size = found.separators
    schur = short.new_zeros(short.shape[0], size, size)
    schur[:, :front, :front] = short[:, :front, :front]
    schur[:, size - 3 * s :, size - 3 * s :] = short[:, last:, last:]
    for i in range(k - 1):
        at = slice(front + i * s, front + (i + 1) * s)
        schur[:, at, at] = short[:, front : front + s, front : front + s]
    through = torch.cat([after, ahead], dim=1) @ inner @ torch.cat([before, behind], dim=2)
    for i in range(k):
        at = slice(front + (i - 1) * s, front + (i + 1) * s)
        schur[:, at, at] -= through
    return Lines(
        cut=found,
        inner=inner,
        separated=torch.linalg.inv(schur),
        before=before,
        behind=behind,
        after=after,
        ahead=ahead,
    )
