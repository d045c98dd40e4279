"""The forces of a model: which act, which OpenSim excludes, and what a choice of them changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import opensim

from ...arrays import Array
from ...physics.motion import Motion
from ...physics.osim_model import ROTATIONAL, OsimModel

Forces = frozenset[str]
"""Absolute paths of forces in the model."""

# N m, or N along a translation: what a moment may be off by because of a wrong choice of forces.
NEGLIGIBLE = 0.1

# Longer motions are looked at evenly: some seconds of work at most, all frames of 20 s at 100 Hz.
MOST_FRAMES = 2000

# Contact with the ground, whose force is in external loads as measured.
CONTACTS = {
    "AckermannVanDenBogert2010Force",
    "ElasticFoundationForce",
    "EspositoMiller2018Force",
    "ExponentialContactForce",
    "HuntCrossleyForce",
    "MeyerFregly2016Force",
    "SmoothSphereHalfSpaceForce",
}


@dataclass(frozen=True)
class Effect:
    """Where a wrong choice of forces changes a moment most, and the force that does most of it.

    ``size`` is the force's own share (N m, or N along a translation).
    """

    path: str
    coordinate: str
    size: float
    unit: str
    time: float

    def __str__(self) -> str:
        return f"gives {self.size:.3g} {self.unit} about '{self.coordinate}' at {self.time:g} s"


class ModelForces:
    """The forces of a model, to be left out and compared; the model itself stays as it is."""

    def __init__(self, model: OsimModel) -> None:
        self._model = model
        self._forces = {}
        for component in model.model.getComponentsList():
            force = opensim.Force.safeDownCast(component)
            if force is not None:
                self._forces[str(force.getAbsolutePathString())] = force
        self.muscles = self._of_class(opensim.Muscle)
        self.actuators = self._of_class(opensim.Actuator)
        self.contacts = frozenset(
            path for path, f in self._forces.items() if f.getConcreteClassName() in CONTACTS
        )
        # Some forces are switched off in the model file.
        self.acting = self._acting(model.state)

    def describe(self, path: str) -> str:
        """A force in messages: class and name."""
        force = self._forces[path]
        return f"{force.getConcreteClassName()} '{force.getName()}'"

    def exclude(self, names: Sequence[str]) -> Forces:
        """The forces that still act when OpenSim excludes ``names``, as its own tools do it."""
        excluded = opensim.ArrayStr()
        for name in names:
            excluded.append(name)
        state = opensim.State(self._model.state)
        opensim.InverseDynamicsTool().disableModelForces(self._model.model, state, excluded)
        return self._acting(state)

    def find_effect(
        self, found: Forces, right: Forces, motion: Motion, coordinates: Sequence[str]
    ) -> Effect | None:
        """What inverse dynamics with ``found`` instead of ``right`` changes about ``coordinates``.

        None if that is negligible; at most ``MOST_FRAMES`` frames of the motion are looked at.
        """
        if found == right:
            return None
        columns = [self._mobility(name) for name in coordinates]
        frames = np.unique(np.linspace(0, len(motion.time) - 1, MOST_FRAMES).astype(int))
        seen = replace(
            motion,
            time=motion.time[frames],
            values=motion.values[frames],
            speeds=motion.speeds[frames],
        )
        change = np.abs(self.moments(found, seen) - self.moments(right, seen))[:, columns]
        if change.max(initial=0.0) <= NEGLIGIBLE:
            return None
        k, j = (int(i) for i in np.unravel_index(np.argmax(change), change.shape))
        worst = replace(
            seen,
            time=seen.time[k : k + 1],
            values=seen.values[k : k + 1],
            speeds=seen.speeds[k : k + 1],
        )

        def size(path: str) -> float:
            with_it = self.moments((found & right) | {path}, worst)
            return float(abs(with_it - self.moments(found & right, worst))[0, columns[j]])

        path = max(sorted(found ^ right), key=size)
        rotational = self._model.coordinate(coordinates[j]).getMotionType() == ROTATIONAL
        unit = "N m" if rotational else "N"
        return Effect(path, coordinates[j], size(path), unit, float(worst.time[0]))

    def moments(self, acting: Forces, motion: Motion, acceleration: float = 0.0) -> Array:
        """Inverse dynamics with some forces and no external loads, (frames, mobilities).

        ``acceleration`` (rad/s^2, m/s^2) is that of every coordinate. Coordinates that the motion
        lacks are at their defaults, as in OpenSim's own inverse dynamics.
        """
        model = self._model.model
        state = opensim.State(self._model.state)
        state.updU().setToZero()
        for path, force in self._forces.items():
            force.setAppliesForce(state, path in acting)
        for name in self._model.coordinate_names:
            coordinate = self._model.coordinate(name)
            coordinate.setLocked(state, False)
            coordinate.setValue(state, coordinate.getDefaultValue(), False)
        moving = [self._model.coordinate(name) for name in motion.coordinates]
        accelerations = opensim.Vector(model.getNumSpeeds(), acceleration)
        solver = opensim.InverseDynamicsSolver(model)
        moments = np.empty((len(motion.time), model.getNumSpeeds()))
        for k, time in enumerate(motion.time):
            # Prescribed forces depend on time.
            state.setTime(float(time))
            for j, coordinate in enumerate(moving):
                coordinate.setValue(state, float(motion.values[k, j]), False)
                coordinate.setSpeedValue(state, float(motion.speeds[k, j]))
            moments[k] = solver.solve(state, accelerations).to_numpy()
        return moments

    def _of_class(self, kind: type[opensim.Force]) -> Forces:
        return frozenset(
            path for path, f in self._forces.items() if kind.safeDownCast(f) is not None
        )

    def _acting(self, state: opensim.State) -> Forces:
        return frozenset(path for path, f in self._forces.items() if f.appliesForce(state))

    def _mobility(self, coordinate: str) -> int:
        """Which of the mobilities a coordinate is."""
        state = opensim.State(self._model.state)
        state.updU().setToZero()
        self._model.coordinate(coordinate).setSpeedValue(state, 1.0)
        return int(np.argmax(state.getU().to_numpy()))
