"""Names of a `.scheme` file as identifiers of emitted code, told apart from everything else there."""

from __future__ import annotations

import keyword
import re
from functools import lru_cache

_OURS = frozenset(
    "torch nn Tensor layers Place Plan Side Stage PERIODIC REFLECT NONE PLACES STEPS DIGEST SCHEME"
    " self state plan forward step start finish prepare initial k out abs min max sum float int dict"
    " super range tuple list len module".split()
)


@lru_cache(maxsize=4096)
def safe(name: str) -> str:
    """An identifier: H[0] -> H_0; a reserved word, a word of the frame or a dunder gets a `_`."""
    word = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "v"
    if word[0].isdigit():
        word = f"v{word}"
    return f"{word}_" if keyword.iskeyword(word) or keyword.issoftkeyword(word) or word in _OURS else word


def class_name(name: str) -> str:
    """perona_malik -> PeronaMalik."""
    joined = "".join(part[:1].upper() + part[1:] for part in safe(name).split("_") if part)
    return joined or "Scheme"

_MODULE = frozenset(
    "add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches"
    " eval extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu"
    " load_state_dict modules mtia named_buffers named_children named_modules named_parameters"
    " parameters parametrizations register_backward_hook register_buffer register_forward_hook"
    " register_module register_parameter requires_grad_ set_extra_state set_submodule share_memory"
    " state_dict to to_empty train training type xpu zero_grad plan start step finish".split()
)


def attribute(name: str) -> str:
    """A parameter's name as an attribute of the module: never one that nn.Module has."""
    word = safe(name)
    return f"{word}_" if word in _MODULE else word
