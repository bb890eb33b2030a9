"""What a user sees: plain text where it is piped, colours on a terminal, never a traceback."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import Any, TextIO

SHOWN = 160  # columns of a source line, unless the terminal is narrower


class Exit(IntEnum):
    """How a command ends; of several ends the worst counts: 2, 1, 4, 3, 0."""

    DONE = 0
    REFUTED = 1
    BAD_INPUT = 2
    UNPROVED = 3
    FAILED = 4  # blew up, or did not converge
    INTERRUPTED = 130


_SEVERITY = (Exit.DONE, Exit.UNPROVED, Exit.FAILED, Exit.REFUTED, Exit.BAD_INPUT)


def worst(*ends: Exit) -> Exit:
    """The end that counts.

    >>> worst(Exit.UNPROVED, Exit.REFUTED, Exit.FAILED).name
    'REFUTED'
    """
    if Exit.INTERRUPTED in ends:
        return Exit.INTERRUPTED
    return max(ends, key=_SEVERITY.index, default=Exit.DONE)


def say(text: str, *, style: str = "") -> None:
    """Print to standard output."""
    _print(text, sys.stdout, style)


def tell(text: str, *, style: str = "") -> None:
    """Print what is not the result (a note, a fault) to standard error."""
    _print(text, sys.stderr, style)


def note(text: str) -> None:
    """Tell something that the user should know although all goes on."""
    tell(f"note: {text}", style="yellow")


def _print(text: str, stream: TextIO, style: str) -> None:
    if stream.isatty() and (style or "\n" in text):
        from rich.console import Console

        console = Console(file=stream, highlight=False, soft_wrap=True)
        console.print(text, style=style or None, markup=False)
    else:
        print(text, file=stream)


def show(page: Any) -> None:
    """Print a table of rich to standard output, as wide as it needs to be where it is piped."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else SHOWN
    Console(file=sys.stdout, highlight=False, width=width).print(page)


def show_fault(text: str) -> None:
    """Print faults as the compiler words them; carets and hints stand out on a terminal."""
    if not sys.stderr.isatty():
        sys.stderr.write(f"{text}\n")
        return
    from rich.console import Console
    from rich.text import Text

    shown = Text()
    for line in text.split("\n"):
        bare = line.strip()
        style = "bold"
        if bare and not bare.strip("^"):
            style = "bold red"
        elif line.startswith("  hint: "):
            style = "cyan"
        elif line.startswith("  "):
            style = ""
        shown.append(line + "\n", style=style)
    Console(file=sys.stderr, highlight=False, soft_wrap=True).print(shown, end="")


def open_streams() -> None:
    """Standard output and error as they must be: there, and able to show every letter somehow."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller: what is said is for nobody
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def guarded(action: Callable[[], int | None]) -> int:
    """Run a command; whatever happens ends in an exit code and at most a few lines."""
    try:
        return int(action() or 0)
    except KeyboardInterrupt:
        tell("interrupted")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        return _unread()
    except SystemExit as end:
        # typer ends the process itself when the reader of a pipe has gone.
        if isinstance(end.__context__, BrokenPipeError):
            return _unread()
        raise
    except Exception as fault:  # noqa: BLE001  the last resort
        return _explained(fault)


def _unread() -> int:
    """The reader of a pipe has read enough; Python must not flush into the pipe at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.DONE


def _explained(fault: Exception) -> int:
    """The exit code of a fault, after it was told; our own faults ask to be reported."""
    from .compiler.source import SchemeError
    from .runtime.faults import UserError
    from .runtime.table import UnknownName

    if isinstance(fault, SchemeError | UserError | UnknownName):
        show_fault(fault.shown(_columns()) if isinstance(fault, SchemeError) else str(fault))
        refuted = getattr(fault, "artifact", None) is not None
        return Exit.REFUTED if refuted else Exit.BAD_INPUT
    if hasattr(fault, "exit_code") and hasattr(fault, "format_message"):  # a fault of typer's
        if said := str(fault.format_message()).strip():  # no words at all: the help was shown
            show_fault(_usage(fault, said))
        return Exit.BAD_INPUT
    if isinstance(fault, OSError):
        where = f"{fault.filename}: " if fault.filename else ""
        tell(f"{where}{fault.strerror or fault}")
        return Exit.BAD_INPUT
    if _out_of_memory(fault):
        show_fault("there is not enough memory for this\n  hint: a smaller --grid needs less")
        return Exit.BAD_INPUT
    if os.environ.get("ITERANT_TRACEBACK"):
        raise fault
    reason = " ".join(f"{type(fault).__name__}: {fault}".split())[:300]
    tell(
        f"iterant failed on its own account: {reason}\n"
        "  hint: this is a fault of iterant: please report it with the file and this line; "
        "ITERANT_TRACEBACK=1 shows where it happened"
    )
    return Exit.BAD_INPUT


def _columns() -> int:
    """How much of a long source line is shown: what the terminal has room for."""
    if not sys.stderr.isatty():
        return SHOWN
    return max(20, min(SHOWN, shutil.get_terminal_size((SHOWN, 24)).columns - 3))


def _usage(fault: Any, said: str) -> str:
    """A wrong word on the command line, in the form of all faults."""
    path = fault.ctx.command_path if getattr(fault, "ctx", None) else "iterant"
    message, _, guess = said.partition(". Did you mean ")
    message, _, alike = message.partition(" (Possible options: ")
    near = guess or alike.rstrip(")")
    hint = f"did you mean {near.rstrip('?')}? " if near else ""
    hint += f"{path} --help says what is understood"
    return f"{path}: {message[0].lower()}{message[1:].rstrip('.')}\n  hint: {hint}"


def _out_of_memory(fault: Exception) -> bool:
    """Python's own fault, that of a GPU, or that of torch on the host, which has no name."""
    named = isinstance(fault, MemoryError) or type(fault).__name__ == "OutOfMemoryError"
    return named or "DefaultCPUAllocator: can't allocate" in str(fault)
