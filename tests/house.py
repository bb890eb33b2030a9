"""The house as data: its rooms, what each may import, and the modules found in the tree.

A room is a module or a folder directly below compiler/ or runtime/. `BELOW` is the design: for each
room of the compiler it names the rooms just under it; a room may import those and all that lies
under them. A new room is given its place by one line here.
"""

import ast
import functools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("iterant", "compiler", "runtime", "grammars")

BELOW: dict[str, tuple[str, ...]] = {
    "source": (),
    "budget": (),
    "syntax": ("source",),
    "parsing": ("syntax",),
    "parse": ("parsing",),
    "formatting": ("parsing",),
    "format": ("parse", "formatting"),
    "operators": (),
    "walls": ("source",),
    "model": ("operators", "walls"),
    "analysis": ("syntax", "model"),
    "analyse": ("analysis",),
    "stencil": ("source",),
    "grid": ("stencil",),
    "scheme": ("model", "grid"),
    "integrators": ("scheme",),
    "channels": ("scheme",),
    "discretisation": ("integrators", "channels"),
    "discretise": ("discretisation",),
    "reference": ("integrators", "channels"),
    "ops": ("scheme",),
    "graph": ("ops",),
    "architectures": ("graph", "discretisation", "naming"),
    "naming": (),
    "passes": ("graph", "naming"),
    "amplification": ("scheme", "budget"),
    "certificates": ("graph", "reference", "amplification"),
    "stepping": ("certificates",),
    "printer": ("graph", "naming"),
    "emission": ("printer", "architectures"),
    "artifact": ("scheme",),
    "emit": ("emission", "artifact"),
    "properties": ("graph",),
    "show": ("properties", "syntax"),
}
# The whole compiler in one page: it alone may import every room, and no room imports it.
TOP = ("pipeline",)
# The table of an open set is its __init__: the analysis asks it which names exist.
OPEN_SETS = ("integrators", "architectures", "certificates")

# The runtime's lower rooms; each other room may import these and its neighbours.
RUNTIME: dict[str, tuple[str, ...]] = {
    "contract": (),
    "table": (),
    "checker": ("contract",),
    "plan": (),
    "ghosts": ("plan",),
    "halo": ("ghosts", "plan"),
    "weights": (),
    "norms": (),
    "curves": (),
    "padding": ("halo", "plan"),
    "convolutions": ("padding", "plan"),
    "faults": (),
    "shapes": ("faults", "plan"),
    "layers": ("convolutions", "curves", "halo", "norms", "padding", "plan", "shapes", "weights"),
    "inner": ("faults", "layers", "padding", "plan"),
    "load": ("contract", "layers", "plan", "table"),
}
# What the compiler may know of the runtime.
SHARED = ("iterant.runtime.contract", "iterant.runtime.table")


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A Python file of the package: its import name, its path, and its syntax tree."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        """Whether the file is the `__init__` of a folder."""
        return self.path.name == "__init__.py"

    @property
    def room(self) -> tuple[str, str]:
        """The top folder and the room inside it: `("compiler", "integrators")`."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return parts[0], "" if parts[1] == "__init__" else parts[1]


def python_files(*folders: str) -> list[Path]:
    """Return the Python files below the folders of the checkout, sorted."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def import_name(path: Path) -> str:
    """Return the import name of a file or folder: compiler/source.py is iterant.compiler.source."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    prefix = () if parts[0] == "iterant" else ("iterant",)
    return ".".join(prefix + (parts[:-1] if parts[-1] == "__init__" else parts))


@functools.cache
def modules() -> dict[str, Module]:
    """Return every module of the package by its import name."""
    found = (
        Module(name=import_name(path), path=path, tree=ast.parse(path.read_text(), str(path)))
        for path in python_files(*FOLDERS)
    )
    return {module.name: module for module in found}


def imports(module: Module) -> Iterator[str]:
    """Yield the full names that a module imports, inside functions too."""
    package = module.name.split(".") if module.is_package else module.name.split(".")[:-1]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            stem = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*stem, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def own_imports(module: Module) -> set[str]:
    """Return the modules of ours that a module imports, itself left out."""
    found = set()
    for name in imports(module):
        parent = name.rpartition(".")[0]
        found |= {next((known for known in (name, parent) if known in modules()), "")}
    return found - {"", module.name}


@functools.cache
def under(room: str) -> frozenset[str]:
    """Return the rooms of the compiler that lie under one, at any depth."""
    below = BELOW[room]
    return frozenset(below).union(*(under(name) for name in below))


@functools.cache
def project() -> dict[str, Any]:
    """Return the parsed pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def packaging() -> dict[str, Any]:
    """Return the packaging section of pyproject.toml."""
    section: dict[str, Any] = project()["tool"]["setuptools"]
    return section


def data_files() -> list[Path]:
    """Return the files of the package that are not Python."""
    every = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file())
    return sorted(p for p in every if p.suffix != ".py" and "__pycache__" not in p.parts)
