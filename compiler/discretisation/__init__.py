"""Discretisation: the semantic model to a scheme with exact rational coefficients."""
