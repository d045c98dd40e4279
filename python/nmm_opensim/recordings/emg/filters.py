"""The filters between raw EMG and its envelope, all SciPy's; docs/emg.md gives their sources."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import signal

from ...arrays import Array
from ...errors import NMMError

# What a notch takes away is this narrow: centre over width.
NOTCH_QUALITY = 30.0


@dataclass(frozen=True)
class EmgFilters:
    """Cut-off frequencies in Hz; ``notch`` lists centres.

    ``bandpass_order`` and ``lowpass_order`` are those of one pass of a Butterworth filter (a
    band-pass has twice as many poles); zero lag passes twice. ``causal`` passes all filters once,
    so that the envelope lags as in real time.
    """

    bandpass: tuple[float, float] = (20.0, 450.0)
    bandpass_order: int = 2
    notch: tuple[float, ...] = ()
    lowpass: float = 6.0
    lowpass_order: int = 2
    causal: bool = False

    def check(self, rate: float, where: str) -> None:
        """Refuse filters that samples at ``rate`` (Hz) do not allow."""
        low, high = self.bandpass
        if not 0 < low < high:
            raise NMMError(
                f"{where}: expected a band from low to high, but found {low:g} {high:g}."
            )
        for frequency in (high, self.lowpass, *self.notch):
            if not 0 < frequency < rate / 2:
                raise NMMError(
                    f"{where}: expected filters between 0 Hz and half the sampling rate, "
                    f"{rate / 2:g} Hz, but found {frequency:g} Hz; set lower cut-offs."
                )

    def band(self, values: Array, rate: float) -> Array:
        """Raw EMG (samples,) within the band and without what the notches take."""
        sections = [
            signal.butter(self.bandpass_order, self.bandpass, "bandpass", fs=rate, output="sos")
        ]
        sections += [
            signal.tf2sos(*signal.iirnotch(centre, NOTCH_QUALITY, fs=rate)) for centre in self.notch
        ]
        for sos in sections:
            values = self._pass(sos, values)
        return values

    def envelope(self, band: Array, rate: float) -> Array:
        """Rectified and smoothed, at least 0, where a filter's ringing would go below."""
        sos = signal.butter(self.lowpass_order, self.lowpass, fs=rate, output="sos")
        smooth: Array = np.maximum(self._pass(sos, np.abs(band)), 0.0)
        return smooth

    def _pass(self, sos: Array, values: Array) -> Array:
        if self.causal:
            passed: Array = signal.sosfilt(sos, values)
            return passed
        if len(values) <= 3 * (2 * len(sos) + 1):
            raise NMMError(f"EMG: expected more than {len(values)} samples to filter without lag.")
        passed = signal.sosfiltfilt(sos, values)
        return passed

    def describe(self) -> dict[str, str]:
        """Header entries of an envelope."""
        return {
            "emg_bandpass": f"{self.bandpass[0]:g} {self.bandpass[1]:g}",
            "emg_bandpass_order": str(self.bandpass_order),
            "emg_notch": " ".join(f"{centre:g}" for centre in self.notch) or "none",
            "emg_rectification": "full-wave",
            "emg_lowpass": f"{self.lowpass:g}",
            "emg_lowpass_order": str(self.lowpass_order),
            "emg_filter_lag": "causal" if self.causal else "zero",
            "clipped_below": "0",
        }


def resample(time: Array, values: Array, grid: Array) -> Array:
    """An envelope (samples,) at the times of ``grid``, linear between samples.

    An envelope is hundreds of times slower than its samples, so straight lines are exact enough,
    and never ring below 0.
    """
    between: Array = np.interp(grid, time, values)
    return between
