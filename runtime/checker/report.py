"""What the checker says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the checker found, in a sentence."""

    accepted: bool
    reason: str
