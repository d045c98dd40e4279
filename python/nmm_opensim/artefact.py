"""Writing and reading the artefact (``.nmm``): the one file that joins Python and C++."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import opensim
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from . import __version__, _core
from .errors import NMMError, require_file
from .files import write_atomically
from .fingerprint import compute_fingerprint
from .nmm import NeuralMusculoskeletalModel
from .osim_model import OsimModel
from .paths.cache import describe_path
from .paths.path_model import PathModel
from .sources import Deep, Measured, MuscleSources, Source, Tied

FORMAT = 1


def write_artefact(
    path: Path, nmm: NeuralMusculoskeletalModel, model: OsimModel, training: dict[str, Any]
) -> None:
    """Write a trained NMM; ``training`` records what it was trained on."""
    declaration = nmm.declaration
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
            {"name": name, "gain": gain}
            for name, gain in zip(
                declaration.sources.channels, nmm.calibration.emg_gain.tolist(), strict=True
            )
        ],
        "electromechanical_delay": declaration.electromechanical_delay,
        "coordinates": list(declaration.coordinates),
        "moment_coordinates": list(declaration.moment_coordinates),
        "muscles": _describe_muscles(nmm),
        "predictor": {
            "family": declaration.architecture.family,
            "hidden_activation": declaration.architecture.hidden_activation,
            "layers": len(nmm.predictor.linear),
            "inputs": {
                "emg_lags": list(declaration.architecture.emg_lags),
                "coordinates": list(declaration.architecture.coordinates),
                "speeds": list(declaration.architecture.speeds),
            },
        },
        "training": training,
    }
    tensors = {
        "predictor.input_mean": nmm.predictor.input_mean.numpy(),
        "predictor.input_scale": nmm.predictor.input_scale.numpy(),
    }
    for k, layer in enumerate(nmm.predictor.linear):
        tensors[f"predictor.{k}.weight"] = layer.weight.detach().numpy()
        tensors[f"predictor.{k}.bias"] = layer.bias.detach().numpy()
    for muscle, fitted in declaration.path_model.paths.items():
        tensors[f"path.{muscle}.coefficients"] = fitted.coefficients
    packed = save(tensors, metadata={"nmm": json.dumps(content, allow_nan=False)})
    write_atomically(path, lambda temporary: _write_checked(temporary, packed))


def _write_checked(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    # The reader of the runtime is the judge: nothing leaves that it would refuse.
    _core.ExcitationModel(str(path))


def _describe_muscles(nmm: NeuralMusculoskeletalModel) -> list[dict[str, Any]]:
    sources, calibration = nmm.declaration.sources, nmm.calibration
    columns: dict[str, list[float]] = {
        "max_isometric_force": calibration.max_isometric_force.tolist(),
        "optimal_fiber_length": calibration.optimal_fiber_length.tolist(),
        "tendon_slack_length": calibration.tendon_slack_length.tolist(),
        "pennation_angle_at_optimal": calibration.pennation_angle_at_optimal.tolist(),
        "activation_time_constant": nmm.properties.activation_time_constant.tolist(),
        "deactivation_time_constant": nmm.properties.deactivation_time_constant.tolist(),
        "minimum_activation": nmm.properties.minimum_activation.tolist(),
        "shape_factor": calibration.shape_factor.tolist(),
    }
    return [
        {
            "name": source.muscle,
            **{name: values[i] for name, values in columns.items()},
            "source": _describe_source(source, sources),
            **_describe_path(source.muscle, nmm.declaration.path_model),
        }
        for i, source in enumerate(sources.sources)
    ]


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


@dataclass(frozen=True)
class Artefact:
    """An artefact's JSON object, for reports."""

    content: dict[str, Any]

    @property
    def muscles(self) -> list[dict[str, Any]]:
        """The muscles with calibrated parameters and sources (docs/artefact.md)."""
        return list(self.content["muscles"])

    @property
    def deep_muscles(self) -> list[dict[str, Any]]:
        """The muscles that the network predicts and a recording may score."""
        return [m for m in self.muscles if m["source"]["kind"] == "deep"]


def read_artefact(path: Path) -> Artefact:
    """Read an artefact after the runtime has checked all of it."""
    require_file(path, "artefact")
    try:
        _core.ExcitationModel(str(path))
        with safe_open(path, framework="numpy") as file:
            content = json.loads(file.metadata()["nmm"])
    except (_core.CoreError, SafetensorError) as error:
        raise NMMError(str(error)) from None
    return Artefact(content)
