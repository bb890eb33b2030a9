"""Trained weights as exact numbers: frozen in a module, kept in a file, checked when they are used.

A frozen module computes with the numbers that its weights had when it was frozen, its steps
included: nothing is derived from anything any more. Its file is safetensors; the names are those of
the `.scheme` file, and its metadata say which emitted text the weights belong to.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from torch.nn.utils import parametrize

from .checker import Report, check
from .checker.frozen import check_weights
from .contract import Certificate
from .faults import UserError
from .files import replacing, writing
from .problem import plan_of

FORMAT = "iterant weights 1"


def freeze(module: nn.Module) -> nn.Module:
    """A copy that holds the weights of now as numbers, steps that follow from them included."""
    plan = plan_of(module)
    values = tuple(w.detach().clone() for w in module.weights()) if plan.weights else ()  # type: ignore[operator]
    bounded = [*getattr(module, "parametrizations", ())]
    numbers = {n: v for n, v in module.state_dict().items() if not n.startswith("parametrizations")}
    numbers |= {name: getattr(module, name).detach() for name in bounded}
    # a copy would share its class, and with it the properties of bounded parameters
    found: nn.Module = next(k for k in type(module).__mro__ if "plan" in vars(k))()
    for name in [*getattr(found, "parametrizations", ())]:
        parametrize.remove_parametrizations(found, name, leave_parametrized=True)
    first = next(iter(numbers.values()))
    found.to(device=first.device, dtype=first.dtype)
    own = {n: v for n, v in numbers.items() if not n.startswith("frozen_")}
    found.load_state_dict(own)
    if plan.weights:
        kind = type(found)
        found.__class__ = type(kind.__name__, (_Fixed, kind), {"__module__": kind.__module__})
        for name, value in zip(plan.weights, values, strict=True):
            found.register_buffer(f"frozen_{name}", value)
    return found.requires_grad_(False)


class _Fixed(nn.Module):
    """States its weights as they were frozen."""

    def weights(self) -> tuple[Tensor, ...]:
        """The numbers, in the order of the plan."""
        return tuple(getattr(self, f"frozen_{name}") for name in plan_of(self).weights)


# ---- files


def named(module: nn.Module) -> dict[str, Tensor]:
    """The weights of a frozen module by the names of the file, those of networks by layers."""
    plan = plan_of(module)
    own = dict(zip(plan.weights, module.weights(), strict=True)) if plan.weights else {}  # type: ignore[operator]
    rest = {
        name: value
        for name, value in module.state_dict().items()
        if name.partition(".")[0] not in own
        and not name.startswith("frozen_")
        and (name != "tau" or not plan.weights)
    }
    return {plan.called(name): value for name, value in {**own, **rest}.items()}


def save_weights(
    module: nn.Module, path: str | Path, certificates: tuple[Certificate, ...] = ()
) -> tuple[Certificate, ...]:
    """Freeze a module into a safetensors file; returns its certificates, bound to the file.

    Each certificate is checked for the numbers of the file first: one that does not hold raises
    UserError, and nothing is written.
    """
    raw = weights_of(module)
    bound = tuple(replace(c, weights_sha256=hashlib.sha256(raw).hexdigest()) for c in certificates)
    _hold(bound, raw)
    path = Path(path)
    with writing(path), replacing(path) as part:
        part.write_bytes(raw)
    return bound


def weights_of(module: nn.Module) -> bytes:
    """The weights of now as the bytes of a safetensors file."""
    from safetensors.torch import save  # noqa: PLC0415

    tensors = {n: v.detach().cpu().contiguous() for n, v in named(freeze(module)).items()}
    return bytes(save(tensors, {"format": FORMAT, "code": digest_of(module)}))


def load_weights(
    module: nn.Module,
    path: str | Path,
    certificates: tuple[Certificate | Mapping[str, Any], ...] = (),
) -> nn.Module:
    """A frozen copy of a module with the weights of a file, once the certificates hold for them.

    Raises UserError for a file of another text, with other shapes, or for which a certificate does
    not hold.
    """
    from safetensors.torch import load  # noqa: PLC0415

    raw = _read(Path(path))
    try:
        tensors = load(raw)
    except Exception as fault:
        raise UserError(f"{path} holds no weights: {fault}", "it is to be safetensors") from fault
    code = metadata(raw).get("code", "")
    if code != digest_of(module):
        hint = "train them for this text, or compile the file that they were trained for"
        raise UserError(f"the weights in {path} belong to another emitted text", hint)
    _hold(certificates, raw)
    found = freeze(module)
    mine = named(found)
    for name, value in mine.items():
        if name not in tensors or tensors[name].shape != value.shape:
            raise UserError(f"{path} holds no {name} of shape {tuple(value.shape)}")
        value.copy_(tensors[name])
    return found


def _hold(certificates: tuple[Certificate | Mapping[str, Any], ...], raw: bytes) -> None:
    """Every certificate holds for these numbers."""
    for certificate in certificates:
        report = verify_weights(certificate, raw)
        if not report.accepted:
            data = asdict(certificate) if isinstance(certificate, Certificate) else certificate
            hint = "a certificate speaks of the weights that it was made for"
            raise UserError(
                f"{data['claim']} does not hold for these weights: {report.reason}", hint
            )


def verify_weights(certificate: Certificate | Mapping[str, Any], raw: bytes) -> Report:
    """The checker's word on a certificate for the numbers of a file."""
    report = check(certificate)
    if not report.accepted:
        return report
    data = asdict(certificate) if isinstance(certificate, Certificate) else dict(certificate)
    return check_weights(data, raw)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise UserError(f"{path} cannot be read: {fault.strerror}") from fault


def metadata(raw: bytes) -> Mapping[str, str]:
    """What a file of weights says of itself."""
    import json  # noqa: PLC0415

    size = int.from_bytes(raw[:8], "little")
    found: Mapping[str, str] = json.loads(raw[8 : 8 + size]).get("__metadata__", {})
    return found


def digest_of(module: nn.Module) -> str:
    """The digest of the emitted text that a module came from."""
    for kind in type(module).__mro__:
        digest = getattr(sys.modules.get(kind.__module__), "DIGEST", "")
        if "plan" in vars(kind) and digest:
            return str(digest)
    return ""
