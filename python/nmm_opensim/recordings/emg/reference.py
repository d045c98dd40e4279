"""What envelopes are divided by: a given value, or a maximum that no electrode artefact makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...arrays import Array
from ...errors import NMMError
from .emg_setup import EmgRecording, EmgSetup
from .quality import THRESHOLDS, Finding

# How far an artefact spreads in an envelope: periods of the low-pass before it, and after it,
# where a causal filter lags.
SPREAD_BEFORE, SPREAD_AFTER = 1.0, 2.0


@dataclass(frozen=True)
class Envelopes:
    """Envelopes of a recording: ``values`` (frames, channels) in V at ``time`` (s)."""

    recording: EmgRecording
    names: tuple[str, ...]
    time: Array
    values: Array
    findings: Sequence[Finding]


@dataclass(frozen=True)
class Maximum:
    """The largest value (V) of a channel, outside artefacts, and where it is (s)."""

    value: float
    recording: str
    time: float


def find_divisors(
    setup: EmgSetup, envelopes: Sequence[Envelopes], names: Sequence[str]
) -> dict[str, Maximum]:
    """What each channel is divided by.

    Raises:
        NMMError: if a channel has no EMG where its maximum is looked for.

    """
    if setup.normalization == "value":
        return {name: Maximum(setup.reference[name], "", 0.0) for name in names}
    mvc = setup.normalization == "mvc"
    divisors = {}
    for name in names:
        maxima = [
            find_maximum(own, name, setup.filters.lowpass)
            for own in envelopes
            if own.recording.mvc == mvc and name in own.names
        ]
        if not maxima or not max(maximum.value for maximum in maxima) > 0:
            where = "MVC recordings" if mvc else "trials"
            raise NMMError(
                f"{setup.file}: channel '{name}': expected EMG in the {where}, but found none; "
                "leave the channel out or record it anew."
            )
        divisors[name] = max(maxima, key=lambda maximum: maximum.value)
    return divisors


def find_maximum(envelopes: Envelopes, name: str, lowpass: float) -> Maximum:
    """The maximum of a channel, where no electrode artefact reaches; ``lowpass`` is in Hz."""
    values = envelopes.values[:, envelopes.names.index(name)]
    usable = _find_usable(envelopes, name, lowpass)
    at = int(np.argmax(np.where(usable, values, -1.0)))
    return Maximum(float(values[at]), envelopes.recording.name, float(envelopes.time[at]))


def _find_usable(envelopes: Envelopes, name: str, lowpass: float) -> NDArray[np.bool_]:
    usable = np.ones(len(envelopes.time), dtype=bool)
    for finding in envelopes.findings:
        if finding.check == "electrode_artefact" and finding.channel == name:
            usable &= (envelopes.time < finding.start - SPREAD_BEFORE / lowpass) | (
                envelopes.time > finding.end + SPREAD_AFTER / lowpass
            )
    return usable if usable.any() else ~usable


def compare_with_mvc(
    trial: Envelopes, divisors: dict[str, Maximum], lowpass: float
) -> list[Finding]:
    """Channels that a trial drives above what the MVC recordings reached."""
    findings = []
    for name, mvc in divisors.items():
        maximum = find_maximum(trial, name, lowpass)
        ratio = maximum.value / mvc.value
        if ratio > THRESHOLDS["mvc_below_trial"]:
            findings.append(
                Finding(
                    "mvc_below_trial",
                    name,
                    maximum.time,
                    maximum.time,
                    ratio,
                    THRESHOLDS["mvc_below_trial"],
                    f"reaches {maximum.value * 1e6:.3g} µV, but its MVC only "
                    f"{mvc.value * 1e6:.3g} µV (in '{mvc.recording}')",
                    "shares above 1 are of no maximum: repeat the MVC of this muscle, or "
                    "normalise by the maximum",
                )
            )
    return findings
