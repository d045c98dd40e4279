"""What a trained NMM consists of, whatever trained it: what the artefact holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ..arrays import Array
from ..physics.muscles.parameters import MuscleParameters, to_arrays
from .chain import Declaration, MusculoskeletalModel, NeuralMusculoskeletalModel
from .estimate import Expectation, Interval, Trust
from .novelty import TrainingRange

Verdict = Literal["determined by torque", "determined by the prior", "not determined"]
"""What decided a parameter: the joint moments, what was known before them, or nothing."""


@dataclass(frozen=True)
class CalibratedMuscles:
    """Absolute values of all muscles' parameters, each (muscles,)."""

    parameters: MuscleParameters[Array]
    activation_time_constant: Array  # s
    deactivation_time_constant: Array  # s
    minimum_activation: Array
    shape_factor: Array

    @property
    def columns(self) -> dict[str, Array]:
        """All values by the names in the artefact, in its order."""
        return {
            "max_isometric_force": self.parameters.max_isometric_force,
            "optimal_fiber_length": self.parameters.optimal_fiber_length,
            "tendon_slack_length": self.parameters.tendon_slack_length,
            "pennation_angle_at_optimal": self.parameters.pennation_angle_at_optimal,
            "activation_time_constant": self.activation_time_constant,
            "deactivation_time_constant": self.deactivation_time_constant,
            "minimum_activation": self.minimum_activation,
            "shape_factor": self.shape_factor,
        }


@dataclass(frozen=True)
class ExcitationInterval:
    """Holds the true excitation e' of an estimated e with a probability of 90 %.

    It reaches from e - w (l0 + l1 e), but not below 0, to e + w (u0 + u1 e), with the floor and
    slope l0, l1 of ``lower`` and u0, u1 of ``upper``. w is 1 in frames inside what training saw and
    grows with the novelty of others, up to 2.
    """

    lower: tuple[float, float]
    upper: tuple[float, float]

    def compute(self, excitation: Array, novelty: Array) -> Interval:
        """The interval of an excitation with the largest novelty of each frame, both (frames,)."""
        width = 1.0 + np.minimum(novelty, 1.0)
        low = width * (self.lower[0] + self.lower[1] * excitation)
        high = width * (self.upper[0] + self.upper[1] * excitation)
        return Interval(np.maximum(excitation - low, 0.0), excitation + high)


@dataclass(frozen=True)
class Witness:
    """Who speaks of a deep muscle, and the ``weight`` of what is said; weights add up to 1."""

    who: str
    weight: float


@dataclass(frozen=True)
class ExcitationJudgement:
    """How far a deep muscle's excitation is to be believed, and why.

    ``reason`` is one clause. Without an ``interval`` or an ``expectation`` nothing is known of its
    error. ``moments`` says what joint moments changed.
    """

    verdict: Trust
    reason: str
    interval: ExcitationInterval | None
    witnesses: tuple[Witness, ...] = ()
    expectation: Expectation | None = None
    moments: str = ""

    def describe(self) -> str:
        """In a line."""
        expected = "" if self.expectation is None else f", {self.expectation.describe()}"
        moments = f" {self.moments}" if self.moments else ""
        return f"{self.verdict}{expected}, because {self.reason}.{moments}"


@dataclass(frozen=True)
class PopulationFit:
    """How well a population describes a person, by masked channel: r of their recordings.

    ``heard`` says whether it has a say, ``lag`` (share of a stride) how much later this person's
    EMG comes than the population's. ``alone`` is r of what the population says, ``unknowing`` that
    of all channels together, who know nothing of the muscle; ``with_it`` and ``without_it`` are
    those of the weighed witnesses.
    """

    name: str
    heard: bool
    lag: float
    alone: Mapping[str, float]
    unknowing: Mapping[str, float]
    with_it: Mapping[str, float]
    without_it: Mapping[str, float]

    def describe(self) -> str:
        """In one line."""
        if not self.alone:
            return (
                f"Population '{self.name}' has no say: of the muscles that it knows none could be "
                "masked, so that nothing tells whether it describes this person."
            )
        alone, unknowing, with_it, without_it = (
            sum(by_channel.values()) / max(len(by_channel), 1)
            for by_channel in (self.alone, self.unknowing, self.with_it, self.without_it)
        )
        if not self.heard:
            return (
                f"Population '{self.name}' does not describe this person and has no say: it met "
                f"masked channels at a mean r of {alone:.2f}, and all channels together, who know "
                f"nothing of them, at {unknowing:.2f}."
            )
        return (
            f"Population '{self.name}': it met {len(self.alone)} masked channels at a mean r of "
            f"{alone:.2f} alone; all witnesses met {len(self.with_it)} at {with_it:.2f} with it "
            f"and at {without_it:.2f} without it."
        )


@dataclass(frozen=True)
class ParameterJudgement:
    """What decided a parameter; ``interval`` holds it with 90 %, in the parameter's own unit."""

    verdict: Verdict
    interval: tuple[float, float]


@dataclass(frozen=True)
class TrainedNMM:
    """Everything an artefact needs of a trained NMM.

    ``channel_gains`` (channels,) make excitations of envelopes. ``predictor`` and ``tensors``
    are as docs/artefact.md states. ``excitations`` are judgements of deep muscles, ``parameters``
    of muscles and of the names in :attr:`CalibratedMuscles.columns`; empty where nobody judged.
    ``population`` says how other people fitted, None where there were none; ``training_range`` what
    the training trials held.
    """

    declaration: Declaration
    channel_gains: Array
    muscles: CalibratedMuscles
    predictor: Mapping[str, Any]
    tensors: Mapping[str, Array]
    excitations: Mapping[str, ExcitationJudgement] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, ParameterJudgement]] = field(default_factory=dict)
    population: PopulationFit | None = None
    training_range: TrainingRange | None = None


def describe_muscles(nmm: MusculoskeletalModel) -> CalibratedMuscles:
    """The muscles as they were trained, in absolute values."""
    calibration, properties = nmm.calibration, nmm.properties
    return CalibratedMuscles(
        to_arrays(calibration.muscle_parameters),
        properties.activation_time_constant,
        properties.deactivation_time_constant,
        properties.minimum_activation,
        calibration.shape_factor.detach().numpy(),
    )


def describe_network(
    nmm: NeuralMusculoskeletalModel, training_range: TrainingRange | None = None
) -> TrainedNMM:
    """The parts of an NMM whose network was trained by gradient descent."""
    network = nmm.predictor
    tensors = {
        "predictor.input_mean": network.input_mean.numpy(),
        "predictor.input_scale": network.input_scale.numpy(),
    }
    for k, layer in enumerate(network.linear):
        tensors[f"predictor.{k}.weight"] = layer.weight.detach().numpy()
        tensors[f"predictor.{k}.bias"] = layer.bias.detach().numpy()
    architecture = nmm.declaration.architecture
    predictor = {
        "family": architecture.family,
        "hidden_activation": architecture.hidden_activation,
        "layers": len(network.linear),
    }
    gains = nmm.calibration.emg_gain.detach().numpy()
    return TrainedNMM(
        nmm.declaration,
        gains,
        describe_muscles(nmm),
        predictor,
        tensors,
        training_range=training_range,
    )
