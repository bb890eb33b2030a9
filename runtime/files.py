"""Files that a user names: read whole, or written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .faults import UserError


def content(path: Path) -> bytes:
    """The bytes of a file that a user named."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError as fault:
        raise UserError(f"there is no file {path}") from fault
    except IsADirectoryError as fault:
        raise UserError(f"{path} is a folder, not a file") from fault
    except (OSError, ValueError) as fault:
        raise UserError(f"cannot read {path}: {getattr(fault, 'strerror', fault)}") from fault
    if not raw:
        raise UserError(f"{path} is empty")
    return raw


def text_of(path: Path) -> str:
    """The text of a file that a user named."""
    try:
        return content(path).decode("utf-8")
    except UnicodeDecodeError as fault:
        raise UserError(f"{path} is no text file") from fault


def refuse_source(path: Path, source: Path) -> None:
    """What is made of a file is not written over it."""
    if path.resolve() == source.resolve():
        raise UserError(f"{path} is the file that is read", "choose another path for what is made")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """A path that cannot be written is the user's fault, told with its name."""
    try:
        yield
    except OSError as fault:
        raise UserError(f"cannot write {path}: {fault.strerror or fault}") from fault


def check_writable(path: Path) -> None:
    """Refuse a path that cannot be written, before anything is computed; makes its folder."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write beside the given one, which it replaces whole when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
