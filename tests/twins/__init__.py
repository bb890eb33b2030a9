"""Twins: contract schemes in plain NumPy float64, written from the PDE and the language's rules.

They share nothing with the compiler, so that a mistake in one is not repeated in the other. Each
takes the initial state, the step `tau`, the number of steps and the parameters, and returns the
state after `n_steps`, inputs and outputs at the same time level.
"""

from .diffusion import fsi, heat, perona_malik, variable_heat
from .implicit import crank_nicolson_nodes, crank_nicolson_walls, peaceman_rachford
from .transport import advection, beam_warming, burgers, gray_scott
from .waves import acoustic_fdtd, maxwell_tm, schroedinger, wave

__all__ = [
    "acoustic_fdtd",
    "advection",
    "beam_warming",
    "burgers",
    "crank_nicolson_nodes",
    "crank_nicolson_walls",
    "fsi",
    "gray_scott",
    "heat",
    "maxwell_tm",
    "peaceman_rachford",
    "perona_malik",
    "schroedinger",
    "variable_heat",
    "wave",
]
