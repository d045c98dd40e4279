"""A person's mean stride from the recordings that a training setup names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..errors import NMMError
from ..estimators.prior.population import (
    POINTS,
    STANCE_POINTS,
    Movement,
    Person,
    Population,
)
from ..estimators.prior.population_witness import DeclaredPopulation
from ..formats.tables import Table
from ..nmm.chain import PreparedTrial
from ..nmm.trial import TrialFiles, read_emg
from ..physics.motion import read_motion
from ..physics.osim_model import OsimModel
from ..recordings.gait.cycles import Cycle
from ..training.cycles import attach_cycles
from ..training.population_setup import PopulationSetup
from .build_setup import RecordedPerson

# Of the peak: filters ring a little below 0, and what goes farther is raw.
MOST_BELOW_ZERO = 0.1


@dataclass(frozen=True)
class MeanStride:
    """A person, how many strides the curves are means of, and what a user should know."""

    person: Person
    strides: int
    warnings: tuple[str, ...]


def read_recorded_person(declared: RecordedPerson, movement: Movement) -> MeanStride:
    """The mean of all regular strides of all trials, whatever their roles.

    Raises:
        NMMError: where a file cannot be used, where there is no stride of the movement, or a
            channel holds no envelope.

    """
    setup = declared.setup
    model = OsimModel(setup.model_file)
    channels = list(declared.channels.values())
    trials = {files.name: _read_trial(files, model, channels) for files in setup.trials}
    attached, warnings = attach_cycles(trials, setup.trials, model, _stand_in(declared, movement))
    strides = [
        sample_stride(trial.emg, cycle)
        for trial in attached.values()
        for cycle in trial.cycles
        if trial.emg.time[0] <= cycle.start and cycle.end <= trial.emg.time[-1]
    ]
    where = f"person '{declared.name}', '{setup.file}'"
    if not strides:
        low, high = (f"{100 * share:g}" for share in movement.stance_shares)
        raise NMMError(
            f"{where}: expected a regular stride of {movement.name} that EMG and motion cover, "
            f"0.4-2.5 s with a stance of {low}-{high} % of it, but found none; look at <side> and "
            "<foot_body>, or give the trials <strides_file>."
        )
    samples = np.stack(strides)
    for k, channel in enumerate(channels):
        _check_envelope(samples[:, :, k], channel, where)
    mean = np.maximum(samples.mean(axis=0), 0.0)
    curves = dict(zip(declared.channels, mean.T, strict=True))
    return MeanStride(Person(declared.name, curves), len(strides), warnings)


def sample_stride(emg: Table, cycle: Cycle) -> Array:
    """A recording at the points of phase of one stride, (POINTS, channels)."""
    points = np.arange(POINTS) + 0.5
    events = [cycle.start, cycle.toe_off, cycle.end]
    times = np.interp(points, [0.0, STANCE_POINTS, POINTS], events)
    return np.column_stack([np.interp(times, emg.time, series) for series in emg.values.T])


def _check_envelope(samples: Array, channel: str, where: str) -> None:
    """Refuse what no envelope does over all strides, (strides, POINTS)."""
    low, high = float(samples.min()), float(samples.max())
    if low == high:
        raise NMMError(
            f"{where}: expected a recording in channel '{channel}', but it is {low:g} throughout; "
            "leave its muscle out."
        )
    if not low > -MOST_BELOW_ZERO * high:
        raise NMMError(
            f"{where}: expected an envelope in channel '{channel}', 0 or more, but it goes from "
            f"{low:g} to {high:g}; raw EMG becomes one by process-emg."
        )


def _read_trial(files: TrialFiles, model: OsimModel, channels: Sequence[str]) -> PreparedTrial:
    """EMG and motion alone: what strides need, and nothing of muscles and moments."""
    motion = read_motion(
        files.coordinates_file,
        model,
        (),
        files.lowpass_cutoff_frequency_for_coordinates,
        files.initial_time,
        files.final_time,
    )
    emg = read_emg(files.emg_file, channels, files.emg_time_offset)
    nothing = np.empty((len(motion.time), 0))
    return PreparedTrial(
        files.name,
        files.role,
        emg,
        motion,
        moments=None,
        external_loads=nothing,
        envelopes=nothing,
        inputs=nothing,
        lengths=nothing,
        speeds=nothing,
        moment_arms=nothing,
    )


def _stand_in(declared: RecordedPerson, movement: Movement) -> PopulationSetup:
    """Who this person's leg is, for a population of which only the movement is known by now."""
    none = np.empty((0, 0))
    nobody = Population(movement, (), np.empty(0), np.empty((0, POINTS)), none, none)
    return PopulationSetup(
        DeclaredPopulation(declared.name, nobody, {}),
        declared.setup.file,
        declared.side,
        declared.foot_body,
    )
