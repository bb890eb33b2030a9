"""What the compiler promises and what a run returns: frozen nouns, standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"  # numbers as "p/q"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The largest certified step: closed form as text, and a rational not above its value."""

    symbol: str  # "tau"
    closed_form: str
    value: str  # "p/q", rounded down
    attained: bool  # False: every smaller step is stable, the limit itself is not (leapfrog)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A claim with a proof that `iterant.runtime.checker` re-verifies without the prover.

    An interval of `set` has ends "low" and "high" (closed forms), rationals inside it next to them
    as "low_value" and "high_value" (null: no end), and "low_closed", "high_closed".
    `norm` and `domain` say in which norm and on which grids it holds; `hypotheses` name what it
    rests on; `proof` is what the checker reads, `scheme` the exact scheme that it speaks of.
    """

    claim: str  # "l2_stable", "conserves integral(u)", ...
    kind: str  # which theorem: "block", "symmetric", "skew", "convex", "telescoping", "order"
    statement: str  # one sentence for the user
    norm: str
    domain: str
    hypotheses: tuple[str, ...]
    bound: str
    proof: Json
    scheme: Json
    scheme_sha256: str
    limit: Limit | None = None
    parameter: str | None = None  # of a claim `for r`
    set: tuple[Json, ...] = ()  # for which values of it, in intervals
    code_sha256: str = ""  # of the emitted text, set when code is emitted
    weights_sha256: str = ""  # of a file of weights, set when they are frozen

    verdict = "certified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A state that grows: how to make it, on which grid, and by which factor, exactly.

    Of a claim about two states `other` is the second one: their distance grows.
    """

    mode: str
    points: tuple[int, ...]
    growth: str  # exact or rational lower bound, in `steps` steps: one, or a cycle
    steps: int
    state: Json  # initial values as exact rationals, by array name, flattened in C order
    other: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refutation:
    """A claim that is false: its witness was replayed exactly before this was made."""

    claim: str
    statement: str
    witness: Witness
    limit: Limit | None = None
    hint: str = ""

    verdict = "refuted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproved:
    """A claim on which nothing is said: why, what was tried, and a rigorous bracket if any."""

    claim: str
    reason: str
    tried: tuple[str, ...] = ()
    certified_up_to: str | None = None
    refuted_from: str | None = None

    verdict = "unproved"


Verdict: TypeAlias = Certificate | Refutation | Unproved


class Status(Enum):
    """How a run ended, as a sentence."""

    DONE = "The run reached its end."
    CONVERGED = "The iteration converged to the tolerance."
    BLEW_UP = "A value stopped being finite; the last good state was kept."
    INTERRUPTED = "The run was interrupted; a checkpoint was written where it stopped."
    STAGNATED = "The residual stopped falling before the tolerance was reached."
    DIVERGED = "The residual grew; the iteration was stopped."
    AT_MOST = "The largest number of iterations was reached before the tolerance."


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run returns; non-convergence is a value, `throw=True` makes it an exception.

    `value` is always a dict by field name; `watched` holds one list a watched name; `times` the
    times at which they were recorded; `message` says step, place and last good state of a fault.
    """

    value: Mapping[str, Any]
    status: Status
    steps: int
    residuals: tuple[float, ...] = ()
    error_bound: float | None = None
    watched: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    times: tuple[float, ...] = ()
    message: str = ""
    checkpoint: str = ""
    seconds_per_step: float | None = None
