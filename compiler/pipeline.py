"""compile(): the stages of the compiler in order, on one page.

text -> Program -> Model -> Scheme -> step and verdicts -> Graph -> text of a module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..runtime.contract import Certificate, Limit, Refutation, Verdict
from .analyse import analyse
from .architectures import build
from .certificates.certify import certify, signed
from .certificates.normal import scheme_digest
from .discretise import discretise
from .emit import Artifact, emit
from .graph import Graph
from .model import Model
from .parse import parse, parse_into
from .parsing.reader import read_source
from .passes import run_passes
from .scheme import Scheme
from .show import show_graph, show_model, show_program, show_scheme
from .source import Diagnostic, Faults, SchemeError, Source
from .stepping import settle

STAGES = ("ast", "model", "scheme", "graph", "code")


class CertificateError(SchemeError):
    """A claim of the file is refuted; `artifact` holds everything, witness included."""

    def __init__(self, source: Source, faults: tuple[Diagnostic, ...], artifact: Artifact) -> None:
        super().__init__(source, faults)
        self.artifact = artifact


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """Everything between the text and the artifact."""

    model: Model
    scheme: Scheme
    limit: Limit | None
    verdicts: tuple[Verdict, ...]


def compile_text(
    text: str | Path | Source,
    *,
    params: Mapping[str, Fraction] | None = None,
    grid: tuple[int, ...] | None = None,
    until: Fraction | None = None,
    steps: int | None = None,
    force: bool = False,
) -> Artifact:
    """A `.scheme` text or file as an artifact: readable PyTorch and the verdict of every claim.

    Raises SchemeError with all faults, CertificateError for a refuted claim unless `force`.
    """
    source = source_of(text)
    found = prove(source, params=params, grid=grid, until=until, steps=steps)
    code, digest = emit(
        found.scheme, lower(found.scheme), scheme_sha256=scheme_digest(found.scheme)
    )
    verdicts = tuple(
        signed(v, digest) if isinstance(v, Certificate) else v for v in found.verdicts
    )
    artifact = Artifact(
        name=found.model.name,
        source_code=code,
        certificates=verdicts,
        digest=digest,
        warnings=tuple(source.show(w) for w in found.model.warnings),
        scheme=found.scheme,
    )
    if not force:
        _refuse_refuted(source, found, artifact)
    return artifact


def prove(source: Source, **overrides: Any) -> Compiled:
    """Everything up to the verdicts; nothing is emitted."""
    faults = Faults(source)
    model = understand(source, faults, **overrides)
    scheme, limit = settle(discretise(model), faults)
    faults.check()
    verdicts = tuple(certify(scheme, c, tau=scheme.step_value) for c in model.claims)
    return Compiled(model=model, scheme=scheme, limit=limit, verdicts=verdicts)


def understand(source: Source, faults: Faults, **overrides: Any) -> Model:
    """The meaning of a text; faults of syntax and of meaning are told together."""
    return analyse(parse_into(faults), faults=faults, **overrides)


def lower(scheme: Scheme) -> Graph:
    """Scheme -> checked graph."""
    return run_passes(build(scheme))


def source_of(text: str | Path | Source) -> Source:
    """A path is read; a text that has a line end or starts with a keyword is taken as it is."""
    if isinstance(text, Source):
        return text
    if isinstance(text, Path) or ("\n" not in text and text.endswith(".scheme")):
        return read_source(Path(text))
    return Source("text.scheme", text)


def emit_stage(text: str | Path | Source, stage: str, **overrides: Any) -> str:
    """What one stage makes, as text: ast, model, scheme, graph or code."""
    source = source_of(text)
    if stage == "ast":
        return show_program(parse(source))
    if stage == "model":
        return show_model(understand(source, Faults(source), **overrides))
    found = prove(source, **overrides)
    if stage == "scheme":
        return show_scheme(found.scheme)
    if stage == "graph":
        return show_graph(lower(found.scheme))
    return emit(found.scheme, lower(found.scheme), scheme_sha256=scheme_digest(found.scheme))[0]


def _refuse_refuted(source: Source, found: Compiled, artifact: Artifact) -> None:
    """A refuted claim stops the compilation, with the witness in the message."""
    faults = tuple(
        Diagnostic(
            span=claim.span,
            message=f"{verdict.claim} is refuted: {verdict.statement}",
            hint=verdict.hint or "--force compiles and runs it all the same",
        )
        for claim, verdict in zip(found.model.claims, found.verdicts, strict=True)
        if isinstance(verdict, Refutation)
    )
    if faults:
        raise CertificateError(source, faults, artifact)
