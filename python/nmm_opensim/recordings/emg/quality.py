"""What is wrong with raw EMG: each finding names channel, time and what to do.

The thresholds are screening values; docs/emg.md gives the reason of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import signal

from ...arrays import Array, find_runs
from ...errors import NMMError
from ..signal import Signal
from .artefacts import OVER_BURSTS, find_artefacts

THRESHOLDS = {
    "mains_hum": 0.10,  # share of the power from 20 Hz up
    "clipping": 0.001,  # share of samples held at an extreme
    "dropout": 0.02,  # s without any change
    "movement_artefact": 2.0,  # RMS below 20 Hz over the strongest usual RMS of EMG
    "electrode_artefact": OVER_BURSTS,  # times the usual bursts
    "baseline_offset": 0.25,  # of the standard deviation
    "signal_to_noise": 6.0,  # dB, at least
    "cross_talk": 0.5,  # correlation without lag
    "duplicate": 0.999,
    "mvc_below_trial": 1.0,  # maximum of a trial over that of the MVC
}
WINDOW = 0.25  # s
EMG_BAND = 20.0  # Hz, where movement ends and EMG begins
HUM_WIDTH = 1.5  # Hz on either side of mains and its harmonics
HIGHEST_HUM = 450.0  # Hz
HIGHEST_RATE = 1e5  # Hz; amplifiers of EMG take 1 to 10 kHz
LARGEST_SIGNAL = 10.0  # V; the usual range of converters behind an amplifier
SHORTEST_HOLD = 3  # samples at an extreme that are no accident


@dataclass(frozen=True)
class Finding:
    """``start`` and ``end`` in s; ``value`` against ``threshold`` in the check's own unit."""

    check: str
    channel: str
    start: float
    end: float
    value: float
    threshold: float
    text: str
    suggestion: str


@dataclass(frozen=True)
class ChannelQuality:
    """Figures of a channel: V, Hz, s, dB and shares."""

    name: str
    sampling_rate: float
    start: float
    duration: float
    offset: float
    rms: float
    mains_share: float
    signal_to_noise: float


@dataclass(frozen=True)
class Examined:
    """A recording's figures and findings."""

    name: str
    channels: list[ChannelQuality]
    findings: list[Finding]


def examine(channels: Sequence[Signal], mains: float) -> tuple[list[ChannelQuality], list[Finding]]:
    """Figures and findings of raw channels in V; ``mains`` (Hz) is the country's, 50 or 60."""
    figures, findings, high = [], [], []
    for channel in channels:
        _require_emg(channel)
        # One filter parts movement from EMG for all checks.
        sos = signal.butter(4, EMG_BAND, "highpass", fs=channel.rate, output="sos")
        centred = channel.values - channel.values.mean()
        emg = signal.sosfiltfilt(sos, centred)
        high.append(emg)
        share = _measure_hum(channel, mains)
        levels, noise = _measure_levels(emg, channel.rate)
        ratio = 20 * np.log10(levels / noise) if noise > 0 else np.inf
        figures.append(
            ChannelQuality(
                channel.name,
                channel.rate,
                channel.start,
                len(channel.values) / channel.rate,
                float(channel.values.mean()),
                float(centred.std()),
                share,
                float(ratio),
            )
        )
        findings += _judge(channel, figures[-1], mains)
        findings += _find_holds(channel)
        findings += _find_movement(channel, centred - emg, levels)
        findings += _find_bursts(channel, emg)
    return figures, findings + _compare(channels, high)


