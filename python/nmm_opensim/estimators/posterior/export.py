"""A fitted posterior as the artefact holds it (docs/artefact.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...arrays import Array
from ...nmm.sources import MuscleSources
from ...nmm.trained import ExcitationJudgement, TrainedNMM
from ..emg_driven.fit import Uncertainty
from ..interface import Task
from ..prior.combination import MusclePrior
from ..prior.log_share import LogShare
from ..prior.own_poses import KERNEL_WIDTH, OwnPoses
from ..prior.shares import REST
from .corrections import CorrectedMuscles, Corrections
from .drives import Drives, name_prior
from .verdicts import judge_parameters


def export(
    task: Task,
    drives: Drives,
    corrected: CorrectedMuscles,
    uncertainty: Uncertainty,
    judgements: Mapping[str, ExcitationJudgement],
) -> TrainedNMM:
    """``judgements`` are of deep muscles."""
    declaration, driven = task.declaration, corrected.driven
    sources = declaration.sources
    gains = dict(zip(driven.model.drives, driven.compute_gains(), strict=True))
    said = {asked.muscle: drives.prior.speak(asked) for asked in drives.prior.deep}
    # Nobody's pose where no muscle is told by the pose.
    posing = any(each.pose is not None for each in said.values())
    poses = drives.prior.poses if posing else None
    muscles = [
        _describe_muscle(drives.prior, each, gains[name_prior(muscle)])
        for muscle, each in said.items()
    ]
    tensors = {
        **_make_correction_tensors(sources, driven.model.drives, corrected.corrections),
        **({} if poses is None else _make_pose_tensors(poses, list(said.values()))),
    }
    return TrainedNMM(
        declaration,
        np.array([gains.get(name, 1.0) for name in sources.channels]),
        driven.calibrated_muscles,
        _describe_predictor(poses, muscles),
        tensors,
        judgements,
        judge_parameters(
            sources.muscles,
            driven.model.properties.parameters,
            driven.parameters,
            uncertainty,
            declaration.bounds,
        ),
        drives.fit,
    )


def _make_correction_tensors(
    sources: MuscleSources, drives: Sequence[str], corrections: Corrections
) -> dict[str, Array]:
    """The two layers that correct; outputs are the channels', then the deep muscles'."""
    features, weights = corrections.features, corrections.weights
    outputs = [*sources.channels, *(name_prior(name) for name in sources.outputs)]
    # A channel that is only a witness drives nothing.
    rows = dict(zip(drives, weights, strict=True))
    nothing = np.zeros(weights.shape[1])
    return {
        "predictor.input_mean": features.mean,
        "predictor.input_scale": features.scale,
        "predictor.0.weight": features.weights.T,
        "predictor.0.bias": features.biases,
        "predictor.1.weight": np.stack([rows.get(name, nothing) for name in outputs]),
        "predictor.1.bias": np.zeros(len(outputs)),
    }


def _describe_predictor(poses: OwnPoses | None, muscles: list[dict[str, Any]]) -> dict[str, Any]:
    pose = poses and {"coordinates": list(poses.coordinates), "kernel_width": KERNEL_WIDTH}
    return {
        "family": "posterior",
        "hidden_activation": "tanh",
        "layers": 2,
        "prior": {"rest": REST, "pose": pose, "muscles": muscles},
    }


def _describe_muscle(prior: MusclePrior, said: LogShare, gain: float) -> dict[str, Any]:
    return {
        "gain": float(gain),
        "channels": list(said.channels),
        "channel_peaks": [prior.find_peak(channel) for channel in said.channels],
        "weights": list(said.channels.values()),
    }


def _make_pose_tensors(poses: OwnPoses, said: Sequence[LogShare]) -> dict[str, Array]:
    """The subject's own poses, and how each muscle's logarithm is made of kernels around them."""
    nothing = np.zeros(len(poses.frames))
    return {
        "pose.mean": poses.mean,
        "pose.scale": poses.scale,
        "pose.frames": poses.frames,
        "pose.weights": np.stack([s.pose.weights if s.pose else nothing for s in said]),
        "pose.offsets": np.array([s.pose.offset if s.pose else 0.0 for s in said]),
    }
