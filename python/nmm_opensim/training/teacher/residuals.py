"""What inverse dynamics leaves at the pelvis, which nothing gives: whose foot was not measured.

A load that no plate measured is missing at the free joint. As one wrench it says where on the floor
it acts: under the other foot it leaves the taught leg's moments alone, under the taught one they
mean nothing. What is left besides is mass, axes and place of the plates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array, Flags
from ...formats.tables import Table, read_table
from ...nmm.chain import PreparedTrial
from ...nmm.trial import TrialFiles
from ...physics.osim_model import OsimModel
from ...physics.root import Wrench, find_root, find_wrench
from ...recordings.inverse.marker_model import find_up
from ...recordings.inverse.quality import RESIDUAL_FORCE
from .finding import SPIKES, Finding

# Enough to tell a trial, whatever its rate.
MOST_FRAMES = 200
# Of body weight, upwards: what a foot that bears misses.
MISSED = 0.3
# m from a body: feet are longer than this, chairs are farther from them.
NEAR = 0.35
# Share of frames in which the taught leg stands beside the plates: the rim of a stride, or more.
DOUBTFUL_MISSED, MOST_MISSED = 0.03, 0.1
# Of body weight, mean: ground that carries more or less than the model weighs.
DOUBTFUL_WEIGHT, WRONG_WEIGHT = 0.15, 0.4
# RMS, of body weight and of that times 1 m; Hicks et al. (2015) ask for 0.05 and about 0.01.
DOUBTFUL_FORCE, WRONG_FORCE = 3 * RESIDUAL_FORCE, 0.5
DOUBTFUL_MOMENT, WRONG_MOMENT = 0.1, 0.18
# Body weights: no loads, axes or masses make so much, but a unit does.
UNIT = 20.0


@dataclass(frozen=True)
class Residuals:
    """Of some frames: ``time`` (s), ``upward`` force in body weights, both (frames,).

    ``force`` and ``moment`` are sizes, in body weights and body weights times m. ``missed`` tells
    frames in which a foot, or another body, bears a load that was not measured, ``own`` those in
    which it is moved by the moment coordinates.
    """

    time: Array
    upward: Array
    force: Array
    moment: Array
    missed: Flags
    own: Flags


def check_residuals(residuals: Residuals, trial: str) -> list[Finding]:
    """What they say of loads, mass, axes and times; of a unit the moments themselves tell more."""
    if float(np.median(residuals.force)) > UNIT:
        return []
    where = f"Trial '{trial}', residual at the pelvis"
    weight = _check_weight(residuals, where, trial)
    return weight or [
        *_check_feet(residuals, where, trial),
        *_check_rest(residuals, where, trial),
    ]


def find_residuals(
    files: TrialFiles, trial: PreparedTrial, model: OsimModel, coordinates: tuple[str, ...]
) -> Residuals | None:
    """Of evenly spread frames; None where the file holds none or the model is fixed to ground."""
    root, up = find_root(model), find_up(model.model)
    if root is None or up is None or files.inverse_dynamics_file is None:
        return None
    table = read_table(files.inverse_dynamics_file, "inverse dynamics file")
    columns = [model.ids_column(name) for name in root[1]]
    if not set(columns) <= set(table.columns) or not set(root[1]) <= set(trial.motion.coordinates):
        return None
    frames = np.arange(len(trial.time))[:: max(1, len(trial.time) // MOST_FRAMES)]
    forces = _sample(table.select(columns), trial.time[frames])
    wrenches, places = [], []
    for frame, force in zip(frames, forces, strict=True):
        pose = dict(zip(trial.motion.coordinates, trial.motion.values[frame], strict=True))
        wrenches.append(find_wrench(model, root, pose, force))
        places.append(_find_places(model))
    moved = _find_moved(model, trial, coordinates)
    weight = float(model.model.getTotalMass(model.state)) * float(
        np.linalg.norm(model.model.getGravity().to_numpy())
    )
    return _measure(wrenches, places, trial.time[frames], moved, (up, weight))


def _sample(table: Table, times: Array) -> Array:
    return np.stack([np.interp(times, table.time, series) for series in table.values.T], axis=1)


def _find_places(model: OsimModel) -> Array:
    """Origin and mass centre of each body (m), (bodies, 2, 3), in the model's state."""
    return np.array(
        [
            [
                body.getPositionInGround(model.state).to_numpy(),
                body.findStationLocationInGround(model.state, body.getMassCenter()).to_numpy(),
            ]
            for body in model.model.getBodySet()
        ]
    )


