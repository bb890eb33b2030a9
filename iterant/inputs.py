"""Fields and data of a run: arrays from .npy files, pictures from any image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from .compiler.source import Given, Span, name_of, refusal
from .console import note
from .runtime.faults import UserError
from .runtime.files import content
from .runtime.images import Form, read
from .runtime.plan import Plan
from .words import assignments, told_at, word


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Arrays by the name of their field or data; `form` is that of the image among them.

    `places` are where the files were named.
    """

    arrays: Mapping[str, Any] = field(default_factory=dict)
    form: Form | None = None
    places: Mapping[str, Span] = field(default_factory=dict)


def gather(plan: Plan, needed: Sequence[str], inputs: Sequence[str], data: Sequence[str]) -> Inputs:
    """Read the files behind --input and --data for a plan; `needed` have no value of their own.

    A single unnamed --input fills the only field and, if unset and of the same shape, the data f.
    """
    named = _named(plan, inputs)
    paths = assignments(data, "--data", "f=f.npy")
    for name in named.keys() & paths.keys():
        raise refusal(paths[name].span, f"{name} is given by --input already", "leave one out")
    paths = {**named, **paths}
    arrays: dict[str, Any] = {}
    form: Form | None = None
    for name, path in paths.items():
        if name not in {*plan.fields, *plan.data}:
            known = ", ".join([*plan.fields, *plan.data])
            place = name_of(name, path.span)
            raise refusal(place, f"the scheme takes no input named {name}", f"known: {known}")
        with told_at({}, rest=path.span):
            arrays[name], found = _array(Path(path.value))
            _check_axes(plan, name, arrays[name], image=found is not None)
        form = form or found
    if "f" in needed:
        _share(plan, arrays)
    missing = [name for name in needed if name not in arrays]
    if missing:
        raise UserError(f"no values are given for {' and '.join(missing)}", _remedy(plan, missing))
    return Inputs(arrays=arrays, form=form, places={name: p.span for name, p in paths.items()})


def _named(plan: Plan, inputs: Sequence[str]) -> dict[str, Given[str]]:
    """--input PATH for the only field, --input NAME=PATH for one of several."""
    if len(inputs) == 1 and not _is_assignment(plan, inputs[0]):
        only = word("--input", inputs[0])
        if len(plan.fields) != 1:
            fields = " and ".join(plan.fields)
            hint = f"name the one that the file is for: --input {plan.fields[0]}={inputs[0]}"
            raise refusal(only.span, f"the scheme has the fields {fields}", hint)
        return {plan.fields[0]: only}
    return assignments(inputs, "--input", f"{plan.fields[0]}={plan.fields[0]}.png")


def _is_assignment(plan: Plan, text: str) -> bool:
    """Whether NAME=PATH is meant: a path may hold an equals sign."""
    name, equals, _ = text.partition("=")
    return bool(equals) and (name in {*plan.fields, *plan.data} or not Path(text).exists())


def _check_axes(plan: Plan, name: str, values: Any, *, image: bool) -> None:
    """A picture has two axes; axes before those of the domain make a batch, which is said."""
    axes = ", ".join(plan.axes)
    if image and len(plan.axes) != 2:
        raise UserError(f"a picture has two axes, and the domain of this scheme has {axes}")
    more = values.ndim - len(plan.axes) - plan.is_vector(name)
    if more > 0 and not image:
        samples = " x ".join(map(str, values.shape[:more]))
        note(f"{name} has more axes than the domain, {axes}: it is taken for {samples} samples")


def _share(plan: Plan, arrays: dict[str, Any]) -> None:
    """The data term of a denoiser is the image itself, unless another one is given."""
    if "f" not in plan.data or "f" in arrays or len(plan.fields) != 1:
        return
    only = plan.fields[0]
    if only in arrays and not plan.is_vector(only):
        arrays["f"] = arrays[only]
        note(f"the data f is the input {only} as well")


def _array(path: Path) -> tuple[Any, Form | None]:
    """The values of one file; images come with the form in which they are written back."""
    if path.suffix.lower() not in {".npy", ".npz"}:
        picture = read(path)
        for text in picture.form.notes:
            note(f"{path.name}: {text}")
        return picture.planes, picture.form
    raw = content(path)
    try:
        values = np.load(BytesIO(raw), allow_pickle=False)
    except (ValueError, OSError, EOFError) as fault:
        if "Object arrays" in str(fault):
            raise UserError(f"{path} holds Python objects, and numbers are needed") from fault
        raise UserError(f"{path} holds no array that can be read: {fault}") from fault
    if not isinstance(values, np.ndarray):
        raise UserError(f"{path} holds several arrays, and one is needed", "np.save writes one")
    if values.dtype.kind not in "fiub":
        raise UserError(f"{path} holds values of type {values.dtype}, and numbers are needed")
    bad = ~np.isfinite(values)
    if bad.any():
        where = ", ".join(str(i) for i in np.argwhere(bad)[0])
        count = int(bad.sum())
        many = "a value that is no finite number" if count == 1 else (
            f"{count} values that are no finite numbers, the first"
        )  # fmt: skip
        raise UserError(f"{path} holds {many} at index {where}")
    return values if values.dtype.kind == "f" else values.astype(np.float64), None


def _remedy(plan: Plan, missing: Sequence[str]) -> str:
    """How to give what is missing."""
    field_, data = (
        next((m for m in missing if m in names), None) for names in (plan.fields, plan.data)
    )
    if field_ is None:
        return f"give them: --data {data}={data}.npy"
    word = "photo.png" if len(plan.fields) == 1 else f"{field_}={field_}.npy"
    return f"give them: --input {word}, or write 'initial {field_} = ...' into the scheme"
