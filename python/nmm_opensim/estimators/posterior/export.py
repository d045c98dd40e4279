"""A fitted posterior as the artefact holds it (docs/artefact.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...arrays import Array
from ...nmm.trained import CalibratedMuscles, ExcitationJudgement, TrainedNMM
from ...physics.muscles.millard import MuscleProperties, read_properties
from ..emg_driven.fit import Uncertainty
from ..emg_driven.model import EmgDrivenModel, Parameters
from ..interface import Task
from ..prior.combination import REST, Asked, MusclePrior
from ..prior.population import KERNEL_WIDTH
from .corrections import Features
from .drives import Drives, name_prior
from .verdicts import judge_parameters


def export(
    task: Task,
    drives: Drives,
    model: EmgDrivenModel,
    parameters: Parameters,
    uncertainty: Uncertainty,
    features: Features,
    weights: Array,
    judgements: Mapping[str, ExcitationJudgement],
) -> TrainedNMM:
    """``weights`` of the corrections have shape (drives, FEATURES)."""
    declaration = task.declaration
    sources = declaration.sources
    properties = read_properties(task.model, sources.muscles)
    gains = dict(zip(model.drives, model.compute_gains(parameters), strict=True))
    muscles = calibrate(properties, parameters)
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
    # Of the channels, then of the deep muscles; a channel that is only a witness has none.
    outputs = [*sources.channels, *(name_prior(name) for name in sources.outputs)]
    rows = dict(zip(model.drives, weights, strict=True))
    corrections = [rows.get(name, np.zeros(weights.shape[1])) for name in outputs]
    tensors = {
        "predictor.input_mean": features.mean,
        "predictor.input_scale": features.scale,
        "predictor.0.weight": features.weights.T,
        "predictor.0.bias": features.biases,
        "predictor.1.weight": np.stack(corrections),
        "predictor.1.bias": np.zeros(len(outputs)),
        **_make_population_tensors(drives.prior),
    }
    return TrainedNMM(
        declaration,
        np.array([gains.get(name, 1.0) for name in sources.channels]),
        muscles,
        predictor,
        tensors,
        judgements,
        judge_parameters(
            sources.muscles, properties.parameters, parameters, uncertainty, declaration.bounds
        ),
    )


def calibrate(properties: MuscleProperties, parameters: Parameters) -> CalibratedMuscles:
    """Absolute values of the muscles whose own properties the ``parameters`` change."""
    return CalibratedMuscles(
        parameters.scale(properties.parameters),
        properties.activation_time_constant,
        properties.deactivation_time_constant,
        properties.minimum_activation,
        np.full(len(parameters.force), parameters.shape_factor),
    )


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
