"""ParaView's files, parsed back from their XML."""

import base64
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np

from iterant.runtime.plan import REFLECT
from saved import SCALAR, WALL, YEE, YEE_VALUE, U, frames, place, plan, write


def read_vti(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The attributes of the image and its arrays (components last, z y x before), from the XML."""
    root = ET.parse(path).getroot()
    assert root.attrib["type"] == "ImageData"
    assert root.attrib["byte_order"] == "LittleEndian"
    assert root.attrib["header_type"] == "UInt64"
    image = root[0]
    ends = [int(n) for n in image.attrib["WholeExtent"].split()[1::2]]
    blob = (root.find("AppendedData").text or "").strip().removeprefix("_")  # type: ignore[union-attr]
    found: dict[str, Any] = {"place": image[0][0].tag, **image.attrib}
    cells = found["place"] == "CellData"
    shape = [max(n, 1) if cells else n + 1 for n in reversed(ends)]
    arrays_: dict[str, Any] = {}
    for array in image.iter("DataArray"):
        kind = {"Float32": "<f4", "Float64": "<f8"}[array.attrib["type"]]
        start = int(array.attrib["offset"])
        size = int(np.frombuffer(base64.b64decode(blob[start : start + 12])[:8], "<u8")[0])
        stop = start + -(-(size + 8) // 3) * 4
        raw = base64.b64decode(blob[start:stop])[8:]
        assert len(raw) == size
        arrays_[array.attrib["Name"]] = np.frombuffer(raw, kind).reshape(
            *shape, int(array.attrib["NumberOfComponents"])
        )
    return found, arrays_


def test_vti_frames_and_their_collection(tmp_path: Path) -> None:
    shown = frames({"u": U})
    write(tmp_path / "a.vti", SCALAR, shown)
    sets = list(ET.parse(tmp_path / "a.pvd").iter("DataSet"))
    assert [s.attrib["timestep"] for s in sets] == ["0.0", "0.1", "0.2"]
    for entry, (_, value) in zip(sets, shown, strict=True):
        about, data = read_vti(tmp_path / entry.attrib["file"])
        np.testing.assert_array_equal(data["u"][0, :, :, 0].T, value["u"])
        assert about["place"] == "CellData"
        assert about["WholeExtent"] == "0 4 0 3 0 0"
        assert about["Origin"] == "0.0 0.0 0.0"
        assert about["Spacing"] == "0.25 0.25 1.0"
    np.testing.assert_array_equal(
        read_vti(tmp_path / "a.vti")[1]["u"][0, :, :, 0].T, shown[-1][1]["u"]
    )


def test_vti_vectors_have_three_components(tmp_path: Path) -> None:
    write(tmp_path / "a.vti", YEE, frames(YEE_VALUE, 1))
    about, data = read_vti(tmp_path / "a.vti")
    assert set(data) == {"v", "p", "w"}
    np.testing.assert_array_equal(data["w"][0, ..., 1].T, -U)
    np.testing.assert_array_equal(data["w"][..., 2], 0)
    # Faces are brought to the centre by their mean; the last face of a periodic axis is the first.
    np.testing.assert_array_equal(data["v"][0, ..., 0].T, 3)
    np.testing.assert_allclose(data["v"][0, ..., 1].T, np.array([0.5, 1.5, 1.0]) * np.ones((4, 1)))
    assert about["Origin"] == "0.0 0.0 0.0"


def test_vti_nodes_walls_and_three_axes(tmp_path: Path) -> None:
    nodes = plan(
        "xyz",
        {
            "u": {"u": place(0.25, 0.25, 0.25, sides=WALL)},
            "q": {
                "q_x": place(0.125, 0.25, 0.25, sides=WALL, extra=(1, 0, 0)),
                "q_y": place(0.25, 0.125, 0.25, sides=WALL, extra=(0, 1, 0)),
                "q_z": place(0.25, 0.25, 0.125, sides=WALL, extra=(0, 0, 1)),
            },
        },
    )
    u = np.arange(24.0).reshape(2, 3, 4)
    q = (
        np.arange(3.0)[:, None, None] * np.ones((3, 3, 4)),
        np.ones((2, 4, 4)),
        np.zeros((2, 3, 5)),
    )
    write(tmp_path / "a.pvd", nodes, [(0.0, {"u": u, "q": q})])
    about, data = read_vti(tmp_path / "a" / "0000.vti")
    assert about["place"] == "PointData"
    assert about["WholeExtent"] == "0 1 0 2 0 3"
    np.testing.assert_array_equal(data["u"][..., 0].T, u)
    np.testing.assert_allclose(data["q"][..., 0].T[:, 0, 0], [0.5, 1.5])
    np.testing.assert_allclose(data["q"][..., 1], 1)
    assert not (tmp_path / "a.vti").exists()


def test_vti_fields_on_other_points_are_another_part(tmp_path: Path) -> None:
    line = plan("x", {"u": {"u": place(0.25, sides=WALL)}, "v": {"v": place(0.0, sides=REFLECT)}})
    write(tmp_path / "a.vti", line, frames({"u": np.arange(3.0), "v": np.arange(5.0)}, 2))
    parts = [s.attrib["part"] for s in ET.parse(tmp_path / "a.pvd").iter("DataSet")]
    assert parts == ["0", "1", "0", "1"]
    np.testing.assert_array_equal(
        read_vti(tmp_path / "a/0001_1.vti")[1]["v"].ravel(), np.arange(5) * 1.25
    )


def test_vti_unrolls_batches_and_continues(tmp_path: Path) -> None:
    shown = frames({"u": np.stack([U, -U])}, 4)
    write(tmp_path / "a.vti", SCALAR, shown[:3])
    write(tmp_path / "a.vti", SCALAR, shown[2:], resume=0.1)
    times = [s.attrib["timestep"] for s in ET.parse(tmp_path / "a.pvd").iter("DataSet")]
    assert times == ["0.0", "0.1", "0.2", repr(3 / 10)]
    _, data = read_vti(tmp_path / "a/0003.vti")
    np.testing.assert_array_equal(data["u_1"][0, ..., 0].T, -U * 1.75)
