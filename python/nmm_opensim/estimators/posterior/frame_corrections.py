"""Corrections of drives that a trial's own joint moments ask for, frame by frame.

A trial whose moments are known needs no smooth function of inputs to say what is missing: bounded
least squares moves every drive by what its frames ask, each within its doubt. A measured drive is
doubted a little; one that nobody hears as far as moments can tell of it, by the square of its
leverage: the largest share of the sum of squared active moments about a coordinate that is its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ..emg_driven.leverage import average_excitations, find_leverage
from ..emg_driven.residuals import UNEXPLAINED
from .bounded_ridge import solve_bounded_ridge
from .corrections import CorrectedMuscles

# Of a measured drive, as a share of its deviation.
MEASURED_DOUBT = 0.1
# Excitations precede what they cause by about so much (s).
ACTIVATION_TIME = 0.03


class FrameCorrections:
    """What a trial's own moments can ask of muscles that are ``corrected`` already.

    ``trial`` is prepared with its drives.
    """

    def __init__(self, corrected: CorrectedMuscles, trial: PreparedTrial) -> None:
        driven = corrected.driven
        self._time = trial.time
        self._names = driven.model.drives
        self._amplitudes = driven.compute_amplitudes([trial])
        self._smooth = corrected.corrections.compute(trial)
        self._sensitivity = driven.compute_sensitivity(trial, self._smooth)
        self._errors = trial.known_moments - driven.compute_moments(trial, self._smooth)
        self._deviation = UNEXPLAINED * trial.known_moments.std(axis=0)
        self._excitations = average_excitations(driven, trial, self._smooth)
        self.leverage = find_leverage(self._sensitivity, self._excitations)
        """The largest share of squared active moments about a coordinate, (drives,)."""

    def compute(self, unheard: Sequence[str], doubt: float) -> Array:
        """The drives' corrections, the smooth ones among them, (frames, drives).

        ``unheard`` are the drives that no recording stands behind: ``doubt`` times their leverage
        squared is what they are doubted by, as a share of their deviation.
        """
        shares = np.full(len(self._names), MEASURED_DOUBT)
        for k in map(self._names.index, unheard):
            shares[k] = doubt * self.leverage[k] ** 2
        asked = self._ask(shares * self._amplitudes)
        ahead = _shift(self._time, asked, ACTIVATION_TIME)
        corrections: Array = self._smooth + ahead
        return corrections

    def _ask(self, spreads: Array) -> Array:
        """Corrections within ``spreads`` (drives,) at the frames where they act."""
        asked = np.zeros((len(self._time), len(spreads)))
        # What moves nothing is asked for nothing, and what never changes asks for nothing.
        free, told = np.flatnonzero(spreads > 0), np.flatnonzero(self._deviation > 0)
        if not len(free) or not len(told):
            return asked
        spreads, deviation = spreads[free], self._deviation[told]
        acting = _shift(self._time, self._excitations[:, free], -ACTIVATION_TIME)
        sensitivity = self._sensitivity[:, free][:, :, told]
        # In units of each drive's doubt, which is what is penalised.
        found = solve_bounded_ridge(
            np.swapaxes(sensitivity * spreads[:, None] / deviation, 1, 2),
            self._errors[:, told] / deviation,
            -acting / spreads,
            (1.0 - acting) / spreads,
        )
        asked[:, free] = found * spreads
        return asked


def _shift(time: Array, values: Array, by: float) -> Array:
    """Columns as they are ``by`` seconds later, (frames, columns); held at the ends."""
    return np.column_stack([np.interp(time + by, time, column) for column in values.T])
