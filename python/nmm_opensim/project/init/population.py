"""The population that comes with the package, where the chosen coordinates are a walking leg's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...estimators.prior.muscle_names import SIDES, find_relative, find_side, find_standard_name
from ...estimators.prior.phase import find_phases
from ...estimators.prior.population_file import SHIPPED, read_population
from ...formats.external_loads import read_applied_loads
from ...formats.tables import read_table
from ...physics.osim_model import OsimModel
from ...recordings.gait.cycles import Cycle, find_cycles_in_force, read_cycles
from ...training.cycles import LEAST_PARTS, VERTICAL, find_filled_share
from ...training.population_setup import NONE
from .anatomy import Anatomy
from .documents import Node
from .recordings import Part, Recording

NAME = "walking"
FLEXIONS = ("hip_flexion", "knee_angle", "ankle_angle")
# One angle and its speed come back to the same values within a stride: the curves of "walking",
# carried to 40 s of a treadmill walk, have a mean r of 0.60-0.83 with themselves on the next 20 s
# by one angle, 0.92 by knee and ankle, 0.98 by hip and knee or all three.
FEWEST_FLEXIONS = 2
FOOT = "calcn"
STEP = 0.01  # s, between the times of a trial at which strides are looked for


@dataclass(frozen=True)
class ChosenPopulation:
    """What a population has of one leg's muscles; ``relatives`` are whose curves others borrow.

    ``pose`` are the chosen coordinates, with those that tell where in a stride the leg is.
    """

    name: str
    side: str
    foot_body: str
    muscles: dict[str, str]
    relatives: dict[str, str]
    pose: tuple[str, ...]


def find_population(
    anatomy: Anatomy, model: OsimModel, recordings: Sequence[Recording]
) -> ChosenPopulation | None:
    """The shipped population, None where it does not fit coordinates, muscles and bodies."""
    legs = [end for end in SIDES if _count_flexions(anatomy.coordinates, end) >= FEWEST_FLEXIONS]
    if len(legs) != 1:
        return None
    (end,) = legs
    foot, bodies = f"{FOOT}{end}", model.model.getBodySet()
    if foot not in [bodies.get(k).getName() for k in range(bodies.getSize())]:
        return None
    if any(find_side(muscle) not in (SIDES[end], None) for muscle in anatomy.muscles):
        return None
    known = read_population(SHIPPED[NAME]).muscles
    names = {muscle: find_standard_name(muscle) for muscle in anatomy.muscles}
    muscles = {ours: theirs for ours, theirs in names.items() if theirs in known}
    if not muscles:
        return None
    relatives = {
        ours: relative
        for ours in anatomy.muscles
        if ours not in muscles and (relative := find_relative(ours)) in known
    }
    known_angles = _find_known_coordinates(model, recordings)
    angles = [f"{name}{end}" for name in FLEXIONS if f"{name}{end}" in known_angles]
    pose = tuple(dict.fromkeys([*angles, *anatomy.coordinates]))
    return ChosenPopulation(NAME, SIDES[end], foot, muscles, relatives, pose)


def add_population(tool: Node, chosen: ChosenPopulation | None) -> None:
    """``<population>``, and how to have none."""
    if chosen is None:
        return
    tool.comment(
        "What many people's muscles do over a stride of walking, at this one's own poses; masked "
        "muscles tell how much it has to say. Names here, and there in the same order. Another "
        f"movement, or to compare: {NONE} as the population_file."
    )
    node = tool.add("population")
    node.add("population_file", chosen.name)
    node.add("side", chosen.side)
    node.comment("Whose external forces are this foot's contact with the ground.")
    node.add("foot_body", chosen.foot_body)
    node.add("muscles", " ".join(chosen.muscles))
    node.add("their_muscles", " ".join(chosen.muscles.values()))
    if chosen.relatives:
        node.comment(
            "Muscles that it lacks borrow a relative's curve: an electrode over the medial "
            "hamstrings records both, and the two peronei work as one."
        )
        node.add("relatives", " ".join(chosen.relatives))
        node.add("their_relatives", " ".join(chosen.relatives.values()))


def add_strides(trial: Node, part: Part, chosen: ChosenPopulation | None) -> None:
    """What shows all of a stride of a trial: a file, the foot's forces; else the pose will."""
    if chosen is None:
        return
    strides, loads = part.recording.strides_file, part.recording.external_loads_file
    if strides is not None and _tell_a_stride(part, read_cycles(strides, chosen.side)):
        trial.add_path("strides_file", strides)
    elif loads is not None and _tell_a_stride(part, _find_cycles_in_loads(loads, chosen.foot_body)):
        trial.add_path("external_loads_file", loads)


def _tell_a_stride(part: Part, cycles: Sequence[Cycle]) -> bool:
    """Whether strides fill one in a part of a recording: a whole one, or the ends of two."""
    time = np.arange(part.initial_time, part.final_time, STEP)
    return find_filled_share(find_phases(time, cycles)) >= LEAST_PARTS


def _find_cycles_in_loads(file: Path, foot_body: str) -> list[Cycle]:
    applied = read_applied_loads(file)
    forces = [
        load.force[:, VERTICAL]
        for load in applied.loads
        if load.body == foot_body and load.force is not None
    ]
    return find_cycles_in_force(applied.time, np.sum(forces, axis=0)) if forces else []


def _find_known_coordinates(model: OsimModel, recordings: Sequence[Recording]) -> set[str]:
    """The model's that all recordings have; inverse kinematics gives them all."""
    known = set(model.coordinate_names)
    for recording in recordings:
        if (file := recording.coordinates_file) is not None:
            columns = read_table(file, "coordinates file").columns
            # Names, or paths of states: /jointset/hip_r/hip_flexion_r/value.
            known &= {part for column in columns for part in column.split("/")}
    return known


def _count_flexions(coordinates: Sequence[str], end: str) -> int:
    return sum(f"{name}{end}" in coordinates for name in FLEXIONS)
