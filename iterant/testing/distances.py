"""||u[k+1] - u'[k+1]|| <= ||u[k] - u'[k]||: two runs of the emitted module."""

from __future__ import annotations

import re

import torch

from ..compiler.naming import safe
from .trials import SLACK, Trial

ROUNDING = 1e-14  # of the states, in their distance


def distances_never_grow(trial: Trial) -> str:
    """Each start beside another one: random states, spikes, alternating signs, worst modes."""
    names = [safe(n) for n in re.findall(r"\|\|(\S+)\[k\+1\] - ", trial.certificate.statement)]
    e = trial.emitted
    one = trial.starts()
    two = {n: a.roll(1, 0) for n, a in one.items()}
    for k in range(trial.steps):
        new = e.step(one, k), e.step(two, k)
        for name in names:
            old, now = (trial.square(name, a[name] - b[name]).sqrt() for a, b in ((one, two), new))
            noise = ROUNDING * trial.square(name, one[name].abs() + two[name].abs()).sqrt()
            if not bool((now <= old * (1 + SLACK) + noise + trial.noise_of_sources).all()):
                ratio = float(torch.nan_to_num(now / old, nan=torch.inf).max())
                trial.broken(
                    f"the distance in {name} grows by a factor {ratio:.12g} in step {k + 1}"
                )
        one, two = new
    return f"distances in {', '.join(names)} over {trial.steps} steps"
