"""The choice of muscle paths: the model's own, or functions of the coordinates fitted to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opensim

from ... import _core
from ...errors import NMMError
from ...files import hash_file
from ..coupling import read_couplers
from ..motion import Motion
from ..osim_model import OsimModel
from .cache import make_key, read_fits, write_fits
from .path_errors import PathReport, report_paths
from .path_sets import check_path_set, choose_paths, read_path_set
from .polynomial_fit import PathFit, PathSamples, fit_paths, list_settings, sample_paths
from .sampling import PathSampler, Progress, check_supported, make_domain
from .wide_trials import NamedMotion, name_wide_trials

PATH_MODELS = ("model", "fitted")

# Raise it whenever the same inputs would give other fits or another report.
VERSION = 2


@dataclass(frozen=True)
class PathModel:
    """The fitted paths in use, by muscle; muscles without one keep the model's own path."""

    name: str
    paths: dict[str, _core.FittedPath]
    report: PathReport | None = None

    def find_coordinates(self, model: OsimModel, muscles: Sequence[str]) -> list[str]:
        """The coordinates that position ``muscles``: coupled ones only where a path needs them."""
        own = [name for name in muscles if name not in self.paths]
        found = set(model.find_moving_coordinates(own)) if own else set()
        for path in self.paths.values():
            found |= set(path.coordinates)
        return [name for name in model.coordinate_names if name in found]


OWN_PATHS = PathModel("model", {})


@dataclass(frozen=True)
class PathProblem:
    """Paths of ``muscles`` to be fitted in ``coordinates``, which are free, over all ``motions``.

    They are compared with the model's about ``moment_coordinates``. ``path_set_file`` holds
    FunctionBasedPaths that are preferred where they pass the check. ``trials`` are what the motions
    are called in the report.
    """

    model: OsimModel
    muscles: Sequence[str]
    coordinates: Sequence[str]
    moment_coordinates: Sequence[str]
    motions: Sequence[Motion]
    path_set_file: Path | None = None
    trials: Sequence[str] = ()


def fit_path_model(problem: PathProblem, progress: Progress) -> PathModel:
    """Fit the paths of muscles.

    Fits made before from the same inputs are taken from the cache.
    """
    _check(problem)
    key = _make_key(problem)
    kept = read_fits(key)
    if kept is None:
        kept = _fit(problem, progress)
        write_fits(key, *kept)
    fits, report = kept
    return PathModel("fitted", _accepted(fits), report)


def _check(problem: PathProblem) -> None:
    model = problem.model
    check_supported(model, problem.coordinates)
    for name in problem.muscles:
        model.muscle(name)
    for coupler in read_couplers(model):
        if coupler.dependent in problem.moment_coordinates:
            raise NMMError(
                f"model file '{model.path}': fitted paths have no moment arms about the coupled "
                f"coordinate '{coupler.dependent}'; take the moment about "
                f"'{coupler.independent[0]}' instead, or declare <path_model>model</path_model>."
            )


def _fit(problem: PathProblem, progress: Progress) -> tuple[list[PathFit], PathReport]:
    model, coordinates, motions = problem.model, problem.coordinates, problem.motions
    sampler = PathSampler(model, problem.muscles, coordinates)
    frames = np.concatenate([motion.select(coordinates)[0] for motion in motions])
    domain = make_domain(model, coordinates, motions)
    samples = sample_paths(sampler, problem.muscles, domain, frames, progress)
    fits = _name_wide_trials(problem, samples, fit_paths(samples, progress), progress)
    if problem.path_set_file is not None:
        progress("Checking the function based path set")
        fits = choose_paths(fits, check_path_set(samples, read_path_set(problem.path_set_file)))
    progress("Comparing fitted paths with the model's")
    return fits, report_paths(model, sampler, samples, fits, problem.moment_coordinates, motions)


def _name_wide_trials(
    problem: PathProblem, samples: PathSamples, fits: list[PathFit], progress: Progress
) -> list[PathFit]:
    if len(problem.trials) != len(problem.motions):
        return fits
    progress("Asking which trials fitted paths cannot follow")
    trials = [NamedMotion(*pair) for pair in zip(problem.trials, problem.motions, strict=True)]
    return name_wide_trials(
        samples,
        fits,
        trials,
        lambda motions: make_domain(problem.model, problem.coordinates, motions),
    )


def _accepted(fits: Sequence[PathFit]) -> dict[str, _core.FittedPath]:
    return {fit.muscle: fit.path for fit in fits if fit.path is not None and fit.is_accepted}


def _make_key(problem: PathProblem) -> str:
    motions, path_set_file = problem.motions, problem.path_set_file
    settings = {
        "version": VERSION,
        "opensim": opensim.GetVersion(),
        "model": hash_file(problem.model.path),
        "path_set": hash_file(path_set_file) if path_set_file else None,
        "muscles": list(problem.muscles),
        "coordinates": list(problem.coordinates),
        "moment_coordinates": list(problem.moment_coordinates),
        "trials": list(problem.trials),
        "motions": [list(motion.coordinates) for motion in motions],
        "constants": list_settings(),
    }
    return make_key(settings, [a for motion in motions for a in (motion.values, motion.speeds)])
