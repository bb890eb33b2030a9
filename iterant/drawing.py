"""The graph behind emitted code as an SVG picture: a panel a routine, operations downwards.

Layers by longest path; in each, nodes stand near the mean of what they read. Text is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from .compiler.graph import Graph, Node, Routine

CHARACTER, HEIGHT, PADDING, GAP, RISE = 7.2, 26, 10, 18, 34
LONGEST = 56  # characters of a label
FILLS = {
    "Input": "#dbeafe",
    "Weight": "#dbeafe",
    "StencilOp": "#dcfce7",
    "AdjointOp": "#dcfce7",
    "Pointwise": "#fef9c3",
    "NetworkOp": "#fae8ff",
}
STYLE = (
    "text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#111}"
    ".title{font-weight:bold;font-size:14px}.doc{fill:#555}"
    "rect{stroke:#64748b;stroke-width:1}.panel{fill:#f8fafc;stroke:#cbd5e1}"
    "path{fill:none;stroke:#64748b;stroke-width:1}"
)


@dataclass(frozen=True, slots=True)
class Box:
    """A node on the page: its label, its left upper corner and its width."""

    label: str
    kind: str
    x: float
    y: float
    width: float


def svg(graph: Graph) -> str:
    """The whole graph as one SVG text."""
    parts: list[str] = []
    top, width = 20.0, 200.0
    for routine in graph.routines:
        boxes = _placed(routine)
        right = max((b.x + b.width for b in boxes.values()), default=0.0)
        right = max(right, CHARACTER * (len(routine.doc) + 4))
        bottom = max((b.y + HEIGHT for b in boxes.values()), default=0.0)
        parts += _panel(routine, boxes, top, right + 2 * GAP, bottom)
        top += bottom + 90
        width = max(width, right + 4 * GAP)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{top:.0f}">'
    return "\n".join([head, f"<style>{STYLE}</style>", *parts, "</svg>", ""])


def _panel(
    routine: Routine, boxes: Mapping[int, Box], top: float, width: float, bottom: float
) -> list[str]:
    """One routine: its frame, its title, its edges, its boxes."""
    lines = [
        f'<g transform="translate({GAP},{top:.1f})">',
        f'<rect class="panel" width="{width:.1f}" height="{bottom + 70:.1f}" rx="8"/>',
        f'<text class="title" x="{GAP}" y="22">{escape(routine.name)}</text>',
        f'<text class="doc" x="{GAP}" y="40">{escape(routine.doc)}</text>',
        f'<g transform="translate({GAP},52)">',
    ]
    nodes = routine.nodes()
    for number, node in nodes.items():
        lines += [_edge(boxes[source], boxes[number]) for source in node.inputs]
    for box in boxes.values():
        fill = FILLS.get(box.kind, "#ffffff")
        lines.append(
            f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{HEIGHT}"'
            f' rx="5" fill="{fill}"><title>{escape(box.kind)}</title></rect>'
        )
        lines.append(
            f'<text x="{box.x + PADDING:.1f}" y="{box.y + 17:.1f}">{escape(box.label)}</text>'
        )
    return [*lines, "</g>", "</g>"]


def _edge(start: Box, end: Box) -> str:
    """A curve from the lower edge of one box to the upper edge of another."""
    x0, y0 = start.x + start.width / 2, start.y + HEIGHT
    x1, y1 = end.x + end.width / 2, end.y
    bend = max(12.0, (y1 - y0) / 2)
    curve = f"C{x0:.1f},{y0 + bend:.1f} {x1:.1f},{y1 - bend:.1f} {x1:.1f},{y1:.1f}"
    return f'<path d="M{x0:.1f},{y0:.1f} {curve}"/>'


def _placed(routine: Routine) -> dict[int, Box]:
    """Boxes by node number."""
    nodes = routine.nodes()
    layer: dict[int, int] = {}
    for number, node in nodes.items():
        layer[number] = 1 + max((layer[s] for s in node.inputs), default=-1)
    rows: dict[int, list[int]] = {}
    for number, level in layer.items():
        rows.setdefault(level, []).append(number)
    boxes: dict[int, Box] = {}
    for level in sorted(rows):
        x = 0.0
        for number in sorted(rows[level], key=lambda n: (_wish(nodes[n], boxes), n)):
            label = _label(nodes[number])
            width = CHARACTER * len(label) + 2 * PADDING
            x = max(x, _wish(nodes[number], boxes) - width / 2)
            kind = type(nodes[number].op).__name__
            boxes[number] = Box(label, kind, x, level * (HEIGHT + RISE), width)
            x += width + GAP
    return boxes


def _wish(node: Node, boxes: Mapping[int, Box]) -> float:
    """Where a node wants its middle: the mean of what it reads."""
    middles: Sequence[float] = [boxes[s].x + boxes[s].width / 2 for s in node.inputs if s in boxes]
    return sum(middles) / len(middles) if middles else 0.0


def _label(node: Node) -> str:
    """Name and formula, cut to a readable length."""
    text = f"{node.name} = {node.formula}" if node.formula else node.name
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
