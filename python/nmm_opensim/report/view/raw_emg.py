"""The quality of raw EMG."""

from __future__ import annotations

import math
from typing import Any

from ..content import RawEmg
from ..plots import plot_envelopes, plot_signals
from .figure import Figure

LOCAL = ("dropout", "clipping", "movement_artefact", "electrode_artefact")
"""Findings that have a place in time; the others hold for the whole channel."""


def describe_raw_emg(raw: RawEmg) -> list[dict[str, Any]]:
    """Figures, findings and plots of every raw recording."""
    recordings = []
    for i, examined in enumerate(raw.quality):
        marks = [(f.channel, f.start, f.end) for f in examined.findings if f.check in LOCAL]
        figures = []
        if (signals := raw.raw.get(examined.name)) is not None:
            caption = (
                f"Raw EMG of {examined.name} in µV: smallest and largest value of each span, so no "
                "peak is lost. Shaded: dropouts, clipping and artefacts."
            )
            figures.append(Figure(f"raw-{i}", caption, plot_signals(signals, marks)))
        if (table := raw.envelopes.get(examined.name)) is not None:
            caption = f"Its envelopes, normalised by {raw.setup.normalization}."
            figures.append(Figure(f"processed-{i}", caption, plot_envelopes(table, table.columns)))
        recordings.append(
            {
                "name": examined.name,
                "channels": [
                    [
                        c.name,
                        f"{c.sampling_rate:g}",
                        f"{c.duration:.1f}",
                        f"{1e6 * c.rms:.3g}",
                        f"{1e6 * c.offset:.2g}",
                        f"{100 * c.mains_share:.1f}",
                        "–" if math.isnan(c.signal_to_noise) else f"{c.signal_to_noise:.1f}",
                    ]
                    for c in examined.channels
                ],
                "findings": examined.findings,
                "figures": figures,
            }
        )
    return recordings
