"""The trusted checker: reads a certificate and the emitted text, and believes nothing else.

It derives every statement of the certificate again from the exact scheme inside it, with rational
arithmetic of the standard library, and compares the digests of scheme and text. It shares no code
with the prover and needs neither sympy nor torch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from ..contract import Certificate
from . import (
    convex,
    dissipative,
    dominant,
    gershgorin,
    learned,
    linear,
    matrix,
    monotone,
    order,
    splitting,
    telescoping,
    waves,
)
from .document import Document, digest
from .ranges import Rejected
from .report import Report
from .texts import bound, code_digest
from .words import Claimed

FIELDS = frozenset(
    "claim kind statement norm domain hypotheses bound proof scheme scheme_sha256 limit"
    " parameter set code_sha256 weights_sha256".split()
)
SETS = frozenset({"linear", "dominant"})  # kinds that speak of sets of a parameter
IMPLICIT = frozenset({"linear", "dominant", "matrix"})  # kinds that solve for newest levels
LEARNED = frozenset({"learned"})  # kinds that know learned kernels and curves
KINDS: Mapping[str, Callable[[Document, Claimed], None]] = {
    "block": dissipative.check,
    "symmetric": dissipative.check,
    "skew": waves.check,
    "convex": convex.check,
    "linear": linear.check,
    "learned": learned.check,
    "monotone": monotone.check,
    "splitting": splitting.check,
    "telescoping": telescoping.check,
    "order": order.check,
    "gershgorin": gershgorin.check,
    "dominant": dominant.check,
    "matrix": matrix.check,
}


def check(certificate: Certificate | Mapping[str, Any], code: str | None = None) -> Report:
    """Verify one certificate, and with `code` that it belongs to this emitted text."""
    try:
        data = _plain(certificate)
        if digest(data["scheme"]) != data["scheme_sha256"]:
            raise Rejected("the scheme inside the certificate is not the one it was made for")
        if code is not None:
            bound(data, code)
        document = Document(data["scheme"])
        if document.implicit and data["kind"] not in IMPLICIT:
            raise Rejected("this theorem speaks of no left side")
        if document.learned and data["kind"] not in LEARNED:
            raise Rejected("this theorem speaks of no learned kernel")
        KINDS[data["kind"]](document, Claimed(data, document))
    except Rejected as trouble:
        return Report(accepted=False, reason=str(trouble))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as trouble:
        # A malformed certificate may fail anywhere: whatever it breaks, it is not accepted.
        return Report(accepted=False, reason=f"malformed: {type(trouble).__name__}: {trouble}")
    except RecursionError:
        return Report(accepted=False, reason="malformed: nested too deeply")
    return Report(accepted=True, reason=f"{data['claim']}: {data['statement']}")


def _plain(certificate: Certificate | Mapping[str, Any]) -> dict[str, Any]:
    data = asdict(certificate) if isinstance(certificate, Certificate) else dict(certificate)
    if data.keys() != FIELDS:
        raise Rejected("the certificate has missing or unknown entries")
    data["hypotheses"], data["set"] = list(data["hypotheses"]), list(data["set"])
    if data["kind"] not in SETS and (data["parameter"] is not None or data["set"]):
        raise Rejected("this theorem speaks of no set of a parameter")
    return data


__all__ = ["Report", "check", "code_digest"]
