"""Models from short texts, and what is said about faulty ones, for the tests of the analysis."""

import re
import sys

from sympy import Expr

from iterant.compiler.analyse import analyse
from iterant.compiler.model import Model
from iterant.compiler.parse import parse_into
from iterant.compiler.source import Faults, SchemeError, Source


def model(text: str, **given: object) -> Model:
    """Analyse statements behind a scheme line."""
    faults = Faults(Source("test.scheme", f"scheme test\n{text}\n"))
    return analyse(parse_into(faults), faults=faults, **given)


def told(text: str, **given: object) -> list[str]:
    """List the messages about a text, each with the text that it points at: `kapa: unknown ...`."""
    try:
        model(text, **given)
    except SchemeError as error:
        source = error.source
        return [f"{source.quote(f.span)}: {f.message}" for f in error.diagnostics]
    return []


def warned(text: str) -> list[str]:
    """List the warnings about a text."""
    return [warning.message for warning in model(text).warnings]


def short(expression: Expr | None) -> str:
    """Write an expression with u_xx for a derivative and lap(u) for a Laplacian."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10 * limit)  # sympy's printer nests as deep as what it prints
    try:
        text, before = str(expression), ""
    finally:
        sys.setrecursionlimit(limit)
    while text != before:
        before = text
        text = re.sub(r"Partial\(([\w\[\]]+), (\w), (\d)\)", _derivative, text)
    return re.sub(r"\bLaplacian\(", "lap(", text).replace("Divergence(", "div(")


def _derivative(found: re.Match[str]) -> str:
    name, axis, order = found.groups()
    return f"{name}_{axis * int(order)}"
