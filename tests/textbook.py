"""Classic schemes as data, what textbooks say of them, and where that is put to the test.

An entry of classics/*.toml has a text, the name of its parameter (none: the step), and the set on
which it is stable: "[0, 1/2]", "(0, h/c)", "[-1, 0] or [1, oo)", "none"; an end "~0.87" is known to
some digits only.
"""

import tomllib
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path

import sympy

from iterant.compiler.analyse import analyse
from iterant.compiler.certificates.steps import exact
from iterant.compiler.discretise import discretise
from iterant.compiler.model import Model
from iterant.compiler.parse import parse
from iterant.compiler.scheme import Scheme
from iterant.compiler.source import Source
from proofs import closed

FOLDER = Path(__file__).resolve().parent / "classics"
ROUGH = Fraction(1, 500)  # relative: of ends that books give by some digits


@dataclass(frozen=True)
class End:
    """An end of an interval; `value` may hold names of the file and may be infinite."""

    value: sympy.Expr
    belongs: bool
    rough: bool = False


@dataclass(frozen=True, kw_only=True)
class Classic:
    """A scheme with the set of its parameter, or of its step, on which it is stable."""

    family: str
    name: str
    source: str
    text: str
    stable: tuple[tuple[End, End], ...]
    parameter: str | None = None
    trap: str = ""
    counts: tuple[int, ...] = ()  # points of the dense matrix on Z^d
    drift: bool = False  # theta = 0 has a double root: growth that is linear in time
    between: bool = False  # the worst mode is none of the grid's
    sufficient: bool = False  # the book's set is not all of it
    growth: str = "modes"  # "powers": only powers of the step tell
    slow: bool = False  # seconds, or more, in the prover
    digits: str = ""  # why the prover shows digits where the book has a closed form
    unproved: str = ""  # why the prover does not answer all of it

    @property
    def label(self) -> str:
        """The name of the test."""
        return f"{self.family}: {self.name}"

    @cached_property
    def model(self) -> Model:
        """The meaning of the text with its own values."""
        return analyse(parse(self._source))

    @cached_property
    def declared(self) -> tuple[Fraction | None, Fraction | None]:
        """The ends of the parameter's set; the step's is positive."""
        if self.parameter is None:
            return Fraction(0), None
        param = next(p for p in self.model.params if p.name == self.parameter)
        low, high = param.interval or (sympy.S.Zero if param.positive else None, None)
        return tuple(None if e is None else Fraction(int(e.p), int(e.q)) for e in (low, high))

    @cache  # noqa: B019 (entries live as long as the tests)
    def scheme(self, value: Fraction | None = None) -> Scheme:
        """The discretised text; `value` replaces that of the parameter."""
        given = {} if value is None or self.parameter is None else {self.parameter: value}
        return discretise(analyse(parse(self._source), params=given))

    @property
    def own(self) -> Fraction:
        """The value of the file: of the parameter, or of the step."""
        if self.parameter is None:
            time = self.model.time
            found = sympy.S.One if time is None else time.step
        else:
            found = next(p.value for p in self.model.params if p.name == self.parameter)
        return Fraction(int(found.p), int(found.q))

    @property
    def _source(self) -> Source:
        return Source("classic.scheme", f"scheme classic\n{self.text.lstrip()}")

    def number(self, end: End) -> float:
        """An end with the spacings and parameters of the file."""
        if not end.value.free_symbols:
            return float(end.value)
        known = {str(s): v for s, v in exact(self.scheme()).items()}
        return float(end.value.subs({s: known[str(s)] for s in end.value.free_symbols}))


# ---- the data


def classics() -> list[Classic]:
    """All entries, by file and in order."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        for given in tomllib.loads(path.read_text())["scheme"]:
            given["stable"] = intervals(given["stable"])
            given["counts"] = tuple(given.get("counts", ()))
            found.append(Classic(family=path.stem, **given))
    return found


def intervals(text: str) -> tuple[tuple[End, End], ...]:
    """Pairs of ends, from a text such as "[0, 1/2] or (1, oo)"."""
    if text == "none":
        return ()
    found = []
    for part in text.split(" or "):
        low, high = part[1:-1].split(", ", 1)
        found.append((_end(low, part[0] == "["), _end(high, part[-1] == "]")))
    return tuple(found)


def _end(text: str, belongs: bool) -> End:
    return End(value=closed(text.lstrip("~")), belongs=belongs, rough="~" in text)


# ---- where to look


@dataclass(frozen=True)
class Probe:
    """A value of the parameter or the step, and whether the scheme is stable there."""

    value: Fraction
    stable: bool


def probes(classic: Classic) -> list[Probe]:
    """Values 1 % inside and outside of every finite end, in the middle, and far out."""
    if not classic.stable:
        return [Probe(classic.own, False), Probe(classic.own / 10, False)]
    found = []
    for part in classic.stable:
        low, high = (classic.number(end) for end in part)
        for x, inward in ((low, 1), (high, -1)):
            if abs(x) != sympy.oo and _free(classic, x):
                step = abs(x) / 100 if x else 0.01
                found += [Probe(_short(x + inward * step), True)]
                if not classic.sufficient:
                    found += [Probe(_short(x - inward * step), False)]
        found += [Probe(_short(x), True) for x in _within(low, high)]
    return [p for p in dict.fromkeys(found) if allowed(classic, p.value)]


def _within(low: float, high: float) -> list[float]:
    """Points inside an interval."""
    if high == sympy.oo:
        return [0.1, 1.0, 100.0, -100.0] if low == -sympy.oo else [low + 1, low + 100]
    return [high - 100, high - 1] if low == -sympy.oo else [(low + high) / 2]


def _free(classic: Classic, x: float) -> bool:
    """The end is not one of the declared set."""
    return all(e is None or abs(x - float(e)) > 1e-12 for e in classic.declared)


def allowed(classic: Classic, x: Fraction | float) -> bool:
    """The value lies in the declared set, or is a step."""
    low, high = classic.declared
    return (low is None or low < x) and (high is None or x <= high)


def _short(x: float) -> Fraction:
    return Fraction(f"{x:.6g}")
