"""What a text was compiled into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..runtime.contract import Certificate, Verdict
from ..runtime.table import Table
from .scheme import Scheme

# compiling never loads torch: the loader is imported when a module is asked for
_LOADERS: Table[Callable[..., Any]] = Table(
    "loader", "iterant.runtime", "load = load:load", "load_weights = frozen:load_weights"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """What a text was compiled into: readable PyTorch, verdicts, the digest that binds them."""

    name: str
    source_code: str
    certificates: tuple[Verdict, ...]
    digest: str
    warnings: tuple[str, ...] = ()
    scheme: Scheme | None = field(default=None, repr=False, compare=False)

    def module(
        self, *, device: str | None = None, dtype: Any = None, weights: str | Path | None = None
    ) -> Any:
        """The torch.nn.Module of this artifact; torch is loaded here, not before.

        With `weights`, a safetensors file, it is frozen with their numbers, once all certificates
        were checked for them; raises UserError where one does not hold.
        """
        found = _LOADERS["load"](self.source_code, name=self.name, device=device, dtype=dtype)
        if weights is None:
            return found
        proofs = tuple(c for c in self.certificates if isinstance(c, Certificate))
        return _LOADERS["load_weights"](found, weights, proofs)

    @property
    def certified(self) -> bool:
        """Whether every claim was proved."""
        return all(isinstance(c, Certificate) for c in self.certificates)
