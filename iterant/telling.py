"""What a run tells of its claims before it begins: they may not be proved, or not of this grid."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from .console import note
from .inputs import Inputs
from .runtime.contract import Certificate, Refutation, Unproved, Verdict
from .runtime.plan import Plan


def least_points(plan: Plan, inputs: Inputs) -> int:
    """The fewest points along an axis."""
    dim = len(plan.axes)
    sizes = [n for values in inputs.arrays.values() for n in np.shape(values)[-dim:]]
    return min(plan.counts or sizes, default=0)


def tell_verdicts(verdicts: Sequence[Verdict], least: int) -> None:
    """What was not proved, or not of so small a grid, is said once; the run goes on."""
    for verdict in verdicts:
        if isinstance(verdict, Certificate):
            found = re.fullmatch(r"every grid of (\d+) points an axis or more", verdict.domain)
            if found and least < int(found[1]):
                note(f"{verdict.claim} is proved of {verdict.domain}, and this one has {least}")
        if isinstance(verdict, Unproved):
            note(f"{verdict.claim} is unproved: {verdict.reason}")
        elif isinstance(verdict, Refutation):
            note(f"{verdict.claim} is refuted, and the run was forced: {verdict.statement}")
