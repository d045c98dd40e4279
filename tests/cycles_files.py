"""Strides in MATLAB as Falisse et al. publish them, made of arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.io import savemat

SAMPLES = 100
Quantity = tuple[list[str], np.ndarray]


def make_motion(names: list[str], durations: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Angles (degrees) and speeds (degrees/s) of strides that last ``durations`` (s)."""
    phase = 2 * np.pi * np.linspace(0, 1, SAMPLES)[:, None, None]
    shift = np.arange(len(names))[None, :, None]
    rate = 2 * np.pi / np.array(durations)
    angles = 20 * np.sin(phase + shift) + 0 * rate
    return angles, 20 * rate * np.cos(phase + shift)


def make_force(off: float, percent: float, strides: int) -> np.ndarray:
    """A vertical force (% of weight), (samples, strides): a stance until ``off`` (samples)."""
    force = np.clip((off - np.arange(SAMPLES)) * percent, -1.0, 90.0)
    return np.repeat(force[:, None], strides, axis=1)


def write_experiment(
    file: Path, q: Quantity, speeds: np.ndarray, grf: Quantity, torques: Quantity, emg: Quantity
) -> Path:
    """Write ``ExperimentalData`` in MATLAB's format 5."""

    def make(quantity: Quantity) -> dict[str, object]:
        names, values = quantity
        return {"all": values, "colheaders": np.array(names, dtype=object)}

    data = {
        "Q": {"subject1": {"Qs": make(q), "Qdots": make((q[0], speeds))}},
        "GRFs": {"subject1": make(grf)},
        "Torques": {"subject1": make(torques)},
        "EMG": {"subject1": make(emg)},
    }
    savemat(file, {"ExperimentalData": data})
    return file
