"""Plans, fields and frames for the tests of output formats."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from iterant.runtime.output.base import Meta
from iterant.runtime.plan import PERIODIC, REFLECT, Place, Plan, Side
from iterant.runtime.store import Store, arrays, variables

Arrays = dict[str, Any]
WALL = Side("wall", -1, 1.0, 0.0)


def place(
    *origin: float, h: float = 0.25, sides: Side = REFLECT, extra: tuple[int, ...] = ()
) -> Place:
    d = len(origin)
    return Place(
        origin=origin,
        spacing=(h,) * d,
        extra=extra or (0,) * d,
        halo=((1, 1),) * d,
        sides=((sides, sides),) * d,
    )


def plan(axes: str, fields: Mapping[str, Mapping[str, Place]]) -> Plan:
    return Plan(
        axes=tuple(axes),
        counts=None,
        fields=tuple(fields),
        components={name: tuple(parts) for name, parts in fields.items()},
        data=(),
        places={part: p for parts in fields.values() for part, p in parts.items()},
        levels=(),
        body=(),
    )


def frames(value: Arrays, count: int = 3) -> list[tuple[float, Arrays]]:
    """Several times the same fields, scaled."""

    def scaled(v: Any, k: int) -> Any:
        return tuple(scaled(part, k) for part in v) if isinstance(v, tuple) else v * (1 + k / 4)

    return [(k / 10, {name: scaled(v, k) for name, v in value.items()}) for k in range(count)]


def write(path: Path, p: Plan, shown: list[tuple[float, Arrays]], **options: Any) -> Meta:
    """Save frames to a path and return what the writer was told."""
    lead = options.pop("lead", ())
    meta = Meta(
        name="wave",
        title="A test.",
        axes=p.axes,
        variables=variables(p, shown[0][1], lead),
        **options,
    )
    with Store([path], resume=meta.resume is not None) as store:
        store.open(meta)
        for t, value in shown:
            store.frame(t, arrays(p, value))
    return meta


SCALAR = plan("xy", {"u": {"u": place(0.125, 0.125)}})
U = np.linspace(-1, 2, 12).reshape(4, 3)
# A staggered vector beside a scalar on a periodic grid, and a collocated one.
YEE = plan(
    "xy",
    {
        "v": {
            "v_x": place(0.0, 0.125, sides=PERIODIC),
            "v_y": place(0.125, 0.0, sides=PERIODIC),
        },
        "p": {"p": place(0.125, 0.125, sides=PERIODIC)},
        "w": {
            "w_x": place(0.125, 0.125, sides=PERIODIC),
            "w_y": place(0.125, 0.125, sides=PERIODIC),
        },
    },
)
X = 0.125 + 0.25 * np.arange(4)
Y = 0.125 + 0.25 * np.arange(3)
YEE_VALUE = {
    "v": np.stack([np.ones((4, 3)) * 3, np.arange(3.0) * np.ones((4, 1))]),
    "p": U,
    "w": np.stack([U, -U]),
}
