"""A picture of the last frame: every field with its axes and a colour bar, by matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..faults import need
from ..files import replacing
from .base import Array, Meta
from .colours import Panel, colour_range, panels, plane


class PngWriter:
    """Keeps the last frame and draws it at the end."""

    def open(self, path: Path, meta: Meta) -> None:
        self._figure: Any = need("matplotlib.figure", extra="viz", to="a picture of the fields")
        self._path, self._meta = path, meta
        self._last: tuple[float, dict[str, Array]] | None = None

    def frame(self, t: float, fields: Mapping[str, Array]) -> None:
        self._last = (t, {name: values.copy() for name, values in fields.items()})

    def close(self) -> None:
        if self._last is None:
            return
        t, fields = self._last
        shown = panels(self._meta, fields)
        figure = self._figure.Figure(figsize=(4.6 * len(shown), 4.0), layout="constrained")
        title = self._meta.name if self._meta.image else f"{self._meta.name}, t = {t:.6g}"
        figure.suptitle(title, parse_math=False)
        for axes, panel in zip(
            figure.subplots(1, len(shown), squeeze=False)[0], shown, strict=True
        ):
            self._draw(figure, axes, panel, fields)
        with replacing(self._path) as part:
            figure.savefig(part, dpi=120)

    def _draw(self, figure: Any, axes: Any, panel: Panel, fields: Mapping[str, Array]) -> None:
        meta = self._meta
        variable = next(v for v in meta.variables if v.name == panel.variable)
        values = plane(panel, meta, fields)
        axes.set_title(panel.label, parse_math=False)
        axes.set_xlabel(meta.axes[0], parse_math=False)
        if values.ndim == 1:
            axes.plot(variable.coordinates[0], values)
            axes.grid(alpha=0.3)
            return
        axes.set_ylabel(meta.axes[1], parse_math=False)
        finite = values[np.isfinite(values)]
        pair = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        low, high, diverging = (0.0, 1.0, False) if meta.image else colour_range([pair])
        colours = "gray" if meta.image else "RdBu_r" if diverging else "viridis"
        if meta.image:
            axes.set_axis_off()
            axes.imshow(values, cmap=colours, vmin=low, vmax=high)
            return
        ends = [
            end
            for c, h in zip(variable.coordinates[:2], variable.spacing, strict=False)
            for end in (float(c[0] - h / 2), float(c[-1] + h / 2))
        ]
        drawn = axes.imshow(
            values.T, origin="lower", extent=ends, cmap=colours, vmin=low, vmax=high, aspect="equal"
        )
        figure.colorbar(drawn, ax=axes, shrink=0.8)
