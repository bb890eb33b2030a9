"""Solvers of implicit steps and fixed-point equations, an open set."""
