"""certify() and limit(): every claim ends as certified, refuted or unproved."""

from __future__ import annotations

from dataclasses import replace

import sympy
from sympy import Expr

from ...runtime.contract import Certificate, Limit, Unproved, Verdict
from ..budget import OutOfTime, at_work, budget, late, share
from ..model import Claim
from ..scheme import Scheme
from . import THEOREMS
from .assemble import assembled, limit_of
from .base import (
    Proved,
    Question,
    Theorem,
    Unprovable,
    claim_text,
    contains,
    is_implicit,
    is_learned,
)
from .expression import Unwritable
from .forms import text
from .refute import refute
from .steps import compared, least

PROVING = 0.75  # of the time of a claim; a counter-example has what is left
BEYOND = (sympy.Rational(11, 10), sympy.Rational(2))  # times a step that is neither
LATER = {
    "contraction": "it needs Lipschitz constants of every layer in one norm",
    "energy_decay": "it needs a discrete energy of the scheme: the theory of gradient flows",
    "convergent": "it needs the convergence theory of the solver",
}


def certify(scheme: Scheme, claim: Claim, *, tau: Expr | None = None) -> Verdict:
    """The verdict on a claim; `tau` is the step of the file, None while it is unknown.

    Without `tau` a certificate speaks of every step up to its limit.
    """
    proved: Proved | None = None
    try:
        with budget(share(PROVING)):
            proved = prove(scheme, claim, tau)
        return _bracketed(scheme, claim, proved, tau)
    except OutOfTime:
        return _given_up(scheme, claim, proved, tau)
    except Unprovable as trouble:
        if (found := _refuted(scheme, claim, tau)) is not None:
            return found
        tried = tuple(name for name in THEOREMS if _speaks(THEOREMS[name], scheme, claim))
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


def prove(scheme: Scheme, claim: Claim, tau: Expr | None = None) -> Proved:
    """The first theorem that proves the claim; raises Unprovable with the reasons of all."""
    if claim.name in LATER:
        raise Unprovable(f"{claim.name} is not proved yet: {LATER[claim.name]}")
    reasons: list[str] = []
    for name in THEOREMS:
        theorem = THEOREMS[name]
        if not _speaks(theorem, scheme, claim) or (claim.parameter and not theorem.sets):
            continue
        if not theorem.implicit and is_implicit(scheme):
            reasons.append(f"{name}: it does not speak of a newest level on both sides")
            continue
        try:
            at_work(f"{claim_text(claim)}: {name}")
            return theorem.prove(Question(scheme=scheme, claim=claim, tau=tau))
        except Unprovable as trouble:
            reasons.append(f"{name}: {trouble}")
        except OutOfTime:
            reasons.append(f"{name}: {late()}")
            break
    raise Unprovable("; ".join(reasons) or f"no theorem speaks of {claim.name}")


def _speaks(theorem: Theorem, scheme: Scheme, claim: Claim) -> bool:
    """Whether a theorem is about such a claim; those that know kernels alone where one is learned.

    The checker refuses the others there, so nothing is certified that it would not accept.
    """
    return claim.name in theorem.claims and (theorem.learned or not is_learned(scheme))


def limit_expression(scheme: Scheme, claim: Claim) -> Expr:
    """The exact limit as an expression in parameters and spacings; raises Unprovable."""
    proved = prove(scheme, claim)
    forms = least(scheme, proved.bounds)
    return forms[0].form if len(forms) == 1 else sympy.Min(*(b.form for b in forms))


def _bracketed(scheme: Scheme, claim: Claim, proved: Proved, tau: Expr | None) -> Verdict:
    """The verdict; of a step above a limit that is not refuted, from which step on one is."""
    found = _verdict(scheme, claim, proved, tau)
    if isinstance(found, Unproved) and found.certified_up_to is not None and tau is not None:
        return replace(found, refuted_from=_refuted_from(scheme, claim, tau, proved))
    return found


def _refuted_from(scheme: Scheme, claim: Claim, tau: Expr, proved: Proved) -> str | None:
    """A longer step that is refuted, if one is found in time."""
    try:
        for longer in BEYOND:
            step = sympy.sympify(tau * longer)
            if step.is_Rational and refute(scheme, claim, step, proved, None) is not None:
                return str(step)
    except OutOfTime:
        pass
    return None


def _given_up(scheme: Scheme, claim: Claim, proved: Proved | None, tau: Expr | None) -> Unproved:
    """Out of time: a limit that was proved before is kept."""
    found = None if proved is None or tau is None else limit_of(scheme, proved)
    above = "" if found is None else f"the step is above the certified limit {found.closed_form}: "
    return Unproved(
        claim=claim_text(claim),
        reason=f"{above}{late()}",
        tried=() if proved is None else (proved.kind,),
        certified_up_to=None if found is None else found.value,
    )


def _verdict(scheme: Scheme, claim: Claim, proved: Proved, tau: Expr | None) -> Verdict:
    found = limit_of(scheme, proved)
    if proved.parameter is not None and not _inside(scheme, proved):
        refuted = _refuted(scheme, claim, tau)
        reason = f"the value of '{proved.parameter}' is not in the set: {proved.statement}"
        return refuted or Unproved(claim=claim_text(claim), reason=reason, tried=(proved.kind,))
    certificate = assembled(scheme, claim, proved, found, tau)
    if tau is None or found is None:
        return certificate
    if compared(scheme, proved.bounds, tau):
        return certificate
    if (refuted := refute(scheme, claim, tau, proved, found)) is not None:
        return refuted
    try:  # a limit is that of its proof: this step may be stable on the file's own grid
        if claim.name not in THEOREMS["matrix"].claims:
            raise Unprovable("it speaks of l2_stable alone")
        own = THEOREMS["matrix"].prove(Question(scheme=scheme, claim=claim, tau=tau))
        return assembled(scheme, claim, own, None, tau)
    except Unprovable as trouble:
        return Unproved(
            claim=claim_text(claim),
            reason=f"the step {text(tau)} is above the certified limit {found.closed_form};"
            f" matrix: {trouble}",
            tried=(proved.kind, "matrix"),
            certified_up_to=found.value,
        )


def _refuted(scheme: Scheme, claim: Claim, tau: Expr | None) -> Verdict | None:
    """A counter-example at the step of the file, or of an iterate; None without one in time."""
    if tau is None:
        if scheme.model.time is not None:
            return None
        tau = sympy.S.One  # nothing reads it
    try:
        return refute(scheme, claim, tau, None, None)
    except OutOfTime:
        return None


def _inside(scheme: Scheme, proved: Proved) -> bool:
    """The value of the file lies in the set that was proved."""
    param = next(p for p in scheme.model.params if p.symbol.name == proved.parameter)
    parts = zip(proved.set, proved.ends, strict=True)
    return any(contains(part, ends, param.value) for part, ends in parts)


def signed(certificate: Certificate, code_digest: str) -> Certificate:
    """The certificate bound to an emitted text by the digest of that text."""
    return replace(certificate, code_sha256=code_digest)
