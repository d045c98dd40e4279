"""Whether the trials can tell what is asked of them: said before any training."""

from __future__ import annotations

from collections.abc import Container, Sequence

import numpy as np

from ..errors import NMMError
from ..nmm.calibration import PARAMETERS
from ..nmm.chain import Declaration, PreparedTrial
from ..nmm.sources import Deep, Tied
from ..physics.osim_model import SMALLEST_MOMENT_ARM

# s: moments that are closer in time say nearly the same of a slow movement.
INDEPENDENT_TIME = 0.2


def check_information(
    declaration: Declaration, trials: Sequence[PreparedTrial], known: Container[str]
) -> None:
    """Refuse deep muscles of which nothing tells: no synergist, no other subject, no moment.

    ``known`` are muscles that other subjects recorded. A muscle's group are those tied to it.
    """
    arms = np.abs(np.concatenate([trial.moment_arms for trial in trials]))
    reach = arms.max(axis=(0, 2))
    sources = declaration.sources
    for source in sources.deep:
        group = [
            i
            for i, s in enumerate(sources.sources)
            if s.muscle == source.muscle or (isinstance(s, Tied) and s.to == source.muscle)
        ]
        if source.synergists or source.muscle in known or reach[group].max() > SMALLEST_MOMENT_ARM:
            continue
        raise NMMError(
            f"Deep muscle '{source.muscle}': expected a measured synergist, another subject's "
            "recording or a moment coordinate that its group moves, but it has none, so nothing "
            "tells what it does; declare <synergist_channels> or <prior_subjects>, add a moment "
            "coordinate that it crosses, or leave it out."
        )


def describe_little_data(declaration: Declaration, trials: Sequence[PreparedTrial]) -> str | None:
    """A warning where the moments are fewer than the parameters they are to tell."""
    muscles = declaration.sources.muscles
    calibrated = 0
    for name in PARAMETERS:
        low, high = declaration.bounds.find_limits(name, muscles)
        calibrated += int((low < high).sum())
    calibrated += sum(isinstance(s, Deep) for s in declaration.sources.sources)
    duration = sum(float(trial.time[-1] - trial.time[0]) for trial in trials)
    independent = int(duration / INDEPENDENT_TIME) * len(declaration.moment_coordinates)
    if independent >= calibrated:
        return None
    return (
        f"The training trials hold {duration:.3g} s, about {independent} independent moments for "
        f"{calibrated} muscle parameters and deep muscles: most will stay near what is known "
        "before training; record more, or fix parameters with equal bounds."
    )
