"""The muscles before any network: calibrated with copies, and what moments can tell of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ..baselines.calibrated import CopyDriven, calibrate_copies
from ..emg_driven.driven import Driven
from ..emg_driven.leverage import average_excitations, find_leverage
from ..interface import Task
from ..steps import Steps


@dataclass(frozen=True)
class Muscles:
    """Calibrated muscles, whose drives are channels and copies for predicted muscles.

    ``leverage`` is the square of each drive's largest share of squared active moments, (drives,).
    """

    driven: Driven
    leverage: Array


def calibrate_muscles(task: Task, steps: Steps, step: str = "calibration") -> Muscles:
    """As every baseline has them; ``leverage`` is in the order of channels and outputs.

    ``step`` names it among the steps of the fit.
    """
    copies = CopyDriven(task)
    driven = calibrate_copies(task, copies, steps, step)
    found = []
    for trial in (copies.prepare(trial) for trial in task.training):
        sensitivity = driven.compute_sensitivity(trial)
        found.append(find_leverage(sensitivity, average_excitations(driven, trial, None)))
    leverage = dict(zip(driven.model.drives, np.mean(found, axis=0), strict=True))
    asked = {question.muscle: question.drive for question in copies.predicted}
    sources = task.declaration.sources
    drives = [*sources.channels, *(asked[muscle] for muscle in sources.outputs)]
    # A channel that drives no muscle moves nothing.
    return Muscles(driven, np.square([leverage.get(drive, 0.0) for drive in drives]))
