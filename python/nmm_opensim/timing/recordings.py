"""The lags of a subject's recordings, the delay they share, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..estimators.emg_driven.lag import Lag, estimate_lags
from ..nmm.chain import PreparedTrial
from ..nmm.sources import MuscleSources
from ..physics.muscles.activation import POSSIBLE_DELAY
from ..physics.osim_model import OsimModel
from ..training.preparation import PreparedTraining, group_recordings

# s, beyond activation dynamics: what an electromechanical delay usually is.
USUAL_DELAY = (0.02, 0.1)
# s: estimates this far apart do not come from noise.
TOLERANCE = 0.03
# Of a moment's variance.
FEWEST_EXPLAINED = 0.6


@dataclass(frozen=True)
class Timing:
    """Lags (s) of recordings by name and their mean; ``warnings`` are one line each.

    A recording tells only the sum of the electromechanical delay and its streams' lag.
    ``delay`` is the usual delay nearest to the mean lag: an assumption, since a lag that all
    recordings share looks like a delay.
    """

    recordings: dict[str, Lag]
    mean: Lag
    delay: float
    warnings: list[str]

    def stream_lag(self, recording: str) -> float:
        """What is left of a recording's lag after the delay, s."""
        return self.recordings[recording].seconds - self.delay


def estimate_timing(
    recordings: Mapping[str, Sequence[PreparedTrial]],
    model: OsimModel,
    sources: MuscleSources,
    moment_coordinates: Sequence[str],
) -> Timing:
    """The timing of one subject's ``recordings``, each with the trials taken from it."""
    lags, mean = estimate_lags(recordings, model, sources, moment_coordinates)
    delay = min(max(mean.seconds, USUAL_DELAY[0]), USUAL_DELAY[1])
    return Timing(lags, mean, delay, _find_warnings(lags, mean))


def estimate_setup_timing(prepared: PreparedTraining) -> Timing:
    """The timing of a setup's training trials; trials of one EMG file are one recording."""
    recordings = group_recordings(prepared.setup.with_role("train"), prepared.trials)
    named = {}
    for (path, offset), trials in recordings.items():
        # Files of several folders often have the same name.
        name = path.name if len(recordings) == 1 else f"{path.parent.name}/{path.name}"
        named[f"{name} {offset:+g} s" if offset else name] = trials
    declaration = prepared.declaration
    return estimate_timing(
        named, prepared.model, declaration.sources, declaration.moment_coordinates
    )


def _find_warnings(lags: Mapping[str, Lag], mean: Lag) -> list[str]:
    warnings = []
    low, high = (1000.0 * bound for bound in POSSIBLE_DELAY)
    for name, lag in lags.items():
        found = f"recording '{name}': EMG leads by {_milliseconds(lag)}"
        worst = min(lag.explained, key=lambda key: lag.explained[key])
        if lag.explained[worst] < FEWEST_EXPLAINED:
            # A lag of a model that does not fit says nothing of the streams.
            share = 100 * max(lag.explained[worst], 0.0)
            warnings.append(
                f"{found}, but muscles driven by EMG explain only {share:.0f} % of the moment of "
                f"'{worst}' (expected {100 * FEWEST_EXPLAINED:g} %): do not trust this lag; check "
                "scaling, moments and which channel drives which muscle."
            )
            continue
        beyond = max(POSSIBLE_DELAY[0] - lag.seconds, lag.seconds - POSSIBLE_DELAY[1])
        if beyond > max(0.0, 2.0 * lag.spread):
            warnings.append(
                f"{found}, but an electromechanical delay is {low:g}-{high:g} ms: the streams are "
                f"at least {1000 * beyond:.0f} ms apart; check how EMG and motion were "
                "synchronised, and for filters that delay one of them."
            )
        apart = abs(lag.seconds - mean.seconds)
        if apart > max(TOLERANCE, 3.0 * lag.spread):
            warnings.append(
                f"{found}, {1000 * apart:.0f} ms off the mean of all recordings "
                f"({_milliseconds(mean)}): one delay cannot serve them all; check how this one "
                "was synchronised."
            )
        alone = lag.by_coordinate
        if max(alone.values()) - min(alone.values()) > TOLERANCE:
            each = ", ".join(f"{key} {1000 * value:.0f} ms" for key, value in alone.items())
            warnings.append(
                f"{found}, but its moments disagree ({each}): its true spread is as large; check "
                "scaling, moments and which channel drives which muscle."
            )
    return warnings


def _milliseconds(lag: Lag) -> str:
    return f"{1000 * lag.seconds:.0f} ± {1000 * lag.spread:.0f} ms"
