"""Which trials a rejected fit is lost to: those that move the muscle much farther than others.

A polynomial follows a wrapped path over a walk, and need not follow it over a squat as well. The
muscle then keeps the model's path in every trial; whoever reads the report should know why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...arrays import Array
from ..motion import Motion
from .polynomial_fit import PathFit, PathSamples, fit_paths
from .sampling import Domain

# Ranges that differ by less are of one kind of motion.
WIDER = 1.25
# A fit to fewer poses per term would follow them and nothing between.
POSES_PER_TERM = 3


@dataclass(frozen=True)
class NamedMotion:
    """A trial's motion and what a person calls it."""

    name: str
    motion: Motion


def name_wide_trials(
    samples: PathSamples,
    fits: Sequence[PathFit],
    trials: Sequence[NamedMotion],
    make_domain: Callable[[Sequence[Motion]], Domain],
) -> list[PathFit]:
    """The fits; a rejected one that holds over the other trials alone says over which it does not.

    ``make_domain`` gives the box of some motions. It is tried with the poses that are there.
    """
    return [
        _explain(samples, fit, trials, make_domain)
        if fit.path is not None and not fit.is_accepted
        else fit
        for fit in fits
    ]


def _explain(
    samples: PathSamples,
    fit: PathFit,
    trials: Sequence[NamedMotion],
    make_domain: Callable[[Sequence[Motion]], Domain],
) -> PathFit:
    coordinates = samples.coordinates[fit.muscle]
    wide = find_wide([trial.motion.select(coordinates)[0] for trial in trials])
    if not wide:
        return fit
    others = [trial.motion for k, trial in enumerate(trials) if k not in wide]
    narrow = make_domain(others)
    (alone,) = fit_paths(_restrict(samples, fit.muscle, narrow), lambda text: None)
    if not alone.is_accepted:
        return fit
    names = ", ".join(f"'{trials[k].name}'" for k in wide)
    ranges = [
        f"{name} {_range([trials[k].motion for k in wide], name)} instead of {_range(others, name)}"
        for name in coordinates
        if _reaches_out([trials[k].motion for k in wide], narrow, name)
    ]
    return fit.with_note(
        f"it is within the bars without {names} ({'; '.join(ranges)}, rad or m): give such "
        "motions a setup of their own where speed matters"
    )


def find_wide(values: Sequence[Array]) -> list[int]:
    """Trials that go much farther than the others, by position; none where all are alike.

    ``values`` are of each trial, (frames, coordinates). How far one goes is its largest distance
    from the middle of all, in units of the median trial's.
    """
    middle = np.median([np.median(each, axis=0) for each in values], axis=0)
    reach = np.array([np.abs(each - middle).max(axis=0) for each in values])
    least = np.maximum(np.sort(reach, axis=0)[(len(reach) - 1) // 2], 1e-9)
    width = (reach / least).max(axis=1)
    order = np.argsort(width, kind="stable")
    steps = width[order][1:] / width[order][:-1]
    if not len(steps) or steps.max() < WIDER:
        return []
    return sorted(int(k) for k in order[int(np.argmax(steps)) + 1 :])


def _restrict(samples: PathSamples, muscle: str, domain: Domain) -> PathSamples:
    """The poses inside a narrower box of the muscle's own coordinates."""
    k, columns = [samples.muscles.index(muscle)], domain.columns(samples.coordinates[muscle])

    def inside(poses: Array) -> NDArray[np.bool_]:
        away = np.abs(poses - domain.center)[:, columns]
        near: NDArray[np.bool_] = np.all(away <= domain.half_range[columns] + 1e-12, axis=1)
        return near

    fitted, checked = inside(samples.fit_poses), inside(samples.check_poses)
    return replace(
        samples,
        domain=domain,
        muscles=(muscle,),
        fit_poses=samples.fit_poses[fitted],
        fit_lengths=samples.fit_lengths[fitted][:, k],
        check_poses=samples.check_poses[checked],
        check_lengths=samples.check_lengths[checked][:, k],
        check_moment_arms=samples.check_moment_arms[checked][:, k],
        most_terms=min(samples.most_terms, int(fitted.sum()) // POSES_PER_TERM),
    )


def _reaches_out(motions: Sequence[Motion], domain: Domain, name: str) -> bool:
    j = domain.coordinates.index(name)
    values = np.concatenate([motion.select([name])[0][:, 0] for motion in motions])
    return bool(np.abs(values - domain.center[j]).max() > domain.half_range[j])


def _range(motions: Sequence[Motion], name: str) -> str:
    values = np.concatenate([motion.select([name])[0][:, 0] for motion in motions])
    return f"{values.min():.2f} to {values.max():.2f}"
