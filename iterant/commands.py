"""What each command does, once its options are read; returns exit codes, raises user faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from . import api
from .compiler.source import Given
from .console import Exit, say, show_fault, tell, worst
from .runtime.contract import Certificate, Refutation, Verdict
from .runtime.faults import UserError
from .runtime.files import replacing, text_of

if TYPE_CHECKING:
    from .running import Wishes

ENDS = {"certified": Exit.DONE, "refuted": Exit.REFUTED, "unproved": Exit.UNPROVED}
STYLES = {"certified": "green", "refuted": "bold red", "unproved": "yellow"}


def run(wishes: Wishes) -> Exit:
    """`iterant run`."""
    from . import running

    return running.run(wishes)


def new(name: str) -> Exit:
    """`iterant new`: a starter of that name, or the first one under another name."""
    from . import grammars

    path = Path(name).with_suffix(".scheme")
    if not path.stem.isidentifier() or not path.stem.isascii():
        raise UserError(f"{path.stem!r} is no name for a scheme", "letters, digits and _ make one")
    known = grammars.starters()
    kind = path.stem if path.stem in known else known[0]
    text = grammars.read(f"starters/{kind}.scheme").replace(f"scheme {kind}", f"scheme {path.stem}")
    if path.exists():
        raise UserError(f"{path} exists already", "choose another name")
    path.write_text(text, encoding="utf-8")
    say(f"wrote {path}")
    say(f"next: iterant check {path}")
    if kind != path.stem:
        tell(f"note: it starts from {kind}; others are {', '.join(known[1:])}", style="yellow")
    return Exit.DONE


def check(scheme: Path) -> Exit:
    """`iterant check`: everything that was understood, then everything that is wrong."""
    from .compiler.discretise import discretise
    from .compiler.pipeline import prove, source_of, understand
    from .compiler.source import Faults, SchemeError
    from .report import report

    source = source_of(scheme)
    model = understand(source, Faults(source))
    fault: SchemeError | None = None
    rows = report(model)
    try:
        rows = report(model, discretise(model))
        found = prove(source)
        rows = report(model, found.scheme, found.limit)
    except SchemeError as refusal:
        fault = refusal
    say(f"{model.name}: {model.doc}" if model.doc else model.name, style="bold")
    for heading, text in rows:
        say(f"  {heading:<10} {text}")
    for warning in model.warnings:
        show_fault(source.show(warning))
    if fault is not None:
        raise fault
    return Exit.DONE


def compile_(scheme: Path, out: Path | None, stage: str) -> Exit:
    """`iterant compile`."""
    from .compiler import pipeline

    if stage not in pipeline.STAGES:
        known = ", ".join(pipeline.STAGES)
        raise UserError(f"there is no stage {stage!r} to emit", f"known: {known}")
    if stage != "code":
        _deliver(pipeline.emit_stage(scheme, stage), out)
        return Exit.DONE
    artifact = api.compile(scheme)
    for text in artifact.warnings:
        show_fault(text)
    _deliver(artifact.source_code, out)
    _tell_unproved(artifact.certificates)
    return worst(*(ENDS[v.verdict] for v in artifact.certificates))


def certify(
    scheme: Path,
    out: Path | None,
    *,
    json: bool,
    params: Mapping[str, Given[Fraction]],
    seconds: float | None,
) -> Exit:
    """`iterant certify`."""
    from .verdicts import as_file, as_json, lines

    artifact = api.compile(scheme, params=params, force=True, prove_seconds=seconds)
    for text in artifact.warnings:
        show_fault(text)
    if out is not None:
        _deliver(as_file(artifact.name, artifact.digest, artifact.certificates), out)
    if json:
        say(as_json(artifact.certificates))
    else:
        for verdict in artifact.certificates:
            for text, style in lines(verdict):
                say(text, style=style)
        if not artifact.certificates:
            say("the file claims nothing: add a line such as: certify l2_stable")
    return worst(*(ENDS[v.verdict] for v in artifact.certificates))


def fmt(schemes: Sequence[Path]) -> Exit:
    """`iterant fmt`: files that change are named; a file with a fault stays as it is."""
    from .compiler.format import format_source
    from .compiler.pipeline import source_of
    from .compiler.source import SchemeError

    ends = [Exit.DONE]
    for path in schemes:
        try:
            source = source_of(path)
            text = format_source(source)
        except SchemeError as fault:
            show_fault(str(fault))
            ends.append(Exit.BAD_INPUT)
            continue
        if text != source.text:
            with replacing(path) as part:
                part.write_text(text, encoding="utf-8", newline="")
            say(f"laid out {path}")
    return worst(*ends)


def verify(code: Path, certificates: Path, *, replay: bool) -> Exit:
    """`iterant verify`: the checker on text, and with `replay` on the running module too."""
    from .verdicts import checked, from_file

    text = text_of(code)
    verdicts = from_file(text_of(certificates), str(certificates))
    reports = checked(verdicts, text)
    for report in reports:
        word, style = ("accepted", "green") if report.accepted else ("rejected", "bold red")
        say(f"{word}: {report.reason}", style=style)
    if not reports:
        raise UserError(f"{certificates} holds no certificate, so there is nothing to verify")
    if not all(report.accepted for report in reports):
        return Exit.REFUTED
    if replay:
        from .replay import replayed

        for found in replayed(verdicts, text):
            say(found)
    return Exit.DONE


def graph(scheme: Path, out: Path | None) -> Exit:
    """`iterant graph`."""
    from .compiler import pipeline
    from .compiler.show import dot
    from .drawing import svg

    drawn = pipeline.lower(pipeline.prove(pipeline.source_of(scheme)).scheme)
    suffix = ".dot" if out is None else out.suffix.lower()
    if suffix not in {".dot", ".svg"}:
        raise UserError(f"a graph is drawn as .svg or .dot, and {out} is neither")
    _deliver(svg(drawn) if suffix == ".svg" else dot(drawn), out)
    return Exit.DONE


def _deliver(text: str, out: Path | None) -> None:
    """To the file, whole or not at all, or to standard output."""
    if out is None:
        say(text.rstrip("\n"))
        return
    try:
        with replacing(out) as part:
            part.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise UserError(f"cannot write {out}: {fault.strerror or fault}") from fault
    tell(f"wrote {out}")


def _tell_unproved(verdicts: Sequence[Verdict]) -> None:
    """A word on each claim, beside the code."""
    for verdict in verdicts:
        reason = "" if isinstance(verdict, Certificate | Refutation) else f": {verdict.reason}"
        tell(f"{verdict.claim}: {verdict.verdict}{reason}", style=STYLES[verdict.verdict])
