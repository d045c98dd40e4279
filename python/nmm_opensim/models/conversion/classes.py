"""What the properties of other muscle classes become in a Millard2012EquilibriumMuscle.

Properties of the same name are the same quantity and are not listed; a property that is neither
shared nor listed has no equivalent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import opensim

from ...arrays import Array
from ...formats.properties import get_number

ACTIVE, PASSIVE = "ActiveForceLengthCurve", "FiberForceLengthCurve"
TENDON, VELOCITY = "TendonForceLengthCurve", "ForceVelocityCurve"

# Force over normalised fibre velocity, at full activation and optimal length.
ForceVelocity = Callable[[Array], Array]


@dataclass(frozen=True)
class MuscleClass:
    """A class that can be converted."""

    expressed: Mapping[str, str]  # own property: where it went
    values: Callable[[opensim.Muscle], dict[str, float]] = lambda muscle: {}
    force_velocity: Callable[[opensim.Muscle], ForceVelocity] | None = None  # None: shared curves
    tendon_strain: str | None = None  # own property: strain at one normalised force
    passive_strain: str | None = None
    always: tuple[str, ...] = ()  # Millard's flags that hold for every muscle of the class
    behaviour: str = ""  # what no property says and Millard's muscle does not do


def _hill(curvature: float, plateau: float, rise: float) -> ForceVelocity:
    """Hill's hyperbola in shortening, a second one towards ``plateau`` in lengthening.

    ``rise`` is how steeply the second one starts (Thelen, 2003, equations 6 and 7).
    """

    def force(velocity: Array) -> Array:
        shortening = np.minimum(velocity, 0.0)
        lengthening = rise * np.maximum(velocity, 0.0)
        return np.where(
            velocity < 0.0,
            (1.0 + shortening) / (1.0 - shortening / curvature),
            (1.0 + plateau * lengthening) / (1.0 + lengthening),
        )

    return force


def _thelen_force_velocity(muscle: opensim.Muscle) -> ForceVelocity:
    curvature, plateau = get_number(muscle, "Af"), get_number(muscle, "Flen")
    return _hill(curvature, plateau, (2.0 + 2.0 / curvature) / (plateau - 1.0))


def _schutte_force_velocity(muscle: opensim.Muscle) -> ForceVelocity:
    # The constants of Schutte1993Muscle_Deprecated::calcFiberVelocity, its damping taken apart.
    curvature, plateau, slope = 0.15, 1.4, 0.13
    return _hill(curvature, plateau, (curvature + 1.0) / (slope * curvature))


def _de_groote_force_velocity(muscle: opensim.Muscle) -> ForceVelocity:
    typed = opensim.DeGrooteFregly2016Muscle.safeDownCast(muscle)
    return np.vectorize(typed.calcForceVelocityMultiplier, otypes=[float])


def _meyer_force_velocity(muscle: opensim.Muscle) -> ForceVelocity:
    typed = opensim.MeyerFregly2016Muscle.safeDownCast(muscle)
    return np.vectorize(typed.calcForceVelocityMultiplier, otypes=[float])


def _function_force_velocity(muscle: opensim.Muscle) -> ForceVelocity:
    function = opensim.RigidTendonMuscle.safeDownCast(muscle).get_force_velocity_curve()
    return np.vectorize(lambda v: function.calcValue(opensim.Vector(1, v)), otypes=[float])


def _simm_values(muscle: opensim.Muscle) -> dict[str, float]:
    # Activation rises at (activation1 e + activation2) / time_scale and falls at
    # activation2 / time_scale (Zajac, 1989); velocities are in fibre lengths per time_scale.
    scale, first, second = (
        get_number(muscle, name) for name in ("time_scale", "activation1", "activation2")
    )
    values = {
        "max_contraction_velocity": 1.0 / scale,
        "fiber_damping": get_number(muscle, "damping"),
    }
    # A ligament modelled as a muscle has zero rates: its activation never changes.
    if second > 0.0:
        values["activation_time_constant"] = scale / (first + second)
        values["deactivation_time_constant"] = scale / second
    return values


def _acceleration_values(muscle: opensim.Muscle) -> dict[str, float]:
    activation = opensim.Millard2012AccelerationMuscle.safeDownCast(
        muscle
    ).get_MuscleFirstOrderActivationDynamicModel()
    return {
        "activation_time_constant": activation.get_activation_time_constant(),
        "deactivation_time_constant": activation.get_deactivation_time_constant(),
        "minimum_activation": activation.get_minimum_activation(),
        # This class damps per fibre length per second, the other per maximum velocity.
        "fiber_damping": get_number(muscle, "fiber_damping")
        * muscle.get_max_contraction_velocity(),
    }


_THELEN = {
    "FmaxTendonStrain": TENDON,
    "FmaxMuscleStrain": PASSIVE,
    "KshapeActive": ACTIVE,
    "KshapePassive": PASSIVE,
    "Af": VELOCITY,
    "Flen": VELOCITY,
}
_FUNCTIONS = {"active_force_length_curve": ACTIVE, "passive_force_length_curve": PASSIVE}
_DE_GROOTE = {"active_force_width_scale": ACTIVE, "ignore_passive_fiber_force": PASSIVE}

CLASSES: dict[str, MuscleClass] = {
    "Thelen2003Muscle": MuscleClass(
        _THELEN,
        force_velocity=_thelen_force_velocity,
        tendon_strain="FmaxTendonStrain",
        passive_strain="FmaxMuscleStrain",
        behaviour="maximum velocity that falls with activation, to a quarter at rest",
    ),
    "Thelen2003Muscle_Deprecated": MuscleClass(
        {**_THELEN, "Vmax": "max_contraction_velocity"},
        values=lambda muscle: {"max_contraction_velocity": get_number(muscle, "Vmax")},
        force_velocity=_thelen_force_velocity,
        tendon_strain="FmaxTendonStrain",
        passive_strain="FmaxMuscleStrain",
    ),
    "Schutte1993Muscle_Deprecated": MuscleClass(
        {
            **_FUNCTIONS,
            "tendon_force_length_curve": TENDON,
            "time_scale": "max_contraction_velocity and time constants",
            "activation1": "activation_time_constant",
            "activation2": "time constants",
            "damping": "fiber_damping",
        },
        values=_simm_values,
        force_velocity=_schutte_force_velocity,
    ),
    "DeGrooteFregly2016Muscle": MuscleClass(
        {
            **_DE_GROOTE,
            "tendon_strain_at_one_norm_force": TENDON,
            "passive_fiber_strain_at_one_norm_force": PASSIVE,
        },
        force_velocity=_de_groote_force_velocity,
        tendon_strain="tendon_strain_at_one_norm_force",
        passive_strain="passive_fiber_strain_at_one_norm_force",
        behaviour="state normalized_tendon_force, where the new state is fiber_length",
    ),
    "MeyerFregly2016Muscle": MuscleClass(
        _DE_GROOTE, force_velocity=_meyer_force_velocity, always=("ignore_tendon_compliance",)
    ),
    "RigidTendonMuscle": MuscleClass(
        {**_FUNCTIONS, "force_velocity_curve": VELOCITY},
        force_velocity=_function_force_velocity,
        always=("ignore_tendon_compliance", "ignore_activation_dynamics"),
    ),
    "Millard2012AccelerationMuscle": MuscleClass(
        {"MuscleFirstOrderActivationDynamicModel": "time constants and minimum_activation"},
        values=_acceleration_values,
    ),
}