def _require_emg(channel: Signal) -> None:
    """Refuse what cannot be raw EMG in V, whatever its file says."""
    values, rate = channel.values, channel.rate
    where = f"{channel.source}: channel '{channel.name}'"
    if len(values) < 2 * WINDOW * rate or not 4 * EMG_BAND < rate <= HIGHEST_RATE:
        raise NMMError(
            f"{where}: expected raw EMG of at least {2 * WINDOW:g} s sampled faster than "
            f"{4 * EMG_BAND:g} Hz, up to {HIGHEST_RATE:g} Hz, but found {len(values)} samples at "
            f"{rate:g} Hz; look at the rate, or at the unit of the times."
        )
    largest = float(np.abs(values - np.median(values)).max())
    if largest > LARGEST_SIGNAL:
        raise NMMError(
            f"{where}: expected EMG within {LARGEST_SIGNAL:g} V, amplified or not, but found "
            f"{largest:.3g} V; its unit is another."
        )
    step = np.diff(values)
    if step[0] != 0 and np.allclose(step, step[0], rtol=1e-3, atol=0):
        raise NMMError(
            f"{where}: expected EMG, but it rises evenly by {step[0]:g} V from sample to sample; "
            "it is a count or a clock: name another."
        )


def _measure_hum(channel: Signal, mains: float) -> float:
    """Share of the power from 20 Hz up that rises above its neighbours at mains and harmonics."""
    segment = min(len(channel.values), int(2 * channel.rate))
    frequency, power = signal.welch(channel.values, channel.rate, nperseg=segment)
    total = power[frequency >= EMG_BAND].sum()
    excess = 0.0
    for centre in np.arange(mains, min(HIGHEST_HUM, channel.rate / 2), mains):
        away = np.abs(frequency - centre)
        near, ring = away <= HUM_WIDTH, (away > 2 * HUM_WIDTH) & (away <= 6 * HUM_WIDTH)
        if near.any() and ring.any():
            excess += max(0.0, float(power[near].sum() - near.sum() * np.median(power[ring])))
    return excess / float(total) if total > 0 else 0.0


