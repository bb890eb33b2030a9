"""Iterant: a PDE or an iterative scheme in, certified and readable PyTorch out.

>>> import iterant
>>> sorted(iterant.__all__)[:3]
['Artifact', 'Certificate', 'CertificateError']
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

# Threads of OpenMP that spin for long between two parallel regions starve each other on a busy
# machine, ten times slower; the library reads this once, when torch loads it.
os.environ.setdefault("GOMP_SPINCOUNT", "20000")

if TYPE_CHECKING:
    from .api import (
        certify as certify,
        compile as compile,  # noqa: A004
        load as load,
        run as run,
        train as train,
        verify as verify,
    )
    from .compiler.emit import Artifact as Artifact
    from .compiler.pipeline import CertificateError as CertificateError
    from .compiler.source import SchemeError as SchemeError
    from .runtime.contract import (
        Certificate as Certificate,
        Outcome as Outcome,
        Refutation as Refutation,
        Status as Status,
        Unproved as Unproved,
    )
    from .runtime.faults import UserError as UserError

# Public name -> where it lives; each is loaded when it is first asked for.
_HOMES = {
    "Artifact": ".compiler.emit",
    "Certificate": ".runtime.contract",
    "CertificateError": ".compiler.pipeline",
    "Outcome": ".runtime.contract",
    "Refutation": ".runtime.contract",
    "SchemeError": ".compiler.source",
    "Status": ".runtime.contract",
    "Unproved": ".runtime.contract",
    "UserError": ".runtime.faults",
    "certify": ".api",
    "compile": ".api",
    "load": ".api",
    "run": ".api",
    "train": ".api",
    "verify": ".api",
}
__all__ = sorted(_HOMES)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("iterant")
    if name not in _HOMES:
        raise AttributeError(f"module 'iterant' has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name], __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
