"""Devices by their names, tried before anything is computed on them."""

from __future__ import annotations

from .runtime.faults import UserError


def device_of(name: str) -> str:
    """The name itself where such a device is there and works; raises UserError."""
    import torch

    try:
        torch.zeros(1, device=torch.device(name)).cpu()
    except (RuntimeError, AssertionError, NotImplementedError) as fault:
        here = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
        message = f"there is no device {name} on this machine"
        raise UserError(message, f"there is: {', '.join(here)}", about="device") from fault
    return name
