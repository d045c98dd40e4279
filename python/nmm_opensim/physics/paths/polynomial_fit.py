"""Muscle paths as polynomials of coordinates: least squares on the model's lengths, then checks.

Only lengths are fitted; moment arms are the derivatives. Both are checked against the model's
lengths and their central differences on poses that the fit has not seen: the trials' frames and
poses around them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr, solve_triangular

from ... import _core
from ...arrays import Array
from .geometry import evaluate
from .sampling import Domain, PathSampler, Progress

# The bars: m.
LARGEST_LENGTH_RMS = 0.1e-3
LARGEST_MOMENT_ARM_RMS = 0.2e-3
LARGEST_ERROR = 1e-3
# A fit that keeps this distance from the bars needs no higher degree.
MARGIN = 0.8

DEGREES = range(2, 11)
# For muscles that no lower degree brings within the bars; higher ones the runtime does not read.
HIGHER_DEGREES = range(11, 13)
MOST_TERMS = 1100

# Half of the poses fill the box, half lie around the trials' frames.
FIT_POSES = 2048
CHECK_POSES = 256
CHECK_FRAMES = 300
DEPENDENCE_POSES = 64


def list_settings() -> dict[str, str]:
    """All of these constants: what a fit depends on besides the model and the trials."""
    return {
        "LARGEST_LENGTH_RMS": str(LARGEST_LENGTH_RMS),
        "LARGEST_MOMENT_ARM_RMS": str(LARGEST_MOMENT_ARM_RMS),
        "LARGEST_ERROR": str(LARGEST_ERROR),
        "MARGIN": str(MARGIN),
        "DEGREES": str(DEGREES),
        "HIGHER_DEGREES": str(HIGHER_DEGREES),
        "MOST_TERMS": str(MOST_TERMS),
        "FIT_POSES": str(FIT_POSES),
        "CHECK_POSES": str(CHECK_POSES),
        "CHECK_FRAMES": str(CHECK_FRAMES),
        "DEPENDENCE_POSES": str(DEPENDENCE_POSES),
    }


@dataclass(frozen=True)
class PathFit:
    """The best polynomial found for a muscle, and how far it is from the model's path.

    Errors are in m, those of moment arms per coordinate. ``path`` is None where no polynomial can
    be tried; ``note`` says why, or why a given function was not taken.
    """

    muscle: str
    origin: str
    path: _core.FittedPath | None
    length_rms: float = np.nan
    length_max: float = np.nan
    moment_arm_rms: Mapping[str, float] = field(default_factory=dict)
    moment_arm_max: Mapping[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def worst_coordinate(self) -> str:
        """The coordinate whose moment arm is closest to, or farthest beyond, its bars."""

        def excess(name: str) -> float:
            return max(
                self.moment_arm_rms[name] / LARGEST_MOMENT_ARM_RMS,
                self.moment_arm_max[name] / LARGEST_ERROR,
            )

        return max(self.moment_arm_rms, key=excess, default="")

    @property
    def excess(self) -> float:
        """The largest error relative to its bar: the fit is used where this is below 1."""
        if self.path is None:
            return np.inf
        worst = self.worst_coordinate
        return max(
            self.length_rms / LARGEST_LENGTH_RMS,
            self.length_max / LARGEST_ERROR,
            self.moment_arm_rms[worst] / LARGEST_MOMENT_ARM_RMS,
            self.moment_arm_max[worst] / LARGEST_ERROR,
        )

    def with_note(self, note: str) -> PathFit:
        """The same with another note behind."""
        return replace(self, note=f"{self.note}; {note}" if self.note else note)

    def describe_errors(self) -> str:
        """The errors in words, mm: what a fit that exceeds the bars is named with."""
        if self.path is None:
            return self.note
        text = f"is off in length by {1e3 * self.length_rms:.2f} mm RMS and "
        text += f"{1e3 * self.length_max:.2f} mm at most"
        if worst := self.worst_coordinate:
            text += (
                f", in the moment arm about {worst} by {1e3 * self.moment_arm_rms[worst]:.2f} mm "
                f"RMS and {1e3 * self.moment_arm_max[worst]:.2f} mm at most"
            )
        return text

    @property
    def is_accepted(self) -> bool:
        """Whether the fit is within all bars."""
        return self.excess < 1.0


@dataclass(frozen=True)
class PathSamples:
    """The model's lengths and moment arms where paths are fitted and checked.

    Shapes: poses (poses, coordinates), lengths (poses, muscles), moment arms (poses, muscles,
    coordinates).
    """

    domain: Domain
    muscles: tuple[str, ...]
    fit_poses: Array
    fit_lengths: Array
    check_poses: Array
    check_lengths: Array
    check_moment_arms: Array
    coordinates: Mapping[str, list[str]]
    most_terms: int = MOST_TERMS

    def are_finite(self, muscle: int) -> bool:
        """Whether the model has a length for a muscle, by its position, in all poses."""
        return all(
            bool(np.isfinite(samples[:, muscle]).all())
            for samples in (self.fit_lengths, self.check_lengths, self.check_moment_arms)
        )


def sample_paths(
    sampler: PathSampler,
    muscles: Sequence[str],
    domain: Domain,
    frames: Array,
    progress: Progress,
) -> PathSamples:
    """Sample the model's paths; ``frames`` (frames, coordinates) are the trials' poses."""
    progress("Sampling muscle paths")
    box = domain.sample_box(FIT_POSES, seed=1)
    fit_poses = np.concatenate([box, domain.sample_tube(frames, FIT_POSES, seed=2)])
    fit_lengths = sampler.sample_lengths(fit_poses)
    progress("Sampling moment arms")
    spread = np.linspace(0, len(frames) - 1, min(CHECK_FRAMES, len(frames))).round().astype(int)
    check_poses = np.concatenate([frames[spread], domain.sample_tube(frames, CHECK_POSES, seed=3)])
    return PathSamples(
        domain,
        tuple(muscles),
        fit_poses,
        fit_lengths,
        check_poses,
        sampler.sample_lengths(check_poses),
        sampler.sample_moment_arms(check_poses),
        sampler.find_coordinates(box[:DEPENDENCE_POSES]),
    )


def make_exponents(num_coordinates: int, degree: int) -> NDArray[np.intp]:
    """All exponents of at most ``degree`` in lexicographic order, (terms, coordinates)."""
    if num_coordinates == 1:
        return np.arange(degree + 1)[:, None]
    blocks = []
    for first in range(degree + 1):
        rest = make_exponents(num_coordinates - 1, degree - first)
        blocks.append(np.column_stack([np.full(len(rest), first), rest]))
    return np.concatenate(blocks)


def make_terms(x: Array, exponents: NDArray[np.intp]) -> Array:
    """The monomials of scaled coordinates (poses, coordinates), (poses, terms)."""
    powers = x[:, :, None] ** np.arange(exponents.max() + 1)
    terms = np.ones((len(x), len(exponents)))
    for j in range(x.shape[1]):
        terms *= powers[:, j, exponents[:, j]]
    return terms


def fit_polynomials(
    domain: Domain, coordinates: Sequence[str], degree: int, poses: Array, lengths: Array
) -> list[_core.FittedPath]:
    """Least-squares polynomials of lengths (poses, muscles) in the named coordinates."""
    columns = domain.columns(coordinates)
    center, half_range = domain.center[columns], domain.half_range[columns]
    exponents = make_exponents(len(columns), degree)
    terms = make_terms((poses[:, columns] - center) / half_range, exponents)
    q, r = qr(terms, mode="economic", overwrite_a=True, check_finite=False)
    coefficients = solve_triangular(r, q.T @ lengths, check_finite=False)
    return [
        _core.FittedPath(list(coordinates), center, half_range, degree, c)
        for c in np.ascontiguousarray(coefficients.T)
    ]


def check_paths(
    samples: PathSamples, muscles: Sequence[str], paths: Sequence[_core.FittedPath], origin: str
) -> list[PathFit]:
    """How far paths of some muscles are from the model's."""
    domain = samples.domain
    kernel = _core.FittedPaths(list(paths), list(domain.coordinates))
    poses = samples.check_poses
    lengths, _, arms = evaluate(kernel, poses, np.zeros_like(poses))
    fits = []
    for k, muscle in enumerate(muscles):
        i = samples.muscles.index(muscle)
        length_error = np.abs(lengths[:, k] - samples.check_lengths[:, i])
        arm_error = np.abs(arms[:, k] - samples.check_moment_arms[:, i])
        # Coordinates that a given function overlooks count too.
        named = [
            (j, name)
            for j, name in enumerate(domain.coordinates)
            if name in paths[k].coordinates or name in samples.coordinates[muscle]
        ]
        fits.append(
            PathFit(
                muscle,
                origin,
                paths[k],
                _rms(length_error),
                float(length_error.max()),
                {name: _rms(arm_error[:, j]) for j, name in named},
                {name: float(arm_error[:, j].max()) for j, name in named},
            )
        )
    return fits


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def fit_paths(samples: PathSamples, progress: Progress) -> list[PathFit]:
    """For each muscle the lowest degree that keeps the bars with a margin, else the best fit."""
    groups: dict[tuple[str, ...], list[str]] = {}
    best: dict[str, PathFit] = {}
    for i, muscle in enumerate(samples.muscles):
        if samples.are_finite(i):
            groups.setdefault(tuple(samples.coordinates[muscle]), []).append(muscle)
        else:
            note = "has no finite length in some poses within the trials' range"
            best[muscle] = PathFit(muscle, "fitted", None, note=note)
    for coordinates, muscles in groups.items():
        if not 1 <= len(coordinates) <= _core.FittedPath.MAX_COORDINATES:
            note = (
                f"moves with {len(coordinates)} coordinates, but a fitted path has 1 to "
                f"{_core.FittedPath.MAX_COORDINATES}"
            )
            best.update({m: PathFit(m, "fitted", None, note=note) for m in muscles})
            continue
        _fit_group(samples, coordinates, muscles, best, progress)
    return [best[m] for m in samples.muscles]


