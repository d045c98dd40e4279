"""Raw EMG whose truth is known: noise in the band of EMG under a given envelope, and its faults.

Surface EMG of many motor units is close to Gaussian noise whose amplitude follows the activity
(Hogan and Mann 1980, doi 10.1109/TBME.1980.326652).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy import signal

from ...arrays import Array
from ...files import write_text
from ...recordings.signal import Signal

BAND = (20.0, 450.0)  # Hz
NOISE = 2e-6  # V, RMS of electrodes and amplifier
# Files, amplitude (V) and phase (turns) of the elbow's muscles: extensors work when flexors rest.
ELBOW = {
    "emg_biceps_brachii_raw_2000Hz.csv": (60e-6, 0.0),
    "emg_brachioradialis_raw_2000Hz.csv": (300e-6, 0.05),
    "emg_triceps_lateral_raw_2000Hz.csv": (60e-6, 0.5),
}
ELBOW_RATE, ELBOW_DURATION, ELBOW_PERIOD = 2000.0, 26.7, 6.5
# Flexion (deg), 200 Hz: least at the start, most when the flexors are.
ELBOW_ANGLE, ELBOW_ANGLES, ELBOW_ANGLE_RATE = "elbow_flexion_deg_200Hz.csv", (5.0, 125.0), 200.0


def simulate_emg(
    random: np.random.Generator, name: str, envelope: Array, rate: float, noise: float = NOISE
) -> Signal:
    """A raw channel (V) whose RMS follows ``envelope`` (samples,) (V) at ``rate`` (Hz)."""
    sos = signal.butter(2, BAND, "bandpass", fs=rate, output="sos")
    carrier = signal.sosfiltfilt(sos, random.normal(size=len(envelope)))
    values = envelope * carrier / carrier.std() + noise * random.normal(size=len(envelope))
    return Signal("simulated EMG", name, "V", rate, 0.0, values)


def make_bursts(time: Array, period: float, phase: float) -> Array:
    """An envelope from 0 to 1, one burst in each period (s) and rest between; (samples,)."""
    bursts: Array = np.maximum(np.cos(2 * np.pi * (time / period - phase)), 0.0) ** 2
    return bursts


def write_elbow(folder: Path, seed: int = 1) -> list[Path]:
    """Write simulated raw EMG of elbow flexion in the form of the published recordings.

    The angle beside it moves with the EMG, but no mechanics join them.
    """
    random = np.random.default_rng(seed)
    time = np.arange(int(ELBOW_DURATION * ELBOW_RATE)) / ELBOW_RATE
    files = []
    for name, (amplitude, phase) in ELBOW.items():
        envelope = amplitude * make_bursts(time, ELBOW_PERIOD, phase + 0.5)
        raw = simulate_emg(random, name, envelope, ELBOW_RATE)
        files.append(_write_series(folder / name, time, raw.values * 1e6))
    time = np.arange(int(ELBOW_DURATION * ELBOW_ANGLE_RATE)) / ELBOW_ANGLE_RATE
    low, high = ELBOW_ANGLES
    angle = low + (high - low) * (1 - np.cos(2 * np.pi * time / ELBOW_PERIOD)) / 2
    files.append(_write_series(folder / ELBOW_ANGLE, time, angle))
    return files


def _write_series(file: Path, time: Array, values: Array) -> Path:
    rows = [f"{t:.10g},{value:.9g}" for t, value in zip(time, values, strict=True)]
    write_text(file, "\n".join(["\ufefftime,value", *rows, ""]))
    return file
