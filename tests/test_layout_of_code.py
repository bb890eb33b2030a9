"""The layout of emitted code is that of `ruff format`: cases of every kind, and random ones."""

import ast
import random
import subprocess
import sys
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from iterant.compiler.emission.layout import layout

LONG = "abc_def_ghi_jkl_mno_pqr_stu_vwx_yza"

# Each starts flat; names are long enough to break it, here and there.
CASES = [
    "INV_H2 = 65536.0  # h^-2",
    f"STEPS_{LONG} = {LONG}_{LONG}  # {LONG}",
    f"STEPS_{LONG} = {LONG}_{LONG} + 1  # {LONG}",
    f"from iterant.runtime.plan import NONE, PERIODIC, REFLECT, Place, Plan, Side, Stage, {LONG}",
    f"from iterant.runtime.plan_{LONG}_{LONG} import {LONG}",
    "from torch import Tensor, nn",
    f"from a import (\n        Tensor,\n        nn as {LONG},\n    )",
    f"def advance(u: Tensor, tau: Tensor, {LONG}: Tensor, kappa: Tensor) -> Tensor:\n        pass",
    f"def f(tau=1, *, {LONG}: Tensor | None = None) -> tuple[Tensor, Tensor]:\n        pass",
    f"def f(tau, a: {LONG} = 2, b: {LONG} = 1.5) -> dict[{LONG}, {LONG}]:\n        pass",
    f"def f(tau, a: {LONG}, b: {LONG}) -> dict[{LONG}, {LONG}, {LONG}]:\n        pass",
    f"def one(self_{LONG}_{LONG}: Tensor, /, *rest, **others: {LONG}) -> Tensor:\n        pass",
    f"def none() -> tuple[{LONG}, {LONG}, {LONG}, {LONG}]:\n        pass",
    f"class Heat_{LONG}(nn.Module, {LONG}, {LONG}):\n        pass",
    f"for kappa, {LONG} in zip(TABLE_{LONG}, TABLE_2_{LONG}, strict=True):\n        pass",
    f"if {LONG} is None and {LONG} is None and {LONG} is None:\n        pass",
    "for tau in TABLE:\n        pass",
    f"x = INV_H2 * (u[..., 2:, 1:-1] + {LONG}[..., :-2, 1:-1] - 2 * {LONG}[..., 1:-1, 1:-1] + 1)",
    f"{LONG} = u[..., 2:, 1:-1] + u[..., :-2, 1:-1] - 4 * u[..., 1:-1, 1:-1] + u[..., 1:-1, 2:]",
    f"return u[..., 1:-1, 1:-1] + tau * torch.exp(-(({LONG} / kappa) ** 2)) * {LONG}[..., 2:]",
    f"return u[..., {LONG}_{LONG} + 1 :, : -{LONG}_{LONG}, 1:-1, :: x + 1]",
    f"return -((u + {LONG}) ** 2) / (1 + {LONG} + {LONG}) ** 2",
    f"return {LONG}_{LONG}**2 * {LONG}_{LONG}**3 + 1",
    f"return {LONG}, {LONG}_{LONG}, torch.exp(x)",
    f"return {LONG}_{LONG}, torch.exp({LONG}_{LONG} + 1)",
    f"v, w = {LONG}(layers.pad(u, PLACES['u'.upper()]), layers.pad({LONG}, PLACES), self.kappa, t)",
    f"v, {LONG}, {LONG} = {LONG}[..., {LONG}, 1:]",
    f"u[..., {LONG}, {LONG}] = {LONG} + {LONG}",
    f"x: dict[str, Tensor] = {LONG}({LONG}) + {LONG} * 3 if {LONG} else {LONG}",
    f"x += torch.where({LONG} > 0, {LONG}, 0 * {LONG}) if x <= 0 or not {LONG} else {LONG}",
    f'self.register_buffer("{LONG}", torch.tensor(0.0001234567890123, dtype=torch.float64))',
    f"self.kappa_{LONG} = nn.Parameter(torch.tensor(0.0123456789, dtype=torch.float64))",
    f"{LONG}.first().second({LONG}).third({LONG}, *rest, **others)",
    f'PLACES = {{"u": Place(origin=(0.5, 0.5), spacing=({LONG}, 1 / 256), sides=((NONE, NONE),))}}',
    'PLACES = {"u": Place(origin=(0.5,), extra=(0,), sides=((NONE, NONE),)),}',
    f"plan = Plan(axes=('x', 'y'), body=(Stage({LONG}, ('u',), ('v',)), Stage(1, {LONG}, [])))",
    f'return {{**state, "u": {LONG}, "v": {LONG}, "w": {LONG}_w}}',
    "x = (a + b) * (c)",
    "x = -a**2 + b**-c - f(x)**2",
    f"x = [1, [2, {{3, 4}}, ()], [{LONG}, {LONG}, ({LONG} + 1)], {{}}]",
]  # fmt: skip


