"""A fitted posterior as the artefact holds it (docs/artefact.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...arrays import Array
from ...nmm.sources import MuscleSources
from ...nmm.trained import ExcitationJudgement, TrainedNMM
from ..emg_driven.fit import Uncertainty
from ..interface import Task
from ..prior.combination import REST, Asked, MusclePrior
from ..prior.population import KERNEL_WIDTH
from .corrections import CorrectedMuscles, Corrections
from .drives import Drives, name_prior
from .verdicts import judge_parameters


def export(
    task: Task,
    drives: Drives,
    corrected: CorrectedMuscles,
    uncertainty: Uncertainty,
    judgements: Mapping[str, ExcitationJudgement],
) -> TrainedNMM:
    """``judgements`` are of deep muscles."""
    declaration, driven = task.declaration, corrected.driven
    sources = declaration.sources
    gains = dict(zip(driven.model.drives, driven.compute_gains(), strict=True))
    predictor = {
        "family": "posterior",
        "hidden_activation": "tanh",
        "layers": 2,
        "prior": {
            "rest": REST,
            "population": _describe_population(drives.prior),
            "muscles": [
                _describe_muscle(drives.prior, asked, gains[name_prior(asked.muscle)])
                for asked in drives.prior.deep
            ],
        },
    }
    tensors = {
        **_make_correction_tensors(sources, driven.model.drives, corrected.corrections),
        **_make_population_tensors(drives.prior),
    }
    return TrainedNMM(
        declaration,
        np.array([gains.get(name, 1.0) for name in sources.channels]),
        driven.calibrated_muscles,
        predictor,
        tensors,
        judgements,
        judge_parameters(
            sources.muscles,
            driven.model.properties.parameters,
            driven.parameters,
            uncertainty,
            declaration.bounds,
        ),
    )


def _make_correction_tensors(
    sources: MuscleSources, drives: Sequence[str], corrections: Corrections
) -> dict[str, Array]:
    """The two layers that correct; outputs are the channels', then the deep muscles'."""
    features, weights = corrections.features, corrections.weights
    outputs = [*sources.channels, *(name_prior(name) for name in sources.outputs)]
    # A channel that is only a witness drives nothing.
    rows = dict(zip(drives, weights, strict=True))
    nothing = np.zeros(weights.shape[1])
    return {
        "predictor.input_mean": features.mean,
        "predictor.input_scale": features.scale,
        "predictor.0.weight": features.weights.T,
        "predictor.0.bias": features.biases,
        "predictor.1.weight": np.stack([rows.get(name, nothing) for name in outputs]),
        "predictor.1.bias": np.zeros(len(outputs)),
    }


def _describe_population(prior: MusclePrior) -> dict[str, Any] | None:
    if prior.population is None:
        return None
    return {"coordinates": list(prior.population.coordinates), "kernel_width": KERNEL_WIDTH}


def _describe_muscle(prior: MusclePrior, asked: Asked, gain: float) -> dict[str, Any]:
    witnesses = prior.find_witnesses(asked)
    peak = prior.find_population_peak(asked.muscle) if witnesses.population else None
    return {
        "gain": float(gain),
        "channels": list(witnesses.synergists),
        "channel_peaks": [prior.find_peak(channel) for channel in witnesses.synergists],
        "population_peak": peak,
    }


def _make_population_tensors(prior: MusclePrior) -> dict[str, Array]:
    population = prior.population
    if population is None:
        return {}
    known = [asked.muscle in population.muscles for asked in prior.deep]
    nothing = np.zeros(len(population.frames))
    expansions = [
        population.get_expansion(asked.muscle) if k else None
        for asked, k in zip(prior.deep, known, strict=True)
    ]
    return {
        "population.mean": population.mean,
        "population.scale": population.scale,
        "population.frames": population.frames,
        "population.weights": np.stack([e.weights if e else nothing for e in expansions]),
        "population.offsets": np.array([e.offset if e else 0.0 for e in expansions]),
    }
