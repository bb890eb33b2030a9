"""What a run leaves on disk: one file a format, found by the suffix of the path it is given."""

from __future__ import annotations

from ..table import Table
from .base import Writer

WRITERS: Table[type[Writer]] = Table(
    "output format",
    __name__,
    "zarr = zarr_group:ZarrWriter",
    "npz = npz:NpzWriter",
    "vti = vti:VtiWriter",
    "pvd = vti:VtiWriter",
    "png = picture:PngWriter",
    "gif = film:GifWriter",
    "mp4 = film:Mp4Writer",
)