def _fit_group(
    samples: PathSamples,
    coordinates: Sequence[str],
    muscles: Sequence[str],
    best: dict[str, PathFit],
    progress: Progress,
) -> None:
    """Put into ``best`` the fits of muscles that the same coordinates move."""
    pending = list(muscles)
    for degree in (*DEGREES, *HIGHER_DEGREES):
        if degree in HIGHER_DEGREES:
            pending = [m for m in pending if not best[m].is_accepted]
        exponents = make_exponents(len(coordinates), degree)
        if not pending or len(exponents) > samples.most_terms:
            break
        progress(f"Fitting {', '.join(pending)}: degree {degree}")
        columns = [samples.muscles.index(m) for m in pending]
        paths = fit_polynomials(
            samples.domain,
            coordinates,
            degree,
            samples.fit_poses,
            samples.fit_lengths[:, columns],
        )
        for fit in check_paths(samples, pending, paths, "fitted"):
            if fit.muscle not in best or fit.excess < best[fit.muscle].excess:
                best[fit.muscle] = fit
        pending = [m for m in pending if best[m].excess > MARGIN]
    few = f"has too few poses, {len(samples.fit_poses)}, in {len(coordinates)} coordinates"
    for muscle in muscles:
        best.setdefault(muscle, PathFit(muscle, "fitted", None, note=few))
