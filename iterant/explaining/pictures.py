"""The pictures of `iterant explain`: amplification, stability region, phase and size of waves."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..runtime.faults import need
from .curves import surface
from .pages import Explained
from .waves import OnWaves

EDGE = 240  # points along a side of the map of a stability region
SAMPLES = 181  # theta of the spectrum
HIGHEST = 3.0  # of ratios that are drawn
NARROW = 0.1  # a range of values that is shown wider: rounding is no shape
TICKS = (0, 1 / 4, 1 / 2, 3 / 4, 1)
NAMES = ("0", "π/4", "π/2", "3π/4", "π")


def figure(page: Explained) -> Any:
    """All panels of a scheme as one figure of matplotlib."""
    figures = need("matplotlib.figure", extra="viz", to="pictures of a scheme")
    panels = [_factors]
    if len(page.scheme.axes) > 1:
        panels.append(_map)
    if page.method is not None and page.method.order == 1:
        panels.append(_region)
    panels += [_phase, _left] if page.curves.travels else [_decay]
    columns = 2 if len(panels) in {2, 4} else 3
    lines = -(-len(panels) // columns)
    found = figures.Figure(figsize=(4.4 * columns, 3.4 * lines), layout="constrained")
    step = "" if page.scheme.step_value is None else f", tau = {page.tau:.6g}"
    found.suptitle(f"{page.name}{step}", parse_math=False)
    grid = found.subplots(lines, columns, squeeze=False).ravel()
    for axes, panel in zip(grid, panels, strict=False):
        panel(axes, page)
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    return found


def _factors(axes: Any, page: Explained) -> None:
    """|lambda| over theta: the equation's own eigenvalues, parasitic ones, and 1."""
    found = page.curves
    for j in range(found.factors.shape[1]):
        own = j in found.principal
        axes.plot(
            found.theta,
            np.abs(found.factors[:, j]),
            "-" if own else "--",
            label="of the equation" if own else "parasitic",
        )
    exact = np.exp(found.exact.real)
    axes.plot(found.theta, exact, ":", color="gray", linewidth=1)
    axes.plot([], [], ":", color="gray", linewidth=1, label="exact")
    axes.axhline(1.0, color="k", linewidth=0.8)
    _over_theta(axes, f"|lambda| along {page.axis}")
    handles, labels = axes.get_legend_handles_labels()
    kept = dict(zip(labels, handles, strict=True))
    axes.legend(kept.values(), kept.keys())


def _map(axes: Any, page: Explained) -> None:
    """The largest |lambda| over the first two axes; the line is 1."""
    line, values = surface(page.scheme, page.tau)
    ends = (-np.pi, np.pi)
    top = float(values.max())
    low = min(float(values.min()), top - NARROW)
    shown = {"origin": "lower", "cmap": "viridis", "vmin": low, "vmax": top}
    drawn = axes.imshow(values.T, extent=(*ends, *ends), **shown)
    if values.max() > 1 + 1e-9:
        axes.contour(line, line, values.T, levels=[1.0 + 1e-9], colors="w", linewidths=1)
    axes.figure.colorbar(drawn, ax=axes, shrink=0.8)
    names = [a.name for a in page.scheme.axes[:2]]
    axes.set(xlabel=f"theta along {names[0]}", ylabel=f"theta along {names[1]}")
    axes.set_title("largest |lambda|", parse_math=False)


def spectrum(page: Explained) -> np.ndarray[Any, Any]:
    """tau times the eigenvalues of the right sides, on waves along each axis and the diagonals."""
    dim, line = len(page.scheme.axes), np.linspace(-np.pi, np.pi, SAMPLES)
    units = [np.eye(dim)[a] for a in range(dim)] + ([np.ones(dim)] if dim > 1 else [])
    theta = np.concatenate([np.outer(u, line) for u in units], axis=1)
    values = np.linalg.eigvals(OnWaves(page.scheme, page.tau).rates(theta))
    return np.asarray(page.tau * values.ravel())


def _region(axes: Any, page: Explained) -> None:
    """Where the method is stable, and where the spectrum of the differences lies."""
    assert page.method is not None
    points = spectrum(page)
    ends = (points.real.min(), points.real.max(), points.imag.min(), points.imag.max())
    low, high, bottom, top = (float(e) for e in ends)
    wide = max(high - low, top - bottom, 4.0)
    x = np.linspace(min(low, -wide) - 0.15 * wide, max(high, 0.0) + 0.3 * wide, EDGE)
    y = np.linspace(min(bottom, -wide / 2), max(top, wide / 2), EDGE) * 1.15
    z = x[None, :] + 1j * y[:, None]
    sizes = np.abs(page.method.factors(z.ravel())).max(axis=1).reshape(z.shape)
    axes.contourf(x, y, sizes, levels=[0.0, 1.0], colors=["#cfe3f5"])
    axes.contour(x, y, sizes, levels=[1.0], colors="C0", linewidths=1)
    axes.plot(points.real, points.imag, ".", color="C3", markersize=3)
    axes.axhline(0.0, color="k", linewidth=0.5)
    axes.axvline(0.0, color="k", linewidth=0.5)
    axes.set(xlabel="Re z", ylabel="Im z", aspect="equal")
    axes.set_title("stability region, tau times the spectrum", parse_math=False)


def _phase(axes: Any, page: Explained) -> None:
    found = page.curves
    axes.plot(found.theta, np.clip(found.phase(), -HIGHEST, HIGHEST))
    axes.axhline(1.0, color="k", linewidth=0.8)
    _over_theta(axes, "phase speed / exact")


def _left(axes: Any, page: Explained) -> None:
    found = page.curves
    axes.plot(found.theta, np.clip(found.left(), 0.0, HIGHEST))
    axes.axhline(1.0, color="k", linewidth=0.8)
    _over_theta(axes, "left after one wavelength / exact")


def _decay(axes: Any, page: Explained) -> None:
    found = page.curves
    with np.errstate(all="ignore"):
        axes.plot(found.theta, np.clip(found.decay(), -HIGHEST, HIGHEST))
    axes.axhline(1.0, color="k", linewidth=0.8)
    _over_theta(axes, "decay rate / exact")


def _over_theta(axes: Any, title: str) -> None:
    low, high = axes.get_ylim()
    if high - low < NARROW:
        axes.set_ylim((low + high) / 2 - NARROW / 2, (low + high) / 2 + NARROW / 2)
    axes.set_title(title, parse_math=False)
    axes.set_xlabel("theta")
    axes.set_xticks([np.pi * t for t in TICKS], NAMES)
    axes.grid(alpha=0.3)
