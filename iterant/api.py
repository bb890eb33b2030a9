"""The Python functions behind `import iterant`; heavy libraries load when a function needs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from numbers import Rational
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from .compiler.source import Given, given, refusal
from .runtime.contract import Outcome, Verdict
from .runtime.faults import UserError

if TYPE_CHECKING:
    from torch import nn

    from .compiler.emit import Artifact
    from .runtime.training.batches import Batches

T = TypeVar("T")
Text: TypeAlias = "str | Path"
Plain: TypeAlias = "float | str | Fraction"
Number: TypeAlias = "Plain | Given[Fraction]"
Sizes: TypeAlias = "Sequence[int] | Given[tuple[int, ...]]"


def compile(  # noqa: A001  the user's word
    text: Text,
    *,
    params: Mapping[str, Number] | None = None,
    grid: Sizes | None = None,
    steps: int | Given[int] | None = None,
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
        params={name: stated("params", name, value) for name, value in (params or {}).items()},
        grid=None if grid is None else counted("grid", grid, lambda n: tuple(map(index, n))),
        steps=None if steps is None else counted("steps", steps, index),
        until=None if until is None else stated("until", "until", until),
        force=force,
        prove_seconds=prove_seconds,
    )


def certify(
    text: Text,
    *,
    params: Mapping[str, Number] | None = None,
    grid: Sizes | None = None,
    prove_seconds: float | None = None,
) -> tuple[Verdict, ...]:
    """The verdicts alone; never raises for a claim that is refuted."""
    artifact = compile(text, params=params, grid=grid, force=True, prove_seconds=prove_seconds)
    return artifact.certificates


def load(code: Text | Artifact, *, device: Any = None, dtype: Any = None) -> nn.Module:
    """The torch.nn.Module of an artifact, of emitted text, or of a file that holds it."""
    from .runtime.files import text_of
    from .runtime.load import load as load_text

    wanted = torch_dtype(dtype)
    if not isinstance(code, str | Path):
        return load_text(code.source_code, name=code.name, device=device, dtype=wanted)
    name = "scheme"
    if isinstance(code, Path) or "\n" not in code:
        name = Path(code).stem
        code = text_of(Path(code))
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


def train(module: nn.Module, batches: Batches, **options: Any) -> Outcome:
    """Train what is learned in a scheme, in place; a compiled module stays certified on the way.

    `batches` are `Pairs`, `Noisy` or `Paired` of `iterant.runtime.training.batches`, or anything
    with their two methods. `options` are those of `runtime.training.train`: steps, rate, loss,
    every, clip, patience, mixed, segments, progress, checkpoint, resume, on_record.
    """
    import torch

    from .runtime.training.train import train as run_training

    if not isinstance(module, torch.nn.Module):
        raise UserError(
            "training changes a module in place: it takes one, not a text",
            "module = iterant.compile(...).module(); iterant.train(module, ...)",
        )
    return run_training(module, batches, **options)


def verify(artifact: Artifact) -> bool:
    """Check every certificate of an artifact against its code, without the prover.

    True when there are certificates and all are accepted; `iterant.runtime.checker.check` says why
    one is not.
    """
    from .verdicts import checked

    reports = checked(artifact.certificates, artifact.source_code)
    return bool(reports) and all(report.accepted for report in reports)


def exact(value: Plain) -> Fraction:
    """A number as it is written: 0.1 is one tenth.

    >>> exact(0.1), exact("1/3")
    (Fraction(1, 10), Fraction(1, 3))
    """
    if isinstance(value, str | Rational):
        return Fraction(value)
    return Fraction(repr(float(value)))


def stated(option: str, name: str, value: Number) -> Given[Fraction]:
    """A number that replaces one of the file, exact; what is none is told with its name."""
    if isinstance(value, Given):
        return value
    words = given(option, name, value)
    try:
        return Given(exact(value), words.span)
    except (ValueError, TypeError, ZeroDivisionError):
        message = f"{value!r} is no number"
        raise refusal(words.span, message, "numbers are 0.2, Fraction(1, 5) or '1/5'") from None


def counted(option: str, value: Any, read: Callable[[Any], T]) -> Given[T]:
    """Whole numbers that replace those of the file."""
    if isinstance(value, Given):
        return value
    words = given(option, option, value)
    try:
        return Given(read(value), words.span)
    except TypeError:
        hint = "one an axis, as in grid=(128, 128)" if option == "grid" else ""
        raise refusal(words.span, "whole numbers are wanted here", hint) from None


def torch_dtype(dtype: Any) -> Any:
    """A dtype of torch by its name."""
    if not isinstance(dtype, str):
        return dtype
    import torch

    known = {"float64": torch.float64, "float32": torch.float32}
    if dtype not in known:
        raise UserError(f"runs are in float64 or float32, and {dtype} is neither", about="dtype")
    return known[dtype]
