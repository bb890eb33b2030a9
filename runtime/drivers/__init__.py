"""Drivers, an open set: the iterations that the one loop can run."""
