"""The lags at which EMG-driven muscles explain the joint moments best, with their spread.

Recordings of one subject share the muscles, and each has a lag of its own. All parameters of the
muscles are fitted beside the lags, held near the model's own as far as the moments do not say
otherwise: a wrong strength or tendon must not pass for a lag. Time constants of activation stay the
model's, because they and a lag delay a force alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...nmm.chain import PreparedTrial
from ...nmm.sources import Deep, MuscleSources, Source, Unscored
from ...physics.osim_model import OsimModel
from .fit import EmgDrivenFit
from .model import EmgDrivenModel

STARTS = (0.0, 0.15)  # s
USUAL = 0.06  # s


@dataclass(frozen=True)
class Lag:
    """How much EMG leads (s): electromechanical delay and lag of the streams together.

    ``spread`` is one standard deviation over blocks of time, ``by_coordinate`` what each moment
    alone says, ``explained`` the share of each moment's variance.
    """

    seconds: float
    spread: float
    by_coordinate: dict[str, float]
    explained: dict[str, float]


@dataclass(frozen=True)
class Lead:
    """How much EMG leads the motion (s); ``assumed`` muscles were taken to work as all do."""

    seconds: float
    assumed: tuple[str, ...] = ()


def estimate_lead(
    recordings: Sequence[Sequence[PreparedTrial]], model: OsimModel, sources: MuscleSources
) -> Lead:
    """How much EMG leads the motion, over all recordings of a subject.

    Where muscles of which no channel tells reach every moment, they are taken to work when others
    do: without them nothing could be told.
    """
    trials = [trial for several in recordings for trial in several]
    driven = EmgDrivenModel(model, sources, trials)
    assumed: tuple[str, ...] = ()
    if not driven.list_driven(trials):
        sources, assumed = hear_all(sources)
        driven = EmgDrivenModel(model, sources, trials)
    fitted = EmgDrivenFit(driven, recordings, driven.find_driven(trials)).run([USUAL])
    lead = float(np.average(fitted.lags, weights=1.0 / fitted.find_spreads() ** 2))
    return Lead(lead, assumed)


def hear_all(sources: MuscleSources) -> tuple[MuscleSources, tuple[str, ...]]:
    """The same with all channels for muscles that none is declared for, and which those are."""
    channels = tuple(sources.channels)
    assumed: list[str] = []
    heard: list[Source] = []
    for source in sources.sources:
        if isinstance(source, Unscored) or (isinstance(source, Deep) and not source.synergists):
            assumed.append(source.muscle)
            heard.append(Deep(source.muscle, synergists=channels))
        else:
            heard.append(source)
    return MuscleSources(tuple(heard)), tuple(assumed)


def estimate_lags(
    recordings: Mapping[str, Sequence[PreparedTrial]],
    model: OsimModel,
    sources: MuscleSources,
    moment_coordinates: Sequence[str],
) -> tuple[dict[str, Lag], Lag]:
    """The lag of each recording of one subject, and their mean, weighted by certainty.

    ``recordings`` holds the trials taken from each; their moments and channels are as declared.
    """
    trials = [trial for several in recordings.values() for trial in several]
    driven = EmgDrivenModel(model, sources, trials)
    coordinates = driven.find_driven(trials)
    names = [moment_coordinates[j] for j in coordinates]
    whole = EmgDrivenFit(driven, list(recordings.values()), coordinates).run(STARTS)
    lags = whole.lags
    alone = np.array([lags])
    if len(coordinates) > 1:
        starts = [float(lags.mean())]
        fits = [EmgDrivenFit(driven, list(recordings.values()), [j]) for j in coordinates]
        alone = np.array([fit.run(starts).lags for fit in fits])
    spreads = whole.find_spreads()
    certainty = 1.0 / spreads**2
    explained = whole.find_explained()
    by_recording = {
        name: Lag(
            float(lags[r]),
            float(spreads[r]),
            dict(zip(names, alone[:, r].tolist(), strict=True)),
            dict(zip(names, explained[r].tolist(), strict=True)),
        )
        for r, name in enumerate(recordings)
    }
    mean = Lag(
        float(np.average(lags, weights=certainty)),
        float(1.0 / np.sqrt(certainty.sum())),
        dict(zip(names, np.average(alone, axis=1, weights=certainty).tolist(), strict=True)),
        dict(zip(names, explained.mean(axis=0).tolist(), strict=True)),
    )
    return by_recording, mean
