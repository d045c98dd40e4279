"""The artefact (``.nmm``) as Python reads it: the one file that joins Python and C++."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any, get_args

import numpy as np
from safetensors import SafetensorError, safe_open

from .. import _core
from ..errors import NMMError
from ..files import require_reasonable
from ..physics.muscles.millard import TendonModel
from .calibration import PARAMETERS, Range
from .estimate import Expectation, Trust
from .novelty import GROUPS, TrainingRange
from .sources import Deep, Measured, Source, Tied, Unscored
from .trained import (
    ExcitationInterval,
    ExcitationJudgement,
    ParameterJudgement,
    PopulationFit,
    Verdict,
    Witness,
)

RECORDED = ("generic", "bounds", "trials", "data", "warnings", "synergist_channels", "seed")
"""Entries of the training record that no run needs; artefacts of older versions lack some."""


@dataclass(frozen=True)
class Channel:
    """An EMG channel that the NMM listens to; ``gain`` makes excitations of its envelope."""

    name: str
    gain: float


@dataclass(frozen=True)
class Muscle:
    """A muscle with its calibrated parameters: absolute values, set and never multiplied.

    ``judgement`` is of a deep muscle's excitation, None where nobody judged; ``uncertainty``,
    ``generic`` (the model's own values) and ``bounds`` (relative to these) are of calibrated
    parameters by name, and empty where the artefact tells none.
    """

    name: str
    max_isometric_force: float  # N
    optimal_fiber_length: float  # m
    tendon_slack_length: float  # m
    pennation_angle_at_optimal: float  # rad
    activation_time_constant: float  # s
    deactivation_time_constant: float  # s
    minimum_activation: float
    shape_factor: float
    source: Source
    judgement: ExcitationJudgement | None
    uncertainty: Mapping[str, ParameterJudgement]
    generic: Mapping[str, float]
    bounds: Mapping[str, Range]

    @property
    def calibrated(self) -> dict[str, float]:
        """The values of calibrated parameters, under their names in OpenSim."""
        values = (self.max_isometric_force, self.optimal_fiber_length, self.tendon_slack_length)
        return dict(zip(PARAMETERS, values, strict=True))


@dataclass(frozen=True)
class PredictorRecord:
    """What the deep-EMG network looks like and what it sees, as in ``PredictorArchitecture``.

    ``layers`` counts the linear ones, the output layer included.
    """

    family: str
    hidden_activation: str
    layers: int
    emg_lags: tuple[float, ...]  # s
    motion_lags: tuple[float, ...]  # s
    coordinates: tuple[str, ...]
    speeds: tuple[str, ...]
    external_loads: tuple[str, ...]


@dataclass(frozen=True)
class TrialRecord:
    """A trial of the training and its first and last frame (s)."""

    name: str
    role: str
    times: tuple[float, float]


@dataclass(frozen=True)
class TrainingRecord:
    """What an NMM was trained on; what an older artefact does not tell is None or empty.

    ``seed`` and ``loss`` are None where chance plays no part too. ``data`` holds SHA-256 by the
    name of a file, ``scores`` mean metrics by what they are of.
    """

    setup: str | None = None
    estimator: str | None = None
    seed: int | None = None
    loss: float | None = None
    trials: tuple[TrialRecord, ...] = ()
    data: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Artefact:
    """A trained NMM as docs/artefact.md describes it, but for what the runtime alone needs.

    That is fitted paths, the predictor's prior and all tensors. ``created_with`` holds versions by
    program; ``tells_training`` is False for an artefact of an older version that lacks entries of
    what it was trained on or began with. ``training_range`` is None where the artefact does not
    tell it.
    """

    format: int
    created_with: Mapping[str, str]
    model_name: str
    model_fingerprint: Mapping[str, Any]
    path_model: str
    tendon: TendonModel
    channels: tuple[Channel, ...]
    electromechanical_delay: float  # s
    coordinates: tuple[str, ...]
    moment_coordinates: tuple[str, ...]
    muscles: tuple[Muscle, ...]
    predictor: PredictorRecord
    training_range: TrainingRange | None
    population: PopulationFit | None
    training: TrainingRecord
    tells_training: bool

    @property
    def deep_muscles(self) -> list[Muscle]:
        """The muscles that the network predicts and a recording may score."""
        return [muscle for muscle in self.muscles if isinstance(muscle.source, Deep)]

    @property
    def deep_sources(self) -> list[Deep]:
        """What is declared of these."""
        return [muscle.source for muscle in self.muscles if isinstance(muscle.source, Deep)]


def read_artefact(file: Path | str) -> Artefact:
    """Read an artefact (.nmm) after the runtime has checked all of it.

    Raises:
        NMMError: naming what was expected and what was found.

    """
    path = require_reasonable(Path(file), "artefact")
    try:
        _core.ExcitationModel(str(path))
        with safe_open(path, framework="numpy") as opened:
            content = json.loads(opened.metadata()["nmm"])
    except (_core.CoreError, SafetensorError) as error:
        raise NMMError(str(error)) from None
    except UnicodeDecodeError as error:
        # The runtime's message quotes the header as it is.
        raise NMMError(f"artefact '{path}': expected a header in UTF-8, but {error}.") from None
    try:
        return parse_artefact(content)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        # What no run needs the runtime does not look at.
        raise NMMError(
            f"artefact '{path}': expected the entries of docs/artefact.md, but found others "
            f"({type(error).__name__}: {str(error)[:80]})."
        ) from None


def parse_artefact(content: Mapping[str, Any]) -> Artefact:
    """An artefact of its JSON object, which the runtime has checked."""
    record = content["training"]
    return Artefact(
        format=content["format"],
        created_with=content["created_with"],
        model_name=content["model"]["name"],
        model_fingerprint=content["model"]["fingerprint"],
        path_model=content["path_model"],
        tendon=content["tendon"],
        channels=tuple(Channel(entry["name"], entry["gain"]) for entry in content["channels"]),
        electromechanical_delay=content["electromechanical_delay"],
        coordinates=tuple(content["coordinates"]),
        moment_coordinates=tuple(content["moment_coordinates"]),
        muscles=tuple(_parse_muscle(entry, record) for entry in content["muscles"]),
        predictor=_parse_predictor(content["predictor"]),
        training_range=_parse_training_range(content),
        population=_parse_population(content.get("population")),
        training=_parse_training(record),
        tells_training=set(RECORDED) <= set(record),
    )


def _parse_muscle(entry: Mapping[str, Any], record: Mapping[str, Any]) -> Muscle:
    """A muscle of its entry and of what the training record tells of it."""
    name, source = entry["name"], entry["source"]
    generic, bounds, synergists = (
        record.get(key, {}).get(name, nothing)
        for key, nothing in (("generic", {}), ("bounds", {}), ("synergist_channels", ()))
    )
    return Muscle(
        name=name,
        max_isometric_force=entry["max_isometric_force"],
        optimal_fiber_length=entry["optimal_fiber_length"],
        tendon_slack_length=entry["tendon_slack_length"],
        pennation_angle_at_optimal=entry["pennation_angle_at_optimal"],
        activation_time_constant=entry["activation_time_constant"],
        deactivation_time_constant=entry["deactivation_time_constant"],
        minimum_activation=entry["minimum_activation"],
        shape_factor=entry["shape_factor"],
        source=_parse_source(name, source, synergists),
        judgement=_parse_judgement(source),
        uncertainty={
            parameter: ParameterJudgement(known["verdict"], _parse_range(known["interval"]))
            for parameter, known in (entry.get("uncertainty") or {}).items()
        },
        generic=generic,
        bounds={parameter: _parse_range(limits) for parameter, limits in bounds.items()},
    )


def _parse_source(muscle: str, source: Mapping[str, Any], synergists: Sequence[str]) -> Source:
    match source["kind"]:
        case "measured":
            return Measured(muscle, tuple(source["channels"]), tuple(source["weights"]))
        case "tied":
            return Tied(muscle, source["to"], source["ratio"])
        case "deep":
            return Deep(muscle, source["recorded_channel"], tuple(synergists))
        case _:
            return Unscored(muscle)


def _parse_judgement(source: Mapping[str, Any]) -> ExcitationJudgement | None:
    # What older formats call a verdict says what decided, and not whether to believe it.
    if source.get("verdict") in (None, *get_args(Verdict)):
        return None
    if source["verdict"] not in get_args(Trust):
        raise TypeError(f"expected a verdict, but found {str(source['verdict'])[:20]}")
    witnesses = tuple(
        Witness(_parse_text(w["who"]), _parse_number(w["weight"]))
        for w in source.get("witnesses", ())
    )
    interval, expected = source["interval"], source["expectation"]
    return ExcitationJudgement(
        source["verdict"],
        _parse_text(source["reason"] or ""),
        interval
        and ExcitationInterval(_parse_range(interval["lower"]), _parse_range(interval["upper"])),
        witnesses,
        expected
        and Expectation(
            _parse_number(expected["r"]),
            _parse_range(expected["r_range"]),
            _parse_number(expected["error"]),
            _parse_range(expected["error_range"]),
        ),
        _parse_text(source["moments"] or ""),
    )


def _parse_population(entry: Mapping[str, Any] | None) -> PopulationFit | None:
    if entry is None:
        return None
    if not isinstance(entry["heard"], bool):
        raise TypeError("expected true or false in 'heard'")
    by_channel = {
        key: {name: _parse_number(r) for name, r in entry[key].items()}
        for key in ("alone", "unknowing", "with_it", "without_it")
    }
    return PopulationFit(
        _parse_text(entry["name"]), entry["heard"], _parse_number(entry["lag"]), **by_channel
    )


def _parse_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a text, but found {str(value)[:20]}")
    return value


def _parse_number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise TypeError(f"expected a finite number, but found {str(value)[:20]}")
    return float(value)


def _parse_range(ends: Sequence[float]) -> Range:
    low, high = ends
    return low, high


def _parse_predictor(entry: Mapping[str, Any]) -> PredictorRecord:
    inputs = entry["inputs"]
    return PredictorRecord(
        family=entry["family"],
        hidden_activation=entry["hidden_activation"],
        layers=entry["layers"],
        emg_lags=tuple(inputs["emg_lags"]),
        motion_lags=tuple(inputs.get("motion_lags", (0.0,))),
        coordinates=tuple(inputs["coordinates"]),
        speeds=tuple(inputs["speeds"]),
        external_loads=tuple(inputs.get("external_loads", ())),
    )


def _parse_training_range(content: Mapping[str, Any]) -> TrainingRange | None:
    """The runtime has checked it, but in older formats, where it means nothing."""
    entry = content.get("training_range")
    if content["format"] < 3 or entry is None:
        return None
    predictor = _parse_predictor(content["predictor"])
    names = {
        "channels": tuple(channel["name"] for channel in content["channels"]),
        "coordinates": predictor.coordinates,
        "speeds": predictor.speeds,
        "external_loads": predictor.external_loads,
    }
    pairs = {group: np.array(entry.get(group, ()), dtype=float).reshape(-1, 2) for group in GROUPS}
    return TrainingRange(names, pairs)


def _parse_training(record: Mapping[str, Any]) -> TrainingRecord:
    return TrainingRecord(
        setup=record.get("setup"),
        estimator=record.get("estimator"),
        seed=record.get("seed"),
        loss=record.get("loss"),
        trials=tuple(
            TrialRecord(trial["name"], trial["role"], _parse_range(trial["times"]))
            for trial in record.get("trials", ())
        ),
        data=record.get("data", {}),
        warnings=tuple(record.get("warnings", ())),
        scores=record.get("scores", {}),
    )
