"""Architectures, an open set: what kind of network a scheme becomes."""

from __future__ import annotations

from collections.abc import Callable

from ...runtime.table import Table
from ..graph import Graph
from ..scheme import Scheme

Build = Callable[[Scheme], Graph]

ARCHITECTURES: Table[Build] = Table("architecture", __name__, "resnet:build")


def architecture_of(scheme: Scheme) -> str:
    """Explicit steps become residual networks; other kinds bring their own lines."""
    assert scheme.step is not None
    return "resnet"


def build(scheme: Scheme) -> Graph:
    """The graph of a scheme, by its architecture."""
    return ARCHITECTURES[architecture_of(scheme)](scheme)