def _find_moved(model: OsimModel, trial: PreparedTrial, coordinates: tuple[str, ...]) -> Flags:
    """Flags of the bodies that any of ``coordinates`` moves."""
    pose = dict(zip(trial.motion.coordinates, trial.motion.values[0], strict=True))
    moved = np.zeros(model.model.getBodySet().getSize(), dtype=bool)
    for name in coordinates:
        model.set_pose(pose, {name: 1.0})
        model.model.realizeVelocity(model.state)
        for k, body in enumerate(model.model.getBodySet()):
            turning = body.getAngularVelocityInGround(model.state).to_numpy()
            moved[k] |= bool(np.abs(turning).max() > 1e-6)
    return moved


def _measure(
    wrenches: list[Wrench],
    places: list[Array],
    time: Array,
    moved: Flags,
    scale: tuple[Array, float],
) -> Residuals:
    up, weight = scale
    floor = float(np.min(np.array(places) @ up))
    upward = np.array([wrench.force @ up for wrench in wrenches]) / weight
    missed, own = np.zeros((2, len(time)), dtype=bool)
    for k in np.flatnonzero(upward > MISSED):
        point = wrenches[k].find_point(up, floor)
        distances = np.linalg.norm(places[k] - point, axis=2).min(axis=1)
        nearest = int(np.argmin(distances))
        missed[k] = distances[nearest] < NEAR
        own[k] = missed[k] and moved[nearest]
    return Residuals(
        time,
        upward,
        np.array([np.linalg.norm(wrench.force) for wrench in wrenches]) / weight,
        np.array([np.linalg.norm(wrench.moment) for wrench in wrenches]) / weight,
        missed,
        own,
    )


def _check_weight(residuals: Residuals, where: str, trial: str) -> list[Finding]:
    """What ground carries in all frames against the model's weight."""
    upward = residuals.upward
    if float(np.quantile(upward, 0.05)) > DOUBTFUL_WEIGHT:
        # A seat or a bar that was not measured does the same, and leaves the moments right.
        nonsense = bool(residuals.own.mean() > MOST_MISSED)
        least = 100 * (1 - float(np.quantile(upward, 0.05)))
        text = (
            f"{where}: expected ground to carry the model's weight, but it carries {least:.0f} % "
            "of it at most; is the model heavier than the subject, were the external loads left "
            "out of the inverse dynamics, are they along other axes than the markers', or not in N?"
        )
        return [Finding(trial, "weight", text, nonsense)]
    rest = upward[~residuals.missed]
    mean = float(rest.mean()) if len(rest) else 0.0
    if abs(mean) <= DOUBTFUL_WEIGHT:
        return []
    text = (
        f"{where}: expected ground to carry the model's weight, but it carries "
        f"{100 * (1 - mean):.0f} % of it on average; is the model's mass the subject's, and are "
        "the external loads in N, along the markers' axes, of this trial and on it once?"
    )
    return [Finding(trial, "weight", text, mean < -WRONG_WEIGHT)]


def _check_feet(residuals: Residuals, where: str, trial: str) -> list[Finding]:
    """Frames in which the taught limb bears what no plate measured."""
    own = residuals.own
    share = float(own.mean())
    if share <= DOUBTFUL_MISSED or own.sum() < SPIKES:
        return []
    first, last = residuals.time[own][[0, -1]]
    text = (
        f"{where}: expected the loads of the limb whose moments teach, but in "
        f"{100 * share:.0f} % of the frames, within {first:.4g}-{last:.4g} s, it bears up to "
        f"{residuals.upward[own].max():.2f} body weights that no force plate measured, so these "
        "moments mean nothing; was the plate missed, or are loads another foot's, another trial's "
        "or of another clock? Choose <initial_time> and <final_time> within measured steps, or "
        "repair the external loads."
    )
    return [Finding(trial, "feet", text, share > MOST_MISSED)]


def _check_rest(residuals: Residuals, where: str, trial: str) -> list[Finding]:
    """What no missed foot accounts for."""
    rest = ~residuals.missed
    if rest.sum() < SPIKES:
        return []
    force, moment = (
        float(np.sqrt(np.mean(np.square(size[rest]))))
        for size in (residuals.force, residuals.moment)
    )
    if force <= DOUBTFUL_FORCE and moment <= DOUBTFUL_MOMENT:
        return []
    text = (
        f"{where}: expected less than {DOUBTFUL_FORCE:g} body weights and {DOUBTFUL_MOMENT:g} body "
        f"weights times m (RMS, frames in which both feet are measured), but found {force:.2f} and "
        f"{moment:.2f}; are the force plates' axes, origin and clock the markers', and are forces "
        "and angles of the same trial?"
    )
    return [Finding(trial, "rest", text, force > WRONG_FORCE or moment > WRONG_MOMENT)]