@cache
def ruff(text):
    """What ruff makes of a text; it is asked twice where its first answer does not stand."""
    command = [Path(sys.executable).parent / "ruff", "format", "--isolated", "--line-length=100"]
    for _ in range(2):
        done = subprocess.run(
            [*command, "-"], input=text, capture_output=True, text=True, check=True
        )
        text = done.stdout
    return text


ours = cache(layout)


def module(statements):
    """A module of functions with one statement each, with the blank lines that ruff wants."""
    return "\n\n\n".join(f"def f{i}():\n    {s}" for i, s in enumerate(statements)) + "\n"


def functions(text):
    """The functions of such a module."""
    return text.split("\n\n\n")


def faults(statements):
    """The statements that are laid out in another way than ruff's, in both ways."""
    text = module(statements)
    mine, theirs = layout(text), ruff(text)
    assert ast.dump(ast.parse(mine)) == ast.dump(ast.parse(text))
    assert layout(theirs) == theirs
    return [p for p in zip(functions(mine), functions(theirs), strict=True) if p[0] != p[1]]


@pytest.mark.parametrize("statement", CASES, ids=range(len(CASES)))
def test_cases(statement):
    i = CASES.index(statement)
    text = module(CASES)
    assert functions(ours(text))[i] == functions(ruff(text))[i]
    assert functions(ours(ours(text)))[i] == functions(ours(text))[i]


def test_deeper_lines_are_shorter():
    statements = [s for s in CASES if "\n" not in s]
    for depth in range(1, 4):
        heads = "".join(f"{'    ' * i}if x{i}:\n" for i in range(depth))
        text = "def f():\n" + "\n".join("    " + x for x in heads.splitlines()) + "\n"
        text += "".join("    " * (depth + 1) + s + "\n" for s in statements if "import" not in s)
        assert layout(text) == ruff(text)


# ---- random modules

SHORT = ("u", "v", "x", "tau", "kappa", "INV_H2", "u_n")
NUMBERS = ("0", "1", "2.5", "65536.0", "1e-05", "123456789")
SLICES = ("...", ":", "1:", ":-1", "1:-1", "2:", "::2", "0", "i")
ANNOTATIONS = ("Tensor", "dict[str, Tensor]", "tuple[Tensor, Tensor]", "Tensor | None")


