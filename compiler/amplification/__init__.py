"""Amplification matrices on the torus, and when their powers stay bounded."""
