"""Iterant: a PDE or an iterative scheme in, certified and readable PyTorch out."""
