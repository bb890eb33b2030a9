"""What a run leaves on disk: one file a format, found by the suffix of the path it is given."""

from __future__ import annotations

from collections.abc import Callable

from ..table import Table
from .base import Writer

WRITERS: Table[Callable[[], Writer]] = Table(
    "output format",
    __name__,
    "zarr = zarr_group:ZarrWriter",
    "npz = npz:NpzWriter",
    "vti = vti:VtiWriter",
    "pvd = vti:VtiWriter",
    "png = picture:PngWriter",
    "gif = film:gif",
    "mp4 = film:mp4",
)
# What a format writes beside the path it is given, by suffix.
BESIDE = {"vti": (".pvd",)}
# What goes on in an earlier file when a run is resumed; a picture shows the last frame anyway.
CONTINUED = ("zarr", "vti", "pvd", "png")
