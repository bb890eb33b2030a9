"""What the prover is at, told on standard error once it has taken more than two seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .compiler.budget import heard
from .console import tell

PATIENCE = 2.0  # s before the first word; then after twice as long each time


class _Watch:
    """The words of the prover, and a thread that tells them while there are any."""

    def __init__(self) -> None:
        self._words = ""
        self._over: threading.Event | None = None

    def hear(self, words: str) -> None:
        """The prover turns to something, or with "" is done."""
        self._words = words
        if words and self._over is None:
            self._over = threading.Event()
            threading.Thread(target=self._tell, args=(self._over,), daemon=True).start()
        elif not words and self._over is not None:
            self._over.set()
            self._over = None

    def _tell(self, over: threading.Event) -> None:
        start, wait = time.monotonic(), PATIENCE
        while not over.wait(wait):
            wait = time.monotonic() - start
            tell(f"still at {self._words} after {wait:.0f} s", style="dim")


@contextmanager
def proving() -> Iterator[None]:
    """In the block a proof that takes long says what it is at."""
    watch = _Watch()
    with heard(watch.hear):
        try:
            yield
        finally:
            watch.hear("")
