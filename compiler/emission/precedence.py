"""The operators of Python: how they are written, how loosely they bind, how much air they need."""

from __future__ import annotations

import ast

# How loosely operators bind, and what counts like one.
NONE, ATTRIBUTE, INVERSION, COMPARISON, BOOLEAN, CONDITION = 0, 1, 3, 10, 11, 12
OPERATORS: dict[type[ast.AST], tuple[str, int]] = {
    ast.Pow: ("**", 2),
    ast.Mult: ("*", 4),
    ast.MatMult: ("@", 4),
    ast.Div: ("/", 4),
    ast.FloorDiv: ("//", 4),
    ast.Mod: ("%", 4),
    ast.Add: ("+", 5),
    ast.Sub: ("-", 5),
    ast.LShift: ("<<", 6),
    ast.RShift: (">>", 6),
    ast.BitAnd: ("&", 7),
    ast.BitXor: ("^", 8),
    ast.BitOr: ("|", 9),
    ast.Eq: ("==", COMPARISON),
    ast.NotEq: ("!=", COMPARISON),
    ast.Lt: ("<", COMPARISON),
    ast.LtE: ("<=", COMPARISON),
    ast.Gt: (">", COMPARISON),
    ast.GtE: (">=", COMPARISON),
    ast.Is: ("is", COMPARISON),
    ast.IsNot: ("is not", COMPARISON),
    ast.In: ("in", COMPARISON),
    ast.NotIn: ("not in", COMPARISON),
    ast.And: ("and", BOOLEAN),
    ast.Or: ("or", BOOLEAN),
}
SIGNS: dict[type[ast.AST], str] = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "not "}


def is_simple(node: ast.expr) -> bool:
    """Names, numbers, signs and attributes of these: as operands of a power they need no air."""
    match node:
        case ast.UnaryOp(op=op, operand=operand):
            return not isinstance(op, ast.Not) and is_simple(operand)
        case ast.Attribute(value=value):
            return is_simple(value)
        case ast.Constant(value=value):
            return not isinstance(value, str | bytes) and value is not ...
    return isinstance(node, ast.Name)


def is_plain(node: ast.expr) -> bool:
    """Names and literals with signs: as bounds of a slice they need no air."""
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not):
        return is_plain(node.operand)
    return isinstance(node, ast.Name | ast.Constant)
