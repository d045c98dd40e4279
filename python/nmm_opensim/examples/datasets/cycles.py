"""Strides as a gait laboratory publishes them: samples of the gait cycle in MATLAB, without times.

``ExperimentalData.{Q,GRFs,Torques,EMG}.subject1.all`` holds samples x columns x strides, and
``colheaders`` the names of the columns: Falisse et al. (2019, 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import loadmat

from ...arrays import Array
from ...errors import NMMError, require_file
from ...formats.tables import Header, write_table
from ...recordings.gait.cycles import Cycle, write_cycles
from .envelopes import write_envelopes

SAMPLES = 100
# Samples of EMG before and after a stride, so that the EMG covers a delay: walking repeats itself,
# so what comes before a stride is taken to be the stride's own end.
MARGIN = 25
# N: strides begin with the first sample in which the plate carries it, so this ends a stance too.
CONTACT = 20.0
GRAVITY = 9.80665  # m/s^2


@dataclass(frozen=True)
class Columns:
    """A quantity's values (samples, columns, strides) and the names of its columns."""

    values: Array
    names: list[str]

    def find(self, name: str) -> Array:
        """One column, (samples, strides)."""
        values: Array = self.values[:, self.names.index(name)]
        return values


@dataclass(frozen=True)
class Motion:
    """Coordinates (degrees, m), speeds and moments (N m, N) of strides, each with OpenSim's names.

    ``still`` are coordinates of the model that were not recorded, and are 0.
    """

    coordinates: Columns
    speeds: Array
    moments: Columns
    still: tuple[str, ...]


@dataclass(frozen=True)
class Contact:
    """Whose strides they are: a side, and its vertical force (samples, strides) in N."""

    side: str
    vertical: Array


@dataclass(frozen=True)
class Walk:
    """Strides, by their place in the recording, and what each EMG channel is divided by."""

    strides: tuple[int, ...]
    motion: Motion
    contact: Contact
    emg: Columns
    divisors: Array


class Experiment:
    """What a file holds; ``strides`` are those that must be whole."""

    def __init__(self, file: Path, strides: Sequence[int]) -> None:
        """Read ``file``.

        Raises:
            NMMError: where it is missing or something else.

        """
        self.file = file
        self.strides = tuple(strides)
        require_file(file, "recordings")
        try:
            self._data: Any = loadmat(file, simplify_cells=True)["ExperimentalData"]
        except (KeyError, NotImplementedError, OSError, TypeError, ValueError):
            raise NMMError(
                f"recordings '{file}': expected a MATLAB file (version 5) with a structure "
                "'ExperimentalData', but found something else; take the file as it was published."
            ) from None

    def get(self, quantity: str, *parts: str, columns: Sequence[str] = ()) -> Columns:
        """One quantity, or the named columns of it, whose strides are whole.

        Raises:
            NMMError: for another layout, a column that is not there, or what is no number.

        """
        try:
            found = self._data[quantity]["subject1"]
            for part in parts:
                found = found[part]
            values = np.asarray(found["all"], dtype=float)
            names = [str(name) for name in found["colheaders"]]
        except (IndexError, KeyError, TypeError, ValueError):
            values, names = np.empty(0), []
        least = max(self.strides) + 1
        if values.ndim != 3 or values.shape[:2] != (SAMPLES, len(names)) or values.shape[2] < least:
            raise NMMError(
                f"recordings '{self.file}': expected {quantity} of subject1 as {SAMPLES} samples, "
                f"columns with names and at least {least} strides, but found {values.shape}; take "
                "the file as it was published."
            )
        for name in columns:
            if name not in names:
                raise NMMError(
                    f"recordings '{self.file}': expected a column '{name}' of {quantity}, but "
                    f"found {' '.join(names)}; take the file as it was published."
                )
        kept = list(columns) or names
        values = values[:, [names.index(name) for name in kept]]
        if not np.isfinite(values[:, :, self.strides]).all():
            raise NMMError(
                f"recordings '{self.file}': expected numbers in strides {self.strides} of "
                f"{quantity}, but found others; take the file as it was published."
            )
        return Columns(values, kept)


def write_strides(output: Path, walk: Walk) -> None:
    """Write coordinates, moments, EMG and the stride's events into a folder for each stride."""
    names = walk.motion.coordinates.names
    hip = next(i for i, name in enumerate(names) if name.startswith("hip_flexion"))
    for k in walk.strides:
        angles = walk.motion.coordinates.values[:, hip, k]
        step = _find_step(angles, walk.motion.speeds[:, hip, k])
        time = step * np.arange(SAMPLES, dtype=np.float64)
        folder = output / f"stride_{k}"
        _write_events(folder / "strides.csv", walk.contact, k, time)
        _write_motion(folder, walk, k, time)
        around = np.arange(-MARGIN, SAMPLES + MARGIN)
        write_envelopes(
            folder / "emg.sto",
            walk.emg.names,
            step * around.astype(np.float64),
            walk.emg.values[around % SAMPLES, :, k],
            walk.divisors,
            {"repeated_outside": f"0 {time[-1]:.7g}"},
        )


def _write_motion(folder: Path, walk: Walk, k: int, time: Array) -> None:
    motion = walk.motion
    write_table(
        folder / "coordinates.sto",
        [*motion.coordinates.names, *motion.still],
        time,
        np.column_stack(
            [motion.coordinates.values[:, :, k], np.zeros((SAMPLES, len(motion.still)))]
        ),
        Header(
            f"Coordinates of one stride from {walk.contact.side} heel strike, degrees and m",
            degrees=True,
        ),
    )
    labels = [
        f"{name}_{'force' if name.endswith(('_tx', '_ty', '_tz')) else 'moment'}"
        for name in motion.moments.names
    ]
    write_table(
        folder / "moments.sto",
        labels,
        time,
        motion.moments.values[:, :, k],
        Header("Joint moments (N m) and forces (N) of inverse dynamics"),
    )


def _find_step(angle: Array, speed: Array) -> float:
    """The time between samples, s, which the recording leaves out: change of angle over speed."""
    change = np.gradient(angle)[1:-1]
    inner = speed[1:-1]
    return float(change @ inner / (inner @ inner))


def _write_events(file: Path, contact: Contact, k: int, time: Array) -> None:
    """Write the stride's events as gait-events would.

    The first sample is a heel strike: the plate carries 20 N there, no more. The last is the next
    one, not the sample before it: joint angles are nearest to the first sample's one to three
    samples earlier.
    """
    off = find_toe_off(time, contact.vertical[:, k], str(file))
    cycle = Cycle(float(time[0]), off, float(time[-1]))
    write_cycles(file, [(f"stride_{k}", contact.side, cycle)])


def find_toe_off(time: Array, vertical: Array, where: str) -> float:
    """When a stance that is under way at the first sample ends (s): below CONTACT, between samples.

    Raises:
        NMMError: where the foot does not stand at first, never leaves, or comes back.

    """
    stands = vertical >= CONTACT
    changes = np.flatnonzero(stands[1:] != stands[:-1])
    if not stands[0] or len(changes) != 1:
        raise NMMError(
            f"{where}: expected one stance of more than {CONTACT:g} N from the first sample on, "
            f"then one swing, but found {len(changes)} changes; take the recordings as they were "
            "published."
        )
    i = int(changes[0])
    share = (vertical[i] - CONTACT) / (vertical[i] - vertical[i + 1])
    return float(time[i] + share * (time[i + 1] - time[i]))
