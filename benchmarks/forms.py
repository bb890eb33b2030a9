"""The best PyTorch forms that were found by hand: what emitted code is measured against.

Two buffers with a halo. A compiled kernel reads one whole and writes into the inner view of the
other, which is an argument of its own; halos are refreshed eagerly, outside the graph. For 256
points everything, the loop included, is one graph behind a C++ wrapper.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch._higher_order_ops import while_loop

from .cases import Run, Setting
from .formulas import formula, halo, heat1d

# A flux that two cells use is computed twice rather than stored: measured, faster by far.
INLINE: dict[str, Any] = {"realize_reads_threshold": 24, "realize_opcount_threshold": 128}


# ---- halos


def ghosts(p: Tensor, setting: Setting) -> list[tuple[Tensor, Tensor]]:
    """Views of a buffer, made once: (ghosts, the values that they take)."""
    found: list[tuple[Tensor, Tensor]] = []
    h, wall = halo(setting), setting.case.wall
    for d in range(p.ndim):
        n = p.shape[d]
        if h > 1:  # behind a wall on the first ghost, over the inside of the other axes
            strip = p
            for other in range(p.ndim):
                strip = strip if other == d else strip.narrow(other, h, p.shape[other] - 2 * h)
            for j in range(1, h):
                found.append((strip.select(d, h - 1 - j), strip.select(d, h - 1 + j)))
                found.append((strip.select(d, n - h + j), strip.select(d, n - h - j)))
        elif wall != "nodes":  # where the one ghost is the wall, and stays 0
            low, high = (n - 2, 1) if wall == "periodic" else (1, n - 2)
            found += [(p.select(d, 0), p.select(d, low)), (p.select(d, n - 1), p.select(d, high))]
    return found


def inner(p: Tensor, h: int) -> Tensor:
    """The values inside a halo of h."""
    for d in range(p.ndim):
        p = p.narrow(d, h, p.shape[d] - 2 * h)
    return p


def padded(u: Tensor, h: int) -> Tensor:
    """A buffer with a halo of zeros around u."""
    p = u.new_zeros([n + 2 * h for n in u.shape])
    inner(p, h).copy_(u)
    return p


# ---- kernels and loops


def compiled(step: Callable[..., None], setting: Setting) -> Callable[..., None]:
    """A kernel with code of its own: torch keeps the kernels of one code object in one list."""
    if not setting.compiled:
        return step
    step.__code__ = step.__code__.replace(co_name=f"{setting.case.name}_{setting.n}")
    return torch.compile(step, fullgraph=True, dynamic=False, options=INLINE)


def one_level(setting: Setting) -> Run:
    """Two buffers a field: read one, write the inner view of the other, swap."""
    compute, numbers = formula(setting)
    fields = [torch.from_numpy(setting.initial[name]) for name in setting.case.fields]
    scalars = [torch.tensor(x, dtype=torch.float32) for x in numbers]
    count = len(fields)

    def step(*arguments: Tensor) -> None:
        results = compute(*arguments[:count], *arguments[2 * count :])
        results = results if isinstance(results, tuple) else (results,)
        for out, result in zip(arguments[count : 2 * count], results, strict=True):
            out.copy_(result)

    kernel = compiled(step, setting)

    def run(steps: int) -> tuple[Tensor, ...]:
        now = [padded(u, 1) for u in fields]
        new = [torch.zeros_like(p) for p in now]
        now_in, new_in = [inner(p, 1) for p in now], [inner(p, 1) for p in new]
        edges, new_edges = ([e for p in ps for e in ghosts(p, setting)] for ps in (now, new))
        for _ in range(steps):
            for ghost, value in edges:
                ghost.copy_(value)
            kernel(*now, *new_in, *scalars)
            now, new, now_in, new_in = new, now, new_in, now_in
            edges, new_edges = new_edges, edges
        return tuple(u.clone() for u in now_in)

    return run


def two_levels(setting: Setting) -> Run:
    """Leapfrog over the old level: two buffers in all."""
    compute, numbers = formula(setting)
    h = halo(setting)
    u0 = torch.from_numpy(setting.initial["u"])
    m = torch.tensor(numbers[0], dtype=torch.float32)

    def step(p: Tensor, old: Tensor, m: Tensor) -> None:
        old.copy_(compute(p, old, m))

    kernel = compiled(step, setting)

    def refresh(edges: list[tuple[Tensor, Tensor]]) -> None:
        for ghost, value in edges:
            torch.neg(value, out=ghost)

    first = padded(u0, h)
    refresh(ghosts(first, setting))
    before = u0 + (compute(first, torch.zeros_like(u0), m) - 2 * u0) / 2

    def run(steps: int) -> tuple[Tensor, ...]:
        now, new = padded(u0, h), padded(before, h)
        now_in, new_in = inner(now, h), inner(new, h)
        edges, new_edges = ghosts(now, setting), ghosts(new, setting)
        for _ in range(steps):
            refresh(edges)
            kernel(now, new_in, m)
            now, new, now_in, new_in = new, now, new_in, now_in
            edges, new_edges = new_edges, edges
        return (now_in.clone(),)

    return run


def in_one_graph(setting: Setting) -> Run:
    """256 points: ghosts by torch.cat, the loop by while_loop, the call by C++."""
    u0 = torch.from_numpy(setting.initial["u"])
    r = torch.tensor(formula(setting)[1][0], dtype=torch.float32)

    def march(count: Tensor, u: Tensor, r: Tensor) -> Tensor:
        def body(k: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
            return k + 1, heat1d(torch.cat([u[-1:], u, u[:1]]), r)

        start = (torch.zeros_like(count), u)
        found: tuple[Tensor, Tensor] = while_loop(lambda k, _: k < count, body, start)  # type: ignore[no-untyped-call]
        return found[1]

    options: dict[str, Any] = {"cpp_wrapper": True, "cpp.threads": 1}
    kernel = torch.compile(march, fullgraph=True, options=options) if setting.compiled else march

    def run(steps: int) -> tuple[Tensor, ...]:
        return (kernel(torch.tensor(steps), u0, r),)

    return run


def form(setting: Setting) -> Run:
    """The form of a case."""
    if setting.case.axes == 1:
        return in_one_graph(setting)
    return two_levels(setting) if setting.case.kind == "wave" else one_level(setting)
