"""The house keeps its shape: imports go down, files stay small, packaging misses nothing.

Each rule looks at what exists, so it holds while rooms are being filled. The plan is in house.py.
"""

import ast
import doctest
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import house
from house import FOLDERS, ROOT, Module, modules, own_imports

LONGEST_FILE = 300
LONGEST_FUNCTION = 60
LEFTOVER = re.compile(r"TODO|FIXME|XXX|HACK|\bfor now\b|not implemented yet", re.IGNORECASE)
EVERYWHERE = (*FOLDERS, "tests", "examples", "benchmarks", "docs")


def written_by_hand() -> list[Path]:
    """Return the Python files of the checkout, without emitted ones."""
    golden = ROOT / "tests" / "golden"
    return [path for path in house.python_files(*EVERYWHERE) if golden not in path.parents]


def short(path: Path) -> str:
    """Name a file as seen from the root of the checkout."""
    return str(path.relative_to(ROOT))


def fault(importer: Module, imported: Module) -> str | None:
    """Return why one module may not import another, or None where it may."""
    (floor, room), (target_floor, target) = importer.room, imported.room
    match floor, target_floor:
        case ("iterant", _) | ("compiler" | "runtime", "grammars"):
            return None
        case ("grammars", _) | (_, "iterant"):
            return "imports go down"
        case ("compiler", "runtime"):
            return None if imported.name in house.SHARED else "the compiler knows no running code"
        case ("runtime", "compiler"):
            return "the runtime knows no compiler"
        case ("runtime", "runtime"):
            known = house.RUNTIME.get(room)
            ok = known is None or room == target or target in known
            return None if ok else f"{room} may import {known}"
        case _:
            return compiler_fault(importer, imported)


def compiler_fault(importer: Module, imported: Module) -> str | None:
    """Return why one module of the compiler may not import another, or None where it may."""
    room, target = importer.room[1], imported.room[1]
    if target in ("", *house.TOP):
        return "nothing imports the top of the house"
    if room in (target, "", *house.TOP):
        return None
    for name in (room, target):
        if name not in house.BELOW:
            return f"give the room {name!r} its place in tests/house.py"
    asks_table = imported.is_package and target in house.OPEN_SETS
    if target in house.under(room) or (asks_table and "model" in house.under(room)):
        return None
    return f"{target} does not lie under {room}"


def test_imports_go_down() -> None:
    faults = [
        f"{module.name} -> {name}: {reason}"
        for module in modules().values()
        for name in sorted(own_imports(module))
        if (reason := fault(module, modules()[name]))
    ]
    assert not faults, "\n" + "\n".join(faults)


def test_every_room_of_the_compiler_has_its_place() -> None:
    rooms = {module.room[1] for module in modules().values() if module.room[0] == "compiler"}
    assert rooms <= {"", *house.BELOW, *house.TOP}, "give a new room its place in tests/house.py"


def test_plan_is_sound() -> None:
    # The plan itself has no cycle, and the fault finder finds faults.
    TopologicalSorter(house.BELOW).prepare()
    assert "source" in house.under("emit")
    assert "emit" not in house.under("source")
    compiler, runtime = modules()["iterant.compiler"], modules()["iterant.runtime"]
    assert fault(runtime, compiler)
    assert fault(compiler, runtime)
    assert fault(compiler, modules()["iterant"])
    assert not fault(modules()["iterant"], compiler)


def test_no_import_cycles() -> None:
    try:
        TopologicalSorter({m.name: own_imports(m) for m in modules().values()}).prepare()
    except CycleError as error:
        pytest.fail("import cycle: " + " -> ".join(error.args[1]))


