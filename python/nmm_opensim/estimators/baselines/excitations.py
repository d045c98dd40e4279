"""From activations, which frame-by-frame solutions give, back to excitations, which EMG records."""

from __future__ import annotations

import numpy as np

from ...arrays import Array

# Below this the shape function is the identity within rounding.
SMALLEST_SHAPE_FACTOR = 1e-6


def invert_activations(
    times: Array,
    activations: Array,
    shape_factor: Array,
    activation_time_constant: Array,
    deactivation_time_constant: Array,
) -> Array:
    """Excitations in [0, 1] of activations, both (frames, muscles).

    ``times`` (s) have shape (frames,), the parameters (dimensionless, s, s) shape (muscles,).
    Solves the dynamics of :func:`compute_activations` for the excitation: u = a + tau da/dt, whose
    tau depends on whether a rises or falls, then the shape function. Without it an estimate would
    lag its recording by the muscle's time constant. The derivative is a central difference.
    """
    rate = np.gradient(activations, times, axis=0)
    middle = 0.5 + 1.5 * activations
    rising = activation_time_constant * middle
    falling = deactivation_time_constant / middle
    neural = np.clip(activations + np.where(rate > 0, rising, falling) * rate, 0.0, 1.0)
    curved = np.abs(shape_factor) > SMALLEST_SHAPE_FACTOR
    factor = np.where(curved, shape_factor, -1.0)
    shaped = np.log1p(neural * np.expm1(factor)) / factor
    excitations: Array = np.where(curved, shaped, neural)
    return excitations
