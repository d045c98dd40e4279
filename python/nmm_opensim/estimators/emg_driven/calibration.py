"""Calibration for EMG whose delay is known: parameters that meet the training moments best."""

from __future__ import annotations

from collections.abc import Sequence

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ..interface import Task
from ..steps import Steps
from .fit import EmgDrivenFit, FittedMuscles
from .model import EmgDrivenModel

MOST_FRAMES = 6000
NO_LAG = (-1e-6, 1e-6)  # s


def calibrate(
    task: Task,
    model: EmgDrivenModel,
    trials: Sequence[PreparedTrial],
    steps: Steps,
    step: str = "calibration",
) -> FittedMuscles:
    """Within the setup's bounds, to ``trials`` whose channels are the model's drives.

    ``step`` names it among the steps of the fit.
    """
    coordinates = list(range(len(task.declaration.moment_coordinates)))
    fit = EmgDrivenFit(model, [trials], coordinates, MOST_FRAMES, task.declaration.bounds)

    def run() -> Array:
        steps.tell("calibrating muscles")
        return fit.run([0.0], NO_LAG).vector

    return fit.take(steps.run_array(step, run))