def absolute(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of every import that is not relative."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


def test_imports_are_spelled_one_way() -> None:
    # compiler/ is imported as iterant.compiler, and by its own files relatively.
    faults = []
    for path in written_by_hand():
        top = path.relative_to(ROOT).parts[0]
        own = f"{house.import_name(ROOT / top)}." if top in FOLDERS else "no module of ours"
        for line, name in absolute(ast.parse(path.read_text())):
            if name.split(".")[0] in FOLDERS[1:] or f"{name}.".startswith(own):
                faults.append(f"{short(path)}:{line} imports {name}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", written_by_hand(), ids=short)
def test_sizes(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert len(lines) <= LONGEST_FILE
    lengths = {
        f"{node.name}:{node.lineno}": (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(ast.parse("\n".join(lines)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION} == {}


def test_no_leftovers() -> None:
    found = [
        f"{short(path)}:{number}: {line.strip()}"
        for path in house.python_files(*FOLDERS, "examples", "benchmarks")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if LEFTOVER.search(line)
    ]
    assert not found, "\n" + "\n".join(found)


def test_every_folder_is_mapped() -> None:
    # A folder that pyproject.toml does not list is silently absent from the wheel.
    inside = {house.import_name(path.parent) for path in house.python_files(*FOLDERS)}
    assert set(house.packaging()["packages"]) == inside
    mapping = {house.import_name(ROOT / folder): folder for folder in FOLDERS}
    assert house.packaging()["package-dir"] == mapping


def test_every_folder_is_a_package() -> None:
    folders = {path.parent for path in house.python_files(*FOLDERS)}
    assert not [short(folder) for folder in folders if not (folder / "__init__.py").exists()]


def test_every_data_file_is_packaged() -> None:
    patterns = [
        f"{house.packaging()['package-dir'][package]}/{pattern}"
        for package, listed in house.packaging()["package-data"].items()
        for pattern in listed
    ]
    files = [short(path) for path in house.data_files()]
    assert "iterant/py.typed" in files
    assert not [f for f in files if not any(fnmatch(f, pattern) for pattern in patterns)]


def test_typed_links_show_the_whole_package() -> None:
    # mypy reads .typed/; a file without a link would not be checked. `make links` refreshes them.
    files = {p.name: p for p in (ROOT / "iterant").iterdir() if p.name != "__pycache__"}
    wanted = files | {folder: ROOT / folder for folder in FOLDERS[1:]}
    links = {p.name: p.resolve() for p in (ROOT / ".typed" / "iterant").iterdir()}
    assert links == wanted, "run `make links`"
    assert all(not link.readlink().is_absolute() for link in (ROOT / ".typed/iterant").iterdir())


def foreign(start: str) -> set[str]:
    """Return what a module and its own imports take from outside the standard library."""
    seen, todo, found = set(), [start], set()
    while todo:
        module = modules()[todo.pop()]
        if module.name not in seen:
            seen.add(module.name)
            todo += own_imports(module)
            found |= {name.split(".")[0] for name in house.imports(module)}
    return found - set(sys.stdlib_module_names) - {"iterant"}


def test_trusted_code_needs_the_standard_library_alone() -> None:
    trusted = [
        name
        for name, module in modules().items()
        if module.room in {("runtime", r) for r in ("checker", "contract", "table")}
        or module.room[0] == "grammars"
    ]
    assert {name: found for name in trusted if (found := foreign(name))} == {}


def loaded_after(statements: str) -> set[str]:
    """Run statements in a fresh interpreter and return the top names of what it has loaded."""
    code = f"{statements}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "tests"
    )
    return set(done.stdout.split())


def test_compiler_never_loads_torch() -> None:
    names = [name for name, module in modules().items() if module.room[0] == "compiler"]
    assert "torch" not in loaded_after(f"import iterant, {', '.join(names)}")


def test_front_door_and_checker_open_lightly() -> None:
    # Emitted code and `iterant verify` import iterant first: that must not cost a second.
    heavy = {"torch", "sympy", "numpy", "networkx", "lark"}
    assert not heavy & loaded_after("import iterant, iterant.runtime.checker")


def test_public_names_are_few() -> None:
    names = getattr(importlib.import_module("iterant"), "__all__", [])
    assert len(names) <= 15
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("name", sorted(modules()))
def test_doctests(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert not result.failed
