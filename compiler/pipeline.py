"""compile(): the stages of the compiler in order, on one page.

text -> Program -> Model -> Scheme -> step and verdicts -> Graph -> text of a module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..runtime.contract import Certificate, Limit, Refutation, Unproved, Verdict
from .analyse import analyse
from .architectures import build
from .budget import OutOfTime, at_rest, budget
from .certificates.base import claim_text
from .certificates.certify import certify, signed
from .certificates.normal import scheme_digest
from .discretise import discretise
from .emit import Artifact, emit
from .graph import Graph
from .model import Claim, Model
from .parse import parse, parse_into
from .parsing.reader import read_source
from .passes import run_passes
from .scheme import Scheme
from .show import show_graph, show_model, show_program, show_scheme
from .source import Diagnostic, Faults, Given, SchemeError, Source, Span, given
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
    params: Mapping[str, Fraction | Given[Fraction]] | None = None,
    grid: tuple[int, ...] | Given[tuple[int, ...]] | None = None,
    until: Fraction | Given[Fraction] | None = None,
    steps: int | Given[int] | None = None,
    force: bool = False,
    prove_seconds: float | None = None,
) -> Artifact:
    """A `.scheme` text or file as an artifact: readable PyTorch and the verdict of every claim.

    A claim, or the limit, that is not decided within `prove_seconds` is given up.
    Raises SchemeError with all faults, CertificateError for a refuted claim unless `force`.
    """
    source = source_of(text)
    replaced = {"params": params, "grid": grid, "until": until, "steps": steps}
    found = prove(source, prove_seconds=prove_seconds, **replaced)
    code, digest = emit(
        found.scheme, lower(found.scheme), scheme_sha256=scheme_digest(found.scheme)
    )
    verdicts = tuple(signed(v, digest) if isinstance(v, Certificate) else v for v in found.verdicts)
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


def prove(source: Source, *, prove_seconds: float | None = None, **overrides: Any) -> Compiled:
    """Everything up to the verdicts; nothing is emitted."""
    try:
        return _proved(source, prove_seconds, overrides)
    except SchemeError as fault:
        replaced = _replaced(overrides)
        if not replaced:
            raise
        raise SchemeError(source, _blamed(fault, source, prove_seconds, replaced)) from None
    finally:
        at_rest()


def _proved(source: Source, prove_seconds: float | None, overrides: Mapping[str, Any]) -> Compiled:
    faults = Faults(source)
    model = understand(source, faults, **overrides)
    scheme = discretise(model)
    try:
        with budget(prove_seconds):
            scheme, limit = settle(scheme, faults)
    except OutOfTime:
        faults.error(model.time.span if model.time else Span(0, 1), _late(prove_seconds, "`limit`"))
    faults.check()
    verdicts = tuple(_verdict(scheme, claim, prove_seconds) for claim in model.claims)
    return Compiled(model=model, scheme=scheme, limit=limit, verdicts=verdicts)


def _replaced(overrides: Mapping[str, Any]) -> list[Given[Any]]:
    """The values that replace those of the file, with their words."""
    params = (overrides.get("params") or {}).items()
    rest = [(k, v) for k, v in overrides.items() if k != "params" and v is not None]
    return [*(given("params", k, v) for k, v in params), *(given(k, k, v) for k, v in rest)]


def _blamed(
    fault: SchemeError, source: Source, seconds: float | None, replaced: list[Given[Any]]
) -> tuple[Diagnostic, ...]:
    """The faults, told where values were given if the file with its own values has none of them."""
    try:
        _proved(source, seconds, {})
    except SchemeError as own:
        known = set(own.diagnostics)
    else:
        known = set()
    return tuple(
        d if d.span.source or d in known else _told_at(replaced, d, source)
        for d in fault.diagnostics
    )


def _told_at(replaced: list[Given[Any]], fault: Diagnostic, source: Source) -> Diagnostic:
    """A fault of the file that values from outside have caused, told at the first of them."""
    line, column = source.line_column(fault.span.start)
    which = "this value" if len(replaced) == 1 else "the values given"
    message = f"with {which} {source.name}:{line}:{column} goes wrong: {fault.message}"
    return replace(fault, span=replaced[0].span, message=message)


def _verdict(scheme: Scheme, claim: Claim, seconds: float | None) -> Verdict:
    """The verdict on a claim within its time."""
    try:
        with budget(seconds):
            return certify(scheme, claim, tau=scheme.step_value)
    except OutOfTime:
        return Unproved(claim=claim_text(claim), reason=_late(seconds, "it"))


def _late(seconds: float | None, what: str) -> str:
    return f"{what} was not decided within {seconds:g} seconds"


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
