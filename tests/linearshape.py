"""The schema of certificates of kind "linear": which entries they have, and of which types."""

from fractions import Fraction
from typing import Any

from iterant.runtime.checker.document import Document
from iterant.runtime.checker.ranges import Rejected
from mutants import number

ALGEBRAIC = {"polynomial": [Fraction], "low": Fraction, "high": Fraction}
SPLIT = (Fraction, [(int, int)])
PROOF = {
    "case": str, "weights": [Fraction], "variable": {str: int}, "fixed": [str], "claim": str,
    "part": (None,), "step": (None,), "polynomial": [[[(int, Fraction)]]],
    "parts": [{
        "low": (None, ALGEBRAIC), "high": (None, ALGEBRAIC), "closed": [bool],
        "marks": [[Fraction]], "samples": [Fraction], "inside": [ALGEBRAIC],
        "conditions": [{
            "name": str, "strict": bool, "constant": Fraction, "divisor": [[(int, Fraction)]],
            "factors": [{"terms": [[(int, Fraction)]], "power": int, "low": object,
                         "high": object, "discriminant": object}],
        }],
    }],
}  # fmt: skip
STATED = {
    "claim": str, "kind": str, "statement": str, "norm": str, "domain": str, "hypotheses": [str],
    "bound": str, "parameter": (None, str), "proof": PROOF, "scheme_sha256": str,
    "code_sha256": str, "weights_sha256": str, "scheme": object,
    "limit": (None, {"symbol": str, "closed_form": str, "value": Fraction, "attained": bool}),
    "set": [{"low": (None, str), "high": (None, str), "low_value": (None, Fraction),
             "high_value": (None, Fraction), "low_closed": bool, "high_closed": bool}],
}  # fmt: skip
OPTIONAL = {"low", "high", "discriminant", "polynomial"}


def fits(data: Any, shape: Any) -> bool:
    """A JSON value has a shape: types, lists, records; a tuple is a choice."""
    if isinstance(shape, tuple):
        return any(fits(data, s) for s in shape)
    if isinstance(shape, list):
        return isinstance(data, list) and all(fits(x, shape[0]) for x in data)
    if isinstance(shape, dict):
        if list(shape) == [str]:
            return isinstance(data, dict) and all(fits(x, shape[str]) for x in data.values())
        missing = shape.keys() - (data.keys() if isinstance(data, dict) else set())
        return isinstance(data, dict) and missing <= OPTIONAL and all(
            k in shape and fits(x, shape[k]) for k, x in data.items())  # fmt: skip
    if shape is None:
        return data is None
    if shape is Fraction:
        return number(data) is not None
    if shape is int:
        return isinstance(data, int) and not isinstance(data, bool)
    return isinstance(data, shape)


def well_formed(data: dict[str, Any]) -> bool:
    """The certificate and the scheme in it have the schema."""
    try:
        Document(data["scheme"])
    except (ArithmeticError, AttributeError, LookupError, Rejected, TypeError, ValueError):
        return False
    return fits(data, STATED)
