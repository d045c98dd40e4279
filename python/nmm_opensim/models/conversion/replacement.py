"""One muscle of any class becomes a Millard2012EquilibriumMuscle.

What both classes have is carried over. Millard's curves are brought as near to the old muscle's
as they come: the old class itself, run by OpenSim, says what its curves are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import opensim

from ...formats.properties import get_number, set_flag, set_number, set_object
from .classes import ACTIVE, CLASSES, PASSIVE, TENDON, VELOCITY, MuscleClass
from .curve_fitting import (
    fit_active_force_length,
    fit_force_velocity,
    fit_passive_force_length,
    fit_tendon_force_length,
)
from .isometric import PASSIVE_ACTIVATION, BeforeAfter, compare, measure_curves

# The least damping of Millard's formulation without singularities. Undamped and with an elastic
# tendon, OpenSim lifts the active force-length curve to 0.1 everywhere.
LEAST_DAMPING = 0.001

# The muscle on which a class's dimensionless curves are measured.
SPECIMEN = {
    "max_isometric_force": 1000.0,
    "optimal_fiber_length": 0.1,
    "tendon_slack_length": 0.2,
    "pennation_angle_at_optimal": 0.0,
}


@dataclass(frozen=True)
class ConvertedMuscle:
    """What became of one muscle."""

    name: str
    old_class: str
    lost: dict[str, str]  # property without equivalent: its value
    added: dict[str, str]  # property that the old class does not have: the value it got
    changed: dict[str, str]  # property that could not keep its value: from what to what, and why
    full: BeforeAfter  # at full activation, passive force included
    passive: BeforeAfter  # at PASSIVE_ACTIVATION
    force_velocity_rms: float  # between the force-velocity curves, in maximum isometric forces


@dataclass(frozen=True)
class _NearestCurves:
    curves: dict[str, opensim.Function]
    force_velocity_rms: float


class MuscleReplacer:
    """Makes new muscles from old ones; what fails in OpenSim raises its RuntimeError."""

    def __init__(self) -> None:
        # Muscles of a model mostly share their dimensionless curves: equal ones are fitted once.
        self._known: dict[str, _NearestCurves] = {}

    def replace(self, old: opensim.Muscle) -> tuple[opensim.Muscle, ConvertedMuscle]:
        """The new muscle, and what became of the old one."""
        _refuse_sizes(old)
        rules = CLASSES[old.getConcreteClassName()]
        new = opensim.Millard2012EquilibriumMuscle()
        new.setName(old.getName())
        shared = [name for name in _property_names(old) if new.hasProperty(name)]
        own = [name for name in _property_names(old) if name not in shared]
        for name in shared:
            new.updPropertyByName(name).assign(old.getPropertyByName(name))
        values = rules.values(old)
        for name, value in values.items():
            set_number(new, name, value)
        for flag in rules.always:
            set_flag(new, flag, True)
        nearest = self._find_nearest_curves(old, own, rules)
        for name, curve in nearest.curves.items():
            set_object(new, name, curve)

        # What the old class does not have keeps Millard's standard value, with two exceptions.
        added = [
            name
            for name in _property_names(new)
            if name not in [*shared, *values, *rules.always, *nearest.curves]
        ]
        if "default_fiber_length" in added:
            new.set_default_fiber_length(old.get_optimal_fiber_length())
        if "minimum_activation" in added:
            new.set_minimum_activation(0.0)
        changed = _make_acceptable(new)
        new.finalizeFromProperties()
        return new, ConvertedMuscle(
            old.getName(),
            old.getConcreteClassName(),
            {n: old.getPropertyByName(n).toString() for n in own if n not in rules.expressed},
            {n: "standard" if n == TENDON else new.getPropertyByName(n).toString() for n in added},
            changed,
            compare(old, new, 1.0),
            compare(old, new, PASSIVE_ACTIVATION),
            nearest.force_velocity_rms,
        )

    def _find_nearest_curves(
        self, old: opensim.Muscle, own: list[str], rules: MuscleClass
    ) -> _NearestCurves:
        """Millard's curves for the old muscle."""
        if rules.force_velocity is None:
            return _NearestCurves({}, 0.0)
        # Of standard size, so that muscles with equal curves are equal here.
        specimen = opensim.Muscle.safeDownCast(
            opensim.OpenSimObject.newInstanceOfType(old.getConcreteClassName())
        )
        for name in own:
            specimen.updPropertyByName(name).assign(old.getPropertyByName(name))
        for name, value in SPECIMEN.items():
            set_number(specimen, name, value)
        key = specimen.dump()
        if key not in self._known:
            self._known[key] = _fit_curves(specimen, rules)
        return self._known[key]


def _refuse_sizes(old: opensim.Muscle) -> None:
    for name in ("max_isometric_force", "optimal_fiber_length", "tendon_slack_length"):
        value = get_number(old, name)
        if not 0.0 < value < math.inf:
            raise RuntimeError(f"expected {name} above zero, but found {value:g}")


def _property_names(thing: opensim.OpenSimObject) -> Iterator[str]:
    for index in range(thing.getNumProperties()):
        yield thing.getPropertyByIndex(index).getName()


def _fit_curves(specimen: opensim.Muscle, rules: MuscleClass) -> _NearestCurves:
    measured = measure_curves(specimen)
    velocities = np.linspace(-1.0, 1.0, 81)
    assert rules.force_velocity is not None
    velocity = fit_force_velocity(velocities, rules.force_velocity(specimen)(velocities))
    passive_strain, tendon_strain = (
        get_number(specimen, name) if name else None
        for name in (rules.passive_strain, rules.tendon_strain)
    )
    curves = {
        ACTIVE: fit_active_force_length(measured.active.x, measured.active.y).curve,
        VELOCITY: velocity.curve,
    }
    # Interpolation leaves less than this where a muscle is told to have no passive force.
    if np.any(measured.passive.y > 1e-3):
        passive = fit_passive_force_length(measured.passive.x, measured.passive.y, passive_strain)
        curves[PASSIVE] = passive.curve
    else:
        # No force below three optimal fibre lengths.
        curves[PASSIVE] = opensim.FiberForceLengthCurve(2.0, 3.0, 0.2, 2.0, 0.75)
    if "ignore_tendon_compliance" not in rules.always:
        tendon = fit_tendon_force_length(measured.tendon.x, measured.tendon.y, tendon_strain)
        curves[TENDON] = tendon.curve
    return _NearestCurves(curves, velocity.rms)


def _make_acceptable(new: opensim.Millard2012EquilibriumMuscle) -> dict[str, str]:
    """Change what the class refuses or would silently change itself; returns what and why."""
    changed = {}
    damping = new.get_fiber_damping()
    if not new.get_ignore_tendon_compliance() and damping < LEAST_DAMPING:
        new.set_fiber_damping(LEAST_DAMPING)
        changed["fiber_damping"] = (
            f"{damping:g} to {LEAST_DAMPING:g}, the least without singularity"
        )
    least, control = new.get_minimum_activation(), new.getMinControl()
    if control < least:
        new.setMinControl(least)
        changed["min_control"] = f"{control:g} to {least:g}, the minimum activation"
    return changed
