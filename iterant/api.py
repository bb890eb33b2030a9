"""The Python functions behind `import iterant`; heavy libraries load when a function needs them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .runtime.contract import Outcome, Verdict
from .runtime.faults import UserError

if TYPE_CHECKING:
    from torch import nn

    from .compiler.emit import Artifact

Text: TypeAlias = "str | Path"
Number: TypeAlias = "int | float | str | Fraction"


def compile(  # noqa: A001  the user's word
    text: Text,
    *,
    params: Mapping[str, Number] | None = None,
    grid: tuple[int, ...] | None = None,
    steps: int | None = None,
    until: Number | None = None,
    force: bool = False,
    prove_seconds: float | None = None,
) -> Artifact:
    """Compile a `.scheme` file, or its text, to readable PyTorch with a verdict on every claim.

    `params`, `grid`, `steps` and `until` replace values of the file; a claim that is not decided
    within `prove_seconds` is unproved. Raises SchemeError with all faults of the text, and
    CertificateError when a claim is refuted, unless `force`.
    """
    from .compiler import pipeline

    return pipeline.compile_text(
        text,
        params={name: exact(value) for name, value in (params or {}).items()},
        grid=grid,
        steps=steps,
        until=None if until is None else exact(until),
        force=force,
        prove_seconds=prove_seconds,
    )


def certify(
    text: Text,
    *,
    params: Mapping[str, Number] | None = None,
    grid: tuple[int, ...] | None = None,
    prove_seconds: float | None = None,
) -> tuple[Verdict, ...]:
    """The verdicts alone; never raises for a claim that is refuted."""
    artifact = compile(text, params=params, grid=grid, force=True, prove_seconds=prove_seconds)
    return artifact.certificates


def load(code: Text | Artifact, *, device: Any = None, dtype: Any = None) -> nn.Module:
    """The torch.nn.Module of an artifact, of emitted text, or of a file that holds it."""
    from .runtime.load import load as load_text

    wanted = torch_dtype(dtype)
    if not isinstance(code, str | Path):
        return load_text(code.source_code, name=code.name, device=device, dtype=wanted)
    name = "scheme"
    if isinstance(code, Path) or "\n" not in code:
        name = Path(code).stem
        code = Path(code).read_text(encoding="utf-8")
    return load_text(code, name=name, device=device, dtype=wanted)


def run(
    artifact: Artifact | nn.Module | Text,
    inputs: Mapping[str, Any] | None = None,
    *,
    steps: int | None = None,
    until: float | None = None,
    every: float | None = None,
    dtype: Any = None,
    device: Any = None,
    progress: bool = False,
    **options: Any,
) -> Outcome:
    """Run a scheme from its inputs, or from the initial values it states.

    `inputs` maps fields and data to arrays or tensors; their dtype is that of the run unless
    `dtype` is given, float64 where there are none. `options` are those of `runtime.solve.march`:
    watch, on_frame, checkpoint, resume, differentiable, throw.
    """
    import torch

    from .runtime.drivers.march import march

    if isinstance(artifact, str | Path):
        artifact = compile(artifact)
    module = artifact if isinstance(artifact, torch.nn.Module) else artifact.module(device=device)
    wanted = torch_dtype(dtype) or (None if inputs else torch.float64)
    return march(
        module,
        inputs or {},
        steps=steps,
        until=until,
        every=every,
        dtype=wanted,
        device=device,
        progress=progress,
        **options,
    )


def verify(artifact: Artifact) -> bool:
    """Check every certificate of an artifact against its code, without the prover.

    True when there are certificates and all are accepted; `iterant.runtime.checker.check` says why
    one is not.
    """
    from .verdicts import checked

    reports = checked(artifact.certificates, artifact.source_code)
    return bool(reports) and all(report.accepted for report in reports)


def exact(value: Number) -> Fraction:
    """A number as it is written: 0.1 is one tenth.

    >>> exact(0.1), exact("1/3")
    (Fraction(1, 10), Fraction(1, 3))
    """
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def torch_dtype(dtype: Any) -> Any:
    """A dtype of torch by its name."""
    if not isinstance(dtype, str):
        return dtype
    import torch

    found = getattr(torch, dtype, None)
    if not (isinstance(found, torch.dtype) and found.is_floating_point):
        raise UserError(f"{dtype} is no floating-point type", "known: float64, float32")
    return found
