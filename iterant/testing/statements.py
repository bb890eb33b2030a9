"""What certificates state, held against the emitted module: one function a form of statement.

A function gets a trial, raises AssertionError where the statement is false, and returns what it
has looked at in a few words. A statement that matches no form is a fault, never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import torch

from ..compiler.naming import safe
from ..emitted import Arrays
from .consistency import of_order
from .distances import distances_never_grow
from .matrices import MOST, ROOTS, TRANSIENT, growth_of_powers, norm, radius
from .trials import SLACK, Trial

NAME = r"[A-Za-z_]\w*(?:\[\d+\])?"


def norms_never_grow(trial: Trial) -> str:
    """||u[k+1]|| <= ||u[k]|| for each field that is named."""
    names = [safe(n) for n in re.findall(rf"\|\|({NAME})\[k\+1\]\|\|", _stated(trial))]
    for k, before, after in trial.run(trial.starts()):
        for name in names:
            sizes = [trial.square(name, s[name]).sqrt() for s in (before, after)]
            _compared(trial, f"||{name}||", k, sizes)
    if trial.small and not trial.emitted.periodic:
        _dense_norm(trial, names)
    return f"norms of {', '.join(names)} over {trial.steps} steps"


def pairs_never_grow(trial: Trial) -> str:
    """max(||u[k+1]||, ||u[k]||) <= max(||u[k]||, ||u[k-1]||): of two levels, the larger one."""
    names = re.findall(rf"max\(\|\|({NAME})\[k\+1\]\|\|", _stated(trial))
    for k, before, after in trial.run(trial.starts()):
        for name in names:
            levels = _levels(trial, name)
            sizes = [torch.stack([trial.square(n, s[n]).sqrt() for n in levels]).amax(0)
                     for s in (before, after)]  # fmt: skip
            _compared(trial, f"the larger norm of {name}'s levels", k, sizes)
    return f"the larger norm of two levels over {trial.steps} steps"


def powers_stay_bounded(trial: Trial) -> str:
    """No eigenvalue outside the unit disc, no Jordan block on it, and runs that stay finite."""
    if not trial.small:
        return _stays(trial)
    matrices = trial.blocks()
    if (found := radius(matrices)) > 1 + ROOTS:
        trial.broken(f"an eigenvalue of a step has modulus {found:.12g}")
    if trial.setting.bounded and (grown := growth_of_powers(matrices)) >= TRANSIENT:
        trial.broken(f"powers of the step grow by a factor {grown:.3g} from 2^10 to 2^20 steps")
    _stays(trial)
    return f"eigenvalues of {len(matrices)} matrices, powers up to 2^20, {trial.steps} steps"


def energy_stays_bounded(trial: Trial) -> str:
    """Waves: what a body changes stays bounded under all powers; constants may drift.

    (G - I) G^n is bounded where the eigenvalues other than 1 are semisimple and in the disc, and
    the Jordan blocks at 1, the drift of the kernel, have at most two rows.
    """
    if not trial.small:
        return _stays(trial, drift=True)
    matrices = trial.blocks()
    if (found := radius(matrices)) > 1 + ROOTS:
        trial.broken(f"an eigenvalue of a step has modulus {found:.12g}")
    front = matrices - np.eye(matrices.shape[-1])
    if trial.setting.bounded and (grown := growth_of_powers(matrices, front)) >= TRANSIENT:
        trial.broken(f"changes of the state grow by a factor {grown:.3g} from 2^10 to 2^20 steps")
    _stays(trial, drift=True)
    return f"eigenvalues of {len(matrices)} matrices, powers up to 2^20, {trial.steps} steps"


def energy_of_modes_stays(trial: Trial) -> str:
    """(1 + a)/2 |u[k+1] - u[k]|^2 + (1 - a)/2 |u[k+1] + u[k]|^2 of each mode is the same.

    So it is for each array of two, since both follow u[k+2] = 2 a u[k+1] - u[k].
    """
    e = trial.emitted
    matrices = e.symbols()
    determinants = np.linalg.det(matrices)
    half = np.trace(matrices, axis1=-2, axis2=-1) / 2
    if float(np.abs(determinants - 1).max()) > SLACK or float(np.abs(half.imag).max()) > SLACK:
        trial.broken("the eigenvalues of a mode are no pair with product 1 and a real sum")
    a = half.real
    if float(a.max()) > 1 + SLACK or float(a.min()) <= -1:
        trial.broken(f"a lies between {a.min():.12g} and {a.max():.12g}")
    axes = tuple(range(1, 1 + len(e.counts)))
    first: dict[str, Any] = {}
    for k, before, after in trial.run(trial.starts()):
        for name in e.plan.levels:
            old, new = (np.fft.fftn(s[name].numpy(), axes=axes) for s in (before, after))
            energy = (1 + a) / 2 * np.abs(new - old) ** 2 + (1 - a) / 2 * np.abs(new + old) ** 2
            start = first.setdefault(name, energy)
            size = np.maximum(np.abs(old) ** 2 + np.abs(new) ** 2, start)
            gap = float((np.abs(energy - start) / np.maximum(size, size.max() * 1e-6)).max())
            if gap > 1e-8 * (k + 1):
                trial.broken(f"the energy of a mode of {name} changes by {gap:.3g} in {k} steps")
    return f"the energy of {a.size} modes over {trial.steps} steps"


def weighted_norm_never_grows(trial: Trial) -> str:
    """A sum of squares with the positive weights that the norm names, or with some."""
    weights = _weights(trial)
    if weights is None:  # a normal step in a product that is not written down
        return powers_stay_bounded(trial)
    for k, before, after in trial.run(trial.starts()):
        sizes = [
            torch.stack([w * trial.square(n, s[n]) for n, w in weights.items()]).sum(0).sqrt()
            for s in (before, after)
        ]
        _compared(trial, "the weighted norm", k, sizes)
    return f"the weighted norm over {trial.steps} steps"


def extremes_hold(trial: Trial) -> str:
    """min(u[k], wall values, 0) <= u[k+1] <= max(u[k], wall values, 0).

    Of the difference of two solutions wall values are 0. A nonlinear step with sources has no such
    difference: the certificate leaves sources out, and there is nothing to run.
    """
    if _untouched(trial):
        return "the checker alone: sources of a nonlinear step are left out"
    bounds = re.findall(rf"min\(([^)]*)\) <= ({NAME})\[k\+1\] <= max", _stated(trial))
    for k, before, after in trial.run(trial.starts()):
        for inside, name in bounds:
            word, zero = safe(name), "," in inside
            old, new = before[word].flatten(1), after[word].flatten(1)
            low, high = old.amin(1), old.amax(1)
            low, high = (low.clamp(max=0), high.clamp(min=0)) if zero else (low, high)
            slack = SLACK * torch.maximum(low.abs(), high.abs()) + trial.noise_of_sources
            over = torch.maximum(new.amax(1) - high, low - new.amin(1)) - slack
            if float(over.max()) > 0:
                trial.broken(f"{name} leaves its bounds by {float(over.max()):.3g} in step {k + 1}")
    _dense_rows(trial, most=1.0)
    return f"bounds of {len(bounds)} fields over {trial.steps} steps"


def stays_positive(trial: Trial) -> str:
    """u[k+1] >= 0 where u[k] >= 0 and wall values are."""
    if _untouched(trial):
        return "the checker alone: sources of a nonlinear step are left out"
    names = [safe(n) for n in re.findall(rf"({NAME})\[k\+1\] >= 0", _stated(trial))]
    start = {n: a.abs() if n in names else a for n, a in trial.starts().items()}
    for k, before, after in trial.run(start):
        for name in names:
            size = float(before[name].abs().max())
            least = float(after[name].min())
            if least < -SLACK * size - trial.noise_of_sources:
                trial.broken(f"{name} falls to {least:.3g} in step {k + 1}")
    _dense_rows(trial, most=np.inf)
    return f"signs of {', '.join(names)} over {trial.steps} steps"


def integral_is_kept(trial: Trial) -> str:
    """The sum over cells of a combination of fields, from the start of a run to every step."""
    e = trial.emitted
    if not e.bare and not e.linear:
        return "the checker alone: sources of a nonlinear step are left out"
    proof = trial.certificate.proof
    factors = proof["factors"] if isinstance(proof, dict) else {}
    assert isinstance(factors, dict)
    weights = {safe(n): float(Fraction(str(c))) for n, c in factors.items()}
    fields = {n: a[0] for n, a in e.noise(1).items()}
    state, still = (_levels_of(trial, e.start(given)) for given in (fields, {}))
    first, size = None, 0.0
    for k in range(trial.steps + 1):
        apart = {n: state[n] - still[n] for n in state}
        total = sum(float((w * e.volumes(n) * apart[n]).sum()) for n, w in weights.items())
        parts = (state, still)
        size = max(size, *(float(s[n].abs().sum()) for s in parts for n in weights))
        first = total if first is None else first
        if not np.isfinite(total) or size > 1e100:
            break  # the step is not stable, which this claim does not forbid
        if abs(total - first) > 1e-10 * (1 + k) * max(size, 1e-12):
            trial.broken(f"the integral moves from {first:.12g} to {total:.12g} in {k} steps")
        state, still = e.step(state, k), e.step(still, k)
    return f"the integral over {trial.steps} steps"


FORMS: tuple[tuple[str, Callable[[Trial], str]], ...] = (
    (r"max\(\|\|", pairs_never_grow),
    (r"\|\|\S+ - ", distances_never_grow),
    (r"\|\|", norms_never_grow),
    (r"powers of the step stay bounded", powers_stay_bounded),
    (r"the energy (never grows|stays bounded)", energy_stays_bounded),
    (r"the energy is the same after every step", energy_of_modes_stays),
    (r"the norm of the state never grows", weighted_norm_never_grows),
    (r"min\(", extremes_hold),
    (rf"{NAME}\[k\+1\] >= 0", stays_positive),
    (r"integral\(", integral_is_kept),
    (r"interior rows are consistent of order", of_order),
)


def form_of(statement: str) -> Callable[[Trial], str]:
    """The function that holds a statement of this form."""
    for pattern, function in FORMS:
        if re.match(pattern, statement):
            return function
    raise AssertionError(f"no test knows how to hold this statement: {statement}")


# ---- parts


def _stated(trial: Trial) -> str:
    return trial.certificate.statement


def _compared(trial: Trial, what: str, k: int, sizes: Sequence[torch.Tensor]) -> None:
    """New norms of a batch are at most the old ones, up to rounding."""
    old, new = sizes
    floor = trial.noise_of_sources
    if not bool((new <= old * (1 + SLACK) + floor).all()):
        ratio = float(torch.nan_to_num(new / old, nan=torch.inf).max())
        trial.broken(f"{what} grows by a factor {ratio:.12g} in step {k + 1}")


def _dense_norm(trial: Trial, names: list[str]) -> None:
    """The norm of the step on all states of a small grid with walls."""
    e, matrix, first = trial.emitted, trial.emitted.dense(), 0
    for name in e.plan.levels:
        rows = slice(first, first := first + e.volumes(name).numel())
        if name not in names:
            continue
        own = norm(matrix[rows, rows], e.volumes(name).numpy().ravel())
        if own > 1 + SLACK:
            trial.broken(f"the norm of a step on {name} is {own:.12g}")


def _dense_rows(trial: Trial, most: float) -> None:
    """No value of a linear step on a small grid is negative, no row sums to more than `most`."""
    if trial.emitted.size > MOST or not trial.emitted.linear:
        return
    matrix = trial.emitted.dense()
    if (least := float(matrix.min(initial=0.0))) < -SLACK:
        trial.broken(f"a value enters a step with the weight {least:.6g}")
    if (total := float(matrix.sum(axis=1).max(initial=0.0))) > most + SLACK:
        trial.broken(f"the weights of a row sum to {total:.12g}")


def _stays(trial: Trial, *, drift: bool = False) -> str:
    """A run does not grow from its first half to its second beyond a transient."""
    sizes = []
    for _, before, after in trial.run(trial.starts()):
        shown = {n: after[n] - before[n] for n in after} if drift else after
        sizes.append(max(float(a.abs().max()) for a in shown.values()))
    half = max(1, len(sizes) // 2)
    if not max(sizes[half:], default=0.0) <= TRANSIENT * max(sizes[:half]):
        trial.broken(f"a run grows from {max(sizes[:half]):.3g} to {max(sizes[half:]):.3g}")
    return f"{trial.steps} steps"


def _weights(trial: Trial) -> dict[str, float] | None:
    """The weights of a norm such as `square root of ||u||^2 + 2/3 ||v||^2`; None if not written."""
    text = trial.certificate.norm
    if text.startswith("square root of "):
        found = re.findall(rf"([\d/]+ )?\|\|({NAME})\|\|\^2", text)
        return {safe(n): float(Fraction(w.strip())) if w else 1.0 for w, n in found}
    if text == "l2, weighted by cell volumes":
        return dict.fromkeys(trial.emitted.plan.levels, 1.0)
    return None


def _levels(trial: Trial, name: str) -> list[str]:
    """The arrays of a field's levels."""
    scheme = trial.certificate.scheme
    arrays = scheme["step"]["arrays"] if isinstance(scheme, dict) else []  # type: ignore[index,call-overload]
    older = [str(a["name"]) for a in arrays if a["like"] == name and a["level"]]  # type: ignore[index,call-overload,union-attr]
    return [safe(n) for n in (name, *older)]


def _levels_of(trial: Trial, state: Arrays) -> Arrays:
    return {n: state[n] for n in trial.emitted.plan.levels}


def _untouched(trial: Trial) -> bool:
    """A nonlinear step with sources, of which a maximum principle says nothing."""
    return not trial.emitted.bare and not trial.emitted.linear
