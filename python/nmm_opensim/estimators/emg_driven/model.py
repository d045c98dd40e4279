"""A muscle model driven by measured EMG alone: which channel drives which muscle.

Deep muscles follow the declared synergists' channels, tied muscles theirs: no hidden recording and
no network, so nothing can put EMG where the torque is but the lag itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...arrays import Array
from ...errors import NMMError
from ...nmm.chain import PreparedTrial
from ...nmm.sources import Deep, Measured, MuscleSources
from ...physics.muscles.millard import make_kernel, read_properties
from ...physics.osim_model import SMALLEST_MOMENT_ARM, OsimModel


class EmgDrivenModel:
    """Muscles with rigid tendons and the model's own dynamics, and the drives that work them.

    A drive is a channel on its measured muscles or on one deep muscle; each has a gain.
    """

    def __init__(
        self, model: OsimModel, sources: MuscleSources, trials: Sequence[PreparedTrial]
    ) -> None:
        self.muscles = sources.muscles
        self.properties = read_properties(model, self.muscles)
        self.kernel = make_kernel(model, self.muscles, "rigid")
        self.maxima = _find_maxima(sources.channels, trials)
        """Of the channels over the trials, (channels,)."""
        mixing = _mix(sources)
        self.drives = [f"{channel} on {group}" if group else channel for channel, group in mixing]
        self.drive_maxima = self.maxima[[sources.channels.index(channel) for channel, _ in mixing]]
        """Of each drive's channel, (drives,)."""
        self.mixing = np.stack(list(mixing.values()))
        """What each drive passes from channels to muscles, (drives, channels, muscles)."""
        self.ties = sources.find_ties()
        # What a unit of a drive's excitation is to each muscle, (drives, muscles).
        self.own_shares = self.mixing.sum(axis=1)
        self.shares = self.own_shares @ self.ties

    @property
    def undriven(self) -> list[int]:
        """The muscles, by index, that no drive works."""
        return [i for i, shares in enumerate(self.shares.T) if not shares.any()]

    def list_driven(self, trials: Sequence[PreparedTrial]) -> list[int]:
        """The moment coordinates, by index, that no undriven muscle moves."""
        arms = np.concatenate([trial.moment_arms for trial in trials])
        reach = np.abs(arms[:, self.undriven]).max(axis=(0, 1), initial=0.0)
        return [j for j in range(len(reach)) if reach[j] <= SMALLEST_MOMENT_ARM]

    def find_driven(self, trials: Sequence[PreparedTrial]) -> list[int]:
        """As :meth:`list_driven`; refused where there is none."""
        driven = self.list_driven(trials)
        if not driven:
            names = ", ".join(self.muscles[i] for i in self.undriven)
            raise NMMError(
                "EMG-driven muscles: expected a moment coordinate that only muscles with EMG move, "
                f"but every one is moved by muscles without ({names}); declare "
                "<synergist_channels> of deep muscles, or tie unscored ones."
            )
        return driven


def _find_maxima(channels: Sequence[str], trials: Sequence[PreparedTrial]) -> Array:
    maxima: Array = np.max([trial.emg.values.max(axis=0) for trial in trials], axis=0)
    for name, maximum in zip(channels, maxima, strict=True):
        if not maximum > 0:
            raise NMMError(
                f"EMG-driven muscles: expected a recording in channel '{name}', but its "
                f"maximum is {maximum:g}; leave the channel out."
            )
    return maxima


def _mix(sources: MuscleSources) -> dict[tuple[str, str], Array]:
    """What each drive passes from channels to muscles, (channels, muscles).

    A drive is known by its channel, and by its muscle where that is deep. Tied muscles are not in
    it.
    """
    muscles, channels = sources.muscles, sources.channels
    drives: dict[tuple[str, str], Array] = {}

    def add(channel: str, group: str, muscle: str, weight: float) -> None:
        matrix = drives.setdefault((channel, group), np.zeros((len(channels), len(muscles))))
        matrix[channels.index(channel), muscles.index(muscle)] += weight

    for source in sources.sources:
        match source:
            case Measured():
                for channel, weight in zip(source.channels, source.weights, strict=True):
                    add(channel, "", source.muscle, weight)
            case Deep():
                for channel in source.synergists:
                    add(channel, source.muscle, source.muscle, 1.0 / len(source.synergists))
    return drives
