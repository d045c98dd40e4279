"""What went in, and what a reader must know of it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ...estimators.catalogue import ESTIMATORS
from ...nmm.sources import Deep, Measured, Source, Tied
from ...nmm.trial import read_emg
from ..content import Content
from ..plots import plot_envelopes
from ..provenance import relative
from .figure import Figure
from .inverse import list_inverse_warnings
from .numbers import format_span


def describe_training(content: Content) -> list[tuple[str, str]]:
    """Facts about model and training."""
    artefact, training = content.artefact, content.training
    given = "estimated" if training.electromechanical_delay is None else "given"
    delay, seed = 1000 * artefact.electromechanical_delay, artefact.training.seed
    facts = [
        ("model", f"{artefact.model_name} ({relative(content.setup, training.model_file)})"),
        ("estimator", training.estimator),
        ("moments that teach", ", ".join(artefact.moment_coordinates)),
        ("electromechanical delay", f"{delay:.0f} ms, {given}"),
        ("muscle paths", artefact.path_model),
        ("tendons", artefact.tendon),
    ]
    if ESTIMATORS[training.estimator](training.optimization).seeded:
        seeds = " ".join(map(str, training.optimization.seeds))
        facts.append(("seeds", f"{seeds}; least training loss: {seed}"))
    if training.prior_subjects:
        facts.append(("other subjects", ", ".join(s.name for s in training.prior_subjects)))
    return facts


def list_trials(content: Content) -> list[list[str]]:
    """Name, role, times and files of every trial of the training."""
    times = {trial.name: trial.times for trial in content.artefact.training.trials}
    rows = []
    for trial in content.training.trials:
        first, last = times.get(trial.name, (math.nan, math.nan))
        cutoff = trial.lowpass_cutoff_frequency_for_coordinates
        files = (trial.emg_file, trial.coordinates_file, trial.inverse_dynamics_file)
        rows.append(
            [
                trial.name,
                trial.role,
                format_span(first, last, 2),
                "none" if cutoff is None else f"{cutoff:g} Hz",
                *("none" if file is None else file.name for file in files),
            ]
        )
    return rows


def list_sources(content: Content) -> list[list[str]]:
    """Muscle, kind and where its excitation comes from."""
    gains = {channel.name: channel.gain for channel in content.artefact.channels}
    return [
        [muscle.name, muscle.source.kind, _describe_source(muscle.source, gains)]
        for muscle in content.artefact.muscles
    ]


def _describe_source(source: Source, gains: Mapping[str, float]) -> str:
    match source:
        case Measured():
            parts = zip(source.channels, source.weights, strict=True)
            return " + ".join(f"{w * gains[c]:.3g} × {c}" for c, w in parts)
        case Tied():
            return f"{source.ratio:g} × {source.to}"
        case Deep():
            hidden = source.recorded_channel
            return f"predicted; '{hidden}' is hidden and only scores" if hidden else "predicted"
        case _:
            return "predicted, without evidence"


def draw_inputs(content: Content) -> list[Figure]:
    """The envelopes that the training took, once per file."""
    channels = [channel.name for channel in content.artefact.channels]
    trials = {trial.emg_file: trial for trial in content.training.trials}
    return [
        Figure(
            f"envelopes-{i}",
            f"EMG envelopes of {relative(content.setup, file)}, in excitation units, before gains.",
            plot_envelopes(read_emg(file, channels, trial.emg_time_offset), channels),
        )
        for i, (file, trial) in enumerate(trials.items())
    ]


def list_warnings(content: Content) -> list[str]:
    """What a reader must know: of training and timing, changes since, motion and raw EMG."""
    warnings = [
        *content.artefact.training.warnings,
        *content.changes,
        *list_inverse_warnings(content.inverse),
    ]
    for recording in [] if content.raw_emg is None else content.raw_emg.quality:
        channels: dict[str, list[str]] = {}
        for finding in recording.findings:
            channels.setdefault(finding.channel, []).append(finding.check.replace("_", " "))
        warnings += [
            f"Raw EMG of {recording.name}: {channel}: {', '.join(dict.fromkeys(checks))}"
            for channel, checks in channels.items()
        ]
    return warnings
