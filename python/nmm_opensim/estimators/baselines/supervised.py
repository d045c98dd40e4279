"""The supervised ceiling: regression taught by the hidden recordings themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.kernel_ridge import KernelRidge

from ...arrays import Array
from ...errors import NMMError
from ...nmm.chain import PreparedTrial
from ...nmm.estimate import Estimate
from ...nmm.predictor import standardise
from ..agreement import agree
from ..interface import FittedEstimator, LabelledTask, SupervisedEstimator
from ..prior.shares import REST, SMALLEST_PEAK, find_peaks, to_logarithms
from ..steps import Steps

# Of the labelled frames: more add time, not knowledge.
FRAMES = 2000
# Of a single trial the last part judges.
JUDGED_SHARE = 0.25


class Regression(Protocol):
    """What scikit-learn's regressions do."""

    def fit(self, X: Array, y: Array) -> object:  # noqa: N803 (scikit-learn's names)
        """Learn."""

    def predict(self, X: Array) -> Array:  # noqa: N803
        """Targets of inputs."""


@dataclass(frozen=True)
class Candidate:
    """A regression, and whether channels and labels are seen as logarithms of their shares."""

    make: Callable[[], Regression]
    log_channels: bool = False
    log_labels: bool = False


def _make_kernel(width: float, ridge: float) -> Callable[[], Regression]:
    return lambda: KernelRidge(kernel="rbf", gamma=width, alpha=ridge)


def _make_trees() -> Regression:
    trees: Regression = ExtraTreesRegressor(
        100, min_samples_leaf=3, max_features=0.5, random_state=0
    )
    return trees


CANDIDATES = (
    *(
        Candidate(_make_kernel(width, ridge), log_channels, log_labels)
        for width, ridge in ((0.003, 0.1), (0.01, 1.0), (0.03, 1.0))
        for log_channels, log_labels in ((False, False), (True, False), (True, True))
    ),
    Candidate(_make_trees),
    Candidate(_make_trees, log_labels=True),
)


class Supervised(SupervisedEstimator):
    """What the NMM's inputs and trials could give if the labels were known.

    Of several regressions the one that meets the labels of the validation trials best, or else of
    what is kept back of the training, muscle by muscle, taught again with all labels. No muscles,
    so no moments.
    """

    name = "supervised ceiling"
    seeded = False
    sees_moments = False

    def fit(self, task: LabelledTask, seed: int, steps: Steps | None = None) -> FittedSupervised:
        declaration = task.task.declaration
        channels = len(declaration.architecture.emg_lags) * len(declaration.sources.channels)
        fitted, judged = _split(task)
        muscles = [muscle for muscle in fitted[0].labels if _has(muscle, [*fitted, *judged])]
        if not muscles:
            raise NMMError(
                "Supervised ceiling: expected the hidden recording of a deep muscle in every "
                "training trial, but found none; declare its <recorded_channel>."
            )
        taught = {}
        for muscle in muscles:
            (steps or Steps()).tell(f"{self.name}: {muscle}")

            def find_agreement(candidate: Candidate, muscle: str = muscle) -> float:
                first = Taught(candidate, fitted, muscle, channels)
                estimates = np.concatenate([first.estimate(each.inputs) for each in judged])
                return agree(estimates, np.concatenate([each.labels[muscle] for each in judged]))

            best = max(CANDIDATES, key=find_agreement)
            taught[muscle] = Taught(best, [*fitted, *judged], muscle, channels)
        return FittedSupervised(taught)


@dataclass(frozen=True)
class _Labelled:
    """Inputs (frames, inputs) with their labels by muscle, (frames,)."""

    inputs: Array
    labels: Mapping[str, Array]

    def cut(self, part: slice) -> _Labelled:
        """Some of the frames."""
        labels = {muscle: series[part] for muscle, series in self.labels.items()}
        return _Labelled(self.inputs[part], labels)


def _split(task: LabelledTask) -> tuple[list[_Labelled], list[_Labelled]]:
    """What is learned first, and what the choice is judged on."""
    training, validation = (
        [_Labelled(trial.inputs, task.labels.get(trial.name, {})) for trial in trials]
        for trials in (task.task.training, task.task.validation)
    )
    if validation:
        return training, validation
    if len(training) > 1:
        return training[:-1], training[-1:]
    (only,) = training
    last = int((1 - JUDGED_SHARE) * len(only.inputs))
    return [only.cut(slice(None, last))], [only.cut(slice(last, None))]


def _has(muscle: str, trials: Sequence[_Labelled]) -> bool:
    return all(muscle in each.labels for each in trials)


class Taught:
    """A regression that has seen labels of a ``muscle``."""

    def __init__(
        self, candidate: Candidate, trials: Sequence[_Labelled], muscle: str, channels: int
    ) -> None:
        """The first ``channels`` of the inputs are EMG."""
        inputs = np.vstack([each.inputs for each in trials])
        labels = np.concatenate([each.labels[muscle] for each in trials])
        frames = np.linspace(0, len(inputs) - 1, min(FRAMES, len(inputs))).astype(int)
        self.candidate = candidate
        self._channels = channels
        self._peaks = find_peaks(inputs[:, :channels])
        self._largest = max(float(labels.max()), SMALLEST_PEAK)
        seen = self._see(inputs[frames])
        self._mean, self._scale = standardise([seen])
        targets = labels[frames]
        if candidate.log_labels:
            targets = np.log(np.maximum(targets / self._largest, REST))
        self._offset = float(targets.mean())
        self._regression = candidate.make()
        self._regression.fit((seen - self._mean) / self._scale, targets - self._offset)

    def estimate(self, inputs: Array) -> Array:
        """Excitations in [0, 1], (frames,)."""
        seen = (self._see(inputs) - self._mean) / self._scale
        found = self._regression.predict(seen) + self._offset
        if self.candidate.log_labels:
            found = self._largest * np.exp(found)
        excitation: Array = np.clip(found, 0.0, max(1.0, self._largest))
        return excitation

    def _see(self, inputs: Array) -> Array:
        if not self.candidate.log_channels:
            return inputs
        logarithms = to_logarithms(inputs[:, : self._channels] / self._peaks)
        return np.hstack([logarithms, inputs[:, self._channels :]])


class FittedSupervised(FittedEstimator):
    """A regression for each muscle that has labels."""

    name = Supervised.name

    def __init__(self, taught: Mapping[str, Taught]) -> None:
        self.taught = taught

    def estimate(self, trial: PreparedTrial) -> Estimate:
        return Estimate(
            {muscle: each.estimate(trial.inputs) for muscle, each in self.taught.items()}
        )
