"""Conditions on the faces of the domain, as equations; one a component, axis and side."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol

from .source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    """Both sides of an axis are one."""

    axis: int
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """`value * u + slope * dn(u) = right` on one side of an axis, for one component.

    `operand` names what the condition is for: "value" for u itself, "lap" for `lap(u) = c`.
    """

    axis: int
    side: str  # "low" | "high"
    unknown: Symbol
    value: Expr
    slope: Expr
    right: Expr
    operand: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroPadding:
    """`zero`: learned kernels read zeros outside."""

    axis: int
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """All conditions, one a component, axis and side; reflecting is slope 1, right 0."""

    periodic: tuple[Periodic, ...]
    walls: tuple[Wall, ...]
    zero: tuple[ZeroPadding, ...]
