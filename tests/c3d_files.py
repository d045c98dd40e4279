"""Small C3D files that tests write themselves, in a process of its own.

ezc3d and OpenSim's bindings cannot share one.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

WRITE = """
import sys, ezc3d, numpy as np
from ezc3d import ezc3d as library

def integers(c3d, name, values, shape):
    parameter = library.Parameter(name, "")
    parameter.set(library.VecInt([int(v) for v in values]), shape)
    c3d["parameters"].add_parameter("FORCE_PLATFORM", parameter)

path, kind, units, moment_units, sign = sys.argv[1:]
kind, sign = int(kind), float(sign)
length = {"mm": 1000.0, "cm": 100.0, "m": 1.0}[units]
channels = 8 if kind == 3 else 6
c3d = ezc3d.c3d()
point, analog = c3d["parameters"]["POINT"], c3d["parameters"]["ANALOG"]
point["RATE"]["value"], analog["RATE"]["value"] = [100], [1000]
point["LABELS"]["value"], point["UNITS"]["value"] = ["hip", "knee"], [units]
analog["LABELS"]["value"] = ["EMG1", "EMG2"] + [f"plate{i}" for i in range(channels)]
analog["UNITS"]["value"] = ["V", "V"] + ["N"] * 3 + [moment_units] * (channels - 3)
if kind == 3:
    analog["UNITS"]["value"][2:] = ["N"] * 8
points = np.ones((4, 2, 10))
points[:3, 0] = np.array([[1.0], [2.0], [3.0]])

# The plate's z points into the floor, its x along the laboratory's x.
turn = np.diag([1.0, -1.0, -1.0])
centre, force, at, free = (np.array(v) for v in (
    [1.0, 2.0, 0.0], [30.0, -40.0, 700.0], [1.05, 2.1, 0.0], [0.0, 0.0, 5.0]))
corners = centre + np.array([[.2, .3, 0], [-.2, .3, 0], [-.2, -.3, 0], [.2, -.3, 0]]) @ turn.T
f, p, t = turn.T @ force, turn.T @ (at - centre), turn.T @ free
sensor = {1: np.zeros(3), 3: np.array([0, 0, 0.04])}.get(kind, np.array([0.001, -0.002, 0.04]))
origin = -sensor
m = np.cross(p - sensor, f) + t
signal = sign * np.r_[f, m * length]
if kind == 1:
    signal = np.r_[sign * f, p[:2] * length, sign * t[2] * length]
if kind == 4:
    signal = signal / 2
if kind == 3:
    # Four sensors at (a, b), (-a, b), (-a, -b) and (a, -b) share Fz.
    a, b = 0.12, 0.2
    origin = np.array([a, b, -0.04])
    # The sum of Fz, its moments about x and y, and a fourth that no load decides.
    rows = np.array([[1, 1, 1, 1], [b, b, -b, -b], [-a, a, a, -a], [1, -1, 1, -1]])
    fz = np.linalg.solve(rows, [f[2], m[0], m[1], 0.0])
    twist = m[2] / (2 * b)
    signal = sign * np.r_[f[0] / 2 - twist, f[0] / 2 + twist, f[1] / 2, f[1] / 2, fz]
group = lambda name, value: c3d.add_parameter("FORCE_PLATFORM", name, value)
if kind:
    integers(c3d, "USED", [1], [1])
    integers(c3d, "TYPE", [kind], [1])
    integers(c3d, "CHANNEL", range(3, 3 + channels), [channels, 1])
    integers(c3d, "ZERO", [1, 0], [2])
    group("CORNERS", (corners.T * length).reshape(3, 4, 1))
    group("ORIGIN", (origin * length).reshape(3, 1))
    group("CAL_MATRIX", (2 * np.eye(6)).reshape(6, 6, 1))
values = np.zeros((1, 2 + channels, 100))
values[0, :2] = np.arange(200.0).reshape(2, 100)
# The foot leaves the plate half way.
values[0, 2:, :50] = signal[:, None]
c3d["data"]["points"], c3d["data"]["analogs"] = points, values
c3d.write(path)
"""


def write_c3d(
    file: Path, plate_type: int = 0, units: str = "mm", moment_units: str = "", sign: float = 1.0
) -> Path:
    """Two markers (1, 2, 3) and (1, 1, 1), two channels of EMG, and one plate unless its type is 0.

    For 50 of 100 samples the plate, in a laboratory whose z points up, pushes the subject with
    (30, -40, 700) N at (1.05, 2.1, 0) m and a free moment of 5 N m; ``sign`` -1 writes the action.
    """
    arguments = [str(plate_type), units, moment_units or f"N{units}", str(sign)]
    subprocess.run([sys.executable, "-c", WRITE, file, *arguments], check=True)
    return file
