"""`iterant explain`: a page of text, and with -o the pictures, or both in one HTML file."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from fractions import Fraction
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from ..compiler.amplification.step import NotLinear
from ..compiler.pipeline import prove, source_of
from ..compiler.source import Given
from ..console import Exit, say, show, tell
from ..runtime.faults import UserError
from ..runtime.files import replacing, writing
from .pages import Explained, explained, headings, rows, wavelengths
from .pictures import figure

DOTS = 110
STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}"
    "th{text-align:left;vertical-align:top;padding-right:1.5rem;font-weight:600}"
    "td{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px}"
    ".numbers td{padding-right:2rem;text-align:right}img{max-width:100%}"
)


def explain(scheme: Path, out: Path | None, params: Mapping[str, Given[Fraction]]) -> Exit:
    """What a linear scheme does to waves; raises UserError for one that is not linear."""
    suffix = "" if out is None else out.suffix.lower()
    if out is not None and suffix not in WRITERS:
        known = ", ".join(WRITERS)
        raise UserError(f"a scheme is explained as {known}, and {out} is none of them")
    found = prove(source_of(scheme), params=params)
    try:
        page = explained(found)
        text = list(rows(found, page))
    except NotLinear as trouble:
        raise UserError(
            f"{scheme} is explained by what it does to waves, and it is not linear with constant"
            f" coefficients: {trouble}",
            f"iterant check {scheme} says how it is understood",
        ) from None
    model = found.model
    say(f"{model.name}: {model.doc}" if model.doc else model.name, style="bold")
    for heading, line in text:
        say(f"  {heading:<10} {line}")
    show(_table(page))
    if out is not None:
        with writing(out), replacing(out) as part:
            WRITERS[suffix](part, page, text)
        tell(f"wrote {out}")
    return Exit.DONE


def _table(page: Explained) -> Any:
    """Wavelengths as a table of rich."""
    from rich.table import Table

    found = Table()
    for heading in headings(page):
        found.add_column(heading, justify="right")
    for row in wavelengths(page):
        found.add_row(*row)
    return found


def _picture(path: Any, page: Explained, _: list[tuple[str, str]]) -> None:
    figure(page).savefig(path, dpi=DOTS, metadata={"Software": None})


def _drawing(path: Any, page: Explained, _: list[tuple[str, str]]) -> None:
    figure(page).savefig(path, metadata={"Date": None})


def _html(path: Path, page: Explained, text: list[tuple[str, str]]) -> None:
    """One file: the text, the numbers, and the pictures inside it."""
    drawn = BytesIO()
    figure(page).savefig(drawn, format="png", dpi=DOTS, metadata={"Software": None})
    image = b64encode(drawn.getvalue()).decode("ascii")
    lines = "\n".join(f"<tr><th>{escape(h)}</th><td>{escape(t)}</td></tr>" for h, t in text)
    head = "".join(f"<th>{escape(h)}</th>" for h in headings(page))
    body = "\n".join(
        f"<tr>{''.join(f'<td>{escape(v)}</td>' for v in row)}</tr>" for row in wavelengths(page)
    )
    title = escape(page.name)
    path.write_text(
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n<h1>{title}</h1>\n<table>\n{lines}\n</table>\n"
        f'<p><img alt="Waves under {title}" src="data:image/png;base64,{image}"></p>\n'
        f'<table class="numbers">\n<tr>{head}</tr>\n{body}\n</table>\n</html>\n',
        encoding="utf-8",
    )


WRITERS: Mapping[str, Callable[[Path, Explained, list[tuple[str, str]]], None]] = {
    ".png": _picture,
    ".svg": _drawing,
    ".html": _html,
}
