"""Joint moments that Plug-in Gait stored beside ours, from the same markers and plates.

For each person: markers and plates of a C3D file, the walking example's model scaled by a frame of
the walk itself, feet on plates and loads, inverse kinematics and dynamics, all by the verbs of a
user; then the moments about knee flexion and ankle flexion in every stance whose loads are whole.

    python benchmarks/plug_in_gait_moments.py FOLDER --cutoff 12
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table as RichTable

from nmm_opensim.arrays import Array
from nmm_opensim.formats.tables import read_table
from nmm_opensim.formats.trc import Markers, read_trc
from nmm_opensim.recordings.c3d.content import read_c3d

MODEL = Path("data/example3DWalking/subject_walk_scaled.osim")
AXES = "x z -y"
LANDMARKS = {"ASI": "ASIS", "KNE": "Knee", "ANK": "Ankle", "HEE": "Heel", "D5M": "MT5"}
BODIES = {
    "femur": ["THI"],
    "tibia": ["TIB", "HFB", "TUB", "SHN"],
    "calcn": ["TOE", "LCA", "STL", "CPG", "P1M", "P5M"],
}
TRUNK = {"SACR": "S2", "CLAV": "torso", "STRN": "torso", "C7": "torso", "T10": "torso"}
SIDES = {"right": "R", "left": "L"}
JOINTS = ("Ankle", "Knee")


@dataclass(frozen=True)
class Stance:
    """One joint in one stance: correlation, and the largest of both (N m/kg)."""

    side: str
    joint: str
    r: float
    stored: float
    ours: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="of C3D files of one walk each, *_straight.c3d")
    parser.add_argument("--cutoff", type=float, default=12.0, help="of angles and loads, Hz")
    parser.add_argument("--output", type=Path, default=Path("results/plug_in_gait"))
    options = parser.parse_args()
    console = Console()
    table = RichTable("person", "stance", "joint", "r", "largest stored", "largest ours", box=None)
    correlations: dict[str, list[float]] = {joint: [] for joint in JOINTS}
    for file in sorted(options.folder.glob("*_straight.c3d")):
        name = file.stem.removesuffix("_straight")
        with console.status(name):
            stances = list(_compare(file, options.output / name, options.cutoff))
        for s in stances:
            correlations[s.joint].append(s.r)
            table.add_row(name, s.side, s.joint, f"{s.r:.3f}", f"{s.stored:.2f}", f"{s.ours:.2f}")
    console.print(table)
    for joint, values in correlations.items():
        console.print(
            f"{joint}: {len(values)} stances, r {np.mean(values):.3f} ± {np.std(values):.3f}, "
            f"smallest {min(values):.3f}"
        )


def _compare(file: Path, folder: Path, cutoff: float) -> Iterator[Stance]:
    mass = read_c3d(file, "C3D file").parameters.find_number("PROCESSING", "BODYMASS")
    assert mass is not None, f"{file} states no body mass"
    folder.mkdir(parents=True, exist_ok=True)
    plates = ["--plate", "1", "--plate", "2"]
    _run("convert-c3d", file, "--output", folder, "--axes", AXES, *plates)
    marker_file = folder / f"{file.stem}_markers.trc"
    model = _scale(marker_file, folder, mass)
    _run("gait-events", _write(folder / "gait.xml", _make_gait_setup(file.stem, mass)))
    inverse = _write(folder / "inverse.xml", _make_inverse_setup(file.stem, model, cutoff))
    _run("inverse-kinematics", inverse)
    _run("inverse-dynamics", inverse)
    ours = read_table(folder / "walk_moments.sto", "moments")
    with (folder / "walk_strides.csv").open(newline="", encoding="utf-8") as text:
        strides = [row for row in csv.DictReader(text) if row["measured"] == "yes"]
    for stride in strides:
        times = float(stride["initial_time"]), float(stride["toe_off"])
        for joint in JOINTS:
            coordinate = f"{joint.lower()}_angle_{stride['side'][0]}"
            output = folder / f"stored_{coordinate}.sto"
            column = f"{SIDES[stride['side']]}{joint}Moment:X=-{coordinate}"
            units = ["--units", "Nmm/kg", "--mass", mass]
            cut = ["--initial-time", times[0], "--final-time", times[1]]
            _run("convert-moments", file, "--output", output, "--column", column, *units, *cut)
            stored = read_table(output, "stored moments")
            label = f"{coordinate}_moment"
            theirs = stored.select([label]).values[:, 0] / mass
            mine = np.interp(stored.time, ours.time, ours.select([label]).values[:, 0]) / mass
            r = float(np.corrcoef(theirs, mine)[0, 1])
            yield Stance(stride["name"], joint, r, _peak(theirs), _peak(mine))


def _peak(moment: Array) -> float:
    return float(np.abs(moment).max())


def _scale(marker_file: Path, folder: Path, mass: float) -> Path:
    """The model, scaled by the frame in which the feet are closest together."""
    markers = read_trc(marker_file)
    places = {name: place for name, place in _list_places() if name in markers.labels}
    rows = [f"{name},{place}" for name, place in places.items()]
    map_file = _write(folder / "markers.csv", "\n".join(["marker,model_marker", *rows, ""]))
    time = _find_frame(markers, list(places))
    model = folder / "model.osim"
    static = ["--static", marker_file, "--static-times", time - 1e-4, time + 1e-4]
    _run("scale", MODEL, "--output", model, "--mass", mass, *static, "--marker-map", map_file)
    return model


def _list_places() -> Iterator[tuple[str, str]]:
    yield from TRUNK.items()
    for side in "LR":
        for name, landmark in LANDMARKS.items():
            yield f"{side}{name}", f"{side}.{landmark}"
        for body, names in BODIES.items():
            for name in names:
                yield f"{side}{name}", f"{body}_{side.lower()}"


def _find_frame(markers: Markers, names: list[str]) -> float:
    used = [markers.labels.index(name) for name in names]
    whole = np.flatnonzero(markers.seen[:, used].all(axis=1))
    apart = np.linalg.norm(markers.select("LHEE") - markers.select("RHEE"), axis=1)
    return float(markers.time[whole[np.argmin(apart[whole])]])


def _make_gait_setup(stem: str, mass: float) -> str:
    plates = "".join(
        f'<Plate name="{k}"><force_identifier>ground_force_{k}_v</force_identifier>'
        f"<point_identifier>ground_force_{k}_p</point_identifier>"
        f"<torque_identifier>ground_torque_{k}_</torque_identifier></Plate>"
        for k in (1, 2)
    )
    feet = "".join(
        f'<Foot name="{name}"><body>calcn_{name[0]}</body><heel_marker>{side}HEE</heel_marker>'
        f"<toe_marker>{side}TOE</toe_marker></Foot>"
        for name, side in SIDES.items()
    )
    return (
        f'<OpenSimDocument Version="40500"><NMMGaitTool name="walk"><plates>{plates}</plates>'
        f"<feet>{feet}</feet><body_mass>{mass}</body_mass>"
        f'<trials><Trial name="walk"><marker_file>{stem}_markers.trc</marker_file>'
        f"<force_file>{stem}_forces.mot</force_file></Trial></trials>"
        "</NMMGaitTool></OpenSimDocument>"
    )


def _make_inverse_setup(stem: str, model: Path, cutoff: float) -> str:
    return (
        '<OpenSimDocument Version="40500"><NMMInverseTool name="walk">'
        f"<model_file>{model.name}</model_file>"
        f"<lowpass_cutoff_frequency>{cutoff:g}</lowpass_cutoff_frequency>"
        "<forces_to_exclude>Muscles actuators</forces_to_exclude>"
        f'<trials><Trial name="walk"><marker_file>{stem}_markers.trc</marker_file>'
        "<external_loads_file>walk_external_loads.xml</external_loads_file></Trial></trials>"
        "</NMMInverseTool></OpenSimDocument>"
    )


def _write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def _run(*words: object) -> None:
    program = Path(sys.executable).with_name("nmm-opensim")
    done = subprocess.run(
        [str(program), *map(str, words)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{words[0]}: {done.stderr or done.stdout}")


if __name__ == "__main__":
    main()
