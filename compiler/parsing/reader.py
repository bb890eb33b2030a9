"""Texts come in, are refused when they are none, and are cut into statements."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

from ..source import Diagnostic, SchemeError, Source, Span

LARGEST = 64 * 1024  # bytes
SHOWN = 6  # files that a hint lists

MARK = "\ufeff"  # some editors begin a UTF-8 file with this
# The first character of a line that starts a statement.
_START = re.compile(r"^[^ \t\r\n#\ufeff]", re.MULTILINE)
# Control characters, single surrogates, and marks that change the direction of writing.
_JUNK = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]|\r(?!\n)"
)


def read_source(path: str | os.PathLike[str]) -> Source:
    """The text of a file; raises SchemeError when there is none, or when it is no UTF-8 text."""
    name = os.fspath(path)
    data = _bytes(Path(path), name)
    if len(data) > LARGEST:
        raise _too_long(Source(name, ""))
    _check_kind(Path(path), name, data)
    try:
        return Source(name, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        good = len(data[: error.start].decode("utf-8"))
        raise _refusal(
            Source(name, data.decode("utf-8", "replace")),
            f"the byte 0x{data[error.start]:02x} is no UTF-8 text",
            hint="a scheme is a text file; save it as UTF-8",
            at=good,
        ) from None


def _bytes(path: Path, name: str) -> bytes:
    """What a file holds, up to one byte more than is allowed."""
    shown = Source(name, "", typed=True)  # there is no line to point at
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        raise _refusal(
            shown, "cannot read this file: there is none of this name", hint=_alike(path)
        ) from None
    except IsADirectoryError:
        inside = ", ".join(sorted(p.name for p in path.glob("*.scheme"))[:SHOWN])
        hint = f"name a file in it: {inside}" if inside else "name a file"
        raise _refusal(shown, "cannot read this file: it is a folder", hint=hint) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise _refusal(shown, f"cannot read this file: {reason}") from None
    except ValueError:
        raise _refusal(shown, "cannot read this file: its name is none") from None


def _alike(path: Path) -> str:
    """The scheme files beside a path that is none; the likely one first."""
    try:
        beside = sorted(p.name for p in path.parent.glob("*.scheme"))
    except (OSError, ValueError):
        return ""
    stems = [name.removesuffix(".scheme") for name in beside]
    near = difflib.get_close_matches(path.stem, stems, n=1)
    if near:
        return f"did you mean {path.with_name(near[0] + '.scheme')}?"
    return f"schemes in this folder: {', '.join(beside[:SHOWN])}" if beside else ""


def _check_kind(path: Path, name: str, data: bytes) -> None:
    """A file by another ending that names no scheme is one of another kind: it is not read."""
    named = re.search(rb"^scheme\b", data, re.MULTILINE)
    if path.suffix and path.suffix.lower() != ".scheme" and not named:
        raise _refusal(
            Source(name, "", typed=True),
            "this is no scheme: no line of it begins with `scheme NAME`",
            hint=_alike(path) or "iterant new heat writes one to start from",
        )


def check_text(source: Source) -> None:
    """Refuse what is no text, too long, or without a statement, before any work is done on it."""
    text = source.text
    if len(text) > LARGEST or len(text.encode("utf-8", "replace")) > LARGEST:
        raise _too_long(source)
    if junk := _JUNK.search(text):
        sign = junk.group()
        return_alone = "; this file ends its lines by carriage returns alone" * (sign == "\r")
        raise _refusal(
            source,
            f"the character U+{ord(sign):04X} is no part of a text{return_alone}",
            hint="a scheme is a plain text file in UTF-8",
            at=junk.start(),
        )
    if not re.sub(r"#[^\n]*", "", text.removeprefix(MARK)).strip():
        said = "holds nothing but comments" if "#" in text else "is empty"
        raise _refusal(
            source, f"the file {said}", hint="a scheme starts with its name: scheme heat"
        )


def cut(source: Source) -> list[Span]:
    """The statements of a text in order, each up to the next one.

    What stands before the first statement is a piece of its own when it is not white.
    """
    text = source.text
    begin = len(MARK) if text.startswith(MARK) else 0
    starts = [found.start() for found in _START.finditer(text, begin)]
    if begin and _START.match(text[begin : begin + 1]):
        starts.insert(0, begin)
    head = starts[0] if starts else len(text)
    if re.sub(r"#[^\n]*", "", text[begin:head]).strip():
        starts.insert(0, begin)
    return [Span(a, b) for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]


def _too_long(source: Source) -> SchemeError:
    message = f"this file is longer than {LARGEST // 1024} KiB"
    return _refusal(source, message, hint="a scheme reads like the methods section of a paper")


def _refusal(source: Source, message: str, *, hint: str = "", at: int = 0) -> SchemeError:
    fault = Diagnostic(span=Span(at, at + 1), message=message, hint=hint)
    return SchemeError(source, (fault,))
