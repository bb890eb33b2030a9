"""What the figures were measured on, without names or paths of the machine."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

THREADS = 2
PACKAGES = ("torch", "devito", "py-pde", "numba", "jax", "numpy")


def set_up(threads: int = THREADS) -> None:
    """Equal threads for all; must come before torch, devito, jax or numba is imported.

    JAX counts the processors it may run on. Threads that spin for long between two parallel
    regions take them from the next contestant. Without DEVITO_ARCH Devito may be 8 times slower.
    """
    os.environ |= {
        "OMP_NUM_THREADS": str(threads),
        "NUMBA_NUM_THREADS": str(threads),
        "GOMP_SPINCOUNT": "20000",
        "DEVITO_ARCH": "gcc",
        "DEVITO_LANGUAGE": "openmp",
        "DEVITO_LOGGING": "WARNING",
        "JAX_PLATFORMS": "cpu",
    }
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        if len(allowed) > threads:
            os.sched_setaffinity(0, allowed[:threads])


def described() -> dict[str, str]:
    """Processor, caches, compiler and versions."""
    return {
        "processor": processor(),
        "processors": f"{os.cpu_count()}, of which {THREADS} are used",
        "last-level cache": last_cache(),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "C++ compiler": compiler(),
        **{name: found for name in PACKAGES if (found := installed(name))},
    }


def processor() -> str:
    """Model name, and its numbers: virtual machines give all models of a maker one name."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or "unknown"
    found = dict(re.findall(r"^(.+?)\s*:\s*(.*)$", text, re.MULTILINE))
    name = found.get("model name", "unknown")
    numbers = f"family {found.get('cpu family', '?')}, model {found.get('model', '?')}"
    widths = [w for w in ("avx512f", "avx2") if w in found.get("flags", "").split()]
    return ", ".join([name, numbers, *widths[:1]])


def last_cache() -> str:
    """The size of the largest cache."""
    folders = Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size")
    sizes = [path.read_text(encoding="utf-8").strip() for path in folders]
    kib = max((int(size[:-1]) for size in sizes if size.endswith("K")), default=0)
    return f"{kib / 1024:.3g} MiB" if kib else "unknown"


def compiler() -> str:
    """The C++ compiler that torch and Devito call."""
    try:
        text = subprocess.run(["g++", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "none"
    return re.sub(r"\s*\(.*\)", "", text.stdout.splitlines()[0])


def installed(name: str) -> str:
    """The version of a package, empty if there is none."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def load() -> float:
    """Processes that wanted to run in the last minute: above the threads used, figures are low."""
    return round(os.getloadavg()[0], 2)
