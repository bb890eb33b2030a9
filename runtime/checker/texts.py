"""What an emitted text states of itself: its digests, its step, how far one body goes.

The digest shows that text and certificate were made together and that neither has changed since.
Whoever writes both can make them agree: then the step that the text states is still the one that
was proved, but what its functions compute is not looked at here; a replay compares that.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from .ranges import Rejected
from .trees import rational

BLANK = re.compile(r'^DIGEST = ".*"$', flags=re.MULTILINE)
REGISTERED, TENSOR = "register_buffer", "tensor"


def code_digest(code: str) -> str:
    """sha256 of an emitted text with its digest line blanked."""
    return "sha256:" + hashlib.sha256(BLANK.sub('DIGEST = ""', code).encode()).hexdigest()


def bound(data: dict[str, Any], code: str) -> None:
    """The certificate was made for this text, and the text takes the step of the certificate."""
    if data["code_sha256"] != code_digest(code):
        raise Rejected("the certificate was made for another text, or the text was changed")
    try:
        tree = ast.parse(code)
    except SyntaxError:
        raise Rejected("the text is no Python") from None
    for name, value in (
        ("DIGEST", data["code_sha256"]),
        ("SCHEME", f"sha256:{data['scheme_sha256']}"),
    ):
        if list(_stated(tree, name)) != [value] or code.count(f"\n{name} = ") != 1:
            raise Rejected(f"the text does not state {name} = {value!r} once")
    if data["scheme"]["step"] is not None:
        _advances(data, tree, code)


def _stated(tree: ast.Module, name: str) -> Iterator[Any]:
    """The values that a module assigns to a name at its top."""
    for line in tree.body:
        if isinstance(line, ast.Assign) and name in map(ast.unparse, line.targets):
            yield line.value.value if isinstance(line.value, ast.Constant) else None


def _advances(data: dict[str, Any], tree: ast.Module, code: str) -> None:
    """The step, and the inner steps and taus of one body, are those of the scheme."""
    step = data["scheme"]["step"]
    if step["tau"] is None:
        if data["limit"] is not None:
            raise Rejected("the certificate does not say which step the text takes")
        return
    if _number(_tau(tree), code) != rational(step["tau"]):
        raise Rejected("the step of the text is not that of the certificate")
    plans = [c for c in _calls(tree, "Plan") if isinstance(c.func, ast.Name)]
    if len(plans) != 1:
        raise Rejected("the text holds no plan, or several")
    told = {k.arg: k.value for k in plans[0].keywords}
    one = ast.Constant(1)
    advance = rational(step["advance"])
    if _number(told.get("inner", one), code) != step["inner"] or (
        advance is not None and _number(told.get("advance", one), code) != advance
    ):
        raise Rejected("a body of the text goes another way than that of the certificate")


def _tau(tree: ast.Module) -> ast.expr:
    """The number x of self.register_buffer("tau", torch.tensor(x, ...)), stated once."""
    found = [
        c.args[1]
        for c in _calls(tree, REGISTERED)
        if len(c.args) == 2 and isinstance(c.args[0], ast.Constant) and c.args[0].value == "tau"
    ]
    if len(found) != 1 or any(_writes(n) for n in ast.walk(tree)):
        raise Rejected("the text states no step, or several")
    (value,) = found
    if isinstance(value, ast.Call) and ast.unparse(value.func).endswith(f".{TENSOR}"):
        return value.args[0]
    raise Rejected("the step of the text is no number")


def _writes(node: ast.AST) -> bool:
    """An assignment to the attribute tau."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "tau"
        and isinstance(node.ctx, ast.Store | ast.Del)
    )


def _calls(tree: ast.Module, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else (
                node.func.id if isinstance(node.func, ast.Name) else "")  # fmt: skip
            if called == name:
                yield node


def _number(node: ast.expr, code: str) -> Fraction:
    """The exact number that a text writes: an integer, a decimal, or a quotient of such."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _number(node.left, code) / _number(node.right, code)
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        written = ast.get_source_segment(code, node) if hasattr(node, "lineno") else None
        return Fraction(written or value)
    raise Rejected("a number of the text is no rational")
