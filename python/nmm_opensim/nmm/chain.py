"""The neural musculoskeletal model: EMG and motion to joint moments, differentiable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from .. import _core
from ..arrays import Array
from ..physics.muscles.activation import ActivationParameters, compute_activations
from ..physics.muscles.millard import MillardMuscle, TendonModel, read_properties
from ..physics.osim_model import OsimModel
from ..physics.paths.geometry import sample_geometry
from ..physics.paths.path_model import PathModel
from ..recordings.gait.cycles import Cycle
from .calibration import Bounds, Calibration
from .estimate import Estimate
from .predictor import MlpPredictor, Predictor, PredictorArchitecture, make_inputs, standardise
from .sources import Deep, Measured, MuscleSources, Unscored
from .trial import Trial, check_covers


@dataclass(frozen=True)
class PreparedTrial(Trial):
    """A trial with all that stays the same while an NMM is trained: computed once.

    Shapes: ``envelopes`` (frames, channels) at t - delay, ``inputs`` (frames, network inputs),
    ``lengths`` (m) and ``speeds`` (m/s) (frames, muscles), ``moment_arms`` (m) (frames, muscles,
    coordinates). ``cycles`` are the strides that are known of it.
    """

    envelopes: Array
    inputs: Array
    lengths: Array
    speeds: Array
    moment_arms: Array
    cycles: tuple[Cycle, ...] = ()


@dataclass(frozen=True)
class TrialTensors:
    """What the chain takes of a prepared trial; the tensors share its memory."""

    time: Array
    envelopes: torch.Tensor
    inputs: torch.Tensor
    lengths: torch.Tensor
    speeds: torch.Tensor
    moment_arms: torch.Tensor

    @classmethod
    def of(cls, trial: PreparedTrial) -> TrialTensors:
        """The tensors of a trial."""
        return cls(
            trial.time,
            torch.from_numpy(trial.envelopes),
            torch.from_numpy(trial.inputs),
            torch.from_numpy(trial.lengths),
            torch.from_numpy(trial.speeds),
            torch.from_numpy(trial.moment_arms),
        )


@dataclass(frozen=True)
class Reconstruction:
    """What an NMM says of a trial; each (frames, muscles), moments (frames, coordinates).

    ``excitations`` belong to the EMG's own time, frames minus the electromechanical delay.
    """

    excitations: torch.Tensor
    activations: torch.Tensor
    forces: torch.Tensor
    moments: torch.Tensor


@dataclass(frozen=True)
class Declaration:
    """What a user declares of an NMM before anything is trained."""

    sources: MuscleSources
    moment_coordinates: tuple[str, ...]
    coordinates: tuple[str, ...]
    architecture: PredictorArchitecture
    electromechanical_delay: float
    bounds: Bounds
    tendon: TendonModel
    path_model: PathModel


def prepare_trial(trial: Trial, model: OsimModel, declaration: Declaration) -> PreparedTrial:
    """Sample EMG and geometry of one trial."""
    # The whole motion, as the plugin poses it: OpenSim's wrapping lets even coordinates that no
    # muscle crosses leave a trace in lengthening speeds.
    geometry = sample_geometry(
        model,
        declaration.path_model.paths,
        declaration.sources.muscles,
        declaration.moment_coordinates,
        trial.motion,
        f"Trial '{trial.name}'",
    )
    return PreparedTrial(
        trial.name,
        trial.role,
        trial.emg,
        trial.motion,
        trial.moments,
        trial.external_loads,
        *_sample_emg(trial, declaration),
        geometry.lengths,
        geometry.speeds,
        geometry.moment_arms,
    )


def resample_emg(prepared: PreparedTrial, declaration: Declaration) -> PreparedTrial:
    """The trial for a declaration with another electromechanical delay; its geometry stays."""
    envelopes, inputs = _sample_emg(prepared, declaration)
    return replace(prepared, envelopes=envelopes, inputs=inputs)


def _sample_emg(trial: Trial, declaration: Declaration) -> tuple[Array, Array]:
    """Envelopes at t - delay and network inputs."""
    delay, time = declaration.electromechanical_delay, trial.time
    check_covers(trial.emg, time[0] - delay, time[-1] - delay, lead_in=delay)
    envelopes = _core.sample(trial.emg.time, trial.emg.values, time - delay)
    return envelopes, make_inputs(declaration.architecture, trial, delay)


class SourceMixer(torch.nn.Module):
    """From scaled envelopes and network outputs to one excitation per muscle."""

    def __init__(self, sources: MuscleSources) -> None:
        super().__init__()
        muscles, channels, outputs = sources.muscles, sources.channels, sources.outputs
        measured = np.zeros((len(channels), len(muscles)))
        predicted = np.zeros((len(outputs), len(muscles)))
        for i, source in enumerate(sources.sources):
            match source:
                case Measured():
                    for channel, weight in zip(source.channels, source.weights, strict=True):
                        measured[channels.index(channel), i] = weight
                case Deep() | Unscored():
                    predicted[outputs.index(source.muscle), i] = 1.0
        self._measured = torch.tensor(measured)
        self._predicted = torch.tensor(predicted)
        self._ties = torch.tensor(sources.find_ties())

    def forward(self, envelopes: torch.Tensor, outputs: torch.Tensor) -> torch.Tensor:
        own = (envelopes @ self._measured + outputs @ self._predicted).clamp(0.0, 1.0)
        return (own @ self._ties).clamp(0.0, 1.0)


class MusculoskeletalModel(torch.nn.Module):
    """Any predictor, calibration, activation dynamics and muscles in one differentiable chain."""

    def __init__(self, model: OsimModel, declaration: Declaration, predictor: Predictor) -> None:
        super().__init__()
        sources = declaration.sources
        self.declaration = declaration
        self.properties = read_properties(model, sources.muscles)
        self.predictor = predictor
        self.calibration = Calibration(
            self.properties.parameters, declaration.bounds, sources.muscles, len(sources.channels)
        )
        self.mixer = SourceMixer(sources)
        self.muscle = MillardMuscle(model, sources.muscles, declaration.tendon)
        self._time_constants = (
            torch.tensor(self.properties.activation_time_constant),
            torch.tensor(self.properties.deactivation_time_constant),
        )

    def group_parameters(self) -> dict[float, list[torch.nn.Parameter]]:
        """Parameters by what their learning rate is multiplied by: all alike."""
        return {1.0: list(self.parameters())}

    def forward(self, trial: TrialTensors) -> Reconstruction:
        outputs = self.predictor(trial.inputs)
        return self.move(trial, self.excite(trial, outputs))

    def move(self, trial: TrialTensors, excitations: torch.Tensor) -> Reconstruction:
        """What muscles make of excitations, (frames, muscles)."""
        activations = self.activate(trial, excitations)
        forces = self.muscle(
            trial.time,
            activations,
            trial.lengths,
            trial.speeds,
            self.calibration.muscle_parameters,
        ).tendon_force
        moments = torch.einsum("tm,tmc->tc", forces, trial.moment_arms)
        return Reconstruction(excitations, activations, forces, moments)

    def excite(self, trial: TrialTensors, outputs: torch.Tensor) -> torch.Tensor:
        """Excitations (frames, muscles) of the EMG and of predicted ones, (frames, outputs)."""
        excitations: torch.Tensor = self.mixer(trial.envelopes * self.calibration.emg_gain, outputs)
        return excitations

    def activate(self, trial: TrialTensors, excitations: torch.Tensor) -> torch.Tensor:
        """Activations of excitations, both (frames, muscles)."""
        minimum = self.properties.minimum_activation
        parameters = ActivationParameters(
            self.calibration.shape_factor, *self._time_constants, minimum
        )
        return compute_activations(trial.time, excitations, parameters)

    def estimate(self, trial: PreparedTrial) -> Estimate:
        """Excitations of all muscles and moments."""
        with torch.no_grad():
            result = self(TrialTensors.of(trial))
        muscles = self.declaration.sources.muscles
        excitations = {name: result.excitations[:, i].numpy() for i, name in enumerate(muscles)}
        return Estimate(excitations, result.moments.numpy())


class NeuralMusculoskeletalModel(MusculoskeletalModel):
    """The chain whose predictor is the declared network."""

    predictor: MlpPredictor

    def __init__(
        self, model: OsimModel, declaration: Declaration, training_inputs: Sequence[Array]
    ) -> None:
        outputs = len(declaration.sources.outputs)
        network = MlpPredictor(declaration.architecture, *standardise(training_inputs), outputs)
        super().__init__(model, declaration, network)


def build_nmm(
    model: OsimModel, declaration: Declaration, trials: Sequence[PreparedTrial], seed: int
) -> NeuralMusculoskeletalModel:
    """An untrained NMM for the training ``trials``; its weights depend on the seed alone."""
    torch.manual_seed(seed)
    return NeuralMusculoskeletalModel(model, declaration, [trial.inputs for trial in trials])
