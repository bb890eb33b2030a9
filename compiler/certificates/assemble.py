"""From a proof to the certificate that states it."""

from __future__ import annotations

from sympy import Expr

from ...runtime.contract import Certificate, Limit
from ..model import Claim
from ..scheme import TAU, Scheme
from .base import Proved, claim_text
from .expression import tree
from .forms import text
from .normal import digest, normal
from .steps import least, rounded_down


def limit_of(scheme: Scheme, proved: Proved) -> Limit | None:
    """The least bound of a proof as a Limit."""
    if not proved.bounds:
        return None
    forms = least(scheme, proved.bounds)
    shown = text(forms[0].form) if len(forms) == 1 else (
        "min(" + ", ".join(text(b.form) for b in forms) + ")")  # fmt: skip
    value = min(rounded_down(scheme, b.form) for b in forms)
    return Limit(symbol=str(TAU.name), closed_form=shown, value=str(value),
                 attained=all(b.attained for b in forms))  # fmt: skip


def assembled(
    scheme: Scheme, claim: Claim, proved: Proved, found: Limit | None, tau: Expr | None
) -> Certificate:
    """A proof with its scheme, its limit and the step of the file."""
    document = normal(scheme)
    statement = proved.statement
    if found is not None:
        relation = "<=" if found.attained else "<"
        statement += f" for 0 < tau {relation} {found.closed_form}"
    proof = {
        **proved.proof,
        "claim": claim.name,
        "part": claim.part,
        "step": None if tau is None or found is None else tree(tau),
    }
    return Certificate(
        claim=claim_text(claim),
        kind=proved.kind,
        statement=statement,
        norm=proved.norm,
        domain=proved.domain,
        hypotheses=proved.hypotheses,
        bound=proved.bound,
        proof=proof,
        scheme=document,
        scheme_sha256=digest(document),
        limit=found,
        parameter=proved.parameter,
        set=proved.set,
    )
