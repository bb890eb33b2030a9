"""Names of a `.scheme` file as identifiers of emitted code, apart from everything else there."""

from __future__ import annotations

import keyword
import re
from functools import lru_cache

_OURS = frozenset(
    "torch nn math Tensor inner layers Place Plan Side Stage PERIODIC REFLECT NONE PLACES STEPS"
    " COUNTS DIGEST SCHEME self state counts index clock zip range float int tuple dict"
    " super tau t weights".split()
)


@lru_cache(maxsize=4096)
def safe(name: str) -> str:
    """An identifier, different for different names: H[0] -> H_0, a name H_0 -> H_0_.

    Keywords, words of the frame, dunders and names that look like a component get one `_` more.
    """
    word = re.sub(r"\[(\d+)\]", r"_\1", name)
    if word != name:
        return re.sub(r"\W", "_", word, flags=re.ASCII)
    stem = name.rstrip("_")
    shouted = name.isupper() and "_" in name  # constants of the emitted text look so
    special = keyword.iskeyword(stem) or keyword.issoftkeyword(stem) or stem in _OURS
    if special or shouted or not stem or name.startswith("_") or re.search(r"_\d+$", stem):
        return f"v{name}_" if name.startswith("_") else f"{name}_"
    return name


def class_name(name: str) -> str:
    """perona_malik -> PeronaMalik."""
    joined = "".join(part[:1].upper() + part[1:] for part in safe(name).split("_") if part)
    joined = joined or "Scheme"
    return f"{joined}Scheme" if keyword.iskeyword(joined) or joined in _OURS else joined


_MODULE = frozenset(
    "add_module apply bfloat16 buffers call_super_init children compile cpu cuda double"
    " dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter"
    " get_submodule half ipu load_state_dict modules mtia named_buffers named_children"
    " named_modules named_parameters parameters parametrizations"
    " register_backward_hook register_buffer register_forward_hook register_module"
    " register_parameter requires_grad_ set_extra_state set_submodule share_memory state_dict"
    " T_destination to to_empty train training type xpu zero_grad plan start step finish"
    " weights".split()
)


def attribute(name: str) -> str:
    """A parameter's name as an attribute of the module: never one that nn.Module has."""
    word = safe(name)
    return f"{word}_" if word in _MODULE else word
