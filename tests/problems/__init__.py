"""Exact solutions for order tests: `PROBLEMS`, each a `Problem`, grouped by what they exercise."""

from . import burgers, diffusion, driven, heat, implicit, pairs, reaction, timing, transport, waves
from .base import Problem

PROBLEMS: tuple[Problem, ...] = (
    *heat.PROBLEMS,
    *diffusion.PROBLEMS,
    *transport.PROBLEMS,
    *burgers.PROBLEMS,
    *waves.PROBLEMS,
    *pairs.PROBLEMS,
    *reaction.PROBLEMS,
    *timing.PROBLEMS,
    *driven.PROBLEMS,
    *implicit.PROBLEMS,
)

__all__ = ["PROBLEMS", "Problem"]
