"""assert_certificate_holds: every verdict of an artifact against its emitted module."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from .. import api
from ..compiler.emit import Artifact
from ..runtime.checker import check
from ..runtime.contract import Certificate, Refutation, Unproved, Verdict
from ..runtime.faults import UserError
from ..witnesses import grown
from .allowed import emitted, grids, settings
from .learned import blocks_hold
from .statements import form_of
from .trials import Trial

NEAR = 1e-6  # relative, between the growth that is seen and the growth that is stated


def assert_certificate_holds(
    artifact: Artifact | str | Path, *, trials: int = 6, steps: int = 32, seed: int = 0
) -> tuple[str, ...]:
    """Hold every verdict of an artifact, a text or a file against the emitted module, in float64.

    A certificate is checked again by the checker, bound to the emitted text. Then its statement is
    held `trials` times: on grids of several sizes that it allows, at parameters from its sets, at
    its limit (where that is attained), at 0.99 of it and below; over `steps` steps from random
    fields of several sizes, a spike, alternating signs and the mode with the largest eigenvalue.
    Linear steps on small grids are also taken as matrices. The witness of a refuted claim is run
    and must grow as stated. `seed` draws everything.

    Returns a sentence on what was looked at for each claim, "unproved" ones too. Raises
    AssertionError with the field, the step and the factor where a verdict is false, UserError where
    there is no claim at all.
    """
    if not isinstance(artifact, Artifact):
        artifact = api.compile(artifact, force=True)
    if not artifact.certificates:
        raise UserError(
            f"{artifact.name} claims nothing, so there is nothing to hold",
            "add a line such as: certify l2_stable",
        )
    return tuple(
        sentence
        for verdict in artifact.certificates
        for sentence in _held(artifact, verdict, trials, steps, seed)
    )


def _held(
    artifact: Artifact, verdict: Verdict, trials: int, steps: int, seed: int
) -> Iterator[str]:
    match verdict:
        case Certificate():
            yield _certified(artifact, verdict, trials, steps, seed)
        case Refutation():
            yield _refuted(artifact, verdict)
        case Unproved():
            yield f"{verdict.claim}: unproved, so there is nothing to hold"


def _certified(artifact: Artifact, found: Certificate, trials: int, steps: int, seed: int) -> str:
    report = check(found, artifact.source_code)
    if not report.accepted:
        raise AssertionError(f"{artifact.name}: {found.claim}: not accepted: {report.reason}")
    if " of " in found.claim:
        return f"{found.claim}: the checker alone: the module takes other terms in the same step"
    if found.kind == "learned":
        return f"{found.claim}: {blocks_hold(artifact, found, trials, seed)}"
    holds, random = form_of(found.statement), np.random.default_rng(seed)
    looked = ""
    pairs = zip(settings(artifact, found, random), grids(artifact, found), strict=False)
    for number, (setting, counts) in enumerate(islice(pairs, trials)):
        module = emitted(artifact, setting, counts, seed + number)
        looked = holds(Trial(emitted=module, certificate=found, setting=setting, steps=steps))
    return f"{found.claim}: {looked}"


def _refuted(artifact: Artifact, found: Refutation) -> str:
    run = grown(artifact, found)
    if not run.measured >= run.stated * (1 - NEAR):
        raise AssertionError(
            f"{artifact.name}: {found.claim}: the witness {found.witness.mode} grows by"
            f" {run.measured:.12g} in the emitted module, and {run.stated:.12g} is stated"
        )
    return f"{found.claim}: refuted, and the witness grows by {run.measured:.9g} {run.per}"
