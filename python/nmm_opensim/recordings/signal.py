"""One recorded channel: evenly sampled, its rate and unit as its file or setup states them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..arrays import Array
from ..errors import NMMError
from .units import VOLTAGE, is_known
from .units import VOLTS as VOLTS

# Times are printed with few digits, and clocks jitter; a lost sample is a whole step.
LARGEST_JITTER = 0.5  # steps
LARGEST_RATE_ERROR = 0.005  # relative


@dataclass(frozen=True)
class Signal:
    """A channel ``name`` of ``source``; ``values`` (samples,) in ``unit``, None where unstated.

    Sample i was taken at ``start + i / rate`` (s, Hz). ``fault`` says why the values mean nothing,
    empty where they do.
    """

    source: str
    name: str
    unit: str | None
    rate: float
    start: float
    values: Array
    fault: str = ""

    @property
    def time(self) -> Array:
        """Times of the samples (s)."""
        time: Array = self.start + np.arange(len(self.values)) / self.rate
        return time

    def shift(self, offset: float) -> Signal:
        """The same samples, ``offset`` (s) later."""
        return replace(self, start=self.start + offset)

    def to_volts(self, declared: str | None) -> Signal:
        """The samples in V, from the file's unit or the ``declared`` one; none is guessed.

        What is declared also says what a unit means that is none we know.
        """
        factor = self._find_volts(declared)
        bad = np.flatnonzero(~np.isfinite(self.values))
        if len(bad):
            raise NMMError(
                f"{self.source}: channel '{self.name}': expected numbers, but found "
                f"{self.values[bad[0]]} at "
                f"{self.start + bad[0] / self.rate:g} s ({len(bad)} such values); leave the range "
                "out or export it anew."
            )
        return replace(self, unit="V", values=self.values * factor)

    def _find_volts(self, declared: str | None) -> float:
        unit = self.unit or declared
        where = f"{self.source}: channel '{self.name}'"
        if unit is None:
            raise NMMError(
                f"{where}: expected a unit, but the file states none; declare <units>, one of "
                f"{', '.join(VOLTS)}."
            )
        factor = VOLTAGE.find_factor(unit)
        if factor is None and declared is not None and not is_known(unit):
            return VOLTS[declared]
        if factor is None:
            advice = "export it as one" if is_known(unit) else "declare <units> if it is one"
            raise NMMError(
                f"{where}: expected a voltage, one of {', '.join(VOLTS)}, but found '{unit}'; "
                f"{advice}."
            )
        if declared is not None and VOLTAGE.find_factor(declared) != factor:
            raise NMMError(
                f"{where}: expected the declared unit '{declared}', but the file states '{unit}'; "
                "correct <units>."
            )
        return factor


def find_rate(where: str, time: Array, declared: float | None) -> float:
    """The sampling rate (Hz) of even times (s): the ``declared`` one, if there is one."""
    step = np.diff(time)
    if len(time) < 2 or not np.all(np.isfinite(time)):
        raise NMMError(f"{where}: expected at least two samples with finite times.")
    if np.any(step <= 0):
        row = int(np.argmax(step <= 0))
        raise NMMError(
            f"{where}: expected increasing times, but sample {row + 2} has {time[row + 1]:g} s "
            f"after {time[row]:g} s."
        )
    usual = float(np.median(step))
    uneven = np.abs(step - usual) > LARGEST_JITTER * usual
    if np.any(uneven):
        row = int(np.argmax(uneven))
        raise NMMError(
            f"{where}: expected even times, but after {time[row]:g} s comes {time[row + 1]:g} s "
            f"where the step is {usual:g} s; fill the gap or leave the range out."
        )
    # Printed times carry no more digits; a rate is then the round number that it was.
    rate = float(f"{(len(time) - 1) / (time[-1] - time[0]):.7g}")
    if declared is None:
        return rate
    if abs(rate - declared) > LARGEST_RATE_ERROR * declared:
        raise NMMError(
            f"{where}: expected the declared sampling rate, {declared:g} Hz, but its times have "
            f"{rate:g} Hz; correct <sampling_rate>."
        )
    return declared
