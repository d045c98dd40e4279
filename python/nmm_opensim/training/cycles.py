"""The strides of a trial: as a file gives them, as forces show them, or as the pose does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import opensim

from ..arrays import Array
from ..errors import NMMError, nearest_names
from ..estimators.prior.phase import find_phases
from ..estimators.prior.population import POINTS, Movement
from ..formats.external_loads import read_applied_loads
from ..nmm.chain import PreparedTrial
from ..nmm.trial import TrialFiles
from ..physics.motion import Motion
from ..physics.osim_model import OsimModel
from ..recordings.gait.cycles import (
    LONGEST,
    SHORTEST,
    Cycle,
    find_cycles_in_force,
    find_cycles_in_pose,
    read_cycles,
    select_regular,
)
from .population_setup import PopulationSetup

PELVIS = "pelvis"
# Of a stride, and how many must hold a frame: no curve is known where none lies.
PARTS, LEAST_PARTS = 20, 0.9
VERTICAL = 1


def attach_cycles(
    trials: Mapping[str, PreparedTrial],
    files: Sequence[TrialFiles],
    model: OsimModel,
    population: PopulationSetup,
) -> tuple[dict[str, PreparedTrial], tuple[str, ...]]:
    """The trials with their strides, and what a user should know of these, one line each.

    ``files`` are those whose strides are asked for. Strides that the population's movement does
    not have are left out.
    """
    found = {
        each.name: [
            cycle
            for cycle in _find_cycles(each, trials[each.name].motion, model, population)
            if cycle.start < trials[each.name].time[-1] and cycle.end > trials[each.name].time[0]
        ]
        for each in files
    }
    every = [cycle for cycles in found.values() for cycle in cycles]
    movement = population.declared.population.movement
    usual = [cycle for cycle in select_regular(every) if _is_of(movement, cycle)]
    attached = dict(trials)
    for name, cycles in found.items():
        kept = tuple(cycle for cycle in cycles if cycle in usual)
        attached[name] = replace(trials[name], cycles=kept)
    lacking = _find_lack(movement, every, [attached[each.name] for each in files])
    who = f"Population '{population.declared.name}'"
    if lacking is not None:
        for name in found:
            attached[name] = replace(trials[name], cycles=())
        return attached, (
            f"{who}: {lacking}; it has no say. Look at the sides, at <foot_body> and at the "
            "trials' times, or give <strides_file>.",
        )
    if len(usual) < len(every):
        return attached, (
            f"{who}: {len(every) - len(usual)} of {len(every)} strides are left out, because "
            f"their length or stance is not that of the others or of {movement.name}.",
        )
    return attached, ()


def _is_of(movement: Movement, cycle: Cycle) -> bool:
    low, high = movement.stance_shares
    return low <= (cycle.toe_off - cycle.start) / cycle.duration <= high


def _find_lack(
    movement: Movement, found: Sequence[Cycle], trials: Sequence[PreparedTrial]
) -> str | None:
    """What the strides that are left do not tell of the movement, None if they tell all of it."""
    low, high = movement.stance_shares
    if not any(trial.cycles for trial in trials):
        return (
            f"expected a stride of {movement.name} in the training trials, "
            f"{SHORTEST:g}-{LONGEST:g} s with a stance of {100 * low:g}-{100 * high:g} % of it, "
            f"but found {_describe(found)}"
        )
    phases = np.concatenate([find_phases(trial.time, trial.cycles) for trial in trials])
    share = find_filled_share(phases)
    if share < LEAST_PARTS:
        return (
            f"expected all of a stride of {movement.name}, but found {100 * share:.0f} % of one "
            "in the training trials' frames"
        )
    return None


def find_filled_share(phases: Array) -> float:
    """How much of a stride has a frame; phases are points in [0, POINTS), NaN outside strides."""
    counts, _ = np.histogram(phases[np.isfinite(phases)], PARTS, (0, POINTS))
    return float((counts > 0).mean())


def _find_cycles(
    files: TrialFiles, motion: Motion, model: OsimModel, population: PopulationSetup
) -> list[Cycle]:
    if files.strides_file is not None:
        return read_cycles(files.strides_file, population.side)
    if files.external_loads_file is not None:
        cycles = find_cycles_in_force(*_read_force(files.external_loads_file, population.foot_body))
        if cycles:
            return cycles
        # Plates that show no whole stride: the pose does.
    return find_cycles_in_pose(motion.time, find_forward(motion, model, population.foot_body))


def _read_force(file: Path, foot_body: str) -> tuple[Array, Array]:
    """Times (s) and the upward force on a foot, N, (samples,) each."""
    applied = read_applied_loads(file)
    bodies = [load.body.rpartition("/")[2] for load in applied.loads]
    if foot_body not in bodies:
        raise NMMError(
            f"external loads file '{file}': expected a load on the population's <foot_body> "
            f"'{foot_body}', but found loads on {', '.join(dict.fromkeys(bodies))}; "
            f"{nearest_names(foot_body, set(bodies))}."
        )
    force = np.zeros(len(applied.time))
    for load, body in zip(applied.loads, bodies, strict=True):
        if body != foot_body or load.force is None:
            continue
        if not load.in_ground:
            raise NMMError(
                f"external loads file '{file}': <ExternalForce name=\"{load.name}\">: expected a "
                "force that is expressed in ground, whose vertical part shows strides, but found "
                f"'{load.frames.get('force_expressed_in_body')}'; give the trial's <strides_file>."
            )
        force += load.force[:, VERTICAL]
    return applied.time, force


def find_forward(motion: Motion, model: OsimModel, foot_body: str) -> Array:
    """How far a foot is before the pelvis, m, along the pelvis's own x axis, (frames,)."""
    bodies = model.model.getBodySet()
    names = [bodies.get(k).getName() for k in range(bodies.getSize())]
    for name in (foot_body, PELVIS):
        if name not in names:
            raise NMMError(
                f"model file '{model.path}': expected a body '{name}' to find strides, but there "
                f"is none; {nearest_names(name, names)}."
            )
    foot, pelvis = bodies.get(foot_body), bodies.get(PELVIS)
    forward = np.empty(len(motion.time))
    for k, values in enumerate(motion.values):
        model.set_pose(dict(zip(motion.coordinates, values, strict=True)))
        model.model.realizePosition(model.state)
        place = foot.findStationLocationInAnotherFrame(model.state, opensim.Vec3(0), pelvis)
        forward[k] = place.get(0)
    return forward


def _describe(found: Sequence[Cycle]) -> str:
    if not found:
        return "no whole stride"
    durations = [cycle.duration for cycle in found]
    shares = [100 * (cycle.toe_off - cycle.start) / cycle.duration for cycle in found]
    return (
        f"{len(found)} of {min(durations):.2g}-{max(durations):.2g} s with "
        f"{min(shares):.0f}-{max(shares):.0f} % of stance"
    )
