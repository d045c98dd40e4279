"""Other people's recordings, which tell what a muscle does at a pose: paired by equal names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import NMMError, nearest_names
from ...nmm.sources import Measured, find_own_channel
from ...physics.osim_model import OsimModel
from ...training.hide_channels import hide_channels
from ...training.training_setup import TrainingSetup, read_training_setup
from .anatomy import Anatomy
from .documents import Node


@dataclass(frozen=True)
class OtherSubject:
    """Another person's training setup, and what is named alike there and here.

    ``signs`` are -1 for coordinates that the same muscles turn the other way there. ``unpaired``
    are recorded there, but no muscle here is named so.
    """

    name: str
    file: Path
    muscles: list[str]
    unpaired: list[str]
    signs: dict[str, int]


def find_other_subjects(
    files: Sequence[Path], anatomy: Anatomy, emg_files: Sequence[Path]
) -> list[OtherSubject]:
    """What setups of ``nmm-opensim train`` hold of the muscles and coordinates of ``anatomy``.

    Every one gets the same coordinates, as training wants it.

    Raises:
        NMMError: for a setup that cannot be used, this person's own, or one that shares nothing.

    """
    own = {file.resolve() for file in emg_files}
    subjects = []
    for file in files:
        setup = read_training_setup(file, with_prior_subjects=False)
        if any(trial.emg_file.resolve() in own for trial in setup.trials):
            raise NMMError(
                f"init: --other-subject '{file}': expected another person, but found recordings of "
                "this one; a muscle that is hidden here would be seen there."
            )
        subjects.append(_compare(setup, anatomy))
    names = [subject.name for subject in subjects]
    for name in names:
        if names.count(name) > 1:
            raise NMMError(
                f"init: --other-subject: expected setups with names of their own, but found "
                f"'{name}' twice; rename one."
            )
    shared = [
        name for name in anatomy.coordinates if all(name in subject.signs for subject in subjects)
    ]
    if subjects and not shared:
        raise NMMError(
            "init: --other-subject: expected a coordinate that muscles of the same names turn here "
            f"and in every other model, one of {', '.join(anatomy.coordinates)}, but found none; "
            "write <prior_subjects> with <their_muscles> and <their_coordinates>."
        )
    return [_restrict(subject, shared) for subject in subjects]


def add_other_subjects(
    tool: Node, subjects: Sequence[OtherSubject], has_population: bool = False
) -> None:
    """``<prior_subjects>``, or how to have some."""
    if not subjects:
        known = "the population, its synergists" if has_population else "its synergists"
        tool.comment(
            f"Without other people's recordings a muscle is known by {known} and the moments. "
            "Those whose EMG, motion and moments you have, with a training setup of their own, "
            "tell what a muscle does at a pose and speed: option other-subject of init, or "
            "<prior_subjects>"
            '<PriorSubject name="…"><training_setup_file>…</training_setup_file>'
            "<muscles>…</muscles><coordinates>…</coordinates></PriorSubject></prior_subjects>."
        )
        return
    tool.comment(
        "Other people, who tell what a muscle does at a pose and speed: muscles and coordinates by "
        "their names here; other names there stand in <their_muscles> and <their_coordinates>, in "
        "the same order. A sign of -1: the coordinate counts the other way there, as the moment "
        "arms of the same muscles say."
    )
    element = tool.add("prior_subjects")
    for subject in subjects:
        for muscle in subject.unpaired:
            element.comment(f"{subject.name} recorded '{muscle}', and no muscle here has the name.")
        node = element.add("PriorSubject", name=subject.name)
        node.add_path("training_setup_file", subject.file)
        node.add("muscles", " ".join(subject.muscles))
        node.add("coordinates", " ".join(subject.signs))
        node.add("coordinate_signs", " ".join(map(str, subject.signs.values())))


def _compare(setup: TrainingSetup, anatomy: Anatomy) -> OtherSubject:
    sources = hide_channels(setup, {}).sources
    recorded = [s.muscle for s in sources if isinstance(s, Measured) and find_own_channel(s)]
    muscles = [muscle for muscle in recorded if muscle in anatomy.muscles]
    if not muscles:
        raise NMMError(
            f"init: --other-subject '{setup.file}': expected recorded muscles that are named like "
            f"some here, but found {', '.join(recorded)}; {recorded[0]}: "
            f"{nearest_names(recorded[0], anatomy.muscles)}; write <prior_subjects> with "
            "<their_muscles>."
        )
    model = OsimModel(setup.model_file)
    common = [name for name in anatomy.coordinates if name in model.coordinate_names]
    return OtherSubject(
        setup.name,
        setup.file,
        muscles,
        [muscle for muscle in recorded if muscle not in muscles],
        _find_signs(anatomy, Anatomy(model, common)) if common else {},
    )


def _find_signs(ours: Anatomy, theirs: Anatomy) -> dict[str, int]:
    """Which way a coordinate counts there, by the moment arms of muscles of the same names."""
    same = [muscle for muscle in ours.muscles if muscle in theirs.muscles]
    signs = {}
    for name in theirs.coordinates:
        agreement = sum(ours.find_arm(m, name) * theirs.find_arm(m, name) for m in same)
        if agreement != 0.0:
            signs[name] = 1 if agreement > 0 else -1
    return signs


def _restrict(subject: OtherSubject, coordinates: Sequence[str]) -> OtherSubject:
    signs = {name: subject.signs[name] for name in coordinates}
    return OtherSubject(subject.name, subject.file, subject.muscles, subject.unpaired, signs)
