"""certify() and limit(): every claim ends as certified, refuted or unproved."""

from __future__ import annotations

from dataclasses import replace

import sympy
from sympy import Expr

from ...runtime.contract import Certificate, Limit, Unproved, Verdict
from ..model import Claim
from ..scheme import TAU, Scheme
from . import THEOREMS
from .base import Proved, Question, Unprovable, claim_text
from .expression import Unwritable, tree
from .forms import text
from .normal import digest, normal
from .refute import refute
from .steps import compared, least, rounded_down

LATER = {
    "nonexpansive": "it needs the slopes of the flux, 0 <= Phi' <= L: the theory of blocks",
    "contraction": "it needs Lipschitz constants of every layer in one norm",
    "energy_decay": "it needs a discrete energy of the scheme: the theory of gradient flows",
    "convergent": "it needs the convergence theory of the solver",
}


def certify(scheme: Scheme, claim: Claim, *, tau: Expr | None = None) -> Verdict:
    """The verdict on a claim; `tau` is the step of the file, None while it is unknown.

    Without `tau` a certificate speaks of every step up to its limit.
    """
    try:
        proved = prove(scheme, claim)
        return _verdict(scheme, claim, proved, tau)
    except Unprovable as trouble:
        if tau is not None and (found := refute(scheme, claim, tau, None, None)) is not None:
            return found
        tried = tuple(name for name in THEOREMS if claim.name in THEOREMS[name].claims)
        return Unproved(claim=claim_text(claim), reason=str(trouble), tried=tried)
    except Unwritable as trouble:
        return Unproved(claim=claim_text(claim), reason=str(trouble))


def limit(scheme: Scheme, claim: Claim) -> Limit | Unproved:
    """The largest certified step of one claim."""
    try:
        found = limit_of(scheme, prove(scheme, claim))
    except Unprovable as trouble:
        return Unproved(claim=claim_text(claim), reason=str(trouble))
    if found is None:
        return Unproved(claim=claim_text(claim), reason="the claim does not depend on the step")
    return found


def prove(scheme: Scheme, claim: Claim) -> Proved:
    """The first theorem that proves the claim; raises Unprovable with the reasons of all."""
    if claim.name in LATER:
        raise Unprovable(f"{claim.name} is not proved yet: {LATER[claim.name]}")
    if claim.parameter is not None:
        raise Unprovable(f"the whole set of '{claim.parameter}' is not decided yet:"
                         " it needs the full linear theory")  # fmt: skip
    reasons: list[str] = []
    for name in THEOREMS:
        theorem = THEOREMS[name]
        if claim.name not in theorem.claims:
            continue
        try:
            return theorem.prove(Question(scheme=scheme, claim=claim))
        except Unprovable as trouble:
            reasons.append(f"{name}: {trouble}")
    raise Unprovable("; ".join(reasons) or f"no theorem speaks of {claim.name}")


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


def limit_expression(scheme: Scheme, claim: Claim) -> Expr:
    """The exact limit as an expression in parameters and spacings; raises Unprovable."""
    proved = prove(scheme, claim)
    forms = least(scheme, proved.bounds)
    return forms[0].form if len(forms) == 1 else sympy.Min(*(b.form for b in forms))


def _verdict(scheme: Scheme, claim: Claim, proved: Proved, tau: Expr | None) -> Verdict:
    found = limit_of(scheme, proved)
    certificate = _certificate(scheme, claim, proved, found, tau)
    if tau is None or found is None:
        return certificate
    if compared(scheme, proved.bounds, tau):
        return certificate
    refuted = refute(scheme, claim, tau, proved, found)
    return (
        refuted
        if refuted is not None
        else Unproved(
            claim=claim_text(claim),
            reason=f"the step {text(tau)} is above the certified limit {found.closed_form}",
            tried=(proved.kind,),
            certified_up_to=found.value,
        )
    )


def _certificate(
    scheme: Scheme, claim: Claim, proved: Proved, found: Limit | None, tau: Expr | None
) -> Certificate:
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
    )


def signed(certificate: Certificate, code_digest: str) -> Certificate:
    """The certificate bound to an emitted text by the digest of that text."""
    return replace(certificate, code_sha256=code_digest)
