"""A budget of time for the prover: what takes longer is given up, not waited for.

The deadline is asked at checkpoints, in any thread and on any platform; on the main thread a timer
asks between any two steps of Python too. What is at work can be heard, to be shown.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType
from typing import TypeAlias

SOON = 1e-6  # s: a timer of 0 would be none
AGAIN = 1e-3  # s, where it rang at the wrong moment
GRACE = 0.1  # s for a timer, before a checkpoint takes over
Hear: TypeAlias = Callable[[str], None]

_END: ContextVar[float | None] = ContextVar("end", default=None)  # on the monotonic clock
_GRANTED: ContextVar[float | None] = ContextVar("granted", default=None)  # s, as asked for
_HEAR: ContextVar[Hear | None] = ContextVar("hear", default=None)


class OutOfTime(BaseException):
    """The budget is spent; no `except Exception` on the way may take it for a fault of its own."""


@contextmanager
def budget(seconds: float | None) -> Iterator[None]:
    """Raise OutOfTime in the block after that long; None is no limit but that of a block around.

    >>> with budget(0.01):
    ...     while True:
    ...         checkpoint()
    Traceback (most recent call last):
    ...
    iterant.compiler.budget.OutOfTime
    """
    if seconds is None:
        yield
        return
    around, end = _END.get(), time.monotonic() + seconds
    token = _END.set(end if around is None else min(end, around))
    asked = _GRANTED.set(seconds if around is None else _GRANTED.get())
    able = _able()
    before = signal.signal(signal.SIGALRM, _ring) if able else None
    through = False
    try:
        if able:
            _set_timer()
        yield
        through = True
    finally:
        if able:
            signal.setitimer(signal.ITIMER_REAL, 0)
        _END.reset(token)
        _GRANTED.reset(asked)
        if able:
            signal.signal(signal.SIGALRM, before)
            if through or (left() or 0) > 0:
                _set_timer()


def _ring(number: int, frame: FrameType | None) -> None:
    """Raise OutOfTime, but not where a block is just being opened or closed."""
    if frame is not None and frame.f_code.co_filename in {__file__, contextlib.__file__}:
        signal.setitimer(signal.ITIMER_REAL, AGAIN)
        return
    raise OutOfTime


def _set_timer() -> None:
    """The timer of the block that is open now, if there is one."""
    if (rest := left()) is not None:
        signal.setitimer(signal.ITIMER_REAL, max(rest, SOON))


def left() -> float | None:
    """Seconds until the deadline, None without one."""
    end = _END.get()
    return None if end is None else end - time.monotonic()


def late() -> str:
    """Words for a budget that is spent: `it was not decided within 10 seconds`."""
    seconds = _GRANTED.get() or 0.0
    return f"it was not decided within {seconds:g} second{'s' * (seconds != 1)}"


def share(part: float) -> float | None:
    """A part of the seconds that are left, as a budget of its own."""
    rest = left()
    return None if rest is None else max(rest, 0.0) * part


def checkpoint() -> None:
    """Raise OutOfTime past the deadline; long loops ask here. A timer, if any, comes first."""
    end = _END.get()
    if end is not None and (late := time.monotonic() - end) > 0 and (late > GRACE or not _able()):
        raise OutOfTime


def _able() -> bool:
    """Whether a timer may ring in this thread."""
    main = threading.current_thread() is threading.main_thread()
    return main and hasattr(signal, "setitimer")


# ---- what is at work


@contextmanager
def heard(hear: Hear) -> Iterator[None]:
    """In the block `hear` is told what the prover turns to."""
    token = _HEAR.set(hear)
    try:
        yield
    finally:
        _HEAR.reset(token)


def at_work(words: str) -> None:
    """Say what is done from here on: `l2_stable: linear`."""
    checkpoint()
    _say(words)


def at_rest() -> None:
    """Say that nothing is left to be proved."""
    _say("")


def _say(words: str) -> None:
    if (hear := _HEAR.get()) is not None:
        hear(words)
