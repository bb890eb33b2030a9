"""Emitted modules written by hand: what the emitter should print."""
