"""Certificates, an open set: a theorem a file and a line in the table; `certify` asks them all."""

from __future__ import annotations

from ...runtime.table import Table
from .base import Theorem

THEOREMS: Table[Theorem] = Table(
    "certificate",
    __name__,
    "symmetric:THEOREM",
    "block:THEOREM",
    "skew:THEOREM",
    "convex:THEOREM",
    "splitting:THEOREM",
    "linear:THEOREM",
    "learned:THEOREM",
    "monotone:THEOREM",
    "telescoping:THEOREM",
    "order:THEOREM",
    "gershgorin:THEOREM",
    "dominant:THEOREM",
    "matrix:THEOREM",
)
