"""A walk that is known in every sample: two feet over plates, written as .trc and .mot.

The person walks along x, right foot at z = 0.1, and steps where ``STANCES`` say; what a plate
carries is a list of shares of these stances.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.interpolate import PchipInterpolator

from nmm_opensim.arrays import Array

WEIGHT = 700.0
STANCE, STEP, FIRST = 0.65, 0.5, 0.3
"""s that a foot stands, from a heel strike to that of the other foot, and until the first."""
LENGTH = 0.7
"""m from a foot to the next of the other side."""
DURATION, RATE, FORCE_RATE = 3.0, 100.0, 1000.0
SIDES = ("right", "left")
FOOT = 0.2
"""m from the heel's marker to that on the toes."""
TURN = 3.0
"""N m, the free moment of a foot."""


def strike(side: str, k: int) -> float:
    """When the foot arrives for its stance ``k``, from 0 (s); the right foot is first."""
    return FIRST + 2 * STEP * k + (STEP if side == "left" else 0.0)


def off(side: str, k: int) -> float:
    return strike(side, k) + STANCE


def place(side: str, k: int) -> tuple[float, float]:
    """Where the heel rests (x, z)."""
    return 2 * LENGTH * k + (LENGTH if side == "left" else 0.0), 0.1 if side == "right" else -0.1


@dataclass(frozen=True)
class Share:
    """What a plate carries of a stance, from ``start`` to ``end`` (s), as shares at these times."""

    side: str
    stance: int
    start: float = -np.inf
    end: float = np.inf
    shares: tuple[float, float] = (1.0, 1.0)


