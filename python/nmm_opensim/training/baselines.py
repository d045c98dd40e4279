"""What every reconstructed EMG is shown beside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import NMMError
from ..tables import Table


def choose_neighbour(training_emg: Sequence[Table], synergists: Sequence[str]) -> str:
    """The synergist channel whose copy stands for the deep muscle.

    With the hidden recording out of bounds, the best neighbour is the one that agrees best with
    the other synergists on the training data; with one synergist there is no choice.
    """
    if not synergists:
        raise NMMError(
            "Neighbour copy: expected at least one synergist channel; "
            "declare <synergist_channels> in the <DeepMuscle>."
        )
    if len(synergists) == 1:
        return synergists[0]
    values = np.vstack([table.select(synergists).values for table in training_emg])
    agreement = np.corrcoef(values.T).sum(axis=0)
    return synergists[int(np.argmax(agreement))]
