"""A module and its inputs, bound: arrays by name, scalars in one dtype, the clock; checked once.

Letters: k counts bodies, tau the step, t = (start_steps + advance k + offset) tau, in float64.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from .faults import UserError
from .layers import pad
from .plan import Place, Plan, Stage

Arrays: TypeAlias = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class Turn:
    """One run of a stage: with one row of its table, at its time after the body's start.

    `scalars` names all its scalars, those of the row included.
    """

    stage: Stage
    scalars: tuple[str, ...]
    offset: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What every way of marching needs; the arrays themselves travel beside it.

    `turns` are the runs of stages in a body; `scalars` holds 0-dim tensors, to which compiled code
    takes new values without being made anew, and learned functions.
    """

    plan: Plan
    turns: tuple[Turn, ...]
    scalars: Mapping[str, Any]
    tau: float
    counts: tuple[int, ...]
    batch: tuple[int, ...]
    dtype: torch.dtype
    device: torch.device

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of an array, batch axes first, then its channels if it has several."""
        place = self.plan.places[name]
        own = (place.channels,) if place.channels > 1 else ()
        sizes = (n + e for n, e in zip(self.counts, place.extra, strict=True))
        return (*self.batch, *own, *sizes)

    def time(self, bodies: int, offset: float = 0.0) -> float:
        """The time `offset` steps after the start of a body."""
        return (self.plan.start_steps + bodies * self.plan.advance + offset) * self.tau

    def row(self, body: int) -> Mapping[str, Any]:
        """The scalars of one body: its own row of those that have one a step."""
        own = {name: self.scalars[name][body] for name in self.plan.per_step}
        return {**self.scalars, **own}

    def tensor(self, value: float) -> Tensor:
        """A 0-dim tensor of the run's dtype."""
        return torch.tensor(value, dtype=self.dtype, device=self.device)


def apply(
    turns: tuple[Turn, ...],
    places: Mapping[str, Place],
    arrays: Arrays,
    scalars: Mapping[str, Any],
    clock: Callable[[float], Tensor],
    *,
    using: Callable[..., Any] | None = None,
) -> Arrays:
    """Run stages functionally: new arrays, differentiable; `clock(offset)` is a 0-dim time.

    This is the meaning of a plan; the fast ways of marching are tested against it. `using` calls a
    function with its arguments in another way, such as compiled; inner solves are called as they
    are.
    """
    arrays = dict(arrays)
    for turn in turns:
        stage, t = turn.stage, clock(turn.offset)
        if stage.function is not None:
            arguments = [
                *(pad(arrays[name], places[name], t) for name in stage.padded),
                *(arrays[name] for name in stage.plain),
                *(scalars[name] for name in turn.scalars),
                *((t,) if stage.timed else ()),
            ]
            call = None if stage.solves else using
            result = call(stage.function, arguments) if call else stage.function(*arguments)
            results = (result,) if isinstance(result, Tensor) else result
            arrays.update(zip(stage.writes, results, strict=True))
        arrays.update({target: arrays[source] for target, source in stage.moves})
    return arrays


def turns_of(stages: tuple[Stage, ...]) -> tuple[tuple[Turn, ...], dict[str, float]]:
    """The runs of stages in order, one a row of their tables, and the values of the rows."""
    turns: list[Turn] = []
    values: dict[str, float] = {}
    for number, stage in enumerate(stages):
        length = max(map(len, stage.table.values()), default=1)
        for row in range(length):
            names = {f"{number}.{symbol}.{row}": v[row] for symbol, v in stage.table.items()}
            values |= names
            offset = stage.times[row] if stage.times else stage.time
            turns.append(Turn(stage, (*stage.scalars, *names), offset))
    return tuple(turns), values


# ---- binding


def bind(
    module: nn.Module,
    inputs: Mapping[str, Any],
    *,
    dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
    tau: float | None = None,
    differentiable: bool = False,
    check: Callable[[Problem], None] | None = None,
) -> tuple[Problem, nn.Module, Arrays]:
    """Check the inputs, and let the module make the state before the first body.

    `check` may refuse the problem before any of its arrays is made.

    Returns also the module that ran: a copy of the given one in the run's dtype, on its device,
    with its step; a differentiable run takes the module itself, so that gradients reach it. dtype
    and device are those of the first input, or else the module's, unless they are given; whole
    numbers become torch's default dtype. Raises UserError.
    """
    plan = plan_of(module)
    own = torch.as_tensor(getattr(module, "tau", torch.zeros(()))).detach()
    given = _tensors(module, inputs)
    first = next((v for value in given.values() for v in value), own)
    dtype = dtype or (first.dtype if first.is_floating_point() else torch.get_default_dtype())
    device = torch.device(device) if device else first.device
    given = {
        n: tuple(v.to(device=device, dtype=dtype) for v in value) for n, value in given.items()
    }
    counts = _counts(plan, given)
    if not differentiable:
        module = copy.deepcopy(module).requires_grad_(False).to(device=device, dtype=dtype)
    if tau is not None:
        module.tau = torch.full_like(own, tau, dtype=dtype, device=device)
    turns, values = turns_of(plan.body)
    problem = Problem(
        plan=plan,
        turns=turns,
        scalars=_scalars(module, plan, dtype, device)
        | {n: torch.tensor(v, dtype=dtype, device=device) for n, v in values.items()},
        tau=float(own) if tau is None else tau,
        counts=counts,
        batch=_batch(plan, given),
        dtype=dtype,
        device=device,
    )
    if check is not None:
        check(problem)
    arguments = {
        plan.spelt.get(name, name): value if plan.is_vector(name) else value[0]
        for name, value in given.items()
    }
    state: Arrays = module.start(**arguments)  # type: ignore[operator]
    for name in plan.levels:
        state[name] = state[name].to(dtype=dtype, device=device).expand(problem.shape(name))
    return problem, module, state


