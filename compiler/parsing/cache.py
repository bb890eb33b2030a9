"""Keeps what is slow to make in the user's cache folder, as JSON.

A file is read back only if it belongs to the user and nobody else may write it; without a folder
that can be written the work is done again. Nothing is ever unpickled.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any


def cached(name: str, *, key: tuple[str, ...], make: Callable[[], Any]) -> Any:
    """What `make` returns, from the cache when it was made before from the same key.

    make: returns data that JSON can hold; dictionaries have string keys, tuples come back as lists.
    """
    folder = _folder()
    path = folder / f"{name}-{sha256(json.dumps(key).encode()).hexdigest()[:24]}.json"
    with suppress(OSError, ValueError):
        return _read(path)
    made = make()
    with suppress(OSError):
        _write(path, json.dumps(made, separators=(",", ":")))
    return made


def _folder() -> Path:
    """`$XDG_CACHE_HOME/iterant`, or `~/.cache/iterant`."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    with suppress(RuntimeError):  # no home is known: a relative folder is refused below
        root = root.expanduser()
    return root / "iterant"


def _read(path: Path) -> Any:
    """The data of a file that only its owner, this user, can have written."""
    with path.open("rb") as file:
        for status in (os.fstat(file.fileno()), path.parent.stat()):
            _check_owner(status)
        return json.load(file)


def _check_owner(status: os.stat_result) -> None:
    if os.name != "posix":
        return
    if status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError("written by others")


def _write(path: Path, text: str) -> None:
    """Write a whole file or none; two processes may do so at once."""
    if not path.is_absolute():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_owner(path.parent.stat())
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    with temporary.open("x", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)
