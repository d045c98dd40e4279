"""``<NMMGaitTool>``: which columns are a plate, which markers a foot, and the trials."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...arrays import Array
from ...formats.setup_xml import SetupElement, read_setup

TOOL = "NMMGaitTool"
SIDES = ("right", "left")


@dataclass(frozen=True)
class Plate:
    """A force plate; a column is named by an identifier and an axis: ``ground_force1_vy``.

    ``corners`` (4, 2) are x and z in m in the order of the rim, None where nobody said.
    """

    name: str
    force: str
    point: str
    torque: str | None
    corners: Array | None


@dataclass(frozen=True)
class Foot:
    """A side, the model's body that its loads act on, and the markers that show it."""

    side: str
    body: str
    heel_marker: str
    toe_marker: str


@dataclass(frozen=True)
class GaitTrialFiles:
    """A recording; ``events_file`` holds a person's corrections, None where all is found."""

    name: str
    marker_file: Path
    force_file: Path
    events_file: Path | None


@dataclass(frozen=True)
class GaitSetup:
    """All that the setup declares; paths are absolute.

    ``threshold`` (N) is what a loaded plate carries at least, ``foot_margin`` (m) how far from the
    line between a foot's markers its centre of pressure may be, ``body_mass`` in kg.
    """

    file: Path
    name: str
    plates: tuple[Plate, ...]
    feet: tuple[Foot, ...]
    threshold: float
    foot_margin: float
    body_mass: float | None
    trials: tuple[GaitTrialFiles, ...]
    results_directory: Path

    def result(self, trial: GaitTrialFiles, ending: str) -> Path:
        """A file that is written for a trial."""
        return self.results_directory / f"{trial.name}_{ending}"


def read_gait_setup(file: Path) -> GaitSetup:
    """Read and check ``<NMMGaitTool>``; every complaint names the line."""
    tool = read_setup(file, TOOL)
    setup = GaitSetup(
        file=tool.file,
        name=tool.file_stem,
        plates=_read_plates(tool.get_child("plates")),
        feet=_read_feet(tool.get_child("feet")),
        threshold=tool.get_number("contact_threshold", 20.0, minimum=1.0, maximum=200.0),
        foot_margin=tool.get_number("foot_margin", 0.08, minimum=0.01, maximum=0.3),
        body_mass=tool.get_optional_number("body_mass", minimum=1.0, maximum=500.0),
        trials=_read_trials(tool.get_child("trials")),
        results_directory=tool.get_path("results_directory", default="."),
    )
    tool.finish()
    for trial in setup.trials:
        if trial.events_file == setup.result(trial, "events.csv"):
            raise tool.error(
                f"trial '{trial.name}': expected an <events_file> under a name of its own, because "
                f"results are written as '{trial.events_file}'; rename the corrected file"
            )
    return setup


def _read_plates(element: SetupElement) -> tuple[Plate, ...]:
    plates = []
    taken: dict[str, str] = {}
    for child in element.get_children(["Plate"]):
        plate = Plate(
            child.name,
            child.get_text("force_identifier"),
            child.get_text("point_identifier"),
            child.get_optional_text("torque_identifier"),
            _read_corners(child),
        )
        child.finish()
        for identifier in filter(None, (plate.force, plate.point, plate.torque)):
            if identifier in taken:
                raise child.error(
                    f'<Plate name="{plate.name}">: expected columns of its own, but '
                    f"'{identifier}' is already one of plate '{taken[identifier]}'"
                )
            taken[identifier] = plate.name
        plates.append(plate)
    if not plates:
        raise element.error("expected a <Plate>, but found none")
    return tuple(plates)


def _read_corners(element: SetupElement) -> Array | None:
    if not element.has("corners"):
        return None
    corners = np.array(element.get_numbers("corners", count=8, minimum=-100, maximum=100))
    corners = corners.reshape(4, 2)
    # Along the rim of a convex plate all turns go the same way.
    edges = np.roll(corners, -1, axis=0) - corners
    following = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0]
    if not (np.all(turns > 1e-3) or np.all(turns < -1e-3)):
        raise element.error(
            "<corners>: expected x and z (m) of four corners in the order of the rim, but these do "
            "not go round a plate"
        )
    return corners


def _read_feet(element: SetupElement) -> tuple[Foot, ...]:
    feet = []
    for child in element.get_children(["Foot"]):
        if child.name not in SIDES:
            raise child.error(f"<Foot>: expected the name right or left, but found '{child.name}'")
        feet.append(
            Foot(
                child.name,
                child.get_text("body"),
                child.get_text("heel_marker"),
                child.get_text("toe_marker"),
            )
        )
        child.finish()
    if len(feet) != len(SIDES):
        raise element.error("expected a <Foot> right and a <Foot> left: each may step on a plate")
    named = [name for foot in feet for name in (foot.heel_marker, foot.toe_marker)]
    if len(set(named)) < len(named) or feet[0].body == feet[1].body:
        raise element.error("expected a body and two markers of its own for each <Foot>")
    return tuple(sorted(feet, key=lambda foot: SIDES.index(foot.side)))


def _read_trials(element: SetupElement) -> tuple[GaitTrialFiles, ...]:
    trials = []
    for child in element.get_children(["Trial"]):
        trials.append(
            GaitTrialFiles(
                child.file_stem,
                child.get_file("marker_file"),
                child.get_file("force_file"),
                child.get_optional_file("events_file"),
            )
        )
        child.finish()
    if not trials:
        raise element.error("expected a <Trial>, but found none")
    return tuple(trials)
