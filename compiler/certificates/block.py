"""`block`: u - tau K^T G(u) K u with 0 <= G <= g, weights by any state or given data.

Statement: ||u[k+1]|| <= ||u[k]|| for tau <= beta / (g ||K||^2). Hypotheses: the weights lie in
[0, g] for all states and parameters; the slopes are the faces' own differences; the walls mirror,
or the differences are two-point ones; the method is a convex combination of Euler steps, or the
weights are constant over a step. Source: Alt, Schrader, Augustin, Peter, Weickert 2022.
"""

from __future__ import annotations

from .base import Proved, Question, Theorem
from .dissipative import prove


def _prove(question: Question) -> Proved:
    return prove(question, "block")


THEOREM = Theorem(name="block", claims=("l2_stable",), prove=_prove)
