"""The tables of the documentation, made from the grammar and the tables of the program.

A page holds `<!-- table: NAME -->` ... `<!-- end -->`; between the two stands what TABLES makes.

    python docs/tables.py            writes them
    python docs/tables.py --check    fails when one is stale
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path

from diffusivities import bounded_fluxes
from forms import forms
from meanings import CALCULUS, FORMATS, POINTWISE, STATEMENTS, WALLS

from iterant.compiler.analysis import calculus, exact, functions, grids, nodes, words
from iterant.compiler.analysis.elementary import FUNCTIONS
from iterant.compiler.analysis.forms import FORMS
from iterant.compiler.analysis.options import Takes
from iterant.compiler.certificates import THEOREMS
from iterant.compiler.integrators import METHODS
from iterant.compiler.integrators.base import Facts
from iterant.compiler.parsing.lexical import DEEPEST
from iterant.compiler.parsing.reader import LARGEST
from iterant.runtime.output import WRITERS

DOCS = Path(__file__).parent
MARKED = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; a bar inside a cell is escaped."""
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    texts = ([cell.replace("|", "\\|") for cell in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in texts)


def code(text: object) -> str:
    """A text in code type; nothing stays nothing."""
    return f"`{text}`" if str(text) else ""


# ---- statements


def statements() -> str:
    """Every statement with its forms."""
    found = forms()
    names = re.findall(r"\w+", " ".join(found["statement"]))
    rows = []
    for name in names:
        written = "<br>".join(map(code, found[name]))
        rows.append((code(name), written, STATEMENTS[name]))
    return table(("statement", "form", "says"), rows)


def parts() -> str:
    """What the words in those forms stand for."""
    found = forms()
    names = (
        "axis interval condition face names traits equality definition claim watched method"
        " arguments argument option value tuple"
    ).split()
    return table(("part", "form"), ((n, "<br>".join(map(code, found[n]))) for n in names))


# ---- options


def takes(option: Takes) -> str:
    """What an option takes, in words."""
    match option.kind:
        case "flag":
            return "nothing"
        case "word":
            return ", ".join(map(code, option.choices))
        case "call":
            return ", ".join(map(code, option.choices)) + ", each with a number in brackets or bare"
        case "interval":
            return "an interval"
        case "step":
            return "a positive number, may hold `limit`"
    kind = {
        "integer": "a whole number",
        "integers": "whole numbers",
        "number": "a number",
        "numbers": "a number, or several in brackets",
    }[option.kind]
    return kind + _range(option)


def _range(option: Takes) -> str:
    least, most = option.least, option.most
    if option.wanted:
        return f" {option.wanted}"
    if least == 0 and option.above:
        return ", positive"
    if least is not None and most is not None:
        return f" from {least} to {most}"
    return "" if least is None else f", at least {least}"


def _options(pairs: Mapping[str, Takes]) -> str:
    return "<br>".join(f"{code(name)}: {takes(option)}" for name, option in pairs.items())


def options() -> str:
    """Options of the statements that describe a problem."""
    of = {
        "grid": words.GRID,
        "graph": words.GRAPH,
        "field": words.FIELD,
        "data": words.DATA,
        "param": words.PARAM,
        "function": words.FUNCTION,
        "mlp(...)": words.MLP,
        "spline(...)": words.SPLINE,
        "kernel": words.KERNEL,
        "iterate": words.ITERATE,
        "space": words.SPACE,
        "time": words.HOW_FAR,
    }
    return table(("of", "options"), ((code(name), _options(o)) for name, o in of.items()))


# ---- words of formulas


def pointwise() -> str:
    """The functions that act point by point."""
    rows = []
    for name, f in FUNCTIONS.items():
        count = str(f.least) if f.least == f.most else f"{f.least} to {f.most}"
        rows.append((code(name), count, POINTWISE[name], f.real))
    return table(("function", "arguments", "value", "a constant argument must be"), rows)


def operators() -> str:
    """Operators and forms."""
    names = [*calculus.OPERATORS, *FORMS]
    return table(("word", "meaning"), ((code(CALCULUS[n][0]), CALCULUS[n][1]) for n in names))


def walls() -> str:
    """The words of `boundary`."""
    return table(("word", "meaning"), ((code(w), WALLS[w]) for w in words.BOUNDARY_WORDS))


def reserved() -> str:
    """Words that cannot be declared."""
    rows = [("`t`, `limit`, `pi`, the coordinates", "always")]
    indices = ", ".join(map(code, (nodes.LEVEL, *nodes.LETTERS)))
    rows.append((indices, "where `iterate` or `neighbours` occurs"))
    rows.append(("`h`", "beside a `grid`"))
    rows.append(("the functions and operators of the language, derivatives such as `dx`", "always"))
    return table(("word", "reserved"), rows)


# ---- methods


def methods() -> str:
    """Time methods with their order, their stability and their options."""
    assert set(METHODS) <= set(words.TIME_METHODS), set(METHODS) - set(words.TIME_METHODS)
    rows = []
    for name, known in words.TIME_METHODS.items():
        arguments = f"({', '.join(known.arguments)})" if known.arguments else ""
        if name in METHODS:
            method = METHODS[name]
            laws = ", ".join({1: "`dt`", 2: "`dtt`"}[law] for law in method.laws)
            order = str(method.order) if method.order else "of its tableau"
            facts = _facts(name)
            rows.append((code(name + arguments), order, laws, *facts, _options(known.options)))
        else:
            rows.append((code(name + arguments), "later", "", "", "", _options(known.options)))
    head = ("method", "order", "advances", "real", "imaginary", "own options")
    return table(head, rows)


def _facts(name: str) -> tuple[str, str]:
    """The stability intervals on the real and the imaginary axis."""
    if name == "runge_kutta":
        return "of its tableau", "of its tableau"
    found: Facts = METHODS[name].facts({})
    pair = found.pair_squared
    imaginary = found.imaginary_squared
    if pair is not None:
        return _number(found.real), f"pairs: tau^2 norm < {pair}"
    return _number(found.real), "" if imaginary is None else _root(imaginary)


def _number(value: Fraction | None) -> str:
    if value is None:
        return ""
    exactly = value.denominator < 1000
    return str(value) if exactly else f"{float(value):.6g}"


def _root(square: Fraction) -> str:
    root = Fraction(float(square) ** 0.5).limit_denominator(1000)
    return str(root) if root**2 == square else f"{float(square) ** 0.5:.6g}"


def solvers() -> str:
    """Solvers with their options."""
    common = set.intersection(*(set(found) for found in words.SOLVERS.values()))
    every = {name: o for name, o in words.SOLVERS["picard"].items() if name in common}
    rows = [("all", _options(every))]
    for name, found in words.SOLVERS.items():
        rows.append((code(name), _options({k: o for k, o in found.items() if k not in common})))
    return table(("solver", "options"), rows)


def claims() -> str:
    """Claims, and the theorems that may prove each."""
    rows = []
    for name, claim in words.CLAIMS.items():
        form = f"{name} integral(u)" if claim.quantity else name
        by = [code(t) for t in THEOREMS if name in THEOREMS[t].claims]
        rows.append((code(form), ", ".join(by) or "none yet: `unproved`, with the reason"))
    return table(("claim", "theorems that may prove it"), rows)


def fluxes() -> str:
    """Known fluxes, the bounds of g and of Phi' that are shown, and which claims follow."""
    head = ("flux", "inf g", "sup g", "inf Phi'", "sup Phi'", "an explicit step may be")
    rows = (
        (f"{name}, {code(text)}" if name else f"Phi(s) = {code(text)}", *ends,
         ", ".join(map(code, claims)) or "neither")
        for name, text, ends, claims in bounded_fluxes()
    )  # fmt: skip
    return table(head, rows)


def limits() -> str:
    """What is refused before any work."""
    rows = (
        ("size of a file", f"{LARGEST // 1024} KiB"),
        ("nesting of an expression", f"{DEEPEST}"),
        ("an exponent", f"{exact.EXPONENT}"),
        ("order of a derivative", f"{calculus.ORDER}"),
        ("offset or level in an `iterate`", f"{nodes.REACH}"),
        ("width of a stencil", f"{2 * nodes.REACH + 1} points"),
        ("unknowns of a grid", f"10^{len(str(grids.UNKNOWNS)) - 1}"),
        ("width of a layer of a network", f"{functions.WIDEST}"),
    )
    return table(("what", "at most"), rows)


def formats() -> str:
    """What `iterant run -o` writes, by suffix."""
    return table(("suffix", "file"), ((code(f".{name}"), FORMATS[name]) for name in WRITERS))


TABLES: Mapping[str, Callable[[], str]] = {
    f.__name__: f
    for f in (
        statements, parts, options, pointwise, operators, walls, reserved, methods, solvers,
        claims, fluxes, limits, formats,
    )
}  # fmt: skip


def filled(text: str) -> str:
    """A page with every table made anew."""
    return MARKED.sub(lambda m: f"{m[1]}\n{TABLES[m[2]]()}\n{m[3]}", text)


def stale() -> list[Path]:
    """The pages whose tables are not what the program says."""
    return [p for p in sorted(DOCS.glob("*.md")) if filled(p.read_text()) != p.read_text()]


def main(arguments: list[str]) -> int:
    """Write the tables, or say which pages are stale."""
    pages = stale()
    for page in pages:
        sys.stdout.write(f"{page.name}\n")
        if "--check" not in arguments:
            page.write_text(filled(page.read_text()))
    return int(bool(pages) and "--check" in arguments)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
