"""What estimators share that are a fitted musculoskeletal chain."""

from __future__ import annotations

import torch

from ..nmm.chain import MusculoskeletalModel, PreparedTrial
from ..nmm.estimate import Estimate


def run_chain(chain: MusculoskeletalModel, trial: PreparedTrial) -> Estimate:
    """Excitations of all muscles and moments."""
    with torch.no_grad():
        result = chain(trial)
    muscles = chain.declaration.sources.muscles
    excitations = {name: result.excitations[:, i].numpy() for i, name in enumerate(muscles)}
    return Estimate(excitations, result.moments.numpy())
