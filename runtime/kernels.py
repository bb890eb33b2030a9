"""Kernels: functions of a scheme compiled, each for one shape, dtype and device.

A stage is compiled together with the copies of its results into tensors that are arguments of their
own: the compiler sees a pure function of halo-padded operands, and makes one loop without a
temporary. Every kernel has code of its own, so nothing is ever compiled anew behind our back.
"""

from __future__ import annotations

import linecache
import logging
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from subprocess import SubprocessError
from typing import Any

import torch
from torch import Tensor, nn

from .folding import Folded, fold
from .halo import Operation

Function = Callable[..., Any]
LOG = logging.getLogger("iterant")

# Inductor stores a shared sub-expression in memory once it reads more than 4 values. A flux that
# is used by two cells is cheaper to compute twice: 40 % on Perona-Malik.
INLINE: dict[str, Any] = {"realize_reads_threshold": 24, "realize_opcount_threshold": 128}
# a * b + c in one instruction, rounded once instead of twice: 10 to 15 % where arithmetic counts.
INLINE["cpp.enable_floating_point_contract_flag"] = "fast"
STATIC_SIZES = 4  # kernels of one function made for one shape each; then one for all other shapes
FAULTS = (RuntimeError, OSError, ImportError, SubprocessError, AssertionError)

_made: dict[Hashable, Function] = {}
_subjects: set[Hashable] = set()
_sizes: dict[Hashable, set[Hashable]] = {}
_folds: dict[Hashable, Folded | None] = {}
_broken: list[str] = []  # why nothing can be compiled here, once that is known


def working() -> bool:
    """Whether compiling has not failed in this process."""
    return not _broken


def known(subject: Hashable) -> bool:
    """Whether a kernel of a function, or of a loop's key, is made already."""
    return subject in _subjects


def warm() -> bool:
    """Whether this process has compiled something: the first time costs more."""
    return bool(_made)


@dataclass(slots=True)
class Kernel:
    """A compiled function; if its first call fails, the plain one, with one line of notice."""

    compiled: Function
    simple: Function
    ready: bool = False

    def __call__(self, *arguments: Any) -> Any:
        if self.ready:
            return self.compiled(*arguments)
        try:
            result = self.compiled(*arguments)
        except FAULTS as error:
            give_up(error)
            self.compiled = self.simple
            result = self.simple(*arguments)
        self.ready = True
        return result


def give_up(error: BaseException) -> None:
    """Say once, in one line, that from now on everything runs eagerly."""
    if not _broken:
        lines = (line.strip() for line in str(error).splitlines())
        said = next((line for line in lines if line and not line.endswith(":")), "")
        _broken.append(said or type(error).__name__)
        LOG.warning("running without compiled kernels: %s", _broken[0][:200])


def signature(arguments: Sequence[Any]) -> Hashable:
    """What a kernel is made for: shapes, strides, dtypes, devices; the kind of a network."""
    return tuple(
        (tuple(a.shape), a.stride(), a.dtype, a.device.type) if isinstance(a, Tensor) else type(a)
        for a in arguments
    )


@dataclass(frozen=True, slots=True)
class Task:
    """A stage to be made a kernel: its function, operands, and where the results go.

    `over` holds for each result the operand that it is written over, or -1 for the next tensor of
    `own`. `constant` are the positions of operands that a run never changes: the scalars.
    """

    function: Function
    operands: tuple[Any, ...]
    own: tuple[Tensor, ...]
    over: tuple[int, ...]
    constant: tuple[int, ...]


def plain(task: Task) -> Operation:
    """The call that runs the function as it is and copies its results."""
    function = writing(task.function, len(task.operands), task.over)
    return function, (*task.operands, *task.own)


def fast(task: Task) -> Operation:
    """The call of a compiled kernel.

    What follows from constants alone is computed here. After `STATIC_SIZES` shapes of a function,
    one kernel serves all further ones.
    """
    simple, arguments = plain(task)
    key = ("write", task.function, len(task.operands), task.over)
    shape = signature(arguments)
    seen = _sizes.setdefault(key, set())
    if shape not in seen and len(seen) >= STATIC_SIZES:
        compiled = _compiled(task.function, (*key, "any"), simple, dynamic=True, options=INLINE)
        return Kernel(compiled, simple), arguments
    seen.add(shape)
    folded = _folded(task, (*key, shape))
    if folded is None:
        compiled = _compiled(task.function, (*key, shape), simple, options=INLINE)
        return Kernel(compiled, simple), arguments
    operands = folded.operands(task.operands)
    simple = writing(folded.main, len(operands), task.over)
    compiled = _compiled(task.function, (*key, shape), simple, options=INLINE)
    return Kernel(compiled, simple), (*operands, *task.own)


def _folded(task: Task, key: Hashable) -> Folded | None:
    """The function split into what is constant and what is not; None if it has a network."""
    if key not in _folds:
        usable = bool(task.constant) and not learned(task.operands)
        _folds[key] = fold(task.function, task.operands, task.constant) if usable else None
    return _folds[key]


def caller(function: Function, arguments: Sequence[Any]) -> Function:
    """The compiled function itself, differentiable, for arguments like these."""
    key = ("call", function, signature(arguments))
    return Kernel(_compiled(function, key, _passing(function, len(arguments))), function)


def looper(key: Hashable, function: Function, count: int, *, threads: int | None) -> Function:
    """A function with a loop in its graph, behind a C++ wrapper."""
    options: dict[str, Any] = {"cpp_wrapper": True}
    options |= {} if threads is None else {"cpp.threads": threads}
    return _compiled(key, ("loop", key), _passing(function, count), options=options)


def _compiled(
    subject: Hashable,
    key: Hashable,
    function: Function,
    *,
    dynamic: bool = False,
    options: Any = None,
) -> Function:
    """A function compiled, once for each key; `subject` is what it is made of."""
    _subjects.add(subject)
    if key not in _made:
        _made[key] = torch.compile(function, fullgraph=True, dynamic=dynamic, options=options)
    return _made[key]


def writing(function: Function, operands: int, over: Sequence[int]) -> Function:
    """The function that writes its results, as text of its own:

    def kernel(a0, a1, o0):
        r0 = function(a0, a1)
        o0.copy_(r0)
    """
    inputs = [f"a{i}" for i in range(operands)]
    results = [f"r{i}" for i in range(len(over))]
    own = [f"o{i}" for i, position in enumerate(over) if position < 0]
    targets = [f"o{i}" if p < 0 else f"a{p}" for i, p in enumerate(over)]
    lines = [f"{', '.join(results)} = function({', '.join(inputs)})"]
    lines += [f"{t}.copy_({r})" for t, r in zip(targets, results, strict=True)]
    return _written(function, [*inputs, *own], lines)


def _passing(function: Function, count: int) -> Function:
    """The function behind code of its own."""
    inputs = [f"a{i}" for i in range(count)]
    return _written(function, inputs, [f"return function({', '.join(inputs)})"])


def _written(function: Function, arguments: list[str], lines: list[str]) -> Function:
    text = f"def kernel({', '.join(arguments)}):\n" + "".join(f"    {line}\n" for line in lines)
    name = getattr(function, "__qualname__", "function")
    filename = f"<iterant kernel {len(_made)} of {name}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace: dict[str, Any] = {"function": function}
    exec(compile(text, filename, "exec", dont_inherit=True), namespace)
    kernel: Function = namespace["kernel"]
    return kernel


def learned(arguments: Iterable[Any]) -> bool:
    """Whether a network is among the arguments."""
    return any(isinstance(a, nn.Module) for a in arguments)
