"""Explicit variants of implicit examples, made by changing their method alone."""

from __future__ import annotations

import re

_TIME = {"gray_scott": "explicit_euler, step 1, until 50"}


def explicit_variant(name: str, text: str) -> str:
    """The text of an example with an explicit method where its own is implicit."""
    if name not in _TIME:
        return text
    text = re.sub(r"(?m)^time .*$", f"time     {_TIME[name]}", text)
    return re.sub(r"(?m)^solve .*\n", "", text)
