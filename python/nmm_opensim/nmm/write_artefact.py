"""Writing the artefact (``.nmm``), the one file that joins Python and C++."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import opensim
import torch
from safetensors.numpy import save

from .. import _core
from ..files import write_atomically
from ..physics.muscles.millard import read_properties
from ..physics.osim_model import OsimModel
from ..physics.paths.cache import describe_path
from ..physics.paths.path_model import PathModel
from ..version import __version__
from .artefact import TrainingRecord
from .calibration import PARAMETERS
from .chain import Declaration
from .fingerprint import compute_fingerprint
from .novelty import GROUPS, TrainingRange
from .predictor import PredictorArchitecture
from .sources import Deep, Measured, MuscleSources, Source, Tied
from .trained import TrainedNMM

FORMAT = 3


def write_artefact(
    path: Path, trained: TrainedNMM, model: OsimModel, training: TrainingRecord | None = None
) -> None:
    """Write a trained NMM; ``training`` records what it was trained on."""
    declaration = trained.declaration
    content = {
        "format": FORMAT,
        "created_with": {
            "nmm_opensim": __version__,
            "torch": torch.__version__,
            "opensim": opensim.GetVersion(),
        },
        "model": {
            "name": model.name,
            "fingerprint": compute_fingerprint(
                model, declaration.sources.muscles, declaration.coordinates
            ),
        },
        "path_model": declaration.path_model.name,
        "tendon": declaration.tendon,
        "channels": [
            {"name": name, "gain": float(gain)}
            for name, gain in zip(declaration.sources.channels, trained.channel_gains, strict=True)
        ],
        "electromechanical_delay": declaration.electromechanical_delay,
        "coordinates": list(declaration.coordinates),
        "moment_coordinates": list(declaration.moment_coordinates),
        "muscles": _describe_muscles(trained),
        "predictor": {
            **trained.predictor,
            "inputs": _describe_inputs(declaration.architecture),
        },
        "training_range": trained.training_range and _describe_range(trained.training_range),
        "population": trained.population and asdict(trained.population),
        "training": {
            **_describe_calibration(model, declaration),
            **(_describe_training(training, declaration.sources) if training else {}),
        },
    }
    tensors = {name: np.ascontiguousarray(values) for name, values in trained.tensors.items()}
    for muscle, fitted in declaration.path_model.paths.items():
        tensors[f"path.{muscle}.coefficients"] = fitted.coefficients
    packed = save(tensors, metadata={"nmm": json.dumps(content, allow_nan=False)})
    write_atomically(path, lambda temporary: _write_checked(temporary, packed))


def _describe_inputs(architecture: PredictorArchitecture) -> dict[str, list[float] | list[str]]:
    return {
        "emg_lags": list(architecture.emg_lags),
        "motion_lags": list(architecture.motion_lags),
        "coordinates": list(architecture.coordinates),
        "speeds": list(architecture.speeds),
        "external_loads": list(architecture.external_loads),
    }


def _write_checked(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    # The reader of the runtime is the judge: nothing leaves that it would refuse.
    _core.ExcitationModel(str(path))


def _describe_range(training_range: TrainingRange) -> dict[str, list[list[float]]]:
    return {group: training_range.pairs[group].tolist() for group in GROUPS}


def _describe_muscles(trained: TrainedNMM) -> list[dict[str, Any]]:
    declaration, columns = trained.declaration, trained.muscles.columns
    return [
        {
            "name": source.muscle,
            **{name: float(values[i]) for name, values in columns.items()},
            "uncertainty": _describe_uncertainty(trained, source.muscle),
            "source": {
                **_describe_source(source, declaration.sources),
                **_describe_judgement(trained, source),
            },
            **_describe_path(source.muscle, declaration.path_model),
        }
        for i, source in enumerate(declaration.sources.sources)
    ]


def _describe_uncertainty(trained: TrainedNMM, muscle: str) -> dict[str, Any] | None:
    if muscle not in trained.parameters:
        return None
    return {
        name: {"interval": list(judgement.interval), "verdict": judgement.verdict}
        for name, judgement in trained.parameters[muscle].items()
    }


def _describe_judgement(trained: TrainedNMM, source: Source) -> dict[str, Any]:
    if not isinstance(source, Deep):
        return {}
    judgement = trained.excitations.get(source.muscle)
    if judgement is None:
        return {
            "verdict": None,
            "reason": None,
            "interval": None,
            "witnesses": [],
            "expectation": None,
            "moments": None,
        }
    return asdict(judgement)


def _describe_calibration(model: OsimModel, declaration: Declaration) -> dict[str, Any]:
    """What the calibration began with and how far it could go, for reports."""
    muscles, bounds = declaration.sources.muscles, declaration.bounds
    own = read_properties(model, muscles).parameters
    generic = {
        "max_isometric_force": own.max_isometric_force,
        "optimal_fiber_length": own.optimal_fiber_length,
        "tendon_slack_length": own.tendon_slack_length,
    }
    limits = {name: np.column_stack(bounds.find_limits(name, muscles)) for name in PARAMETERS}
    return {
        "generic": {
            muscle: {name: float(generic[name][i]) for name in PARAMETERS}
            for i, muscle in enumerate(muscles)
        },
        "bounds": {
            muscle: {name: limits[name][i].tolist() for name in PARAMETERS}
            for i, muscle in enumerate(muscles)
        },
    }


def _describe_path(muscle: str, path_model: PathModel) -> dict[str, Any]:
    if path_model.name == "model":
        return {}
    path = path_model.paths.get(muscle)
    return {"path": None if path is None else describe_path(path)}


def _describe_source(source: Source, sources: MuscleSources) -> dict[str, Any]:
    match source:
        case Measured():
            return {
                "kind": "measured",
                "channels": list(source.channels),
                "weights": list(source.weights),
            }
        case Tied():
            return {"kind": "tied", "to": source.to, "ratio": source.ratio}
        case Deep():
            return {
                "kind": "deep",
                "output": sources.outputs.index(source.muscle),
                "recorded_channel": source.recorded_channel,
            }
        case _:
            return {"kind": "unscored", "output": sources.outputs.index(source.muscle)}


def _describe_training(training: TrainingRecord, sources: MuscleSources) -> dict[str, Any]:
    return {
        "setup": training.setup,
        "estimator": training.estimator,
        "seed": training.seed,
        "loss": training.loss,
        "trials": [
            {"name": trial.name, "role": trial.role, "times": list(trial.times)}
            for trial in training.trials
        ],
        "synergist_channels": {source.muscle: list(source.synergists) for source in sources.deep},
        "data": dict(training.data),
        "warnings": list(training.warnings),
        "scores": training.scores,
    }
