"""Calls of flint that may take long, in a process of their own that can be ended.

A line of JSON comes in, a line goes out. A polynomial is a list of [exponents, numerator,
denominator], whole numbers are hexadecimal. This file is run by its path, with the standard library
and flint alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, TypeAlias

import flint

Terms: TypeAlias = "list[list[Any]]"


def written(p: Any) -> Terms:
    """A polynomial as data."""
    return [[list(map(int, k)), f"{int(c.p):x}", f"{int(c.q):x}"] for k, c in p.to_dict().items()]


def read(count: int, terms: Terms) -> Any:
    """The polynomial in so many variables."""
    names = [f"x{k}" for k in range(count)]
    context = flint.fmpq_mpoly_ctx.get(names, flint.Ordering.lex)
    return context.from_dict({tuple(k): flint.fmpq(int(a, 16), int(b, 16)) for k, a, b in terms})


def factor(count: int, terms: Terms) -> list[Any]:
    """[numerator, denominator, [[a factor over Q, its multiplicity], ...]]."""
    constant, factors = read(count, terms).factor()
    shown = [[written(f), int(e)] for f, e in factors]
    return [f"{int(constant.p):x}", f"{int(constant.q):x}", shown]


def discriminant(rows: list[list[str]]) -> list[str]:
    """Res_y(f, f_y) / lc by powers of m; rows hold the coefficients of y^0, y^1, ... by those."""
    terms = [[[k, j], c, "1"] for j, row in enumerate(rows) for k, c in enumerate(row)]
    found = {k[0]: c for k, c in read(2, terms).discriminant("x1").to_dict().items()}
    return [f"{int(found.get(k, 0)):x}" for k in range(max(found, default=0) + 1)]


CALLS: dict[str, Callable[..., Any]] = {"factor": factor, "discriminant": discriminant}


def main() -> None:
    """Answer what is asked until there is nothing more."""
    for line in sys.stdin:
        name, *given = json.loads(line)
        sys.stdout.write(json.dumps(CALLS[name](*given)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
