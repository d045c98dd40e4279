"""A copy of a model with the subject's mass and lengths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import opensim

from ...errors import NMMError, require_file
from ...formats.model_copy import refuse_same_file, refuse_unknown_classes, write_model_copy
from ...physics.osim_model import OsimModel
from .laws import check_length_factor, find_length_factor, find_mass_factor, scale_isometric_force
from .registration import PlacedMarker, register_markers
from .segment_factors import SegmentFactor, find_segment_factors
from .segments import find_segment_length
from .static_trial import StaticTrial


@dataclass(frozen=True)
class Change:
    """One number of the model before and after."""

    component: str
    quantity: str
    unit: str
    before: float
    after: float


@dataclass(frozen=True)
class ScaledModel:
    """What scaling changed; ``length_factors`` by body, ``markers`` of a static trial."""

    length_factors: dict[str, SegmentFactor]
    bodies: tuple[Change, ...]
    muscles: tuple[Change, ...]
    markers: tuple[PlacedMarker, ...] = ()


@dataclass(frozen=True)
class Sizes:
    """What is known of a subject's size: ``mass`` (kg) and, where given, lengths (m).

    ``height`` scales all bodies by its ratio to ``model_height``, the height of the person that
    the model stands for, which no model file tells. ``segment_lengths`` (between joint centres, by
    name of the body) go before it, and before a static trial. Without any, lengths stay the
    model's.
    """

    mass: float
    height: float | None = None
    model_height: float | None = None
    segment_lengths: Mapping[str, float] = field(default_factory=dict)


def scale_model(
    model_file: Path,
    output_file: Path,
    sizes: Sizes,
    scale_strength: bool = True,
    static_trial: StaticTrial | None = None,
) -> ScaledModel:
    """Write a copy of ``model_file`` for a subject of these ``sizes``; the laws are in ``laws``.

    Without ``scale_strength`` maximum isometric forces stay the model's. A ``static_trial`` tells
    lengths that ``sizes`` leave open, and its markers replace the model's.

    Raises:
        NMMError: for a value that cannot be a length in m or a mass in kg, a body that is not in
            the model, or muscle paths that OpenSim cannot scale.

    """
    refuse_unknown_classes(require_file(model_file, "model file"))
    model = OsimModel(model_file)
    refuse_same_file(model_file, output_file)
    mass_factor = find_mass_factor(sizes.mass, float(model.model.getTotalMass(model.state)))
    factors = _find_length_factors(model, sizes, static_trial)

    bodies, muscles = _read_bodies(model.model), _read_muscles(model.model)
    fiber_lengths = {m.getName(): m.getOptimalFiberLength() for m in model.model.getMuscles()}
    _scale_lengths(model, {body: factor.value for body, factor in factors.items()})
    scaled = model.model
    for body in scaled.getBodySet():
        body.scaleMass(mass_factor)
    if scale_strength:
        for muscle in scaled.getMuscles():
            longer = muscle.getOptimalFiberLength() / fiber_lengths[muscle.getName()]
            force = muscle.getMaxIsometricForce()
            muscle.setMaxIsometricForce(force * scale_isometric_force(mass_factor, longer))
    changes = _compare(bodies, _read_bodies(scaled)), _compare(muscles, _read_muscles(scaled))
    markers = _register(scaled, static_trial) if static_trial else ()
    write_model_copy(output_file, lambda file: scaled.printToXML(str(file)))
    return ScaledModel(factors, *changes, markers)


def _register(model: opensim.Model, static_trial: StaticTrial) -> tuple[PlacedMarker, ...]:
    return register_markers(model, static_trial.places, static_trial.landmarks, static_trial.bodies)


def _find_length_factors(
    model: OsimModel, sizes: Sizes, static_trial: StaticTrial | None
) -> dict[str, SegmentFactor]:
    height, model_height = sizes.height, sizes.model_height
    if (height is None) != (model_height is None):
        raise NMMError(
            "height: expected the subject's height and the model's, but found only one; a model "
            "file does not tell its height: its publication does."
        )
    everywhere = None
    if height is not None and model_height is not None:
        everywhere = find_length_factor(height, model_height, "height")
    if static_trial is not None:
        factors = _measure(model, static_trial, everywhere)
    else:
        factor = SegmentFactor(everywhere or 1.0, "height" if everywhere else "model")
        factors = {body.getName(): factor for body in model.model.getBodySet()}
    for body, length in sizes.segment_lengths.items():
        model_length = find_segment_length(model, body)
        value = find_length_factor(length, model_length, f"segment '{body}'")
        factors[body] = SegmentFactor(value, "segment")
    return factors


def _measure(
    model: OsimModel, static_trial: StaticTrial, everywhere: float | None
) -> dict[str, SegmentFactor]:
    landmarks = {own: static_trial.places[name] for name, own in static_trial.landmarks.items()}
    factors = find_segment_factors(model, landmarks, everywhere)
    for body, factor in factors.items():
        check_length_factor(factor.value, f"static trial '{static_trial.file}': body '{body}'")
    return factors


def _scale_lengths(model: OsimModel, factors: Mapping[str, float]) -> None:
    if all(factor == 1.0 for factor in factors.values()):
        return
    for muscle in model.model.getMuscles():
        path = muscle.getPath().getConcreteClassName()
        if path != "GeometryPath":
            raise NMMError(
                f"model file '{model.path}': muscle '{muscle.getName()}': expected a path of "
                f"points, but found a {path}, which has no size to scale; scale the model that it "
                "was fitted to."
            )
    scale_set = opensim.ScaleSet()
    for name, factor in factors.items():
        scale = opensim.Scale()
        scale.setSegmentName(name)
        scale.setScaleFactors(opensim.Vec3(factor))
        scale.setApply(True)
        scale_set.cloneAndAppend(scale)
    # Masses stay, and inertias follow the lengths; what is 0 and below is no final mass.
    model.model.scale(model.state, scale_set, True, -1.0)


_Values = dict[tuple[str, str, str], float]


def _read_bodies(model: opensim.Model) -> _Values:
    values: _Values = {}
    for body in model.getBodySet():
        values[body.getName(), "mass", "kg"] = body.getMass()
        for k, axis in enumerate(("xx", "yy", "zz")):
            values[body.getName(), f"inertia_{axis}", "kg m^2"] = body.get_inertia().get(k)
    return values


def _read_muscles(model: opensim.Model) -> _Values:
    values: _Values = {}
    for muscle in model.getMuscles():
        name = muscle.getName()
        values[name, "max_isometric_force", "N"] = muscle.getMaxIsometricForce()
        values[name, "optimal_fiber_length", "m"] = muscle.getOptimalFiberLength()
        values[name, "tendon_slack_length", "m"] = muscle.getTendonSlackLength()
    return values


def _compare(before: _Values, after: _Values) -> tuple[Change, ...]:
    return tuple(Change(*key, before[key], after[key]) for key in before)
