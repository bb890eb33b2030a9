"""What every test shares: settings that must stand before torch is imported, and hypothesis."""

import os

# Threads that spin for long between two parallel regions starve each other on a busy machine; the
# OpenMP library reads this once, when torch loads it.
os.environ.setdefault("GOMP_SPINCOUNT", "20000")

from hypothesis import HealthCheck, settings

# No deadline: a first call may compile. In CI the examples are the same on every run.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("house"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "house")
