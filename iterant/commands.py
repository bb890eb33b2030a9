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
from .runtime.files import check_writable, content, refuse_source, replacing, text_of, writing

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

    given = Path(name)
    stem = given.name.removesuffix(".scheme")
    if not stem.isidentifier() or not stem.isascii():
        hint = "a name begins with a letter from a to z; letters, digits and _ follow, as in heat_2"
        raise UserError(f"{stem!r} is no name for a scheme", hint)
    path = given.with_name(f"{stem}.scheme")
    known = grammars.starters()
    kind = path.stem if path.stem in known else known[0]
    text = grammars.read(f"starters/{kind}.scheme").replace(f"scheme {kind}", f"scheme {path.stem}")
    if path.exists():
        raise UserError(f"{path} exists already", "choose another name")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
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
    _check_out(out, scheme)
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
    witness: bool = False,
    plot: Path | None = None,
    rounding: bool = False,
) -> Exit:
    """`iterant certify`; with `witness` refuted claims are run, told and drawn at `plot`.

    With `rounding`, what floating point adds to a step that is certified.
    """
    from .verdicts import as_file, as_json, lines

    _check_out(out, scheme)
    _check_out(plot, scheme)
    if json and (witness or rounding):
        option = "--show-witness" if witness else "--rounding"
        raise UserError("--json prints the verdicts alone", f"leave out {option}, or --json")
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
    if rounding:
        from .rounding import statements

        for text in statements(artifact):
            say(text)
    if witness:
        from .witness_pages import shown

        shown(artifact, plot, scheme.stem)
    return worst(*(ENDS[v.verdict] for v in artifact.certificates))


def explain(scheme: Path, out: Path | None, params: Mapping[str, Given[Fraction]]) -> Exit:
    """`iterant explain`."""
    from .explaining.command import explain as explained

    _check_out(out, scheme)
    return explained(scheme, out, params)


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


def verify(code: Path, certificates: Path, *, replay: bool, weights: Path | None = None) -> Exit:
    """`iterant verify`: the checker on text and trained weights, by `replay` on the module too."""
    from .verdicts import checked, from_file, holds_certificates

    text, proofs = text_of(code), text_of(certificates)
    hint = f"the module comes first: iterant verify {certificates} {code}"
    if code.suffix == ".scheme":
        raise UserError(
            f"{code} is a scheme, and certificates are checked against the module made of it",
            f"iterant compile {code} -o {code.with_suffix('.py')} writes it",
        )
    if holds_certificates(text) and not holds_certificates(proofs):
        raise UserError(f"{code} holds certificates, and a module is wanted there", hint)
    verdicts = from_file(proofs, str(certificates))
    reports = checked(verdicts, text, None if weights is None else content(weights))
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

    suffix = ".dot" if out is None else out.suffix.lower()
    if suffix not in {".dot", ".svg"}:
        raise UserError(f"a graph is drawn as .svg or .dot, and {out} is neither")
    _check_out(out, scheme)
    drawn = pipeline.lower(pipeline.prove(pipeline.source_of(scheme)).scheme)
    _deliver(svg(drawn) if suffix == ".svg" else dot(drawn), out)
    return Exit.DONE


def _deliver(text: str, out: Path | None) -> None:
    """To the file, whole or not at all, or to standard output."""
    if out is None:
        say(text.rstrip("\n"))
        return
    with writing(out), replacing(out) as part:
        part.write_text(text, encoding="utf-8")
    tell(f"wrote {out}")


def _check_out(out: Path | None, scheme: Path) -> None:
    """Where something is written is known to be good before any work."""
    if out is not None:
        refuse_source(out, scheme)
        if out.is_dir():
            raise UserError(f"{out} is a folder", "name a file in it")
        if out.suffix == ".scheme" and out.exists():
            raise UserError(f"{out} is another scheme", "choose another path for what is made")
        check_writable(out)


def _tell_unproved(verdicts: Sequence[Verdict]) -> None:
    """A word on each claim, beside the code."""
    for verdict in verdicts:
        reason = "" if isinstance(verdict, Certificate | Refutation) else f": {verdict.reason}"
        tell(f"{verdict.claim}: {verdict.verdict}{reason}", style=STYLES[verdict.verdict])
