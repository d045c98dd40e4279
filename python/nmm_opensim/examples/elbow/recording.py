"""What a user's instruments make of a simulation: EMG envelopes and joint angles."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ...arrays import Array
from .anatomy import DEEP_MUSCLES, MUSCLE_NAMES
from .subject import Subject

# Channels are named as on the amplifier, not as in the model.
CHANNELS = {
    "TRIlong": "triceps_long",
    "TRIlat": "triceps_lateral",
    "TRImed": "triceps_medial",
    "BIClong": "biceps_long",
    "BICshort": "biceps_short",
    "BRA": "brachialis",
    "BRD": "brachioradialis",
}
# Identifiers of the columns of the load on the hand: its force and where that acts.
LOAD_FORCE, LOAD_POINT = "hand_force_v", "hand_force_p"
# Envelopes fluctuate by a share of themselves, and by a share of the maximum; both as slowly as an
# envelope of about 3 Hz does.
FLUCTUATION, BASELINE = 0.1, 0.005
FLUCTUATION_TIME = 0.05  # s


def record_emg(
    random: np.random.Generator, subject: Subject, excitations: Array, step: float, noise: float
) -> Array:
    """Envelopes of excitations (samples, muscles), whose samples are ``step`` s apart.

    ``noise`` multiplies the usual noise. The channels of deep muscles, which score and never teach,
    are the excitations themselves.
    """
    width = FLUCTUATION_TIME / step
    # Gaussian noise so smoothed has the spread that divides it.
    spread = 1.0 / np.sqrt(2 * np.sqrt(np.pi) * width)
    fluctuation, baseline = (
        gaussian_filter1d(random.normal(size=excitations.shape), width, axis=0, mode="reflect")
        / spread
        for _ in range(2)
    )
    recorded = excitations * (1.0 + noise * FLUCTUATION * fluctuation)
    recorded = np.maximum(recorded + noise * BASELINE * baseline, 0.0) * subject.emg_gain
    deep = np.isin(MUSCLE_NAMES, DEEP_MUSCLES)
    return np.where(deep, excitations, recorded)


def record_angle(random: np.random.Generator, angle: Array, noise: float) -> Array:
    """Joint angles (rad) with errors of spread ``noise`` (rad), each sample for itself."""
    return angle + noise * random.normal(size=angle.shape)
