"""FunctionBasedPaths that come with a model: taken over where they pass the check of any fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opensim

from ... import _core
from ...arrays import Array
from ...errors import NMMError, require_file
from .polynomial_fit import PathFit, PathSamples, check_paths, fit_polynomials, make_exponents

ORIGIN = "function_based_path_set"

# A polynomial taken over from its own values is the same but for rounding, m.
ROUNDING = 1e-9


@dataclass(frozen=True)
class GivenPath:
    """The length function of a FunctionBasedPath, and the coordinates that it is a function of."""

    coordinates: tuple[str, ...]
    function: opensim.Function
    # Keeps the set alive that owns the function.
    owner: opensim.SetFunctionBasedPaths

    def evaluate(self, values: Array) -> Array:
        """Lengths (m), (poses,), of coordinate values (poses, coordinates)."""
        argument = opensim.Vector(len(self.coordinates), 0.0)
        lengths = np.empty(len(values))
        for k, row in enumerate(values):
            for j, value in enumerate(row):
                argument.set(j, float(value))
            lengths[k] = self.function.calcValue(argument)
        return lengths


def read_path_set(file: Path) -> dict[str, GivenPath]:
    """The FunctionBasedPaths of a file by muscle: they are named like ``/forceset/soleus_r``."""
    require_file(file, "function based path set")
    try:
        paths = opensim.SetFunctionBasedPaths(str(file))
    except RuntimeError:
        paths = opensim.SetFunctionBasedPaths()
    given = {}
    for i in range(paths.getSize()):
        path = paths.get(i)
        names = tuple(name.split("/")[-1] for name in path.getCoordinatePaths())
        given[path.getName().split("/")[-1]] = GivenPath(names, path.getLengthFunction(), paths)
    if not given:
        raise NMMError(
            f"function based path set '{file}': expected a Set_FunctionBasedPath_ with paths, but "
            "found none; OpenSim's PolynomialPathFitter writes such files."
        )
    return given


def check_path_set(samples: PathSamples, given: dict[str, GivenPath]) -> dict[str, PathFit]:
    """For each muscle that the set has, its path as it is, checked like a fit of our own."""
    return {m: _check(samples, m, given[m]) for m in samples.muscles if m in given}


def _check(samples: PathSamples, muscle: str, path: GivenPath) -> PathFit:
    domain = samples.domain
    if unknown := sorted(set(path.coordinates) - set(domain.coordinates)):
        return PathFit(
            muscle, ORIGIN, None, note=f"needs {unknown[0]}, no free coordinate that moves muscles"
        )
    polynomial = opensim.MultivariatePolynomialFunction.safeDownCast(path.function)
    if polynomial is None:
        kind = path.function.getConcreteClassName()
        return PathFit(
            muscle, ORIGIN, None, note=f"is a {kind}, not a MultivariatePolynomialFunction"
        )
    taken = _take_over(samples, path, polynomial.getOrder())
    if taken is None:
        return PathFit(
            muscle, ORIGIN, None, note=f"is of order {polynomial.getOrder()}: too many terms"
        )
    (fit,) = check_paths(samples, [muscle], [taken], ORIGIN)
    return fit


def _take_over(samples: PathSamples, path: GivenPath, order: int) -> _core.FittedPath | None:
    """The same polynomial in scaled coordinates, from its values."""
    terms = len(make_exponents(len(path.coordinates), order))
    poses = samples.fit_poses
    if terms > len(poses) // 2 or len(path.coordinates) > _core.FittedPath.MAX_COORDINATES:
        return None
    lengths = path.evaluate(poses[:, samples.domain.columns(path.coordinates)])
    (taken,) = fit_polynomials(samples.domain, path.coordinates, order, poses, lengths[:, None])
    kernel = _core.FittedPaths([taken], list(samples.domain.coordinates))
    found, _, _ = kernel.compute_geometry(poses, np.zeros_like(poses))
    assert np.abs(found[:, 0] - lengths).max() < ROUNDING
    return taken


def choose_paths(own: Sequence[PathFit], given: dict[str, PathFit]) -> list[PathFit]:
    """The given path where it passes, else our own fit with a note on the given one."""
    return [_choose(fit, given.get(fit.muscle)) for fit in own]


def _choose(own: PathFit, given: PathFit | None) -> PathFit:
    if given is None or given.is_accepted:
        return given or own
    return own.with_note(f"the path of the function based path set {given.describe_errors()}")
