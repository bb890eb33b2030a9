"""What was measured, as tables of docs/learning.md: `python -m benchmarks.learning.report`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "learning.md"


def photographs(found: dict[str, Any]) -> str:
    """PSNR in dB of each method on each photograph."""
    names = list(next(iter(found["psnr"].values())))
    lines = [f"| method | mean | {' | '.join(names)} |", f"|---|{'---|' * (len(names) + 1)}"]
    for method, row in found["psnr"].items():
        values = [np.mean(list(row.values())), *row.values()]
        lines.append(f"| {method} | {' | '.join(f'{v:.2f}' for v in values)} |")
    return "\n".join(lines)


def steps(found: dict[str, Any]) -> str:
    """Milliseconds of a training step, emitted and by hand, and their ratio."""
    lines = ["| samples x points | emitted | by hand | speed against it |", "|---|---|---|---|"]
    for case, row in found["cases"].items():
        own, hand = 1000 * row["emitted"], 1000 * row["by hand"]
        lines.append(f"| {case} | {own:.1f} ms | {hand:.1f} ms | {hand / own:.2f} |")
    return "\n".join(lines)


TABLES = {"photographs": photographs, "steps": steps}


def written(text: str) -> str:
    """The page with its tables made anew."""
    for name, table in TABLES.items():
        found = json.loads((HERE / f"{name}.json").read_text())
        mark = f"<!-- results: {name} -->"
        pattern = re.compile(re.escape(mark) + r"\n\n(\|.*\n)*")
        shown = f"{mark}\n\n{table(found)}\n".replace("\\", r"\\")
        text = pattern.sub(shown, text)
    return text


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