@dataclass
class Walk:
    """Plates by name, and what is done to the markers and the forces before they are written."""

    plates: Mapping[str, Sequence[Share]]
    hidden: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    belt: float = 0.0
    span: tuple[float, float] = (0.0, DURATION)
    units: str = "mm"

    @property
    def time(self) -> Array:
        start, end = self.span
        return np.arange(round(start * FORCE_RATE), round(end * FORCE_RATE) + 1) / FORCE_RATE

    def foot(self, side: str, k: int) -> tuple[Array, Array]:
        """Force and centre of pressure (samples, 3) of a stance."""
        share = (self.time - strike(side, k)) / STANCE
        on = (share >= 0) & (share <= 1)
        up = WEIGHT * on * np.clip(np.minimum(share, 1 - share) / 0.15, 0, 1)
        force = np.column_stack([0.2 * up * (share - 0.5), up, 0.05 * up])
        x, z = place(side, k)
        along = x + 1.2 * FOOT * np.clip(share, 0, 1) - self.belt * self.time
        return force, np.column_stack([along, 0 * up, 0 * up + z])

    def plate(self, name: str) -> tuple[Array, Array, Array]:
        """Force, centre of pressure and free moment that the plate measures, by its definition."""
        force, moment = np.zeros((len(self.time), 3)), np.zeros((len(self.time), 3))
        for part in self.plates[name]:
            whole, point = self.foot(part.side, part.stance)
            first = max(part.start, strike(part.side, part.stance))
            last = min(part.end, off(part.side, part.stance))
            inside = (self.time >= first) & (self.time <= last)
            share = inside * np.interp(self.time, [first, last], part.shares)
            own = whole * share[:, None]
            force += own
            moment += np.cross(point, own)
            moment[:, 1] += TURN * share * (whole[:, 1] > 0)
        up = np.where(force[:, 1] > 0, force[:, 1], np.inf)
        point = np.column_stack([moment[:, 2] / up, np.zeros(len(up)), -moment[:, 0] / up])
        torque = moment - np.cross(point, force)
        return force, point, torque

    def write(self, folder: Path, name: str = "walk") -> tuple[Path, Path]:
        """The marker file and the force file."""
        marker_file, force_file = folder / f"{name}.trc", folder / f"{name}.mot"
        self._write_markers(marker_file)
        columns, values = ["time"], [self.time[:, None]]
        for plate in self.plates:
            parts = zip(("_v", "_p", "_m"), self.plate(plate), strict=True)
            for kind, series in parts:
                columns += [f"plate{plate}{kind}{axis}" for axis in "xyz"]
                values.append(series)
        rows = np.hstack(values)
        lines = ["forces", "version=1", f"nRows={len(rows)}", f"nColumns={len(columns)}"]
        lines += ["inDegrees=no", "endheader", "\t".join(columns)]
        lines += ["\t".join(f"{number:.9g}" for number in row) for row in rows]
        force_file.write_text("\n".join([*lines, ""]))
        return marker_file, force_file

    def _write_markers(self, file: Path) -> None:
        start, end = self.span
        time = np.arange(round(start * RATE), round(end * RATE) + 1) / RATE
        markers = {
            f"{side[0].upper()}_{part}": positions
            for side in SIDES
            for part, positions in zip(("heel", "toe"), self.track(side, time), strict=True)
        }
        factor = {"mm": 1000.0, "m": 1.0}[self.units]
        lines = [
            f"PathFileType\t4\t(X/Y/Z)\t{file.name}",
            "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits",
            f"{RATE:g}\t{RATE:g}\t{len(time)}\t{len(markers)}\t{self.units}",
            "Frame#\tTime\t" + "\t\t\t".join(markers) + "\t\t",
            "\t\t" + "\t".join(f"{a}{i + 1}" for i in range(len(markers)) for a in "XYZ"),
        ]
        for i, t in enumerate(time):
            cells = [str(i + 1), f"{t:.3f}"]
            for name, positions in markers.items():
                first, last = self.hidden.get(name, (np.inf, -np.inf))
                lost = first <= t <= last
                cells += ["" if lost else f"{x * factor:.5f}" for x in positions[i]]
            lines.append("\t".join(cells))
        file.write_text("\n".join([*lines, ""]))

    def track(self, side: str, time: Array) -> tuple[Array, Array]:
        """Heel and toe markers (frames, 3) in m: they rest in stance and rise around toe off."""
        heel: list[tuple[float, float, float]] = []
        toe: list[tuple[float, float, float]] = []
        for k in range(-1, round(DURATION / (2 * STEP)) + 2):
            first, last, (x, _) = strike(side, k), off(side, k), place(side, k)
            swing = 2 * STEP - STANCE
            # It comes down fastest when it arrives.
            heel += [(first - 0.04, x - 0.03, 0.09), (first + 0.03, x, 0.05)]
            heel += [(first + 0.6 * STANCE, x, 0.05), (last, x + 0.1, 0.2)]
            heel += [(last + 0.2 * swing, x + 0.3, 0.24), (last + 0.7 * swing, x + 1.1, 0.11)]
            front = x + FOOT
            toe += [(first, front, 0.1), (first + 0.1, front, 0.05), (last - 0.05, front, 0.05)]
            toe += [(last, front + 0.03, 0.07), (last + 0.4 * swing, front + 0.6, 0.08)]
            toe += [(last + 0.7 * swing, front + 1.1, 0.12)]
        tracks = []
        for keys in (heel, toe):
            times, x_keys, y_keys = np.array(sorted(keys)).T
            x = PchipInterpolator(times, x_keys)(time) - self.belt * time
            y = PchipInterpolator(times, y_keys)(time)
            tracks.append(np.column_stack([x, y, np.full(len(time), place(side, 0)[1])]))
        return tracks[0], tracks[1]


def write_setup(folder: Path, walk: Walk, *, trial: str = "", tool: str = "") -> Path:
    """A setup beside the walk's files; ``trial`` and ``tool`` are further elements of theirs."""
    marker_file, force_file = walk.write(folder)
    plates = "".join(
        f'<Plate name="{name}"><force_identifier>plate{name}_v</force_identifier>'
        f"<point_identifier>plate{name}_p</point_identifier>"
        f"<torque_identifier>plate{name}_m</torque_identifier></Plate>"
        for name in walk.plates
    )
    feet = "".join(
        f'<Foot name="{side}"><body>calcn_{side[0]}</body>'
        f"<heel_marker>{side[0].upper()}_heel</heel_marker>"
        f"<toe_marker>{side[0].upper()}_toe</toe_marker></Foot>"
        for side in SIDES
    )
    setup = folder / "gait.xml"
    setup.write_text(
        f'<OpenSimDocument Version="40500"><NMMGaitTool name="gait">\n'
        f"<plates>{plates}</plates>\n<feet>{feet}</feet>\n{tool}\n"
        f'<trials><Trial name="walk"><marker_file>{marker_file.name}</marker_file>\n'
        f"<force_file>{force_file.name}</force_file>{trial}</Trial></trials>\n"
        "<results_directory>results</results_directory></NMMGaitTool></OpenSimDocument>"
    )
    return setup
