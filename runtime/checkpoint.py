"""Checkpoints: the raw levels between two steps, and what a run needs to go on bit for bit.

A folder holds levels-K.safetensors and checkpoint.json, which names it and is replaced last: a
checkpoint is the old one or the new one, never half of each.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .faults import UserError
from .observe import Record
from .problem import Arrays, Problem

SIDECAR = "checkpoint.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where a run stands: bodies done, the way it marches, what it has recorded."""

    digest: str
    bodies: int
    way: str
    times: list[float] = field(default_factory=list)
    watched: dict[str, list[float]] = field(default_factory=dict)


def digest(module: nn.Module, problem: Problem) -> str:
    """What must be equal for a run to go on: emitted text, parameters, step, grid and dtype."""
    home = next(cls.__module__ for cls in type(module).__mro__ if "plan" in vars(cls))
    text = getattr(sys.modules.get(home), "DIGEST", "")
    grid = (problem.tau, problem.counts, problem.batch, problem.dtype)
    seen = hashlib.sha256(repr((text, _spelled(problem.plan), grid)).encode())
    for name in sorted(problem.scalars):
        value = problem.scalars[name]
        tensors = value.state_dict().values() if isinstance(value, nn.Module) else [value]
        for tensor in tensors:
            seen.update(tensor.detach().cpu().numpy().tobytes())
    return seen.hexdigest()


def _spelled(part: Any) -> str:
    """A text of a plan in which functions are their names: the same in every process."""
    if callable(part):
        return getattr(part, "__qualname__", "function")
    if isinstance(part, Mapping):
        return str({k: _spelled(v) for k, v in part.items()})
    if isinstance(part, tuple | list):
        return str([_spelled(p) for p in part])
    if hasattr(part, "__dataclass_fields__"):
        return str({name: _spelled(getattr(part, name)) for name in part.__dataclass_fields__})
    return repr(part)


def save(
    place: Path | str, stamp: str, levels: Arrays, *, bodies: int, way: str, record: Record
) -> str:
    """Write a checkpoint; returns the folder's name."""
    from safetensors.torch import save_file  # noqa: PLC0415  (torch alone runs without it)

    stand = Stand(digest=stamp, bodies=bodies, way=way, times=record.times, watched=record.values)
    folder = Path(place)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"levels-{stand.bodies}.safetensors"
    save_file({n: a.detach().cpu().contiguous() for n, a in levels.items()}, folder / name)
    part = folder / f".{SIDECAR}.part"
    part.write_text(json.dumps({"levels": name, **asdict(stand)}, indent=1) + "\n")
    part.replace(folder / SIDECAR)
    for old in folder.glob("levels-*.safetensors"):
        if old.name != name:
            old.unlink()
    return str(folder)


def load(folder: Path | str, *, device: torch.device) -> tuple[Arrays, Stand]:
    """Read a checkpoint; raises UserError where there is none."""
    from safetensors.torch import load_file  # noqa: PLC0415

    path = Path(folder) / SIDECAR
    if not path.is_file():
        said = "" if Path(folder).is_dir() else ": it is no folder"
        hint = "a run that stops early leaves one, called NAME.checkpoint"
        raise UserError(f"{folder} holds no checkpoint{said}", hint, about="resume")
    try:
        found = json.loads(path.read_text())
        levels: dict[str, Tensor] = load_file(path.parent / found.pop("levels"), str(device))
        return levels, Stand(**found)
    except (OSError, ValueError, TypeError, KeyError) as error:
        message = f"the checkpoint in {folder} is damaged: {error}"
        raise UserError(message, about="resume") from error
