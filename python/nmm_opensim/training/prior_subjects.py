"""Other subjects' recordings, under the names of this one's model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import NMMError
from ..estimators.prior.other_subjects import RecordedSubject
from ..nmm.chain import PreparedTrial
from ..nmm.sources import Measured, MuscleSources
from .training_setup import PriorSubject


def gather_recordings(
    subject: PriorSubject, sources: MuscleSources, trials: Sequence[PreparedTrial]
) -> RecordedSubject:
    """What a subject's ``trials`` hold of the muscles and coordinates that are paired with ours.

    ``sources`` are those of that subject's own setup, with nothing hidden.
    """
    by_muscle = {source.muscle: source for source in sources.sources}
    envelopes = np.vstack([trial.envelopes for trial in trials])
    recorded = {}
    for ours, theirs in subject.muscles:
        source = by_muscle.get(theirs)
        if not isinstance(source, Measured) or len(source.channels) != 1:
            raise NMMError(
                f"Prior subject '{subject.name}': expected '{theirs}' to be measured by a channel "
                f"of its own, but {subject.setup.file.name} does not declare that; leave it out."
            )
        recorded[ours] = envelopes[:, sources.channels.index(source.channels[0])]
    names = [theirs for _, theirs in subject.coordinates]
    motions = [trial.motion.select(names) for trial in trials]
    signs = np.array(subject.signs)
    return RecordedSubject(
        subject.name,
        tuple(ours for ours, _ in subject.coordinates),
        np.vstack([values for values, _ in motions]) * signs,
        np.vstack([speeds for _, speeds in motions]) * signs,
        recorded,
    )
