"""Positions of markers in metres, and what is a gap."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nmm_opensim.errors import NMMError
from nmm_opensim.formats.trc import read_markers

TRC = (
    "PathFileType\t4\t(X/Y/Z)\tt.trc\n"
    "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\n100\t100\t4\t2\tmm\n"
    "Frame#\tTime\thip\t\t\tknee\t\t\n\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n\n"
    "1\t0.00\t100\t900\t-50\t1\t2\t3\n"
    "2\t0.01\t101\t901\t-51\t\t\t\n"
    "3\t0.02\t0\t0\t0.000\t1\t0\t0\n"
    "4\t0.03\t103\t903\tnan\tlost\t2\t3\n"
)


@pytest.mark.parametrize(("unit", "metres"), [("mm", 1e-3), ("cm", 1e-2), ("m", 1.0)])
def test_positions_are_metres_and_gaps_nan(tmp_path: Path, unit: str, metres: float) -> None:
    file = tmp_path / "t.trc"
    file.write_text(TRC.replace("mm", unit))
    markers = read_markers(file)
    assert markers.labels == ("hip", "knee")
    assert markers.time == pytest.approx([0, 0.01, 0.02, 0.03])
    hip, knee = markers.select("hip"), markers.select("knee")
    assert hip[:2] == pytest.approx(metres * np.array([[100, 900, -50], [101, 901, -51]]))
    # Nothing is ever exactly in the origin; half a position is none.
    assert np.isnan(hip[2:]).all()
    assert knee[[0, 2]] == pytest.approx(metres * np.array([[1, 2, 3], [1, 0, 0]]))
    assert np.isnan(knee[[1, 3]]).all()
    with pytest.raises(NMMError, match="expected a marker 'kne', but there is none; nearest: knee"):
        markers.select("kne")
