"""A trial: EMG, motion and reference moments on common frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import _core
from ..arrays import Array
from ..errors import NMMError
from ..formats.external_loads import find_data_file, read_external_loads
from ..formats.tables import Table, read_table
from ..physics.coupling import check_coupled_coordinates
from ..physics.motion import Motion, read_motion
from ..physics.osim_model import OsimModel
from ..recordings.inverse.dynamics_file import check_inverse_dynamics_file


@dataclass(frozen=True)
class TrialFiles:
    """What a setup declares of one trial; paths are absolute."""

    name: str
    role: str
    emg_file: Path
    coordinates_file: Path
    inverse_dynamics_file: Path | None
    """None where nobody knows the trial's moments; then it can only test."""
    lowpass_cutoff_frequency_for_coordinates: float | None = None
    initial_time: float | None = None
    final_time: float | None = None
    emg_time_offset: float = 0.0
    """s, added to the EMG file's times, where its clock is not the motion's."""
    external_loads_file: Path | None = None
    """OpenSim's ExternalLoads (.xml), where the network sees these or they show strides."""
    strides_file: Path | None = None
    """Heel strikes and toe offs (.csv), as ``gait-events`` writes them."""

    @property
    def data_files(self) -> list[Path]:
        """The files that hold the trial's data."""
        files = [self.emg_file, self.coordinates_file]
        if self.inverse_dynamics_file is not None:
            files.append(self.inverse_dynamics_file)
        if self.external_loads_file is not None:
            files += [self.external_loads_file, find_data_file(self.external_loads_file)]
        if self.strides_file is not None:
            files.append(self.strides_file)
        return files


@dataclass(frozen=True)
class LoadWindow:
    """What a network sees of external loads: ``columns`` at each of ``lags`` (s) before a frame."""

    columns: tuple[str, ...] = ()
    lags: tuple[float, ...] = (0.0,)


NO_LOADS = LoadWindow()


@dataclass(frozen=True)
class Trial:
    """A trial ready for an NMM. The hidden channels are not in it: ``emg`` holds inputs only.

    ``moments`` (N m, or N for translations) has shape (frames, moment coordinates) and is None
    where nobody knows them; ``external_loads`` (frames, lags x columns), as :func:`read_loads`
    gives them, is in the units of its file.
    """

    name: str
    role: str
    emg: Table
    motion: Motion
    moments: Array | None
    external_loads: Array

    @property
    def time(self) -> Array:
        """Frames, s."""
        return self.motion.time

    @property
    def known_moments(self) -> Array:
        """The moments of a trial that must have them, as every trial that teaches does."""
        if self.moments is None:
            raise NMMError(
                f"Trial '{self.name}': expected joint moments, but found none; give its "
                "<inverse_dynamics_file>, or let it only test."
            )
        return self.moments


def read_trial(
    files: TrialFiles,
    model: OsimModel,
    channels: Sequence[str],
    coordinates: Sequence[str],
    moment_coordinates: Sequence[str],
    loads: LoadWindow = NO_LOADS,
) -> Trial:
    """Read one trial; only the named EMG channels and what the network sees of loads are kept."""
    emg = read_emg(files.emg_file, channels, files.emg_time_offset)
    motion = read_motion(
        files.coordinates_file,
        model,
        coordinates,
        files.lowpass_cutoff_frequency_for_coordinates,
        files.initial_time,
        files.final_time,
    )
    check_coupled_coordinates(motion, model, f"coordinates file '{files.coordinates_file}'")
    return Trial(
        files.name,
        files.role,
        emg,
        motion,
        _read_moments(files, model, motion, moment_coordinates),
        read_loads(files.external_loads_file, loads, motion.time),
    )


def _read_moments(
    files: TrialFiles, model: OsimModel, motion: Motion, moment_coordinates: Sequence[str]
) -> Array | None:
    """Moments (N m) at the motion's frames, (frames, coordinates), None where there are none."""
    file = files.inverse_dynamics_file
    if file is None:
        return None
    labels = [model.ids_column(name) for name in moment_coordinates]
    moments = read_table(file, "inverse dynamics file").select(labels)
    check_covers(moments, motion.time[0], motion.time[-1])
    check_inverse_dynamics_file(
        file,
        model,
        motion,
        moment_coordinates,
        files.coordinates_file,
        files.lowpass_cutoff_frequency_for_coordinates,
    )
    return _core.sample(moments.time, moments.values, motion.time)


def read_loads(file: Path | None, window: LoadWindow, times: Array) -> Array:
    """External loads at ``times`` (s), lag by lag all columns, (frames, lags x columns).

    Before the first sample earlier loads are as that is.
    """
    if file is None or not window.columns:
        return np.empty((len(times), 0))
    _, data = read_external_loads(file)
    loads = data.select(window.columns)
    check_covers(loads, times[0], times[-1])
    return np.hstack([_core.sample(loads.time, loads.values, times - lag) for lag in window.lags])


def read_emg(file: Path, channels: Sequence[str], time_offset: float) -> Table:
    """The named channels on the motion's clock: ``time_offset`` (s) is added to the times."""
    return read_table(file, "EMG file").select(channels).shift(time_offset)


def read_hidden_channel(
    files: TrialFiles, channel: str, times: Array, lead_in: float
) -> tuple[Array, float]:
    """The hidden recording of a deep muscle at ``times`` (s), and the whole recording's maximum.

    Only ever called to score.
    """
    table = read_emg(files.emg_file, [channel], files.emg_time_offset)
    check_covers(table, times[0], times[-1], lead_in)
    maximum = float(table.values.max())
    if maximum <= 0:
        raise NMMError(
            f"{table.source}: expected a recording in '{channel}', but its maximum is {maximum:g}."
        )
    return _core.sample(table.time, table.values, times)[:, 0], maximum


def check_covers(table: Table, first: float, last: float, lead_in: float = 0.0) -> None:
    """Refuse a table that does not cover [first, last], but for the first ``lead_in`` seconds."""
    eps = 1e-9
    if table.time[0] > first + lead_in + eps or table.time[-1] < last - eps:
        raise NMMError(
            f"{table.source}: expected samples from {first + lead_in:g} to {last:g} s, but found "
            f"{table.time[0]:g} to {table.time[-1]:g} s; choose a shorter range."
        )
