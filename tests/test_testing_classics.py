"""What the prover states of the classics, held against emitted modules by `iterant.testing`."""

from dataclasses import replace

import numpy as np
import sympy

import iterant
from iterant.compiler.certificates.certify import certify
from iterant.compiler.emit import emit
from iterant.compiler.pipeline import lower
from iterant.compiler.stepping import rational
from iterant.runtime.contract import Certificate, Refutation
from iterant.testing.allowed import emitted, grids, settings as allowed
from iterant.testing.statements import form_of
from iterant.testing.trials import Trial
from proofs import claim
from test_classics import CLASSICS, named
from textbook import Classic


@named(CLASSICS)
def test_verdicts_on_the_classics_hold(classic: Classic) -> None:
    """The whole set of a parameter or the limit of a step, as the prover states it."""
    scheme = classic.scheme()
    asked = replace(claim("l2_stable"), parameter=classic.parameter)
    found = certify(scheme, asked)
    if not isinstance(found, Certificate):
        # its witness is run by the tests of witnesses; nothing is stated that could be held
        assert isinstance(found, Refutation) or not classic.stable or classic.unproved, found
        return
    if scheme.step_value is None and found.limit is not None:
        scheme = replace(scheme, step_value=rational(found.limit.value) / 2)
    scheme = replace(scheme, step_value=scheme.step_value or sympy.S.One, steps=8)
    code, digest = emit(scheme, lower(scheme), scheme_sha256=found.scheme_sha256)
    artifact = iterant.Artifact(name="classic", source_code=code, certificates=(found,),
                                digest=digest, scheme=scheme)  # fmt: skip
    draws, sizes = allowed(artifact, found, np.random.default_rng(0)), grids(artifact, found)
    for number in range(5):
        setting = next(draws)
        module = emitted(artifact, setting, next(sizes), number)
        form_of(found.statement)(
            Trial(emitted=module, certificate=found, setting=setting, steps=16)
        )
