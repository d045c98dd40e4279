"""What drives the muscles: measured channels, and for every deep muscle what its prior says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...errors import NMMError
from ...formats.tables import Table
from ...nmm.chain import PreparedTrial
from ...nmm.sources import Deep, Measured, MuscleSources, Source, Unscored
from ..interface import Task, split
from ..prior.make_prior import make_prior
from ..prior.weighing import weigh


class Drives:
    """The task's muscles with a channel for every deep one: what its prior says."""

    def __init__(self, task: Task) -> None:
        self.prior = make_prior(task)
        weighed = weigh(self.prior, split(task)[1])
        self.fit = weighed.fit
        """How a population fitted, None without one."""
        self.met = weighed.met
        """How all witnesses met each masked channel."""
        self.prior.believe(weighed.weighting, weighed.fit is None or weighed.fit.heard)
        self.deep = {name_prior(asked.muscle): asked for asked in self.prior.deep}

        def drive(source: Source) -> Source:
            if isinstance(source, Unscored):
                raise NMMError(
                    f"Muscle '{source.muscle}' is unscored: neither a synergist nor a recording "
                    "says anything of it; declare it as deep with <synergist_channels>, or tie it."
                )
            if isinstance(source, Deep):
                return Measured(source.muscle, (name_prior(source.muscle),), (1.0,))
            return source

        self.sources = MuscleSources(tuple(drive(s) for s in task.declaration.sources.sources))
        self._measured = task.declaration.sources.channels
        self._lags = len(task.declaration.architecture.emg_lags)

    def prepare(self, trial: PreparedTrial, masked: str | None = None) -> PreparedTrial:
        """The trial with envelopes at its frames and deep muscles' priors beside them.

        ``masked`` is a measured channel in whose place its prior stands, as large as its peaks; it
        is no witness of any muscle then, nor among the network's inputs.
        """
        columns = (*self._measured, *self.deep)
        priors = [self.prior.predict(asked, trial, masked) for asked in self.deep.values()]
        values = np.column_stack([trial.envelopes, *priors])
        inputs = trial.inputs
        if masked is not None:
            k = columns.index(masked)
            values[:, k] = self.prior.predict(self.prior.masked[masked], trial, masked)
            values[:, k] *= self.prior.find_peak(masked)
            inputs = inputs.copy()
            # For each lag all channels, then coordinates and speeds.
            inputs[:, k : self._lags * len(self._measured) : len(self._measured)] = 0.0
        emg = Table("EMG and priors", columns, trial.time, values)
        emg = emg.select(self.sources.channels)
        return replace(trial, emg=emg, inputs=inputs)


def name_prior(muscle: str) -> str:
    """The channel that holds a deep muscle's prior."""
    return f"prior of {muscle}"
