"""How long a text takes to become code, and the whole command, in fresh processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
# Compiles one file after all imports, and tells whether torch was loaded.
CODE = """
import json, sys, time
from pathlib import Path
import iterant
from iterant.compiler import pipeline
path = Path(sys.argv[1])
begin = time.perf_counter()
try:
    iterant.compile(path, force=True)
    fault = ""
except iterant.SchemeError as error:
    fault = str(error).splitlines()[0].split(": ", 1)[-1]
seconds = time.perf_counter() - begin
print(json.dumps({"seconds": seconds, "fault": fault, "torch": "torch" in sys.modules}))
"""


def measure(rounds: int, tell: Callable[[str], None]) -> list[dict[str, Any]]:
    """One row an example: median seconds of text to code and of the whole command."""
    environment = {**os.environ, "NO_COLOR": "1"}
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(EXAMPLES.glob("*.scheme")):
            found = [inside(path, environment) for _ in range(rounds)]
            command = [whole(path, Path(folder), environment) for _ in range(rounds)]
            seconds = found[0]["seconds"]
            rows.append(
                {
                    "name": path.stem,
                    "code": None if seconds is None else median(one["seconds"] for one in found),
                    "command": median(command),
                    "torch": any(one["torch"] for one in found),
                    "fault": found[0]["fault"],
                }
            )
            shown = rows[-1]["fault"] if seconds is None else f"{rows[-1]['code']:.2f} s"
            tell(f"  {path.stem}: {shown}, command {rows[-1]['command']:.2f} s")
    return rows


def inside(path: Path, environment: dict[str, str]) -> dict[str, Any]:
    """Text to code in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(path)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=ROOT,
    )
    if done.returncode:
        why = (done.stderr.splitlines() or ["no reason given"])[-1]
        return {"seconds": None, "fault": f"failed: {why}", "torch": False}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def whole(path: Path, folder: Path, environment: dict[str, str]) -> float:
    """The command `iterant compile FILE -o CODE`."""
    target = folder / f"{path.stem}.py"
    target.unlink(missing_ok=True)
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "iterant", "compile", str(path), "-o", str(target)],
        capture_output=True,
        check=False,
        env=environment,
        cwd=ROOT,
    )
    return time.perf_counter() - begin
