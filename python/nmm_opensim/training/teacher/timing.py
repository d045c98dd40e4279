"""Joint moments against the EMG of the muscles that are said to give them.

EMG-driven muscles with one free lag explain most of right moments; they explain little of those of
another trial, of a turned sign or of the wrong foot, and at an odd lag those of another clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...arrays import Array
from ...estimators.emg_driven.fit import EmgDrivenFit, FittedMuscles
from ...estimators.emg_driven.lag import STARTS, hear_all
from ...estimators.emg_driven.model import EmgDrivenModel
from ...nmm.chain import PreparedTrial
from ...nmm.sources import MuscleSources
from ...physics.muscles.activation import POSSIBLE_DELAY
from ...physics.osim_model import OsimModel
from .finding import Finding

# Of all trials together: as many frames as tell a lag and a sign.
MOST_FRAMES = 600
# Of a moment's variance, at the best lag; below nothing a constant would say more.
DOUBTFUL, NOTHING = 0.5, 0.0
# By this much more is explained if it is turned.
TURNED = 0.3
# s: estimates are that far off, or two spreads.
SLACK = 0.03


@dataclass(frozen=True)
class Explanation:
    """What EMG-driven muscles explain at the best ``lag`` (s), whose deviation is ``spread``.

    ``coordinates`` are those that muscles with EMG alone move; ``shares`` (trials, coordinates).
    """

    coordinates: tuple[int, ...]
    lag: float
    spread: float
    beyond: float
    """As for :func:`_find_beyond`."""
    shares: Array
    turned: dict[int, float]
    """What would be explained, at a lag that can be, of moments that are met badly if their sign
    was turned."""
    assumed: bool
    """Whether muscles without a channel were taken to work as all do."""

    @property
    def usual(self) -> Array:
        """In most trials, whatever one is, (coordinates,)."""
        medians: Array = np.median(self.shares, axis=0)
        return medians


def check_timing(
    trials: Sequence[PreparedTrial],
    model: OsimModel,
    sources: MuscleSources,
    coordinates: Sequence[str],
) -> list[Finding]:
    """Over all ``trials`` that teach; nothing where no EMG can tell."""
    explained = explain(trials, model, sources)
    if explained is None:
        return []
    lag = _check_lag(explained, trials[0].name)
    return lag + _check_shares(explained, trials, [coordinates[j] for j in explained.coordinates])


def explain(
    trials: Sequence[PreparedTrial], model: OsimModel, sources: MuscleSources
) -> Explanation | None:
    """As far as measured muscles and their synergists can; None where no moment is theirs."""
    driven = EmgDrivenModel(model, sources, trials)
    assumed = not driven.list_driven(trials)
    if assumed:
        driven = EmgDrivenModel(model, hear_all(sources)[0], trials)
    own = driven.list_driven(trials)
    varying = np.concatenate([trial.known_moments for trial in trials]).std(axis=0) > 0
    coordinates = [j for j in own if varying[j]]
    if not coordinates:
        return None
    fitted = _fit(driven, trials, coordinates)
    shares = fitted.find_explained_by_trial()
    turned = {}
    for k, j in enumerate(coordinates):
        if np.median(shares[:, k]) < DOUBTFUL:
            mirrored = [replace(t, moments=_turn(t.known_moments, j)) for t in trials]
            refitted = _fit(driven, mirrored, coordinates)
            if _find_beyond(refitted) <= 0.0:
                turned[j] = float(np.median(refitted.find_explained_by_trial()[:, k]))
    return Explanation(
        tuple(coordinates),
        float(fitted.lags[0]),
        float(fitted.find_spreads()[0]),
        _find_beyond(fitted),
        shares,
        turned,
        assumed,
    )


def _fit(
    driven: EmgDrivenModel, trials: Sequence[PreparedTrial], coordinates: list[int]
) -> FittedMuscles:
    return EmgDrivenFit(driven, [trials], coordinates, MOST_FRAMES).run(STARTS)


def _find_beyond(fitted: FittedMuscles) -> float:
    """How far the lag is surely beyond what can be, s; not above 0 where it can."""
    lag, spread = float(fitted.lags[0]), float(fitted.find_spreads()[0])
    low, high = POSSIBLE_DELAY
    return max(low - lag, lag - high) - max(SLACK, 2.0 * spread)


def _turn(moments: Array, coordinate: int) -> Array:
    turned = moments.copy()
    turned[:, coordinate] *= -1.0
    return turned


def _check_lag(explained: Explanation, trial: str) -> list[Finding]:
    if explained.usual.mean() < DOUBTFUL:
        # A lag of muscles that do not fit says nothing.
        return []
    if explained.beyond <= 0.0:
        return []
    low, high = POSSIBLE_DELAY
    text = (
        f"Joint moments: expected EMG to lead them by {1000 * low:g}-{1000 * high:g} ms, but "
        f"muscles driven by EMG explain them best where it leads by {1000 * explained.lag:.0f} ± "
        f"{1000 * explained.spread:.0f} ms; are EMG and motion in step, and moments and angles of "
        "the same trial? Declare each trial's <emg_time_offset> (s), which `nmm-opensim timing` "
        "helps to find."
    )
    # Never nonsense: the moments may be right, and the EMG's clock wrong.
    return [Finding(trial, "lag", text, nonsense=False)]


def _check_shares(
    explained: Explanation, trials: Sequence[PreparedTrial], names: Sequence[str]
) -> list[Finding]:
    findings = []
    for k, name in enumerate(names):
        mean = float(explained.usual[k])
        if mean < DOUBTFUL:
            turned = explained.turned.get(explained.coordinates[k])
            finding = _tell_of_coordinate(name, mean, turned, trials[0].name)
            findings.append(replace(finding, nonsense=finding.nonsense and not explained.assumed))
            continue
        for trial, share in zip(trials, explained.shares[:, k], strict=True):
            if share < min(DOUBTFUL, mean - DOUBTFUL):
                text = (
                    f"Trial '{trial.name}', moment of '{name}': muscles driven by EMG explain "
                    f"{_percent(share)} of it, and {_percent(mean)} in the usual trial; are its "
                    "EMG, angles and forces of the same trial, in step, and on the right foot?"
                )
                nonsense = share < NOTHING and not explained.assumed
                findings.append(Finding(trial.name, f"explained of {name}", text, nonsense))
    return findings


def _tell_of_coordinate(name: str, mean: float, turned: float | None, trial: str) -> Finding:
    where = f"Moment of '{name}' in the training trials"
    if turned is not None and turned > max(DOUBTFUL, mean + TURNED):
        text = (
            f"{where}: expected muscles driven by EMG to explain it, but they explain "
            f"{_percent(mean)} as it is and {_percent(turned)} with its sign turned; turn it in "
            "the inverse dynamics file, or the coordinate, to the model's direction."
        )
        return Finding(trial, f"sign of {name}", text, nonsense=True)
    text = (
        f"{where}: expected muscles driven by EMG to explain more than {100 * DOUBTFUL:g} % of it "
        f"at some lag, but they explain {_percent(mean)}; are loads on the right foot, channels on "
        "the right muscles, and EMG, angles and forces of the same leg, trial and clock?"
    )
    return Finding(trial, f"explained of {name}", text, mean < NOTHING)


def _percent(share: float) -> str:
    return f"{100 * max(share, 0.0):.0f} %"
