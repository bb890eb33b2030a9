"""Boundary conditions, an open set: ghost values and the exactness of the adjoint."""