def plan_of(module: nn.Module) -> Plan:
    """The plan that an emitted module states."""
    plan = getattr(module, "plan", None)
    if not isinstance(plan, Plan):
        raise TypeError(f"{type(module).__name__} states no plan: it is no emitted module")
    return plan


def inputs_of(module: nn.Module) -> dict[str, inspect.Parameter]:
    """What a module takes, by the names of the file, in its order."""
    plan = plan_of(module)
    words = inspect.signature(module.start).parameters  # type: ignore[arg-type]
    return {plan.called(word): parameter for word, parameter in words.items()}


def _tensors(module: nn.Module, inputs: Mapping[str, Any]) -> dict[str, tuple[Tensor, ...]]:
    """The inputs by name, one tensor a component, in the order in which the module takes them."""
    plan, known = plan_of(module), inputs_of(module)
    for name in inputs:
        if name not in known:
            hint = f"inputs are: {', '.join(known) or 'none'}"
            raise UserError(f"{name} is no input", hint, about=name)
    found: dict[str, tuple[Tensor, ...]] = {}
    for name, parameter in known.items():
        value = inputs.get(name)
        if value is None:
            if parameter.default is inspect.Parameter.empty:
                raise UserError(f"no values are given for {name}")
            continue
        parts, vector = len(plan.components.get(name, (name,))), plan.is_vector(name)
        if vector and not isinstance(value, list | tuple):
            whole = torch.as_tensor(value)
            axis = whole.ndim - 1 - len(plan.axes)
            value = whole.unbind(axis) if axis >= 0 else ()
        values = tuple(value) if vector else (value,)
        if len(values) != parts:
            message = f"{name} has {parts} components, and {len(values)} are given"
            raise UserError(message, about=name)
        found[name] = tuple(torch.as_tensor(v) for v in values)
        _check_channels(plan, name, found[name])
    return found


def _counts(plan: Plan, given: Mapping[str, tuple[Tensor, ...]]) -> tuple[int, ...]:
    """The points of each axis, on which all inputs must agree."""
    counts = plan.counts
    for field, values in given.items():
        for name, array in zip(plan.components.get(field, (field,)), values, strict=True):
            place = plan.places.get(name)
            extra = place.extra if place else (0,) * len(plan.axes)
            if array.ndim < len(extra):
                axes = ", ".join(plan.axes)
                many = f"{array.ndim} {'axis' if array.ndim == 1 else 'axes'}"
                message = f"{plan.called(name)} has {many}, and the domain has {axes}"
                raise UserError(message, about=field)
            sizes = tuple(array.shape[array.ndim - len(extra) :])
            found = tuple(n - e for n, e in zip(sizes, extra, strict=True))
            if min(found, default=1) < 1:
                message = f"{plan.called(name)} of size {_by(sizes)} holds no point"
                raise UserError(message, about=field)
            if counts is not None and found != counts:
                wanted = tuple(n + e for n, e in zip(counts, extra, strict=True))
                message = f"{plan.called(name)} is of size {_by(sizes)}"
                message += f", and the grid asks for {_by(wanted)}"
                raise UserError(message, about=field)
            counts = found
    if counts is None:
        raise UserError("the size of the grid is taken from the input, and no input is given")
    return counts


def _channels(plan: Plan, name: str) -> int:
    """The channels of a field or of data: those of its arrays."""
    place = plan.places.get(plan.components.get(name, (name,))[0])
    return place.channels if place else 1


def _check_channels(plan: Plan, name: str, values: tuple[Tensor, ...]) -> None:
    """What has several channels comes with as many, before the axes of the grid."""
    wanted, axis = _channels(plan, name), len(plan.axes) + 1
    for value in values:
        found = value.shape[-axis] if value.ndim >= axis else 0
        if wanted > 1 and found != wanted:
            told = f"{found} there" if found else "no axis for them"
            message = f"{name} has {wanted} channels before its axes, and the values have {told}"
            raise UserError(message, about=name)


def _batch(plan: Plan, given: Mapping[str, tuple[Tensor, ...]]) -> tuple[int, ...]:
    """The axes before those of the domain, in which all inputs agree."""
    leads = [
        v.shape[: v.ndim - len(plan.axes) - (_channels(plan, name) > 1)]
        for name, value in given.items()
        for v in value
    ]
    try:
        return tuple(torch.broadcast_shapes(*leads))  # type: ignore[no-untyped-call]
    except RuntimeError:
        listed = " and ".join(_by(tuple(lead)) or "none" for lead in dict.fromkeys(leads))
        message = f"the batch axes of the inputs do not agree: {listed}"
        raise UserError(message, about=[*given][-1]) from None


def _by(sizes: tuple[int, ...]) -> str:
    return " by ".join(map(str, sizes))


def _scalars(
    module: nn.Module, plan: Plan, dtype: torch.dtype, device: torch.device
) -> dict[str, Any]:
    """The scalars of all stages: 0-dim tensors in the run's dtype, and learned functions."""
    stages = (*plan.body, *plan.watch)
    found: dict[str, Any] = {}
    together = zip(plan.weights, module.weights(), strict=True) if plan.weights else ()  # type: ignore[operator]
    weights = dict(together)
    for name in dict.fromkeys(name for stage in stages for name in stage.scalars):
        value = weights[name] if name in weights else getattr(module, name)
        learned = isinstance(value, nn.Module)
        found[name] = value if learned else torch.as_tensor(value).to(dtype=dtype, device=device)
    return found