def _windows(values: Array, rate: float) -> Array:
    """RMS of windows, (windows,)."""
    length = max(1, int(WINDOW * rate))
    whole = values[: len(values) // length * length].reshape(-1, length)
    rms: Array = np.sqrt(np.mean(whole**2, axis=1))
    return rms


def _measure_levels(emg: Array, rate: float) -> tuple[float, float]:
    """RMS of the active and of the quiet muscle: the 95th and 5th percentile of windows."""
    high, low = np.percentile(_windows(emg, rate), [95, 5])
    return float(high), float(low)


def _judge(channel: Signal, figures: ChannelQuality, mains: float) -> list[Finding]:
    end = channel.start + figures.duration
    found = []

    def note(check: str, value: float, text: str, suggestion: str) -> None:
        found.append(
            Finding(
                check, channel.name, channel.start, end, value, THRESHOLDS[check], text, suggestion
            )
        )

    if figures.mains_share > THRESHOLDS["mains_hum"]:
        note(
            "mains_hum",
            figures.mains_share,
            f"{figures.mains_share:.0%} of the power is hum of {mains:g} Hz and its harmonics",
            f"improve the reference electrode and keep cables apart; set <notch> to {mains:g}",
        )
    offset = abs(figures.offset) / figures.rms if figures.rms > 0 else 0.0
    if offset > THRESHOLDS["baseline_offset"]:
        note(
            "baseline_offset",
            offset,
            f"the baseline lies {figures.offset * 1e6:.3g} µV from zero",
            "the band-pass takes it away; calibrate the amplifier",
        )
    if figures.signal_to_noise < THRESHOLDS["signal_to_noise"]:
        note(
            "signal_to_noise",
            figures.signal_to_noise,
            f"activity is only {figures.signal_to_noise:.1f} dB above the quietest moments",
            "check electrode and skin; include rest; a muscle that never rests looks the same",
        )
    return found


def _find_holds(channel: Signal) -> list[Finding]:
    """Dropouts, where nothing changes, and clipping, where it happens at an extreme."""
    values, rate, start = channel.values, channel.rate, channel.start
    found = []
    shortest = max(SHORTEST_HOLD, int(np.ceil(THRESHOLDS["dropout"] * rate)))
    extremes = {float(values.min()), float(values.max())}
    still = find_runs(np.diff(values) == 0)
    for first, last in still:
        if last - first + 1 >= shortest and (
            len(extremes) == 1 or float(values[first]) not in extremes
        ):
            length = (last - first + 1) / rate
            found.append(
                Finding(
                    "dropout", channel.name, start + first / rate, start + last / rate, length,
                    THRESHOLDS["dropout"], f"nothing changes for {length:.3g} s",
                    "leave the time out; look at battery, cable and radio link",
                )
            )  # fmt: skip
    if len(extremes) == 1:
        return found
    runs = find_runs((values == values.min()) | (values == values.max()))
    runs = runs[runs[:, 1] - runs[:, 0] >= SHORTEST_HOLD]
    share = float((runs[:, 1] - runs[:, 0]).sum()) / len(values)
    if share > THRESHOLDS["clipping"]:
        found.append(
            Finding(
                "clipping", channel.name, start + runs[0, 0] / rate, start + runs[-1, 1] / rate,
                share, THRESHOLDS["clipping"],
                f"{share:.2%} of the samples are held at an extreme, in {len(runs)} places",
                "record with a lower gain; peaks of this channel are too small",
            )
        )  # fmt: skip
    return found


def _find_movement(channel: Signal, slow: Array, level: float) -> list[Finding]:
    """Windows whose movement below the band of EMG is stronger than its strong EMG."""
    moved = _windows(slow, channel.rate) > THRESHOLDS["movement_artefact"] * level
    rms = _windows(slow, channel.rate)
    return [
        Finding(
            "movement_artefact",
            channel.name,
            channel.start + first * WINDOW,
            channel.start + last * WINDOW,
            float(rms[first:last].max() / level) if level > 0 else float("inf"),
            THRESHOLDS["movement_artefact"],
            f"below {EMG_BAND:g} Hz it moves by {rms[first:last].max() * 1e6:.3g} µV RMS",
            "fix cables and electrodes; look whether the envelope peaks there, and leave it out",
        )
        for first, last in find_runs(moved)
    ]


def _find_bursts(channel: Signal, emg: Array) -> list[Finding]:
    return [
        Finding(
            "electrode_artefact",
            channel.name,
            channel.start + artefact.start,
            channel.start + artefact.end,
            artefact.ratio,
            THRESHOLDS["electrode_artefact"],
            f"a burst of {artefact.end - artefact.start:.2f} s is {artefact.ratio:.1f} times as "
            "strong as the usual ones",
            "look at the electrode and leave the time out; what the channel is divided by does so",
        )
        for artefact in find_artefacts(emg, channel.rate)
    ]


def _compare(channels: Sequence[Signal], emg: Sequence[Array]) -> list[Finding]:
    """Channels that record the same: one signal twice, or one muscle under two electrodes."""
    found = []
    groups: dict[tuple[float, float, int], list[int]] = {}
    for i, channel in enumerate(channels):
        groups.setdefault((channel.rate, channel.start, len(channel.values)), []).append(i)
    for members in groups.values():
        alive = [i for i in members if emg[i].std() > 0]
        if len(alive) < 2:
            continue
        correlation = np.corrcoef([emg[i] for i in alive])
        for a, b in combinations(range(len(alive)), 2):
            value = abs(float(correlation[a, b]))
            first, second = channels[alive[a]], channels[alive[b]]
            same = value > THRESHOLDS["duplicate"]
            if value <= THRESHOLDS["cross_talk"]:
                continue
            check = "duplicate" if same else "cross_talk"
            found.append(
                Finding(
                    check, first.name, first.start, first.start + len(first.values) / first.rate,
                    value, THRESHOLDS[check],
                    f"is the same as '{second.name}'" if same
                    else f"correlates with '{second.name}' by {value:.2f}",
                    "leave one out" if same
                    else "place the electrodes farther apart or smaller; treat one as unmeasured",
                )
            )  # fmt: skip
    return found
