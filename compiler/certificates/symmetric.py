"""`symmetric`: u_t = -A u with A a sum of even constant-coefficient stencils of symbol >= 0.

Statement: ||u[k+1]|| <= ||u[k]|| for tau sup A(theta) <= beta, where |P| <= 1 on [-beta, 0] for the
stability polynomial P of the method. Hypotheses: every stencil is symmetric along each axis, the
symbol is >= 0 on [0, 1]^d in y = sin^2(theta/2), the walls are even or odd, or lie between.
Source: von Neumann analysis; on walls the reflection principle.
"""

from __future__ import annotations

from .base import Proved, Question, Theorem
from .dissipative import prove


def _prove(question: Question) -> Proved:
    return prove(question, "symmetric")


THEOREM = Theorem(name="symmetric", claims=("l2_stable",), prove=_prove)