class Author:
    """Writes random statements of the subset, each on one line."""

    def __init__(self, dice):
        self.dice = dice

    def some(self, write, *, least=0, most=4):
        return [write() for _ in range(self.dice.randint(least, most))]

    def name(self):
        size = self.dice.choice((0, 0, 0, 4, 8, 12, 16, 24, 40))
        return self.dice.choice(SHORT) + "_abcdefg" * (size // 8) + "_abc" * (size % 8 // 4)

    def word(self):
        dotted = f"{self.name()}.{self.name()}"
        text = f'"{self.name()}"'
        return self.dice.choice((self.name(), self.name(), dotted, self.dice.choice(NUMBERS), text))

    def arguments(self, depth):
        numbers = count()
        given = self.some(lambda: self.expression(depth), most=3)
        named = self.some(lambda: f"{self.name()}{next(numbers)}={self.expression(depth)}", most=2)
        return ", ".join([*given, *named])

    def index(self, depth):
        if self.dice.random() < 0.8:
            return self.dice.choice(SLICES)
        return f"{self.expression(depth - 1, 3)} : {self.expression(depth - 1, 3)}"

    def primary(self, depth):
        head = self.dice.choice((self.name(), f"torch.{self.name()}"))
        if depth > 1 and self.dice.random() < 0.3:
            head = self.dice.choice((self.primary(depth - 1), f"({self.expression(depth)})"))
        match self.dice.randrange(5):
            case 0 | 1:
                return f"{head}({self.arguments(depth - 1)})"
            case 2 | 3:
                parts = self.some(lambda: self.index(depth), least=1, most=3)
                return f"{head}[{', '.join(parts)}]"
        return f"{head}.{self.name()}"

    def display(self, depth):
        items = self.some(lambda: self.expression(depth - 1))
        comma = "," if items and self.dice.random() < 0.1 else ""
        match self.dice.randrange(3):
            case 0:
                return f"({', '.join(items)}{',' if len(items) == 1 else comma})"
            case 1:
                return f"[{', '.join(items)}{comma}]"
        return f"{{{', '.join(f'{self.word()}: {i}' for i in items)}{comma}}}"

    def chain(self, depth, operators, level, most=4):
        first, *rest = self.some(lambda: self.expression(depth, level), least=2, most=most)
        return first + "".join(f" {self.dice.choice(operators)} {text}" for text in rest)

    def expression(self, depth, level=0):
        """An expression, in parentheses if it binds looser than `level`."""
        if depth <= 0:
            return self.word()
        depth -= 1
        kind = self.dice.choice((9, 7, 7, 7, 3, 3, 3, 4, 4, 4, 8, 6, 5, 2, 1, 0))
        text = {
            0: lambda: (
                f"{self.expression(depth, 1)} if {self.expression(depth, 1)}"
                f" else {self.expression(depth)}"
            ),
            1: lambda: self.chain(depth, [self.dice.choice(("and", "or"))], 2, most=3),
            2: lambda: self.chain(depth, ("<", "==", ">=", "is", "in"), 3, most=2),
            3: lambda: self.chain(depth, "+-", 4, most=5),
            4: lambda: self.chain(depth, "*/@", 5),
            5: lambda: f"-{self.expression(depth, 7)}",
            6: lambda: f"{self.expression(depth, 7)}**{self.expression(depth, 7)}",
            7: lambda: self.primary(depth + 1),
            8: lambda: self.display(depth + 1),
            9: self.word,
        }[kind]()
        return f"({text})" if kind < level or self.dice.random() < 0.03 else text

    def statement(self, depth):
        """A statement, or the head of one with a body."""
        comment = f"  # {self.name()}" if self.dice.random() < 0.15 else ""
        if self.dice.random() < 0.15:
            write = self.dice.choice((self.loop, self.condition, self.function))
            return f"{write(depth)}:{comment}\n        pass"
        write = self.dice.choice((self.returned, self.assignment, self.primary, self.imported))
        return write(depth) + comment

    def assignment(self, depth):
        target = self.dice.choice((
            f"{self.name()} =",
            f"self.{self.name()} =",
            f"{self.names()} =",
            f"{self.name()}[{self.index(1)}] =",
            f"{self.name()}: {self.dice.choice(ANNOTATIONS)} =",
            f"{self.name()} *=",
        ))  # fmt: skip
        return f"{target} {self.expression(depth)}"

    def returned(self, depth):
        values = self.some(lambda: self.expression(depth), least=1, most=3)
        return f"{self.dice.choice(('return', f'{self.names()} ='))} {', '.join(values)}"

    def names(self):
        return ", ".join(self.some(self.name, least=2, most=3))

    def imported(self, _):
        numbers = count()
        names = self.some(lambda: f"{self.name()}{next(numbers)}", least=1, most=6)
        return f"from {self.name()} import {', '.join(names)}"

    def loop(self, depth):
        return f"for {self.names()} in {self.expression(depth)}"

    def condition(self, depth):
        return f"if {self.expression(depth)}"

    def function(self, _):
        numbers = count()
        arguments = self.some(
            lambda: f"{self.name()}{next(numbers)}: {self.dice.choice(ANNOTATIONS)}"
        )
        return f"def {self.name()}({', '.join(arguments)}) -> {self.dice.choice(ANNOTATIONS)}"


@given(st.randoms(use_true_random=False))
def test_random_statements(dice):
    author = Author(dice)
    assert faults([author.statement(2) for _ in range(2)]) == []


def many(seed):
    """Statements of every depth."""
    author = Author(random.Random(seed))
    return [author.statement(author.dice.randint(1, 4)) for _ in range(300)]


@pytest.mark.parametrize("seed", range(2))
def test_random_modules(seed):
    assert faults(many(seed)) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
def test_more_random_modules(seed):
    assert faults(many(seed)) == []


# ---- what is left alone


def test_other_lines_stay():
    text = f'''"""A docstring of any length, {LONG} {LONG} {LONG}.

    With lines of its own.
"""

# A comment of any length {LONG} {LONG} {LONG} {LONG}
x = [  # a display with comments inside
    1,  # one
]
y = {{k: v for k, v in {LONG}.items() if {LONG} != {LONG} and {LONG}}}
s = """several
lines"""


@decorated
def f():
    def g():
        return 1

    return g; x = 1
'''
    assert layout(text) == text


def test_empty_text():
    assert layout("") == ""
    assert layout("\n") == "\n"
    assert layout("x = 1") == "x = 1"
