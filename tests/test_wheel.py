"""The wheel holds all of the package, and works where nothing else of the checkout exists."""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import house
from house import FOLDERS, ROOT, modules

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command in a folder and return what it printed; on failure the report shows it all."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, since setuptools leaves a build folder beside the sources."""
    copy = tmp_path_factory.mktemp("source")
    for folder in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, copy / folder, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", "dist", ".", cwd=copy)
    return next((copy / "dist").glob("*.whl"))


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a clean environment with the wheel and its core dependencies, and no extra."""
    folder = tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "venv", "env", cwd=folder)
    pip = folder / "env" / "bin" / "pip"
    run(pip, "--quiet", "install", "-c", ROOT / "constraints.txt", wheel, cwd=folder)
    yield folder
    shutil.rmtree(folder / "env")


def test_wheel_holds_every_file(wheel: Path) -> None:
    def place(path: Path) -> str:
        return f"{house.import_name(path.parent).replace('.', '/')}/{path.name}"

    found = set(zipfile.ZipFile(wheel).namelist())
    python = {place(module.path) for module in modules().values()}
    # A folder without Python files, such as templates/, lies below the package that owns it.
    data = {place(path) for path in house.data_files()}
    assert python | data <= found
    stray = {name for name in found - python - data if ".dist-info/" not in name}
    assert not stray
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in found)


def test_every_module_loads_with_the_core_dependencies_alone(elsewhere: Path) -> None:
    names = ", ".join(sorted(modules()))
    where = run("env/bin/python", "-c", f"import {names}; print(iterant.__file__)", cwd=elsewhere)
    assert "site-packages" in where


def test_command_works_from_the_wheel(elsewhere: Path) -> None:
    scheme = elsewhere / "heat.scheme"
    shutil.copy(ROOT / "examples" / "heat.scheme", scheme)
    assert "heat" in run("env/bin/iterant", "check", scheme, cwd=elsewhere)
    run("env/bin/iterant", "compile", scheme, "-o", "heat.py", cwd=elsewhere)
    run("env/bin/iterant", "certify", scheme, "-o", "heat.cert.json", cwd=elsewhere)
    run("env/bin/iterant", "verify", "heat.py", "heat.cert.json", cwd=elsewhere)
    run("env/bin/iterant", "run", scheme, "--steps", "3", "-o", "heat.npz", cwd=elsewhere)
    assert (elsewhere / "heat.npz").stat().st_size > 0
