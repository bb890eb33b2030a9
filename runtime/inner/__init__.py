"""Inner solves: the newest level of an implicit step, from left(new) = right."""

from .solving import solve

__all__ = ["solve"]
