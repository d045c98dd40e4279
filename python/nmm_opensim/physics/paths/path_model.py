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
from . import polynomial_fit as path_fit
from .cache import make_key, read_fits, write_fits
from .path_report import PathReport, report_paths
from .path_sets import check_path_set, choose_paths, read_path_set
from .polynomial_fit import PathFit, fit_paths, sample_paths
from .sampling import PathSampler, Progress, check_supported, make_domain

PATH_MODELS = ("model", "fitted")

# Raise it whenever the same inputs would give other fits or another report.
VERSION = 1


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


def fit_path_model(
    model: OsimModel,
    muscles: Sequence[str],
    coordinates: Sequence[str],
    moment_coordinates: Sequence[str],
    motions: Sequence[Motion],
    path_set_file: Path | None,
    progress: Progress,
) -> PathModel:
    """Fit the paths of ``muscles`` in ``coordinates``, which are free, over all motions.

    Fits made before from the same inputs are taken from the cache. ``path_set_file`` holds
    FunctionBasedPaths that are preferred where they pass the check.
    """
    check_supported(model, coordinates)
    for name in muscles:
        model.muscle(name)
    for coupler in read_couplers(model):
        if coupler.dependent in moment_coordinates:
            raise NMMError(
                f"model file '{model.path}': fitted paths have no moment arms about the coupled "
                f"coordinate '{coupler.dependent}'; take the moment about "
                f"'{coupler.independent[0]}' instead, or declare <path_model>model</path_model>."
            )
    key = _make_key(model, muscles, coordinates, moment_coordinates, motions, path_set_file)
    kept = read_fits(key)
    if kept is None:
        sampler = PathSampler(model, muscles, coordinates)
        frames = np.concatenate([motion.select(coordinates)[0] for motion in motions])
        domain = make_domain(model, coordinates, motions)
        samples = sample_paths(sampler, muscles, domain, frames, progress)
        fits = fit_paths(samples, progress)
        if path_set_file is not None:
            progress("Checking the function based path set")
            fits = choose_paths(fits, check_path_set(samples, read_path_set(path_set_file)))
        progress("Comparing fitted paths with the model's")
        report = report_paths(model, sampler, samples, fits, moment_coordinates, motions)
        write_fits(key, fits, report)
        kept = fits, report
    fits, report = kept
    return PathModel("fitted", _accepted(fits), report)


def _accepted(fits: Sequence[PathFit]) -> dict[str, _core.FittedPath]:
    return {fit.muscle: fit.path for fit in fits if fit.path is not None and fit.is_accepted}


def _make_key(
    model: OsimModel,
    muscles: Sequence[str],
    coordinates: Sequence[str],
    moment_coordinates: Sequence[str],
    motions: Sequence[Motion],
    path_set_file: Path | None,
) -> str:
    constants = {name: str(getattr(path_fit, name)) for name in dir(path_fit) if name.isupper()}
    settings = {
        "version": VERSION,
        "opensim": opensim.GetVersion(),
        "model": hash_file(model.path),
        "path_set": hash_file(path_set_file) if path_set_file else None,
        "muscles": list(muscles),
        "coordinates": list(coordinates),
        "moment_coordinates": list(moment_coordinates),
        "motions": [list(motion.coordinates) for motion in motions],
        "constants": constants,
    }
    return make_key(settings, [a for motion in motions for a in (motion.values, motion.speeds)])
