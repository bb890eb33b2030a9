"""A budget of time for the prover: what takes longer is given up, not waited for."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class OutOfTime(BaseException):
    """The budget is spent; no `except Exception` on the way may take it for a fault of its own."""


@contextmanager
def budget(seconds: float | None) -> Iterator[None]:
    """Raise OutOfTime in the block after that long; None, or another thread, is no limit.

    >>> with budget(0.01):
    ...     while True:
    ...         pass
    Traceback (most recent call last):
    ...
    iterant.compiler.budget.OutOfTime
    """
    able = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if seconds is None or not able:
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    # A timer of 0 would be none.
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-6))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
