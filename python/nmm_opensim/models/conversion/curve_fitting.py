"""Millard's muscle curves brought as near as they come to the curves of another muscle class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import opensim

from ...arrays import Array

MAX_ITERATIONS = 40


@dataclass(frozen=True)
class Parameter:
    """A parameter of a curve: where the search starts and the range it keeps to."""

    start: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Fit:
    """The nearest curve and its root mean square distance from the points."""

    curve: opensim.Function
    rms: float


def fit_active_force_length(x: Array, y: Array) -> Fit:
    """The nearest ActiveForceLengthCurve, with no force at both ends."""

    def build(shortest: float, transition: float, longest: float, slope: float) -> opensim.Function:
        return opensim.ActiveForceLengthCurve(shortest, transition, longest, slope, 0.0)

    parameters = [
        Parameter(0.4441, 0.05, 0.9),
        Parameter(0.73, 0.1, 0.99),
        Parameter(1.8123, 1.05, 4.0),
        Parameter(0.8616, 0.0, 3.0),
    ]
    return _fit(build, parameters, x, y)


def fit_passive_force_length(x: Array, y: Array, strain: float | None) -> Fit:
    """The nearest FiberForceLengthCurve; ``strain`` at one normalised force stays if given."""

    def build(zero: float, low: float, high: float, bend: float, one: float) -> opensim.Function:
        span = one - zero
        return opensim.FiberForceLengthCurve(zero, one, low / span, high / span, bend)

    parameters = [
        Parameter(0.0, -0.9, 0.5),
        Parameter(0.14, 1e-3, 0.9),
        Parameter(2.0, 1.01, 20.0),
        Parameter(0.75, 0.0, 1.0),
        _strain_parameter(strain, Parameter(0.7, 0.05, 3.0)),
    ]
    return _fit(build, parameters, x, y)


def fit_tendon_force_length(x: Array, y: Array, strain: float | None) -> Fit:
    """The nearest TendonForceLengthCurve; ``strain`` at one normalised force stays if given."""

    def build(stiffness: float, toe: float, bend: float, one: float) -> opensim.Function:
        return opensim.TendonForceLengthCurve(one, stiffness / one, toe, bend)

    parameters = [
        Parameter(1.375, 1.01, 5.0),
        Parameter(2.0 / 3.0, 0.05, 0.99),
        Parameter(0.5, 0.0, 1.0),
        _strain_parameter(strain, Parameter(0.049, 0.001, 0.5)),
    ]
    return _fit(build, parameters, x, y)


def fit_force_velocity(x: Array, y: Array) -> Fit:
    """The nearest ForceVelocityCurve, level beyond the maximum velocities."""

    def build(
        near: float, slope: float, eccentric: float, maximum: float, bend: float, second: float
    ) -> opensim.Function:
        return opensim.ForceVelocityCurve(
            0.0, near, slope, 0.0, eccentric * (maximum - 1.0), maximum, bend, second
        )

    parameters = [
        Parameter(0.25, 0.01, 0.99),
        Parameter(5.0, 1.01, 50.0),
        Parameter(0.375, 0.01, 0.99),
        Parameter(1.4, 1.05, 3.0),
        Parameter(0.6, 0.0, 1.0),
        Parameter(0.9, 0.0, 1.0),
    ]
    return _fit(build, parameters, x, y)


def _strain_parameter(strain: float | None, free: Parameter) -> Parameter:
    return free if strain is None else Parameter(strain, strain, strain)


def _fit(
    build: Callable[..., opensim.Function], parameters: Sequence[Parameter], x: Array, y: Array
) -> Fit:
    """Least squares by Levenberg-Marquardt; ``build`` raises for shapes OpenSim cannot build."""
    lower = np.array([p.lower for p in parameters])
    upper = np.array([p.upper for p in parameters])

    def residual(values: Array) -> Array | None:
        try:
            curve = build(*values.tolist())
        except RuntimeError:
            return None
        return np.array([curve.calcValue(v) for v in x.tolist()]) - y

    values = np.array([p.start for p in parameters])
    error = residual(values)
    assert error is not None, "the start is a shape that OpenSim can build"
    damping = 1e-2
    for _ in range(MAX_ITERATIONS):
        jacobian = np.zeros((len(x), len(values)))
        for i in np.flatnonzero(upper > lower):
            # Forwards, or backwards where OpenSim cannot build what lies ahead.
            for step in (1e-5, -1e-5):
                stepped = residual(values + step * np.eye(len(values))[i])
                if stepped is not None:
                    jacobian[:, i] = (stepped - error) / step
                    break
        normal = jacobian.T @ jacobian
        previous = float(error @ error)
        while damping < 1e8:
            matrix = normal + damping * np.diag(np.diag(normal) + 1e-9)
            trial = np.clip(values - np.linalg.solve(matrix, jacobian.T @ error), lower, upper)
            tried = residual(trial)
            if tried is not None and tried @ tried < previous:
                values, error, damping = trial, tried, damping / 10.0
                break
            damping *= 4.0
        if previous - float(error @ error) < 1e-6 * previous:
            break
    return Fit(build(*values.tolist()), float(np.sqrt(np.mean(error**2))))
