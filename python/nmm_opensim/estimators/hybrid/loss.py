"""What teaches the hybrid: measured EMG, masked at random, and joint moments, together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ...arrays import Array
from ...nmm.chain import PreparedTrial, TrialTensors
from ..optimization import Optimization, ParameterLoss, find_moment_scale
from .model import HybridModel

# s; EMG envelopes and moments change little in less.
STEP = 0.02
# s of a trial that an iteration looks at.
PIECE = 2.0
# s of it whose moments do not count: nobody knows how active muscles were before.
UNKNOWN_START = 0.25
# How likely a channel is masked in a frame.
MASKED = 0.3
# Departures that cost as much as all EMG unexplained: of a muscle's identity, which is of order 1,
# and of its gain, a logarithm.
IDENTITY_DEPARTURE, GAIN_DEPARTURE = 0.5, 0.5
# Of a share: a channel that is silent in training teaches nothing.
SMALLEST_SPREAD = 1e-3


@dataclass(frozen=True)
class Lesson:
    """Frames of a trial and what is known of them.

    ``shares`` (frames, channels) are of the channels' peaks, ``moments`` (N m) (frames,
    coordinates).
    """

    trial: TrialTensors
    shares: torch.Tensor
    moments: torch.Tensor

    @property
    def frames(self) -> int:
        """How many there are."""
        return len(self.trial.time)

    def cut(self, frames: slice) -> Lesson:
        """Some of the frames."""
        trial = self.trial
        tensors = TrialTensors(
            np.ascontiguousarray(trial.time[frames]),
            trial.envelopes[frames],
            trial.inputs[frames],
            trial.lengths[frames],
            trial.speeds[frames],
            trial.moment_arms[frames],
        )
        return Lesson(tensors, self.shares[frames], self.moments[frames])


def make_lesson(trial: PreparedTrial, peaks: torch.Tensor) -> Lesson:
    """All that a trial teaches, thinned to STEP."""
    every = max(1, round(STEP / float(np.median(np.diff(trial.time)))))
    lesson = Lesson(
        TrialTensors.of(trial),
        torch.from_numpy(trial.envelopes) / peaks,
        torch.from_numpy(trial.known_moments),
    )
    return lesson.cut(slice(None, None, every))


def draw_seen(random: np.random.Generator, frames: int, channels: int) -> torch.Tensor:
    """0 where a channel is masked, else 1, (frames, channels); in no frame all are."""
    seen = random.random((frames, channels)) >= MASKED
    # Of nobody there is no copy.
    seen[~seen.any(axis=1)] = True
    return torch.from_numpy(seen.astype(float))


class HybridLoss:
    """A random piece at every iteration; the iteration and the seed alone decide which."""

    def __init__(
        self,
        model: HybridModel,
        trials: Sequence[PreparedTrial],
        options: Optimization,
        moment_weights: Array,
        seed: int,
    ) -> None:
        """``moment_weights`` are those of moments in what teaches each drive, (drives,).

        Muscle parameters and gains are taught by moments alone and in full.
        """
        self._model = model
        self._options = options
        self._moment_weights = torch.from_numpy(moment_weights)
        self._seed = seed
        self._lessons = [make_lesson(trial, model.predictor.peaks) for trial in trials]
        self._moment_scale = find_moment_scale(model, trials)
        shares = torch.cat([lesson.shares for lesson in self._lessons])
        self._spread = shares.std(dim=0)
        self._taught = self._spread > SMALLEST_SPREAD
        lengths = torch.cat([lesson.trial.lengths for lesson in self._lessons])
        self._parameters = ParameterLoss(model, lengths, options)

    def __call__(self, iteration: int | None) -> tuple[torch.Tensor, torch.Tensor]:
        """The loss and its share of moments: their mean squared error relative to their variance.

        None asks for all trials, nothing masked.
        """
        if iteration is None:
            parts = [self._compare(lesson, None) for lesson in self._lessons]
            emg, moment = (torch.stack(each).mean() for each in zip(*parts, strict=True))
        else:
            emg, moment = self._compare(*self._draw(iteration))
        network = self._model.predictor
        options = self._options
        loss = (
            emg
            + moment
            + self._parameters()
            + network.departure_penalty() / IDENTITY_DEPARTURE**2
            + (self._model.gain_departure / GAIN_DEPARTURE).square().mean()
            + options.weight_decay * network.penalty()
        )
        return loss, moment.detach()

    def _draw(self, iteration: int) -> tuple[Lesson, torch.Tensor]:
        """A piece of a trial and which of its channels are seen."""
        random = np.random.default_rng([self._seed, iteration])
        lesson = self._lessons[int(random.integers(len(self._lessons)))]
        frames = min(lesson.frames, round(PIECE / STEP))
        first = int(random.integers(lesson.frames - frames + 1))
        piece = lesson.cut(slice(first, first + frames))
        return piece, draw_seen(random, *piece.shares.shape)

    def _compare(
        self, lesson: Lesson, seen: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Errors of EMG, masked and not, and of moments with nothing masked."""
        inputs, shares = lesson.trial.inputs, lesson.shares
        if seen is not None:
            inputs, shares = inputs.repeat(2, 1), shares.repeat(2, 1)
            seen = torch.cat([torch.ones_like(seen), seen])
        said = self._model.predictor(inputs, seen)
        missed = (said[:, : shares.shape[1]] - shares)[:, self._taught] / self._spread[self._taught]
        unmasked = said[: lesson.frames]
        held = unmasked.detach()
        # The same values; moments reach the network as far as they weigh.
        driving = held + self._moment_weights * (unmasked - held)
        moments = self._model.drive(lesson.trial, driving).moments
        errors = (moments - lesson.moments) / self._moment_scale
        start = min(round(UNKNOWN_START / STEP), lesson.frames // 4)
        return missed.square().mean(), errors[start:].square().mean()
