"""A muscle of any class held at chosen lengths: OpenSim itself tells its isometric force."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import opensim

from ...arrays import Array
from ...formats.opensim_log import log_level

# Low enough to show the passive force; lower is out of reach for some classes.
PASSIVE_ACTIVATION = 0.01

# Muscle-tendon length beyond the tendon slack length, in optimal fibre lengths.
COMPARED_LENGTHS = np.linspace(0.5, 1.5, 101)

# Curves are measured up to this many maximum isometric forces.
LARGEST_FORCE = 1.2


@dataclass(frozen=True)
class Held:
    """A muscle in equilibrium at given lengths; NaN where OpenSim finds none.

    ``fiber_lengths`` are in optimal fibre lengths, ``tendon_forces`` in maximum isometric forces.
    """

    fiber_lengths: Array
    tendon_forces: Array


def hold(muscle: opensim.Muscle, lengths: Array, activation: float) -> Held:
    """Hold a muscle at muscle-tendon ``lengths`` (m) until fibre and tendon are in equilibrium.

    A muscle that OpenSim cannot simulate raises OpenSim's RuntimeError.
    """
    bench = _make_bench(muscle, activation)
    state = bench.initSystem()
    held = bench.getMuscles().get(0)
    slider = bench.getCoordinateSet().get(0)
    fiber_lengths, tendon_forces = np.full((2, len(lengths)), np.nan)
    # OpenSim writes pages on every length without equilibrium.
    with log_level("off"):
        for k, length in enumerate(lengths.tolist()):
            slider.setValue(state, length)
            held.setActivation(state, activation)
            try:
                bench.equilibrateMuscles(state)
                bench.realizeDynamics(state)
            except RuntimeError:
                continue
            fiber_lengths[k] = held.getFiberLength(state) / held.get_optimal_fiber_length()
            tendon_forces[k] = held.getActuation(state) / held.get_max_isometric_force()
    return Held(fiber_lengths, tendon_forces)


def _make_bench(muscle: opensim.Muscle, activation: float) -> opensim.Model:
    """A model of nothing but a copy of the muscle, spanned straight along a slider."""
    bench = opensim.Model()
    load = opensim.Body("load", 1.0, opensim.Vec3(0), opensim.Inertia(1))
    bench.addBody(load)
    bench.addJoint(opensim.SliderJoint("slider", bench.getGround(), load))
    held = muscle.clone()
    # Parts that refer to the rest of the model have nothing to refer to here.
    held.updPropertyByName("components").clear()
    held.set_path(opensim.GeometryPath())
    held.addNewPathPoint("origin", bench.getGround(), opensim.Vec3(0))
    held.addNewPathPoint("insertion", load, opensim.Vec3(0))
    held.set_appliesForce(True)
    held.thisown = False  # the bench deletes it
    bench.addForce(held)
    # Classes without activation dynamics take their activation from the control.
    controller = opensim.PrescribedController()
    controller.addActuator(held)
    controller.prescribeControlForActuator(held.getName(), opensim.Constant(activation))
    bench.addController(controller)
    bench.finalizeConnections()
    return bench


@dataclass(frozen=True)
class Points:
    """Points of a dimensionless curve."""

    x: Array
    y: Array


@dataclass(frozen=True)
class MeasuredCurves:
    """Force multipliers over normalised fibre length and, of the tendon, normalised length."""

    active: Points
    passive: Points
    tendon: Points


def measure_curves(muscle: opensim.Muscle) -> MeasuredCurves:
    """The dimensionless curves of a muscle without pennation, from its isometric forces."""
    optimal, slack = muscle.get_optimal_fiber_length(), muscle.get_tendon_slack_length()
    lengths = slack + optimal * np.arange(0.2, 1.9, 0.02)
    full, rest = (hold(muscle, lengths, activation) for activation in (1.0, PASSIVE_ACTIVATION))
    # At equal muscle-tendon lengths the fibres differ; multipliers belong to fibre lengths.
    x = np.arange(0.35, 1.7, 0.025)
    at_full, at_rest = _interpolate(full, x), _interpolate(rest, x)
    active = (at_full - at_rest) / (1.0 - PASSIVE_ACTIVATION)
    passive = at_rest - PASSIVE_ACTIVATION * active
    tendon = np.concatenate([(lengths - optimal * h.fiber_lengths) / slack for h in (full, rest)])
    tension = np.concatenate([full.tendon_forces, rest.tendon_forces])
    return MeasuredCurves(_keep(x, active), _keep(x, passive), _keep(tendon, tension))


def _interpolate(held: Held, fiber_lengths: Array) -> Array:
    """Tendon forces at fibre lengths; NaN beyond those held."""
    found = np.isfinite(held.tendon_forces)
    return np.interp(
        fiber_lengths,
        held.fiber_lengths[found],
        held.tendon_forces[found],
        left=np.nan,
        right=np.nan,
    )


def _keep(x: Array, y: Array) -> Points:
    kept = np.isfinite(y) & (y < LARGEST_FORCE)
    return Points(x[kept], y[kept])


@dataclass(frozen=True)
class BeforeAfter:
    """Isometric tendon force, in maximum isometric forces, at ``COMPARED_LENGTHS``."""

    before: Array
    after: Array

    @property
    def largest(self) -> float:
        """The largest difference."""
        return float(np.nanmax(np.abs(self.after - self.before)))

    @property
    def rms(self) -> float:
        """The root mean square difference."""
        return float(np.sqrt(np.nanmean((self.after - self.before) ** 2)))


def compare(old: opensim.Muscle, new: opensim.Muscle, activation: float) -> BeforeAfter:
    """Hold both muscles at the same lengths; RuntimeError where OpenSim cannot."""
    lengths = old.get_tendon_slack_length() + old.get_optimal_fiber_length() * COMPARED_LENGTHS
    before, after = (hold(muscle, lengths, activation).tendon_forces for muscle in (old, new))
    if not np.any(np.isfinite(before) & np.isfinite(after)):
        raise RuntimeError("there is no equilibrium of fibre and tendon at any length")
    return BeforeAfter(before, after)
