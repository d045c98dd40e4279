"""The prior of a task: its witnesses, made from what the task holds of other people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import NMMError
from ...nmm.predictor import PredictorArchitecture
from ..interface import Task
from .combination import MusclePrior
from .other_subjects import OtherSubjects


def make_prior(task: Task) -> MusclePrior:
    """All witnesses, weighed as usual."""
    sources, architecture = task.declaration.sources, task.declaration.architecture
    others = None
    if task.prior_subjects:
        coordinates = task.prior_subjects[0].coordinates
        _require_poses(architecture, coordinates, "Prior subjects")
        motion = np.vstack([np.hstack(trial.motion.select(coordinates)) for trial in task.training])
        others = OtherSubjects(task.prior_subjects, coordinates, motion)
    posing = [name for name in architecture.coordinates if name in architecture.speeds]
    if task.population is not None and not posing:
        raise NMMError(
            f"Population '{task.population.name}': expected a coordinate among the "
            "predictor's <coordinates> and <speeds>, because what people do is carried to poses, "
            "but found none; add the leg's coordinates to both."
        )
    return MusclePrior(sources, task.training, others, task.population, posing)


def _require_poses(
    architecture: PredictorArchitecture, coordinates: Sequence[str], what: str
) -> None:
    for name in coordinates:
        if name not in architecture.coordinates or name not in architecture.speeds:
            raise NMMError(
                f"{what}: expected their coordinate '{name}' among the predictor's "
                "<coordinates> and <speeds> too, but it is not; add it there."
            )
