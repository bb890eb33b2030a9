"""The language as data: its grammar and its mistakes."""

from importlib.resources import files


def read(name: str) -> str:
    """The text of a data file of this folder."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def starters() -> tuple[str, ...]:
    """The names of the schemes that `iterant new` writes, the simplest first."""
    return ("heat", "image", "wave")
