"""Calls of flint that no timer can break into: where they may take long, another process does them.

A process of its own is ended at the deadline, whatever it is at. It needs flint alone, so that it
starts in 0.05 s with whatever the caller has loaded. Without a deadline all is done here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import flint

from ..budget import OutOfTime, checkpoint, left
from .alone import read, written
from .ring import Element

Plane: TypeAlias = tuple[flint.fmpz_poly, ...]  # coefficients of y^0, y^1, ... in powers of m
TERMS = 5000  # of a polynomial that is factored, 1e-5 to 1e-4 s each
WORK = 2_000_000  # of a discriminant, 1e-7 to 1e-6 s each


def factored(p: Element) -> tuple[flint.fmpq, list[tuple[Element, int]]]:
    """The constant and the irreducible factors over Q with their multiplicities.

    >>> x, = flint.fmpq_mpoly_ctx.get(["x"], flint.Ordering.lex).gens()
    >>> factored(2 * x**3 - 2 * x)
    (2, [(x, 1), (x - 1, 1), (x + 1, 1)])
    """
    checkpoint()
    if len(p) > TERMS and (found := _elsewhere("factor", _count(p), written(p))) is not None:
        above, below, factors = found
        constant = flint.fmpq(int(above, 16), int(below, 16))
        context = p.context()
        return constant, [(context.from_dict(read(_count(p), f).to_dict()), e) for f, e in factors]
    constant, own = p.factor()
    return constant, [(f, int(e)) for f, e in own]


def _count(p: Element) -> int:
    return len(p.context().gens())


def work(f: Plane) -> int:
    """What a discriminant takes, by its degrees in y and in m: 1e-7 to 1e-6 s each."""
    degree: int = max(p.degree() for p in f)
    return (len(f) - 1) ** 4 * degree**2


def discriminant(f: Plane) -> flint.fmpz_poly:
    """Res_y(f, f_y) / lc up to sign: 1 for degree at most 1."""
    if len(f) < 3:
        return flint.fmpz_poly([1])
    return _discriminant(tuple(tuple(map(int, p.coeffs())) for p in f), heavy=work(f) > WORK)


@lru_cache(maxsize=64)  # the search asks for it, and the proof does again
def _discriminant(rows: tuple[tuple[int, ...], ...], *, heavy: bool) -> flint.fmpz_poly:
    checkpoint()
    if heavy:
        shown = [[f"{c:x}" for c in row] for row in rows]
        if (found := _elsewhere("discriminant", shown)) is not None:
            return flint.fmpz_poly([int(c, 16) for c in found])
    context = flint.fmpz_mpoly_ctx.get(["m", "y"], flint.Ordering.lex)
    whole = context.from_dict({(k, j): c for j, row in enumerate(rows) for k, c in enumerate(row)})
    found = {powers[0]: c for powers, c in whole.discriminant("y").to_dict().items()}
    return flint.fmpz_poly([int(found.get(k, 0)) for k in range(max(found, default=0) + 1)])


def _elsewhere(name: str, *given: Any) -> Any:
    """The answer of another process; None without a deadline, or where there is no such process."""
    rest = left()
    if rest is None or not sys.executable:
        return None
    command = [sys.executable, "-P", str(Path(__file__).with_name("alone.py"))]
    try:
        done = subprocess.run(
            command,
            input=json.dumps([name, *given]) + "\n",
            capture_output=True,
            text=True,
            timeout=max(rest, 0),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OutOfTime from None
    except OSError:
        return None
    return json.loads(done.stdout) if done.returncode == 0 else None
